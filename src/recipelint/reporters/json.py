"""JSON, version 1. Keys are added in later versions, never renamed or taken away.

Lines and columns count from 1 and the end column is one past the last character, as in the text.
Strings are what the files hold; the escapes of JSON keep them from steering a terminal.
"""

from __future__ import annotations

import json
from typing import Any

from recipelint.findings import Citation, Finding, Fix, Input, NotAssessed
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.summary import Tally, by_rule

VERSION = 1


def render(report: Report, options: Options) -> str:
    """The report as one JSON object."""
    tally = Tally(report)
    return dumps(
        {
            "version": VERSION,
            "files": report.files,
            "recipes": report.recipes,
            "findings": [finding_object(finding) for finding in report.findings],
            "not_assessed": [_not_assessed(skipped) for skipped in report.not_assessed],
            "summary": {
                "findings": tally.findings,
                **{severity.value: number for severity, number in tally.severities.items()},
                "suppressed": tally.suppressed,
                "known": tally.known,
                "not_assessed": len(tally.unassessed),
                "by_rule": by_rule(report.findings),
            },
        }
    )


def dumps(value: object) -> str:
    """JSON in ASCII; `##` is broken by an escape, because build runners obey `##[command]`."""
    return _disarmed(json.dumps(value, indent=2)) + "\n"


def compact(value: object) -> str:
    """JSON as `dumps` writes it, on one line."""
    return _disarmed(json.dumps(value)) + "\n"


def _disarmed(text: str) -> str:
    return text.replace("##", "#\\u0023")


def finding_object(finding: Finding) -> dict[str, Any]:
    """One finding as an object of JSON values."""
    span = finding.span
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": finding.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "key": finding.key,
        "fact": finding.fact,
        "phase": finding.phase,
        "url": finding.url,
        "help": finding.help,
        "inputs": [_input(value) for value in finding.inputs],
        "evidence": [_citation(citation) for citation in finding.evidence],
        "fix": _fix(finding.fix),
    }


def _input(value: Input) -> dict[str, str]:
    return {"name": value.name, "value": value.value, "origin": value.origin}


def _citation(citation: Citation) -> dict[str, str]:
    return {
        "source": citation.source,
        "where": citation.where,
        "finds": citation.finds,
        "status": citation.status,
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [
        {
            "line": edit.span.line,
            "column": edit.span.column,
            "end_line": edit.span.end_line,
            "end_column": edit.span.end_column,
            "text": edit.text,
        }
        for edit in fix.edits
    ]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _not_assessed(skipped: NotAssessed) -> dict[str, Any]:
    return {
        "rule": skipped.rule,
        "name": skipped.name,
        "path": skipped.path,
        "phase": skipped.phase,
        "missing": list(skipped.missing),
        "reason": skipped.reason,
    }
