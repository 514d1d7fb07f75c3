"""SARIF 2.1.0 (OASIS standard), for code scanning services and editors.

Section numbers are those of the standard. Paths are relative to the working directory under
`%SRCROOT%`, columns count Unicode code points (3.14.17), and each result has a fingerprint that
survives a change of line numbers (3.27.17).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from recipelint import __version__
from recipelint.engine.rules import Rule
from recipelint.findings import Citation, Finding, Fix, Severity, Span
from recipelint.linter import Report
from recipelint.reporters.identity import identities
from recipelint.reporters.json import dumps
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_BASE = "%SRCROOT%"
_FINGERPRINT = "recipelint/v1"


def render(report: Report, options: Options) -> str:
    """A log with one run."""
    descriptors = _descriptors(report, options.rules)
    index = {descriptor["id"]: number for number, descriptor in enumerate(descriptors)}
    run = {
        "tool": {
            "driver": {
                "name": "recipelint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": descriptors,
            }
        },
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The folder in which recipelint was started."}}
        },
        "results": _results(report, index),
        "properties": {
            "files": report.files,
            "recipes": report.recipes,
            "suppressed": report.suppressed,
            "known": report.known,
        },
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _descriptors(report: Report, rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """All rules that ran; of rules that nobody described, what their findings say."""
    known = {rule.id: _rule(rule) for rule in rules}
    for finding in report.findings:
        known.setdefault(finding.rule, _bare_rule(finding))
    return [known[rule] for rule in sorted(known)]


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": " ".join(rule.why.split())},
        "help": {"text": _help(rule, "{}"), "markdown": _help(rule, "**{}**")},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.category]},
    }


def _help(rule: Rule, heading: str) -> str:
    """Why the rule is there and who found it out."""
    sources = "\n".join(f"- {_citation(citation)}" for citation in rule.evidence)
    return f"{rule.why}\n\n{heading.format('Evidence')}\n\n{sources}\n"


def _citation(citation: Citation) -> str:
    return f"{citation.source}, {citation.where}: {citation.finds} ({citation.status})"


def _bare_rule(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.rule,
        "name": finding.name,
        "shortDescription": {"text": finding.name.replace("-", " ")},
        "help": {"text": finding.help or finding.name.replace("-", " ")},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }


def _results(report: Report, index: dict[str, int]) -> list[dict[str, Any]]:
    marked = zip(report.findings, identities(report.findings), strict=True)
    return [_result(finding, index[finding.rule], identity) for finding, identity in marked]


def _result(finding: Finding, rule_index: int, fingerprint: str) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(finding.path),
            "region": _region(finding.span),
        }
    }
    if finding.key:
        location["logicalLocations"] = [
            {"fullyQualifiedName": visible(finding.key), "kind": "member"}
        ]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [location],
        "partialFingerprints": {_FINGERPRINT: fingerprint},
    }
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix, finding.path)]
    return result


def _message(finding: Finding) -> str:
    parts = [visible(finding.message)]
    if finding.inputs:
        listed = "; ".join(f"{i.name} = {i.value} ({i.origin})" for i in finding.inputs)
        parts.append(f"Values: {visible(listed)}.")
    if finding.help:
        parts.append(f"Help: {visible(finding.help)}")
    return "\n".join(parts)


def _fix(fix: Fix, path: str) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        for edit in fix.edits
    ]
    safety = "" if fix.safe else " (changes what the run does)"
    return {
        "description": {"text": visible(fix.title) + safety},
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": replacements}],
    }


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _artifact(path: str) -> dict[str, str]:
    """A relative reference below the working directory, a file URI elsewhere (3.4.3)."""
    relative = os.path.relpath(path) if os.path.isabs(path) else os.path.normpath(path)
    if relative.startswith(".."):
        return {"uri": f"file://{_quoted(os.path.abspath(path))}"}
    return {"uri": _quoted(relative), "uriBaseId": _BASE}


def _quoted(path: str) -> str:
    """The bytes of a file's name, escaped; text that no file can be called is replaced."""
    name = path.replace(os.sep, "/")
    try:
        return quote(name, errors="surrogateescape")
    except UnicodeEncodeError:
        return quote(name, errors="replace")
