"""`recipelint compare` as Markdown, for comments and job summaries."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.cli.compare_blocks import Cell, Note, Row, Section, closing, head
from recipelint.comparison import Comparison
from recipelint.reporters.markdown import escape


def render(found: Comparison, sections: list[Section], everything: bool) -> str:
    """A heading, the sides, a table for each section with what rules say below it, the sum."""
    top = head(found)
    parts = ["## recipelint compare", f"- **A**: {escape(top.a)}\n- **B**: {escape(top.b)}"]
    if top.why:
        parts.append(escape(top.why))
    for section in sections:
        parts.append(f"### {escape(section.title)}")
        rows = [row for group in section.groups for row in group.rows]
        if rows:
            parts.append("\n".join(_table(rows)))
        notes = [_note(note) for group in section.groups for note in group.notes]
        if notes:
            parts.append("\n".join(notes))
    return "\n\n".join([*parts, closing(found, everything)]) + "\n"


def _table(rows: list[Row]) -> Iterator[str]:
    ratios = any(row.ratio for row in rows)
    yield "| | A | B |" + " A / B |" * ratios
    yield "|---|---|---|" + "---|" * ratios
    for row in rows:
        cells = [escape(row.name), _cell(row.a), _cell(row.b), *([row.ratio] * ratios)]
        yield f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    value = escape(cell.value)
    return f"{value} <sub>{escape(cell.origin)}</sub>" if cell.origin else value


def _note(note: Note) -> str:
    where = "both" if note.side == "both" else note.side
    return f"- {note.severity.value} **{escape(note.rule)}** on {where}: {escape(note.message)}"
