"""Reviewdog's diagnostic format, which posts findings as comments on many code hosts.

The messages are those of `proto/rdf/reviewdog.proto` in reviewdog/reviewdog: `DiagnosticResult` as
JSON. Columns count bytes of UTF-8 from 1, so they are counted anew from the file's text.
"""

from __future__ import annotations

from typing import Any

from recipelint.findings import Finding, Fix, Severity, Span
from recipelint.linter import Report
from recipelint.reporters.excerpt import lines_of
from recipelint.reporters.identity import relative
from recipelint.reporters.json import dumps
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible

_SOURCE = {"name": "recipelint", "url": "https://github.com/recipelint/recipelint"}
_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(report: Report, options: Options) -> str:
    """One `DiagnosticResult`."""
    found = [_diagnostic(f, report.sources.get(f.path, "")) for f in report.findings]
    return dumps({"source": _SOURCE, "diagnostics": found})


def _diagnostic(finding: Finding, source: str) -> dict[str, Any]:
    lines = lines_of(finding.path, source) if source else []
    code = {"value": finding.rule, **({"url": finding.url} if finding.url else {})}
    diagnostic: dict[str, Any] = {
        "message": _message(finding),
        "location": {
            "path": visible(relative(finding.path)),
            "range": _range(finding.span, lines),
        },
        "severity": _SEVERITIES[finding.severity],
        "code": code,
    }
    if finding.fix is not None:
        diagnostic["suggestions"] = _suggestions(finding.fix, lines)
    return diagnostic


def _message(finding: Finding) -> str:
    text = f"{visible(finding.name)}: {visible(finding.message)}"
    return f"{text}\n{visible(finding.help)}" if finding.help else text


def _suggestions(fix: Fix, lines: list[str]) -> list[dict[str, Any]]:
    """The edits of a fix. Reviewdog takes each by itself, so a fix of several is left out."""
    if len(fix.edits) != 1:
        return []
    (edit,) = fix.edits
    text = edit.text.encode("utf-8", "replace").decode()
    return [{"range": _range(edit.span, lines), "text": text}]


def _range(span: Span, lines: list[str]) -> dict[str, Any]:
    return {
        "start": {"line": span.line, "column": _bytes(lines, span.line, span.column)},
        "end": {"line": span.end_line, "column": _bytes(lines, span.end_line, span.end_column)},
    }


def _bytes(lines: list[str], line: int, column: int) -> int:
    """The column in bytes; that of characters where the file's text is not known."""
    if not 1 <= line <= len(lines):
        return column
    before = lines[line - 1][: column - 1]
    return len(before.encode("utf-8", "surrogatepass")) + 1
