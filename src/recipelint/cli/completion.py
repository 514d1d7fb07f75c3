"""What a shell offers for the names that recipelint knows: rules, dialects, formats of reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from click import Context, Parameter


def rules(context: Context, parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of the shipped rules, with their names as help; also behind a comma."""
    from recipelint.linter import rule_set

    before, comma, begun = incomplete.rpartition(",")
    return [
        CompletionItem(f"{before}{comma}{rule.id}", help=rule.name)
        for rule in rule_set(())
        if rule.id.startswith(begun.upper())
    ]


def rules_and_files(
    context: Context, parameter: Parameter, incomplete: str
) -> list[CompletionItem]:
    """Ids of the shipped rules; what none begins with is a file or folder."""
    named = rules(context, parameter, incomplete) if incomplete else []
    return named or [CompletionItem(incomplete, type="file")]


def dialects(context: Context, parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of the dialects."""
    from recipelint.dialects import names

    return _beginning(incomplete, names())


def schemas(context: Context, parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """What there are schemas of: the dialects, and the settings."""
    return [*_beginning(incomplete, ["settings"]), *dialects(context, parameter, incomplete)]


def reports(context: Context, parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """`FORMAT=` for a report that goes into a file; without one, files."""
    from recipelint.reporters import FORMATS

    named = _beginning(incomplete, [f"{name}=" for name in FORMATS])
    return named or [CompletionItem(incomplete, type="file")]


def _beginning(incomplete: str, known: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(known) if name.startswith(incomplete)]
