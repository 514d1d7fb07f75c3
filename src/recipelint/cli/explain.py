"""`recipelint explain`: a rule with its reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from recipelint.cli import completion
from recipelint.cli.hints import did_you_mean
from recipelint.cli.options import json_option, rules_option
from recipelint.cli.output import columns, emit
from recipelint.cli.project import linter_here
from recipelint.cli.project_options import settings_options
from recipelint.engine.rules import PROFILES, Example, FixRecipe, Rule
from recipelint.engine.templates import show
from recipelint.linter import Linter
from recipelint.reporters.json import dumps
from recipelint.reporters.sanitize import visible
from recipelint.reporters.style import wrap
from recipelint.settings import Settings


@click.command("explain")
@click.argument("rule_name", metavar="RULE", shell_complete=completion.rules)
@rules_option
@settings_options
@json_option
def command(
    rule_name: str,
    rule_folders: tuple[str, ...],
    config: str | None,
    isolated: bool,
    format_name: str,
) -> None:
    """Explain RULE, given by id or name: what it checks, why, and who found it out.

    It also says what the settings of the current folder make of the rule.
    """
    linter = linter_here(Settings(rule_folders=rule_folders), config, isolated)
    rules = linter.rules
    rule = rules.find(rule_name)
    if rule is None:
        known = [name for each in rules for name in (each.id, each.name)]
        hint = did_you_mean(rule_name.upper(), known) or did_you_mean(rule_name.lower(), known)
        raise click.UsageError(f"there is no rule `{rule_name}`{hint}")
    here = _Here(rule, linter)
    emit(
        dumps(_object(rule, here)) if format_name == "json" else "\n".join(_text(rule, here)) + "\n"
    )


class _Here:
    """What the settings of the current folder make of a rule."""

    def __init__(self, rule: Rule, linter: Linter) -> None:
        self.severity = linter.severity(rule)
        self.parameters = {**rule.parameters, **linter.settings.parameters.get(rule.id, {})}
        self.runs = rule in linter.selected
        self._rule = rule

    def differences(self) -> Iterator[str]:
        """How the rule here is not as it is by default."""
        if not self.runs:
            extra = "" if self._rule.profile == PROFILES[0] else f" (profile {self._rule.profile})"
            yield f"does not run{extra}"
        if self.severity is not self._rule.severity:
            yield f"severity {self.severity.value} instead of {self._rule.severity.value}"
        for name, value in self.parameters.items():
            default = self._rule.parameters[name]
            if value != default:
                yield f"{name} = {show(value)} instead of {show(default)}"


def _text(rule: Rule, here: _Here) -> Iterator[str]:
    dialects = ", ".join(sorted(rule.dialects)) or "all dialects"
    yield f"{rule.id} {rule.name}"
    yield f"{rule.severity.value}, {rule.category}, {dialects}"
    yield ""
    yield from _filled(rule.summary)
    yield from _section("In this project", here.differences())
    if rule.severity_reason:
        yield from _section(f"Why {rule.severity.value}", _filled(rule.severity_reason))
    yield from _section("Condition", _condition(rule))
    yield from _section("Why", _paragraphs(rule.why))
    yield from _section("Evidence", _evidence(rule))
    yield from _section("Parameters", (f"{k} = {show(v)}" for k, v in rule.parameters.items()))
    yield from _section("What to do", _filled(rule.help.source if rule.help else ""))
    for title, examples in (("Finds", rule.bad), ("Passes", rule.good)):
        for example in examples:
            yield from _section(_example_title(title, example), _example(example))
    yield from _section("Related", _filled(", ".join(rule.related)))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    """A title and its lines, indented; nothing where there are none."""
    listed = [f"  {visible(line)}".rstrip() for line in lines]
    if listed:
        yield from ("", title, *listed)


def _filled(text: str) -> Iterator[str]:
    yield from wrap(visible(text, len(text) + 1), columns() - 2)


def _paragraphs(text: str) -> Iterator[str]:
    for index, paragraph in enumerate(text.split("\n\n")):
        if index:
            yield ""
        yield from _filled(paragraph)


def _condition(rule: Rule) -> Iterator[str]:
    if rule.applies is not None:
        yield from _filled(f"where: {rule.applies.source}")
    if rule.requires is not None:
        yield from _filled(f"holds: {rule.requires.source}")
    if rule.check is not None:
        yield f"check: {rule.check}"


def _evidence(rule: Rule) -> Iterator[str]:
    for citation in rule.evidence:
        yield from _hanging("* ", f"{citation.source}, {citation.where} ({citation.status})")
        yield from _hanging("  ", citation.finds)


def _hanging(mark: str, text: str) -> Iterator[str]:
    for index, part in enumerate(wrap(visible(text), columns() - 4)):
        yield (mark if index == 0 else "  ") + part


def _example_title(title: str, example: Example) -> str:
    return visible(f"{title}: {example.title}" if example.title else title)


def _example(example: Example) -> Iterator[str]:
    yield f"# {example.file}"
    yield from example.text.rstrip("\n").split("\n")
    for name, text in example.files.items():
        yield f"# {name}"
        yield from text.rstrip("\n").split("\n")


def _object(rule: Rule, here: _Here) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "category": rule.category,
        "severity": here.severity.value,
        "default_severity": rule.severity.value,
        "severity_reason": rule.severity_reason,
        "summary": rule.summary,
        "dialects": sorted(rule.dialects),
        "applies": rule.applies.source if rule.applies else None,
        "requires": rule.requires.source if rule.requires else None,
        "check": rule.check,
        "message": rule.message.source,
        "help": rule.help.source if rule.help else None,
        "why": rule.why,
        "evidence": [
            {"source": c.source, "where": c.where, "finds": c.finds, "status": c.status}
            for c in rule.evidence
        ],
        "runs": here.runs,
        "profile": rule.profile,
        "parameters": here.parameters,
        "default_parameters": dict(rule.parameters),
        "fix": _fix_object(rule.fix) if rule.fix else None,
        "related": list(rule.related),
        "examples": {
            "bad": [_example_object(example) for example in rule.bad],
            "good": [_example_object(example) for example in rule.good],
        },
    }


def _fix_object(fix: FixRecipe) -> dict[str, Any]:
    if fix.value is None:
        return {"remove": fix.fact, "safe": fix.safe}
    return {"set": fix.fact, "to": fix.value.source, "safe": fix.safe}


def _example_object(example: Example) -> dict[str, Any]:
    return {
        "title": example.title,
        "file": example.file,
        "text": example.text,
        "files": dict(example.files),
        "line": example.line,
    }
