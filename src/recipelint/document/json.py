"""JSON into nodes, on the standard library's own pieces, with the place of every key and value.

Two kinds of reader exist. `json.load` (transformers, accelerate) takes JSON and the constants
NaN and Infinity; `hjson.load` (DeepSpeed) also takes comments, trailing commas, bare keys, and
line ends instead of commas. The tree holds what the second reads; the problem `lenient-json`
says, once for each liberty, that the first refuses the file.
"""

from __future__ import annotations

import json.decoder
import re
from bisect import bisect_right
from collections.abc import Callable
from json.decoder import JSONDecodeError
from json.scanner import NUMBER_RE

from recipelint.document.limits import LIMITS, Limits
from recipelint.document.nodes import (
    UNRESOLVED,
    Document,
    Entry,
    Mapping,
    Problem,
    Scalar,
    Sequence,
    duplicate_key,
)
from recipelint.findings import Span

_scanstring = json.decoder.scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
_BLANK = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"(?://|\#)[^\r\n]*|/\*.*?\*/", re.DOTALL)
_NUMBER_LIKE = re.compile(r"[-+.\d][-+.\w]*")
_WORD = re.compile(r"[^\W\d][\w.-]*")
_PLACEHOLDER = re.compile(
    r"\$\{[^{}\n]*\}|\{\{[^{}\n]*\}\}|<[^<>\n]*>|%[^%\s]*%|[$@]?[^\W\d][\w.-]*"
)
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None}
_NOT_FINITE = {name: float(name) for name in ("NaN", "Infinity", "-Infinity")}
_PYTHON: dict[str, tuple[str, object]] = {
    "True": ("true", True),
    "False": ("false", False),
    "None": ("null", None),
}


def parse(text: str, path: str, limits: Limits = LIMITS) -> Document:
    """Parse `text` (without a byte order mark) into a document; never raises on any text.

    Problems: `syntax`, `duplicate-key`, `too-large`, `lenient-json` (`json.load` refuses what
    `hjson.load` reads), `json-constant` (NaN, Infinity: not JSON, but `json.load` reads it) and
    `placeholder` (a bare word for a value, as in templates). All but `syntax` leave a whole tree.
    """
    parser = _Parser(text, limits)
    document = Document(path, text, "json", None, parser.problems)
    try:
        parser.whole_text()
    except _StopError as stop:
        parser.problems.append(stop.problem)
        document.broken = True
    document.root = parser.root
    return document


_Place = Callable[[Scalar | Mapping | Sequence], None]


class _StopError(Exception):
    """The rest of the text cannot be read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Parser:
    """A recursive descent over the text. `at` is the offset of the next character.

    Collections join the tree before they are filled, so that it holds what stands before an
    error; until its closing bracket is read, a collection's span ends with its last part.
    """

    def __init__(self, text: str, limits: Limits) -> None:
        self.root: Scalar | Mapping | Sequence | None = None
        self.problems: list[Problem] = []
        self.at = 0
        self._text = text
        self._limits = limits
        self._lines = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]
        self._noted: set[str] = set()
        self._depth = 0
        self._count = 0

    def whole_text(self) -> None:
        """Read one value and see that nothing follows it. Raises _StopError."""
        self._blank()
        self._value(self._set_root)
        self._blank()
        if self.at < len(self._text):
            raise self._stop("more text behind the end of the value")

    def _set_root(self, node: Scalar | Mapping | Sequence) -> None:
        self.root = node

    # Places

    def _span(self, start: int, end: int) -> Span:
        lines = self._lines
        first = last = bisect_right(lines, start) - 1
        if last + 1 < len(lines) and end >= lines[last + 1]:
            last = bisect_right(lines, end, lo=first) - 1
        return Span(first + 1, start - lines[first] + 1, last + 1, end - lines[last] + 1)

    def _stop(self, message: str, start: int | None = None, end: int | None = None) -> _StopError:
        begin = self.at if start is None else start
        stop = min(begin + 1, len(self._text)) if end is None else end
        return _StopError(Problem("syntax", message, self._span(begin, stop)))

    def _beyond(self, limit: str, what: str) -> _StopError:
        span = self._span(self.at, min(self.at + 1, len(self._text)))
        return _StopError(self._limits.reached(limit, what, span))

    def _note(
        self, code: str, kind: str, message: str, start: int, end: int, instead: str | None = None
    ) -> None:
        """Record a problem at the first place of its kind."""
        if kind not in self._noted:
            self._noted.add(kind)
            span = self._span(start, end)
            self.problems.append(Problem(code, message, span, instead=instead))

    def _lenient(self, what: str, start: int, end: int, instead: str | None = None) -> None:
        message = f"{what}: strict JSON readers refuse the file"
        self._note("lenient-json", what, message, start, end, instead)

    # Tokens

    def _peek(self) -> str:
        return self._text[self.at : self.at + 1]

    def _blank(self) -> None:
        """Pass over white space and comments."""
        while True:
            self.at = _end(_BLANK.match(self._text, self.at), self.at)
            if self._peek() not in ("/", "#") or not self._peek():
                return
            comment = _COMMENT.match(self._text, self.at)
            if comment is None:
                unclosed = self._text.startswith("/*", self.at)
                raise self._stop("a comment that never ends" if unclosed else self._unexpected())
            self._lenient("a comment", self.at, comment.end())
            self.at = comment.end()

    def _unexpected(self) -> str:
        char = self._peek()
        return f"unexpected {char!r}" if char else "the text ends too early"

    def _string(self) -> str:
        try:
            text, self.at = _scanstring(self._text, self.at + 1, True)
        except JSONDecodeError as error:
            place = min(error.pos, len(self._text))
            raise self._stop(f"{error.msg.removesuffix(' at')} (a string)", place) from None
        return str(text)

    def _counted(self) -> None:
        """Count a key or a value."""
        self._count += 1
        if self._count > self._limits.values:
            raise self._beyond("values", "more values")

    # Values

    def _value(self, place: _Place) -> None:
        """Read a value and hand its node to `place`, collections before they are filled."""
        start, char = self.at, self._peek()
        self._counted()
        if char == "{" and not self._text.startswith("{{", start):
            self._collection(Mapping(self._span(start, start + 1)), place)
        elif char == "[":
            self._collection(Sequence(self._span(start, start + 1)), place)
        elif char == '"':
            text = self._string()
            place(Scalar(text, self._span(start, self.at), "json", native=text))
        elif number := _NUMBER_LIKE.match(self._text, start):
            place(self._number(number))
        else:
            place(self._word())

    def _scalar(self, match: re.Match[str], native: object) -> Scalar:
        self.at = match.end()
        return Scalar(match.group(), self._span(*match.span()), "json", native=native)

    def _number(self, match: re.Match[str]) -> Scalar:
        text = match.group()
        if text == "-Infinity":
            return self._not_finite(match)
        parts = NUMBER_RE.fullmatch(text)
        if parts is None:
            raise self._stop(f"`{text[:40]}` is not a number in JSON", *match.span())
        if parts.group(2) or parts.group(3):
            return self._scalar(match, float(text))
        try:
            return self._scalar(match, int(text))
        except ValueError:  # Python's limit on the digits of an integer
            message = f"an integer of {len(text):,} digits, which Python's readers refuse"
            self._note("too-large", "integer", message, *match.span())
            return self._scalar(match, text)

    def _not_finite(self, match: re.Match[str]) -> Scalar:
        text = match.group()
        self._note(
            "json-constant", text, f"`{text}` is not JSON, though Python reads it", *match.span()
        )
        return self._scalar(match, _NOT_FINITE[text])

    def _word(self) -> Scalar:
        match = _WORD.match(self._text, self.at) or _PLACEHOLDER.match(self._text, self.at)
        if match is None:
            raise self._stop(f"{self._unexpected()} where a value belongs")
        text = match.group()
        if text in _CONSTANTS:
            return self._scalar(match, _CONSTANTS[text])
        if text in _NOT_FINITE:
            return self._not_finite(match)
        if text in _PYTHON:
            json_word, native = _PYTHON[text]
            self.problems.append(
                Problem(
                    "syntax",
                    f"`{text}` is Python; JSON has `{json_word}`",
                    self._span(*match.span()),
                    help=f"write `{json_word}`",
                    instead=json_word,
                )
            )
            return self._scalar(match, native)
        message = f"`{text[:40]}` is a placeholder: the file is a template"
        self._note("placeholder", "placeholder", message, *match.span())
        return self._scalar(match, UNRESOLVED)

    # Collections

    def _collection(self, node: Mapping | Sequence, place: _Place) -> None:
        if self._depth >= self._limits.depth:
            raise self._beyond("depth", "more levels")
        place(node)
        self._depth += 1
        start, self.at = self.at, self.at + 1
        try:
            self._members(node)
        finally:
            node.span = self._span(start, self.at)
            self._depth -= 1
        if isinstance(node, Mapping):
            self._duplicates(node)

    def _members(self, node: Mapping | Sequence) -> None:
        """Read members up to and with the closing bracket."""
        closing = "}" if isinstance(node, Mapping) else "]"
        self._blank()
        while self._peek() != closing:
            if isinstance(node, Mapping):
                self._entry(node.entries)
            else:
                self._value(node.items.append)
            end = self.at
            self._blank()
            if self._peek() == ",":
                comma = self.at
                self.at += 1
                self._blank()
                if self._peek() == closing:
                    self._lenient(f"a comma before `{closing}`", comma, comma + 1, "")
            elif self._peek() != closing:
                self._missing_comma(end, closing)
        self.at += 1

    def _missing_comma(self, end: int, closing: str) -> None:
        """`hjson` takes a line end for a comma; nothing reads two members in one line."""
        between = self._text[end : self.at]
        if not self._peek() or ("\n" not in between and "\r" not in between):
            raise self._stop(f"{self._unexpected()} where `,` or `{closing}` belongs")
        self._lenient("no comma between two lines", end - 1, end, f"{self._text[end - 1]},")

    def _entry(self, entries: list[Entry]) -> None:
        start = self.at
        self._counted()
        key = self._key()
        span = self._span(start, self.at)
        self._blank()
        if self._peek() != ":":
            raise self._stop(f"{self._unexpected()} where `:` belongs")
        self.at += 1
        self._blank()
        self._value(lambda value: entries.append(Entry(key, span, value)))

    def _key(self) -> str:
        if self._peek() == '"':
            return self._string()
        bare = _WORD.match(self._text, self.at)
        if bare is None:
            raise self._stop(f"{self._unexpected()} where a key in double quotes belongs")
        self._lenient("a key without quotes", *bare.span(), f'"{bare.group()}"')
        self.at = bare.end()
        return bare.group()

    def _duplicates(self, node: Mapping) -> None:
        seen: dict[str, Entry] = {}
        for entry in node.entries:
            first = seen.setdefault(entry.key, entry)
            if first is not entry:
                self.problems.append(duplicate_key(first, entry))


def _end(match: re.Match[str] | None, otherwise: int) -> int:
    return match.end() if match else otherwise
