"""A file's lines with what was found in them: the span is marked, the finding follows its line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from recipelint.findings import Finding, Fix, Span
from recipelint.reporters.excerpt import lines_of
from recipelint.reporters.html_page.markup import fold, link, prose, table, text, verbatim

WHOLE = 400
"""A file of more lines is shown around its findings alone."""
AROUND = 6
LONGEST = 500
"""Characters of a line that are shown."""


def source(content: str, findings: list[Finding]) -> Iterator[str]:
    """The lines, and after each the findings that begin in it."""
    lines = lines_of(findings[0].path, content) if content else []
    by_line: dict[int, list[Finding]] = {}
    for finding in findings:
        place = finding.span.line if 1 <= finding.span.line <= len(lines) else 0
        by_line.setdefault(place, []).append(finding)
    cited: set[str] = set()
    for finding in by_line.get(0, []):
        yield from _card(finding, cited)
    if lines and not lines[-1] and len(lines) not in by_line:
        lines = lines[:-1]  # what follows the last line end
    shown = _shown(len(lines), by_line)
    if not shown:
        return
    yield '<div class="source">'
    last = 0
    for number in shown:
        if number > last + 1:
            yield '<div class="gap" aria-label="lines left out">⋯</div>'
        yield _line(number, lines[number - 1], by_line.get(number, []))
        for finding in by_line.get(number, []):
            yield from _card(finding, cited)
        last = number
    if last < len(lines):
        yield '<div class="gap" aria-label="lines left out">⋯</div>'
    yield "</div>"


def _shown(total: int, by_line: dict[int, list[Finding]]) -> list[int]:
    """The numbers of the lines to show, in order."""
    if total <= WHOLE:
        return list(range(1, total + 1))
    near = {
        number
        for place in by_line
        if place
        for number in range(max(1, place - AROUND), min(total, place + AROUND) + 1)
    }
    return sorted(near)


def _line(number: int, line: str, findings: list[Finding]) -> str:
    code = "".join(_pieces(line, findings)) or " "
    return f'<div class="line"><span class="number">{number}</span><code>{code}</code></div>'


def _pieces(line: str, findings: list[Finding]) -> Iterator[str]:
    """The line in stretches, each marked with the worst severity that covers it."""
    length = min(len(line), LONGEST)
    covers = [(*_columns(f.span, length), f.severity) for f in findings]
    cuts = sorted({0, length, *(edge for low, high, _ in covers for edge in (low, high))})
    for begin, end in pairwise(cuts):
        worst = [s for low, high, s in covers if low <= begin and end <= high]
        piece = verbatim(line[begin:end])
        if worst:
            name = max(worst, key=lambda severity: severity.rank).value
            piece = f'<mark class="{name}">{piece}</mark>'
        yield piece
    if len(line) > LONGEST:
        yield "…"


def _columns(span: Span, length: int) -> tuple[int, int]:
    """The stretch of the first line that a span covers, from 0, at least a character if any."""
    low = min(span.column - 1, length)
    high = min(span.end_column - 1, length) if span.end_line == span.line else length
    return low, min(length, max(high, low + 1))


def _card(finding: Finding, cited: set[str]) -> Iterator[str]:
    """One finding: what is wrong, the sum, what to do, who found it out.

    `cited` are the rules whose evidence is open above; of those it is folded.
    """
    severity, rule = finding.severity.value, link(finding.rule, finding.url)
    yield f'<article class="finding {severity}">'
    yield (
        f'<p class="lead"><span class="badge {severity}">{severity}</span> <b>{rule}</b> '
        f"{text(finding.name)} <span class='faint'>{_place(finding)}</span></p>"
    )
    yield f'<p class="message">{prose(finding.message)}</p>'
    if finding.inputs:
        rows = ((text(i.name), text(i.value), text(i.origin)) for i in finding.inputs)
        yield from table(("Value", "Is", "Comes from"), rows, "sum")
    if finding.help:
        yield f"<p><b>Help:</b> {prose(finding.help)}</p>"
    if finding.fix is not None:
        yield from _fix(finding.fix)
    if finding.evidence and finding.rule in cited:
        yield from fold("Evidence, as above", _evidence(finding))
    elif finding.evidence:
        cited.add(finding.rule)
        yield "<p><b>Evidence:</b></p>"
        yield from _evidence(finding)
    yield "</article>"


def _place(finding: Finding) -> str:
    parts = [f"line {finding.span.line}, column {finding.span.column}"]
    if finding.key:
        parts.append(text(finding.key))
    if finding.phase:
        parts.append(f"phase {text(finding.phase)}")
    return " · ".join(parts)


def _fix(fix: Fix) -> Iterator[str]:
    kind = "safe" if fix.safe else "changes what the run does"
    yield f"<p><b>Fix</b> ({kind}): {prose(fix.title)}</p>"
    for edit in fix.edits:
        place = (
            f"{edit.span.line}:{edit.span.column} to {edit.span.end_line}:{edit.span.end_column}"
        )
        yield f'<p class="faint">{place} becomes <code>{text(edit.text) or "nothing"}</code></p>'


def _evidence(finding: Finding) -> Iterator[str]:
    yield "<ul>"
    for cited in finding.evidence:
        where = f", {prose(cited.where)}" if cited.where else ""
        finds = f": {prose(cited.finds)}" if cited.finds else ""
        status = f'<span class="faint">({text(cited.status)})</span>'
        yield f"<li><cite>{text(cited.source)}</cite>{where}{finds} {status}</li>"
    yield "</ul>"
