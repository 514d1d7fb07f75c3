"""Plain tables, aligned by display width, whose cells are wrapped where they must be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from recipelint.reporters.sanitize import width
from recipelint.reporters.style import wrap

_GAP = 2
_NARROWEST_MIDDLE = 16
_NARROWEST_LAST = 24
_WIDEST_FIRST = 34
"""A longer first cell has a line of its own, so that one long name does not squeeze all others."""


def table(rows: Sequence[Sequence[str]], room: int) -> list[str]:
    """The rows as lines of at most `room` columns, where that leaves the last column 24.

    The columns between the first and the last give way for that, down to 16.
    """
    if not rows:
        return []
    widths = _widths(rows, room)
    lines = []
    for row in rows:
        cells = list(row)
        if len(cells) > 1 and width(cells[0]) > widths[0]:
            lines.append(cells[0])
            cells[0] = ""
        parts = [wrap(cell, w) for cell, w in zip(cells, widths, strict=True)]
        lines += [_line(each, widths) for each in zip_longest(*parts, fillvalue="")] or [""]
    return lines


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """The width of each column; the last has what is left."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    if widths:
        widths[0] = max(
            (width(row[0]) for row in rows if width(row[0]) <= _WIDEST_FIRST), default=0
        )
    left = room - sum(widths) - _GAP * len(widths)
    for index in range(1, len(widths)):
        given = min(_NARROWEST_LAST - left, widths[index] - _NARROWEST_MIDDLE)
        if given > 0:
            widths[index] -= given
            left += given
    return [*widths, max(left, _NARROWEST_LAST)]


def _line(cells: Sequence[str], widths: list[int]) -> str:
    padded = (cell + " " * (w + _GAP - width(cell)) for cell, w in zip(cells, widths, strict=True))
    return "".join(padded).rstrip()
