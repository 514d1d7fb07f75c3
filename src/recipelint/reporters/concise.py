"""One line for each finding, in the form that editors and grep understand."""

from __future__ import annotations

from recipelint.findings import Finding
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import line, visible
from recipelint.reporters.summary import Tally


def render(report: Report, options: Options) -> str:
    """`path:line:column: severity RULE name: message`."""
    return Stream(options).take(report)


class Stream:
    """The lines file by file."""

    def __init__(self, options: Options) -> None:
        """Nothing of the options matters to this format."""

    def take(self, report: Report) -> str:
        """The findings of further files."""
        return "".join(f"{line(_line(finding))}\n" for finding in report.findings)

    def end(self, tally: Tally) -> str:
        """Nothing: the format has findings only."""
        return ""


def _line(finding: Finding) -> str:
    place = f"{visible(finding.path)}:{finding.span.line}:{finding.span.column}"
    return (
        f"{place}: {finding.severity} {finding.rule} {visible(finding.name)}: "
        f"{visible(finding.message)}"
    )
