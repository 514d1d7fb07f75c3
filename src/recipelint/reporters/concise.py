"""One line for each finding, in the form that editors and grep understand."""

from __future__ import annotations

from recipelint.findings import Finding
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import line, visible


def render(report: Report, options: Options) -> str:
    """`path:line:column: severity RULE name: message`."""
    return "".join(f"{line(_line(finding))}\n" for finding in report.findings)


def _line(finding: Finding) -> str:
    place = f"{visible(finding.path)}:{finding.span.line}:{finding.span.column}"
    return (
        f"{place}: {finding.severity} {finding.rule} {visible(finding.name)}: "
        f"{visible(finding.message)}"
    )
