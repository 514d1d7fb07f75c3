"""Markdown with GitHub's tables, for job summaries and comments.

Text of files is escaped so that it cannot become markup: what opens markup is written as a numeric
reference, which is never structure (CommonMark 0.31, section 2.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recipelint.findings import Citation, Finding
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible
from recipelint.reporters.summary import Tally

MOST_ROWS = 200
"""A job summary on GitHub may have 1 MiB, so the worst findings are shown."""
_MARKUP = re.compile(r"[&<>|`*_\[\]{}~#@!$\\^]|://|\bwww\.", re.IGNORECASE)


def render(report: Report, options: Options) -> str:
    """A heading, the sum, a table of the findings with the worst first, and their evidence."""
    parts = ["## recipelint", f"{Tally(report).sentence()}."]
    ordered = sorted(report.findings, key=lambda f: (-f.severity.rank, f.sort_key))
    if ordered:
        parts.append("\n".join(_table(ordered[:MOST_ROWS])))
        left = len(ordered) - MOST_ROWS
        if left > 0:
            parts.append(f"{left} more are not shown here.")
        parts += _evidence(ordered[:MOST_ROWS])
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Text as Markdown shows it literally, inside a line or a table's cell."""
    return _MARKUP.sub(lambda found: _reference(found[0]), visible(text))


def _reference(found: str) -> str:
    """One character as its reference; of a longer match, the one that makes it a link."""
    if found == "://":
        return "&#58;//"
    if len(found) > 1:
        return f"{found[:-1]}&#46;"
    return f"&#{ord(found)};"


def _table(findings: list[Finding]) -> Iterator[str]:
    yield "| Severity | Rule | Place | Finding |"
    yield "|---|---|---|---|"
    for finding in findings:
        place = f"{escape(finding.path)}:{finding.span.line}:{finding.span.column}"
        said = escape(finding.message)
        if finding.inputs:
            values = ", ".join(f"{escape(i.name)} = {escape(i.value)}" for i in finding.inputs)
            said += f"<br>Values: {values}"
        if finding.help:
            said += f"<br>Help: {escape(finding.help)}"
        name = f"**{escape(finding.rule)}** {escape(finding.name)}"
        yield f"| {finding.severity} | {name} | {place} | {said} |"


def _evidence(findings: list[Finding]) -> Iterator[str]:
    """What the rules rest on, once for each rule, folded."""
    rules = {finding.rule: finding for finding in findings if finding.evidence}
    if not rules:
        return
    rows = [
        f"- **{escape(rule)}**: {'; '.join(map(_citation, rules[rule].evidence))}"
        for rule in sorted(rules)
    ]
    yield "<details><summary>Evidence</summary>"
    yield "\n".join(rows)
    yield "</details>"


def _citation(citation: Citation) -> str:
    return f"{escape(citation.source)}, {escape(citation.where)} ({escape(citation.status)})"
