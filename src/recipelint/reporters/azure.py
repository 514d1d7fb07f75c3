"""Logging commands of Azure Pipelines, which mark the run and point to lines.

The grammar is `##vso[task.logissue property=value;…]message` ("Logging commands", Azure DevOps
documentation). Values are escaped as `taskcommand.ts` of microsoft/azure-pipelines-task-lib
escapes them: percent sign, line ends, `]` and `;`. There are errors and warnings alone, so
information is a warning here.
"""

from __future__ import annotations

from recipelint.findings import Finding, Severity
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible

_TYPES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "warning"}


def render(report: Report, options: Options) -> str:
    """One command for each finding, in order."""
    return "".join(f"{_command(finding)}\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    properties = {
        "type": _TYPES[finding.severity],
        "sourcepath": finding.path,
        "linenumber": str(finding.span.line),
        "columnnumber": str(finding.span.column),
        "code": finding.rule,
    }
    listed = "".join(f"{name}={_property(value)};" for name, value in properties.items())
    return f"##vso[task.logissue {listed}]{_data(_text(finding))}"


def _text(finding: Finding) -> str:
    text = f"{visible(finding.name)}: {visible(finding.message)}"
    return f"{text} Help: {visible(finding.help)}" if finding.help else text


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace("]", "%5D").replace(";", "%3B")
