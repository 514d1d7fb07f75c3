"""JSON Lines: an object for each finding, as `json` has it, for tools that read a stream."""

from __future__ import annotations

from recipelint.linter import Report
from recipelint.reporters.json import VERSION, compact, finding_object
from recipelint.reporters.options import Options


def render(report: Report, options: Options) -> str:
    """One line for each finding, with the format's version; nothing where nothing was found."""
    return "".join(
        compact({"version": VERSION, **finding_object(finding)}) for finding in report.findings
    )
