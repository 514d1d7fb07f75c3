"""Plain tables, aligned by display width, whose last column is wrapped."""

from __future__ import annotations

from collections.abc import Sequence

from recipelint.reporters.sanitize import width
from recipelint.reporters.style import wrap

_GAP = 2
_NARROWEST_LAST = 24
_WIDEST_FIRST = 34
"""A longer first cell has a line of its own, so that one long name does not squeeze all others."""


def table(rows: Sequence[Sequence[str]], room: int) -> list[str]:
    """The rows as lines of at most `room` columns, where that leaves the last column 24."""
    if not rows:
        return []
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    if widths:
        short = [width(row[0]) for row in rows if width(row[0]) <= _WIDEST_FIRST]
        widths[0] = max(short, default=0)
    hanging = sum(widths) + _GAP * len(widths)
    last = max(room - hanging, _NARROWEST_LAST)
    lines = []
    for row in rows:
        cells = list(row[:-1])
        if cells and width(cells[0]) > widths[0]:
            lines.append(cells[0])
            cells[0] = ""
        lead = "".join(_padded(cell, w + _GAP) for cell, w in zip(cells, widths, strict=True))
        first, *rest = wrap(row[-1], last) or [""]
        lines.append(f"{lead}{first}".rstrip())
        lines.extend(f"{' ' * hanging}{part}" for part in rest)
    return lines


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
