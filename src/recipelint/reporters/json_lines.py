"""JSON Lines: an object for each finding, as `json` has it, for tools that read a stream."""

from __future__ import annotations

from recipelint.linter import Report
from recipelint.reporters.json import VERSION, compact, finding_object
from recipelint.reporters.options import Options
from recipelint.reporters.summary import Tally


def render(report: Report, options: Options) -> str:
    """One line for each finding, with the format's version; nothing where nothing was found."""
    return Stream(options).take(report)


class Stream:
    """The lines file by file."""

    def __init__(self, options: Options) -> None:
        """Nothing of the options matters to this format."""

    def take(self, report: Report) -> str:
        """The findings of further files."""
        rows = ({"version": VERSION, **finding_object(finding)} for finding in report.findings)
        return "".join(map(compact, rows))

    def end(self, tally: Tally) -> str:
        """Nothing: the format has findings only."""
        return ""
