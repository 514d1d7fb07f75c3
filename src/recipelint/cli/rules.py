"""`recipelint rules`: the rules there are."""

from __future__ import annotations

from typing import Any

import click

from recipelint.cli import completion
from recipelint.cli.hints import did_you_mean
from recipelint.cli.options import json_option, known_dialect, names, rules_option
from recipelint.cli.output import columns, emit
from recipelint.cli.project import linter_here
from recipelint.cli.project_options import profile_option, settings_options
from recipelint.cli.table import table
from recipelint.engine.rules import Rule
from recipelint.findings import Severity
from recipelint.linter import Linter
from recipelint.reporters.json import dumps
from recipelint.reporters.sanitize import visible
from recipelint.reporters.summary import plural
from recipelint.settings import Settings


@click.command("rules")
@click.option("--category", metavar="NAME", help="Only rules of this category.")
@click.option(
    "--dialect",
    metavar="NAME",
    shell_complete=completion.dialects,
    help="Only rules that look at this dialect.",
)
@click.option(
    "--severity", type=click.Choice([s.value for s in Severity]), help="Only rules of this one."
)
@click.option(
    "--select",
    multiple=True,
    metavar="RULES",
    shell_complete=completion.rules,
    help="Only these rules.",
)
@profile_option
@rules_option
@settings_options
@json_option
def command(
    category: str | None,
    dialect: str | None,
    severity: str | None,
    select: tuple[str, ...],
    profile: str | None,
    rule_folders: tuple[str, ...],
    config: str | None,
    isolated: bool,
    format_name: str,
) -> None:
    """List the rules that run in the current folder: id, severity, and what each one finds.

    Which rules run, and how severe they are, is what the profile and the project's settings say;
    `--select ALL` lists every rule.
    """
    own = Settings(select=names(select), profile=profile, rule_folders=rule_folders)
    linter = linter_here(own, config, isolated)
    known_dialect(dialect)
    _known_category(category, {rule.category for rule in linter.rules})
    wanted = [
        rule
        for rule in linter.rules
        if category in (None, rule.category)
        and (dialect is None or not rule.dialects or dialect in rule.dialects)
        and severity in (None, linter.severity(rule).value)
    ]
    run = {rule.id for rule in linter.selected}
    chosen = [rule for rule in wanted if rule.id in run]
    if format_name == "json":
        emit(dumps([_object(rule, linter) for rule in chosen]))
    else:
        emit(_text(chosen, linter) + _count(len(chosen), len(wanted), bool(select)))


def _known_category(category: str | None, categories: set[str]) -> None:
    if category is not None and category not in categories:
        hint = did_you_mean(category, categories) or f"; there are {', '.join(sorted(categories))}"
        raise click.UsageError(f"there is no category `{category}`{hint}")


def _text(rules: list[Rule], linter: Linter) -> str:
    blocks = []
    for category in dict.fromkeys(sorted(rule.category for rule in rules)):
        rows = [
            (rule.id, linter.severity(rule).value, visible(f"{rule.summary} [{rule.name}]"))
            for rule in rules
            if rule.category == category
        ]
        lines = (f"  {line}" for line in table(rows, columns() - 2))
        blocks.append("\n".join([visible(category), *lines]) + "\n\n")
    return "".join(blocks)


def _count(listed: int, wanted: int, selected: bool) -> str:
    number = plural(listed, "rule")
    if selected or listed == wanted:
        return f"{number}\n"
    left = wanted - listed
    verb = "does" if left == 1 else "do"
    return f"{number}; {left} more {verb} not run here (`--select ALL` lists all)\n"


def _object(rule: Rule, linter: Linter) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "category": rule.category,
        "severity": linter.severity(rule).value,
        "default_severity": rule.severity.value,
        "summary": rule.summary,
        "dialects": sorted(rule.dialects),
        "fixable": rule.fix is not None,
    }
