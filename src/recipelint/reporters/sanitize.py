"""Text from files made safe to print: what could steer a terminal or a build log becomes visible.

Recipes come from strangers. A key may hold an ANSI escape that repaints the terminal, a
bidirectional override that shows text in another order than it is read, or a workflow command
that a build runner obeys. Every reporter passes every string that is not its own through here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_MARKUP = r"##(?=\w*\[)"
"""`##[command]` (GitHub and Azure runners obey it anywhere in a line, see `ActionCommand.TryParse`
in actions/runner), `##vso[` and `##teamcity[`."""

_MARKS = frozenset({"Mn", "Me"})
_MARKS_IN_A_ROW = 3
LONGEST = 600
"""Characters of one string that are printed; longer ones are cut, with an ellipsis."""


def visible(text: str, limit: int = LONGEST) -> str:
    """`text` on one line, at most `limit` characters of it, with nothing hidden in it.

    Line ends and tabs become blanks. What has no glyph (controls, bidirectional and zero-width
    characters, lone surrogates, blanks other than the space) becomes its escape (`\\x1b`,
    `\\u202e`), and so do combining marks after the third in a row. The second `#` of a build
    runner's markup becomes `\\x23`.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable() and "##" not in text:
        return text
    return "".join(" " if raw in "\t\r\n" else shown for raw, shown in cells(text))


def cells(text: str) -> Iterator[tuple[str, str]]:
    """Each character with what is printed for it: itself or its escape."""
    disarmed = {match.start() + 1 for match in re.finditer(_MARKUP, text)}
    marks = 0
    for index, char in enumerate(text):
        marks = marks + 1 if unicodedata.category(char) in _MARKS else 0
        hidden = not char.isprintable() or marks > _MARKS_IN_A_ROW or index in disarmed
        yield char, escape(char) if hidden else char


def escape(char: str) -> str:
    """The escape of a character as Python and YAML write it."""
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(text: str) -> int:
    """Columns that `text` takes in a terminal: two for wide characters, none for marks."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.category(char) in _MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def line(text: str) -> str:
    """A finished line that no build runner takes for a command.

    GitHub's runner obeys a line whose first characters after blanks are `::`; a path or a wrapped
    message could begin that way.
    """
    bare = text.lstrip()
    if not bare.startswith("::"):
        return text
    return text[: len(text) - len(bare)] + "\\x3a" + bare[1:]
