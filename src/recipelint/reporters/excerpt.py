"""The piece of a source line that shows a span, fitted into the columns that there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from recipelint.document import Document
from recipelint.document.reader import format_of
from recipelint.findings import Span
from recipelint.reporters.sanitize import cells, width

TAB = 4
_CUT = "…"


class Excerpt(NamedTuple):
    """One printable line; the span covers `length` columns from column `offset`, from 0."""

    text: str
    offset: int
    length: int


@lru_cache(maxsize=8)
def lines_of(path: str, text: str) -> list[str]:
    """The lines of a file as its parser counts them."""
    return Document(path, text, format_of(path), None).lines


def excerpt(lines: list[str], span: Span, room: int) -> Excerpt | None:
    """The first line of `span` in at most `room` columns; None if the text has no such line."""
    if not 1 <= span.line <= len(lines):
        return None
    line = lines[span.line - 1]
    start = min(span.column - 1, len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    return fit(line, start, max(start, end), room)


def fit(line: str, start: int, end: int, room: int) -> Excerpt:
    """`line` around its characters `start` to `end`, cut on both sides where it is too long.

    At least the beginning of the span is shown. Only as much of the line is looked at as could
    be printed, so that many findings in one endless line stay cheap.
    """
    far_left, far_right = max(0, start - room), min(len(line), end + room)
    shown_to = min(end, start + room)
    pieces = _printed(line[far_left:shown_to] + line[end:far_right])  # a command may span the parts
    before, rest = pieces[: start - far_left], pieces[start - far_left :]
    inside, after = rest[: shown_to - start], rest[shown_to - start :]
    taken = _total(before) + _total(inside) + _total(after)
    needed = max(taken, _total(before) + 1)  # an empty span still has its caret
    whole = far_left == 0 and far_right == len(line) and end <= start + room
    if whole and needed <= room:
        text = "".join((*before, *inside, *after)).rstrip()
        return Excerpt(text, _total(before), max(1, _total(inside)))
    return _cut(before, inside, after, room, far_left > 0, far_right < len(line))


def _cut(
    before: list[str], inside: list[str], after: list[str], room: int, left: bool, right: bool
) -> Excerpt:
    """Fit the three parts; `left` and `right` say that there is more on that side."""
    span = _head(inside, room - 2)
    beside = room - 2 - _total(span)
    head = _tail(before, max(beside - min(_total(after), beside // 3), 0))
    tail = _head(after, beside - _total(head)) if len(span) == len(inside) else []
    more_left = _CUT if left or len(head) < len(before) else ""
    more_right = _CUT if right or len(tail) < len(after) or len(span) < len(inside) else ""
    text = f"{more_left}{''.join(head)}{''.join(span)}{''.join(tail)}{more_right}"
    return Excerpt(text.rstrip(), len(more_left) + _total(head), max(1, _total(span)))


def _printed(text: str) -> list[str]:
    """What is printed for each character, tabs expanded to the next stop."""
    shown: list[str] = []
    column = 0
    for raw, cell in cells(text):
        piece = " " * (TAB - column % TAB) if raw == "\t" else cell
        shown.append(piece)
        column += width(piece)
    return shown


def _total(pieces: Iterable[str]) -> int:
    return sum(width(piece) for piece in pieces)


def _head(pieces: list[str], room: int) -> list[str]:
    return list(_while_fitting(pieces, room))


def _tail(pieces: list[str], room: int) -> list[str]:
    return list(_while_fitting(reversed(pieces), room))[::-1]


def _while_fitting(pieces: Iterable[str], room: int) -> Iterator[str]:
    used = 0
    for piece in pieces:
        used += width(piece)
        if used > room:
            return
        yield piece
