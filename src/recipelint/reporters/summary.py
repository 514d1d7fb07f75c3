"""The last line of a report: how much was found, in how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from recipelint.findings import Finding, Severity
from recipelint.linter import Report


class Tally:
    """What a summary counts, taken in file by file; it stays small however many files there are.

    `severities` has findings by severity, the worst first, `unassessed` the ids of rules that
    could not be assessed on at least one recipe.
    """

    __slots__ = ("files", "known", "recipes", "severities", "suppressed", "unassessed")

    def __init__(self, report: Report | None = None) -> None:
        self.files = self.recipes = self.suppressed = self.known = 0
        self.severities = dict.fromkeys(Severity, 0)
        self.unassessed: set[str] = set()
        if report is not None:
            self.add(report)

    def add(self, report: Report) -> None:
        """Count a report in."""
        self.files += report.files
        self.recipes += report.recipes
        self.suppressed += report.suppressed
        self.known += report.known
        self.unassessed.update(skipped.rule for skipped in report.not_assessed)
        for finding in report.findings:
            self.severities[finding.severity] += 1

    @property
    def findings(self) -> int:
        """How many findings there are."""
        return sum(self.severities.values())

    @property
    def worst(self) -> int:
        """Rank of the worst finding; 0 where there is none."""
        return max((s.rank for s, number in self.severities.items() if number), default=0)

    def sentence(self, hint: str = "") -> str:
        """`2 findings (1 error, 1 warning) in 2 recipes of 61 files; 14 rules not assessed`.

        Findings that are not shown are counted behind the files. `hint` follows the number of
        rules that were not assessed, if there are any.
        """
        parts = [plural(number, s.value) for s, number in self.severities.items() if number]
        shown = "no findings"
        if parts:
            shown = f"{plural(self.findings, 'finding')} ({', '.join(parts)})"
        where = f"in {plural(self.recipes, 'recipe')} of {plural(self.files, 'file')}"
        tail = [", ".join(hidden)] if (hidden := self._hidden()) else []
        if self.unassessed:
            tail.append(f"{plural(len(self.unassessed), 'rule')} not assessed{hint}")
        return "; ".join([f"{shown} {where}", *tail])

    def _hidden(self) -> list[str]:
        """How many findings are not shown: silenced by comments or settings, or known."""
        silenced = [f"{self.suppressed} suppressed"] if self.suppressed else []
        return [*silenced, f"{self.known} in the baseline"] if self.known else silenced


def by_rule(findings: Iterable[Finding]) -> dict[str, int]:
    """Findings by rule id, the most frequent first."""
    found = Counter(finding.rule for finding in findings)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def plural(number: int, noun: str) -> str:
    """`1 error`, `2 errors`; `info` has no plural."""
    if noun == Severity.INFO.value:
        return f"{number} info"
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
