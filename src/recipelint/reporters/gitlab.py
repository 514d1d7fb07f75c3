"""GitLab's Code Quality report, shown in merge requests.

The keys are those of "Code Quality report format" in GitLab's documentation (docs.gitlab.com,
ci/testing/code_quality). Paths are relative without `./`, and no two findings share a fingerprint,
because GitLab shows the first of those that do.
"""

from __future__ import annotations

from typing import Any

from recipelint.findings import Finding, Severity
from recipelint.linter import Report
from recipelint.reporters.identity import identities, relative
from recipelint.reporters.json import dumps
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(report: Report, options: Options) -> str:
    """A JSON array with an object for each finding."""
    marked = zip(report.findings, identities(report.findings), strict=True)
    return dumps([_issue(finding, identity) for finding, identity in marked])


def _issue(finding: Finding, identity: str) -> dict[str, Any]:
    return {
        "description": f"{finding.rule}: {_text(finding)}",
        "check_name": visible(finding.name),
        "fingerprint": identity,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": visible(relative(finding.path)),
            "lines": {"begin": finding.span.line, "end": finding.span.end_line},
        },
    }


def _text(finding: Finding) -> str:
    message = visible(finding.message)
    return f"{message} Help: {visible(finding.help)}" if finding.help else message
