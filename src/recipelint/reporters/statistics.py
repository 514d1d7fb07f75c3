"""How often each rule found something."""

from __future__ import annotations

from recipelint.findings import Finding
from recipelint.linter import Report
from recipelint.reporters import summary
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible


def render(report: Report, options: Options) -> str:
    """A line for each rule that found something, the most frequent first, then the sum."""
    shown: dict[str, tuple[Finding, set[str]]] = {}
    for finding in report.findings:
        shown.setdefault(finding.rule, (finding, set()))[1].add(finding.path)
    rows = [
        f"{number:6}  {rule}  {shown[rule][0].severity!s:7}  "
        f"in {len(shown[rule][1])} of {report.recipes}  {visible(shown[rule][0].name)}"
        for rule, number in summary.by_rule(report).items()
    ]
    return "\n".join([*rows, summary.sentence(report)]) + "\n"
