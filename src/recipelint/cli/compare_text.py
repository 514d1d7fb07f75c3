"""The table that `recipelint compare` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from recipelint.cli.compare_blocks import UNKNOWN, Cell, Group, Note, Row, Section, closing, head
from recipelint.comparison import Comparison
from recipelint.reporters.sanitize import line, width
from recipelint.reporters.style import Style, wrap

_INDENT = "  "
_PIECES = re.compile(r"[^\s/_.-]*(?:\s+|[/_.-]|$)")
_GAP = 2
_ORIGINS = (2, 4)
"""Which columns hold origins."""
_NAME_SHARE = 0.36
_SHORTEST_NAME, _LONGEST_NAME = 20, 34
_ORIGIN_SHARE = 0.4
_SHORTEST_ORIGIN, _SHORTEST_VALUE = 6, 6


class _Widths(NamedTuple):
    """Columns of the table. The four of a value and its origin are the same on both sides."""

    name: int
    value: int
    origin: int


def render(
    found: Comparison, sections: list[Section], everything: bool, style: Style, columns: int
) -> str:
    """The sides, the sections as one table, and the sum."""
    lines = [
        *_heading(found, style, columns),
        *_body(sections, style, columns),
        "",
        *wrap(closing(found, everything), columns),
    ]
    return "\n".join(map(line, lines)) + "\n"


def _heading(found: Comparison, style: Style, columns: int) -> Iterator[str]:
    top = head(found)
    yield from _hanging(style, "A", top.a, columns)
    yield from _hanging(style, "B", top.b, columns)
    yield from (style.paint(f"   {part}", "faint") for part in wrap(top.why, columns - 3))


def _body(sections: list[Section], style: Style, columns: int) -> Iterator[str]:
    widths = _widths(sections, columns)
    for section in sections:
        yield ""
        yield _title(section, style, widths)
        for group in section.groups:
            yield from _group(group, style, widths, columns)


def _hanging(style: Style, letter: str, text: str, columns: int) -> Iterator[str]:
    for index, part in enumerate(wrap(text, columns - 3)):
        yield f"{style.paint(letter, 'label') if index == 0 else ' '}  {part}"


def _widths(sections: list[Section], columns: int) -> _Widths:
    """Widths that hold the rows where they can; a value that is too long is wrapped."""
    listed = [row for section in sections for group in section.groups for row in group.rows]
    widest = max(_SHORTEST_NAME, min(_LONGEST_NAME, int(columns * _NAME_SHARE)))
    names = [len(section.title) - len(_INDENT) for section in sections]
    names += [width(row.name) for row in listed]
    name = max((name for name in names if name <= widest), default=widest)
    side = (columns - len(_INDENT) - name - 2 * _GAP) // 2
    cells = [cell for row in listed for cell in _cells(row)]
    values = max((width(cell.value) for cell in cells), default=0)
    origins = max((width(cell.origin) for cell in cells), default=0)
    room = side - _GAP
    origin = min(origins, max(int(room * _ORIGIN_SHARE), _SHORTEST_ORIGIN, room - values))
    return _Widths(name, min(values, max(room - origin, _SHORTEST_VALUE)), origin)


def _title(section: Section, style: Style, widths: _Widths) -> str:
    """The title with the names of the columns behind it."""
    text = _padded(_cut(section.title, widths.name), len(_INDENT) + widths.name + _GAP)
    text += _padded("A", widths.value + widths.origin + 2 * _GAP)
    if any(row.ratio for group in section.groups for row in group.rows):
        text += _padded("B", widths.value + _GAP) + "A / B"
    else:
        text += "B"
    return style.paint(text, "label")


def _group(group: Group, style: Style, widths: _Widths, columns: int) -> Iterator[str]:
    for row in group.rows:
        yield from _row(row, style, widths)
    for note in group.notes:
        yield from _note(note, style, columns)


def _row(row: Row, style: Style, widths: _Widths) -> Iterator[str]:
    name = row.name
    if width(name) > widths.name:
        yield f"{_INDENT}{name}"
        name = ""
    a, b = (_cell(cell, widths) for cell in _cells(row))
    for index, (left, right) in enumerate(zip_longest(a, b, fillvalue=Cell(""))):
        columns = [(name if index == 0 else "", widths.name), *zip(left, widths[1:], strict=True)]
        columns += zip(right, widths[1:], strict=True)
        yield _INDENT + _joined(columns, style)


def _joined(columns: list[tuple[str, int]], style: Style) -> str:
    """Texts side by side, each in its width; nothing stands behind the last of them."""
    last = max(index for index, (text, _) in enumerate(columns) if text)
    parts = []
    for index, (text, size) in enumerate(columns[: last + 1]):
        faint = index in _ORIGINS or text == UNKNOWN
        room = size - width(text) + _GAP if index < last else 0
        parts.append((style.paint(text, "faint") if faint else text) + " " * room)
    return "".join(parts)


def _cells(row: Row) -> tuple[Cell, Cell]:
    """The cells of a row; a ratio stands where the origin of B's value would."""
    return row.a, row.b._replace(origin=row.ratio) if row.ratio else row.b


def _cell(cell: Cell, widths: _Widths) -> list[Cell]:
    """A cell line by line; its origin stands on the first."""
    first, *rest = _broken(cell.value, widths.value) or [""]
    return [Cell(first, _cut(cell.origin, widths.origin)), *map(Cell, rest)]


def _note(note: Note, style: Style, columns: int) -> Iterator[str]:
    where = "on both" if note.side == "both" else f"on {note.side}"
    head = f"{note.severity.value} {note.rule} {where}: "
    indent = _INDENT * 2
    room = columns - len(indent)
    parts = wrap(head + note.message, room - len(_INDENT))
    for index, part in enumerate(parts):
        if index == 0:
            rule = style.link(note.rule, note.url)
            shown = part.replace(note.rule, rule, 1)
            mark = style.severity(note.severity.value, note.severity)
            yield indent + shown.replace(note.severity.value, mark, 1)
        else:
            yield f"{indent}{_INDENT}{part}"


def _broken(value: str, room: int) -> list[str]:
    """A value in lines; names of models and paths are broken behind `/`, `-`, `_` and `.`."""
    lines = [""]
    for piece in _PIECES.findall(value):
        if width(lines[-1] + piece.rstrip()) > room and lines[-1]:
            lines.append("")
        lines[-1] += piece
    return [part for each in lines for part in wrap(each, room)]


def _cut(text: str, room: int) -> str:
    """The beginning of a text that is too long."""
    if width(text) <= room:
        return text
    kept = ""
    for char in text:
        if width(kept + char) >= room:
            break
        kept += char
    return f"{kept.rstrip()}…"


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
