"""The last line of a report: how much was found, in how much."""

from __future__ import annotations

from recipelint.findings import Severity
from recipelint.linter import Report


def counts(report: Report) -> dict[str, int]:
    """Findings by severity, the worst first, zeros included."""
    found = dict.fromkeys((severity.value for severity in Severity), 0)
    for finding in report.findings:
        found[finding.severity.value] += 1
    return found


def by_rule(report: Report) -> dict[str, int]:
    """Findings by rule id, the most frequent first."""
    found: dict[str, int] = {}
    for finding in report.findings:
        found[finding.rule] = found.get(finding.rule, 0) + 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def unassessed(report: Report) -> int:
    """How many rules could not be assessed on at least one recipe."""
    return len({skipped.rule for skipped in report.not_assessed})


def sentence(report: Report, hint: str = "") -> str:
    """`2 findings (1 error, 1 warning) in 2 recipes of 61 files; 14 rules not assessed`.

    `hint` follows the number of rules that were not assessed, if there are any.
    """
    parts = [plural(number, name) for name, number in counts(report).items() if number]
    shown = "no findings"
    if parts:
        shown = f"{plural(len(report.findings), 'finding')} ({', '.join(parts)})"
    where = f"in {plural(report.recipes, 'recipe')} of {plural(report.files, 'file')}"
    skipped = unassessed(report)
    tail = f"; {plural(skipped, 'rule')} not assessed{hint}" if skipped else ""
    return f"{shown} {where}{tail}"


def plural(number: int, noun: str) -> str:
    """`1 error`, `2 errors`; `info` has no plural."""
    if noun == Severity.INFO.value:
        return f"{number} info"
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
