"""`recipelint explain`: a rule with its reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from recipelint.cli.group import did_you_mean
from recipelint.cli.options import json_option, make_linter, rules_option
from recipelint.cli.output import columns, emit
from recipelint.engine.rules import Example, Rule
from recipelint.engine.templates import show
from recipelint.reporters.json import dumps
from recipelint.reporters.sanitize import visible
from recipelint.reporters.style import wrap
from recipelint.settings import Settings


@click.command("explain")
@click.argument("rule_name", metavar="RULE")
@rules_option
@json_option
def command(rule_name: str, rule_folders: tuple[str, ...], format_name: str) -> None:
    """Explain RULE, given by id or name: what it checks, why, and who found it out."""
    rules = make_linter(Settings(rule_folders=rule_folders)).rules
    rule = rules.find(rule_name)
    if rule is None:
        known = [name for each in rules for name in (each.id, each.name)]
        hint = did_you_mean(rule_name.upper(), known) or did_you_mean(rule_name.lower(), known)
        raise click.UsageError(f"there is no rule `{rule_name}`{hint}")
    emit(dumps(_object(rule)) if format_name == "json" else "\n".join(_text(rule)) + "\n")


def _text(rule: Rule) -> Iterator[str]:
    dialects = ", ".join(sorted(rule.dialects)) or "all dialects"
    yield f"{rule.id} {rule.name}"
    yield f"{rule.severity.value}, {rule.category}, {dialects}"
    yield ""
    yield from _filled(rule.summary)
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


def _object(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "category": rule.category,
        "severity": rule.severity.value,
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
        "parameters": dict(rule.parameters),
        "fix": {"set": rule.fix.fact, "to": rule.fix.value.source, "safe": rule.fix.safe}
        if rule.fix
        else None,
        "related": list(rule.related),
        "examples": {
            "bad": [_example_object(example) for example in rule.bad],
            "good": [_example_object(example) for example in rule.good],
        },
    }


def _example_object(example: Example) -> dict[str, Any]:
    return {
        "title": example.title,
        "file": example.file,
        "text": example.text,
        "files": dict(example.files),
        "line": example.line,
    }
