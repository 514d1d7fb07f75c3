"""`recipelint rules`: the rules there are."""

from __future__ import annotations

from typing import Any

import click

from recipelint.cli.group import did_you_mean
from recipelint.cli.options import json_option, known_dialect, make_linter, names, rules_option
from recipelint.cli.output import columns, emit
from recipelint.cli.table import table
from recipelint.engine.rules import Rule
from recipelint.findings import Severity
from recipelint.reporters.json import dumps
from recipelint.reporters.sanitize import visible
from recipelint.settings import Settings


@click.command("rules")
@click.option("--category", metavar="NAME", help="Only rules of this category.")
@click.option("--dialect", metavar="NAME", help="Only rules that look at this dialect.")
@click.option(
    "--severity", type=click.Choice([s.value for s in Severity]), help="Only rules of this one."
)
@click.option("--select", multiple=True, metavar="RULES", help="Only these rules.")
@rules_option
@json_option
def command(
    category: str | None,
    dialect: str | None,
    severity: str | None,
    select: tuple[str, ...],
    rule_folders: tuple[str, ...],
    format_name: str,
) -> None:
    """List the rules: id, severity, and what each one finds."""
    linter = make_linter(Settings(select=names(select), rule_folders=rule_folders))
    known_dialect(dialect)
    _known_category(category, {rule.category for rule in linter.rules})
    chosen = [
        rule
        for rule in linter.selected
        if category in (None, rule.category)
        and (dialect is None or not rule.dialects or dialect in rule.dialects)
        and severity in (None, rule.severity.value)
    ]
    emit(dumps([_object(rule) for rule in chosen]) if format_name == "json" else _text(chosen))


def _known_category(category: str | None, categories: set[str]) -> None:
    if category is not None and category not in categories:
        hint = did_you_mean(category, categories) or f"; there are {', '.join(sorted(categories))}"
        raise click.UsageError(f"there is no category `{category}`{hint}")


def _text(rules: list[Rule]) -> str:
    blocks = []
    for category in dict.fromkeys(sorted(rule.category for rule in rules)):
        rows = [
            (rule.id, rule.severity.value, visible(f"{rule.summary} [{rule.name}]"))
            for rule in rules
            if rule.category == category
        ]
        lines = (f"  {line}" for line in table(rows, columns() - 2))
        blocks.append("\n".join([visible(category), *lines]) + "\n")
    number = f"{len(rules)} rule{'' if len(rules) == 1 else 's'}\n"
    return "\n".join([*blocks, number])


def _object(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "category": rule.category,
        "severity": rule.severity.value,
        "summary": rule.summary,
        "dialects": sorted(rule.dialects),
        "fixable": rule.fix is not None,
    }
