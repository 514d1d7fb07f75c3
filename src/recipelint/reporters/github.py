"""Workflow commands, which GitHub Actions shows beside the changed lines of a pull request.

The grammar and its escapes are those of `ActionCommand` in actions/runner: in the data `%`, line
feed and carriage return are escaped, in properties also `:` and `,`. GitHub shows ten annotations
of a kind per step, so the worst findings come first.
"""

from __future__ import annotations

from recipelint.findings import Finding, Severity
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, options: Options) -> str:
    """One command for each finding, the worst first."""
    ordered = sorted(report.findings, key=lambda f: (-f.severity.rank, f.sort_key))
    return "".join(f"{_command(finding)}\n" for finding in ordered)


def _command(finding: Finding) -> str:
    span = finding.span
    properties: dict[str, object] = {"file": finding.path, "line": span.line}
    if span.end_line == span.line:
        properties |= {"col": span.column, "endColumn": max(span.column, span.end_column - 1)}
    else:
        properties["endLine"] = span.end_line
    properties["title"] = f"{finding.rule} {finding.name}"
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(_text(finding))}"


def _text(finding: Finding) -> str:
    if finding.help is None:
        return visible(finding.message)
    return f"{visible(finding.message)}\nhelp: {visible(finding.help)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
