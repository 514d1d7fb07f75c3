"""How often each rule found something."""

from __future__ import annotations

from recipelint.findings import Finding
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible
from recipelint.reporters.summary import Tally, by_rule


def render(report: Report, options: Options) -> str:
    """A line for each rule that found something, the most frequent first, then the sum."""
    shown: dict[str, tuple[Finding, set[str]]] = {}
    for finding in report.findings:
        shown.setdefault(finding.rule, (finding, set()))[1].add(finding.path)
    rows = [
        f"{number:6}  {rule}  {shown[rule][0].severity!s:7}  "
        f"in {len(shown[rule][1])} of {report.recipes}  {visible(shown[rule][0].name)}"
        for rule, number in by_rule(report.findings).items()
    ]
    return "\n".join([*rows, Tally(report).sentence()]) + "\n"
