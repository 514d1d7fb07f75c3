"""Colour, links and line breaking for terminals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from recipelint.findings import Severity
from recipelint.reporters.sanitize import width

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "gutter": "34",
    "path": "1",
    "label": "1",
    "faint": "2",
}


class Style(NamedTuple):
    """Writes ANSI codes and OSC 8 links where the output understands them."""

    color: bool
    hyperlinks: bool

    def paint(self, text: str, role: str) -> str:
        """`text` in the colour of a role or a severity."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.color and text else text

    def severity(self, text: str, severity: Severity) -> str:
        """`text` in the colour of a severity."""
        return self.paint(text, severity.value)

    def link(self, text: str, url: str | None) -> str:
        """`text` as a link; only web addresses are linked, whatever a rule file holds."""
        if not self.hyperlinks or url is None or not url.startswith(("https://", "http://")):
            return text
        from urllib.parse import quote

        safe = quote(url, safe=":/?#[]@!$&'()*+,;=%-._~")
        return f"\x1b]8;;{safe}\x1b\\{text}\x1b]8;;\x1b\\"


def wrap(text: str, room: int) -> list[str]:
    """`text` in lines of at most `room` columns, broken at blanks and, where it must be, in words.

    Textwrap counts characters; this counts columns, so wide scripts stay inside.
    """
    lines: list[str] = []
    current = ""
    for word in text.split():
        for piece in _pieces(word, room):
            joined = f"{current} {piece}" if current else piece
            if width(joined) <= room:
                current = joined
                continue
            lines.append(current)
            current = piece
    return [*lines, current] if current else lines


def _pieces(word: str, room: int) -> Iterator[str]:
    if width(word) <= room:
        yield word
        return
    piece, used = "", 0
    for char in word:
        columns = width(char)
        if used + columns > room and piece:
            yield piece
            piece, used = "", 0
        piece, used = piece + char, used + columns
    yield piece
