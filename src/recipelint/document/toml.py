"""TOML into nodes: `tomllib` says what the text means, a scan of its tokens says where.

The scan takes a superset of TOML and stops at the first thing that it cannot place. The values
are those of `tomllib`, laid onto the scanned tree, so they cannot differ from what a loader sees.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import Any

from recipelint.document.limits import LIMITS, TOO_LARGE, Limits
from recipelint.document.nodes import Document, Entry, Mapping, Node, Problem, Scalar, Sequence
from recipelint.findings import Span

_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_KEY_PART = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\\n]++|\\.)*+"|\'[^\'\n]*+\'')
_STRING = re.compile(
    r'"{3}(?:[^"\\]++|\\.|"(?!""))*+"{3,5}'
    r"|'{3}(?:[^']++|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*+'",
    re.DOTALL,
)
_BARE = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]+|[^\s,\[\]{}#=\"']+")
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


_TOO_LONG = re.compile(r"\d[\d_]{4300,}")
_Key = list[tuple[str, Span]]


def parse(text: str, path: str, limits: Limits = LIMITS) -> Document:
    """Parse `text` (without a byte order mark) into a document; never raises on any text.

    Problems: `syntax` (the tree then holds what stands before it) and `too-large`. What goes
    beyond a limit is not given to `tomllib`: long dotted keys cost it the square of their length.
    """
    scan = _Scan(text, limits)
    document = Document(path, text, "toml", scan.root)
    problem = scan.run()
    if problem is None or problem.code == "syntax":
        try:
            values = tomllib.loads(text)
        except ValueError as error:
            problem = _problem(error, scan, problem)
        else:
            if problem is None:
                _lay(scan.root, values)
    if problem is not None:
        document.problems.append(problem)
        document.broken = True
        document.root = _before(scan, problem.span)
    return document


def _problem(error: ValueError, scan: _Scan, stopped: Problem | None) -> Problem:
    """The parser's complaint at its place; integers beyond Python's limit come without one."""
    message = str(error)
    found = _PLACE.search(message)
    long = None if found else _TOO_LONG.search(scan.text)
    if long:
        what = f"an integer of {len(long.group()):,} digits, which Python's readers refuse"
        return Problem(TOO_LARGE, what, scan.span(*long.span()))
    if found and found.group(1):
        line, column = int(found.group(1)), int(found.group(2))
        start = scan.offset(Span(line, column, line, column))
        span = scan.span(start, min(start + 1, len(scan.text)))
    elif stopped:  # a string without its end: the text's end says less than the string's start
        span = stopped.span
    else:
        span = scan.span(len(scan.text), len(scan.text))
    what = message[: found.start()] if found else message
    return Problem("syntax", what[:1].lower() + what[1:], span)


def _before(broken: _Scan, place: Span) -> Mapping:
    """The tree of the whole statements before `place`."""
    end = broken.offset(place)
    starts = [start for start in broken.starts if start <= end]
    for start in reversed(starts[-3:]):  # a clash of keys is noticed behind its statement
        scan = _Scan(broken.text[:start], broken.limits)
        try:
            values = tomllib.loads(scan.text)
        except ValueError:
            continue
        if scan.run() is None:
            _lay(scan.root, values)
            return scan.root
    return Mapping(Span(1, 1, 1, 1))


def _lay(node: Node, value: Any) -> None:
    """Give every scalar of the scanned tree its value."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            _lay(entry.value, value[entry.key])
    elif isinstance(node, Sequence):
        for item, part in zip(node.items, value, strict=True):
            _lay(item, part)
    elif isinstance(node, Scalar):
        node.native = value
        if isinstance(value, str):
            node.text = value


class _StopError(Exception):
    """The scan cannot go on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Scan:
    """One pass over the text. `at` is the next character's offset, `starts` each statement's."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self._count = 0
        self.at = 0
        self.starts: list[int] = []
        self._lines = [0, *(m.end() for m in re.finditer(r"\n", text))]
        self.root = Mapping(self.span(0, len(text)))
        self._path: list[Mapping | Sequence] = [self.root]
        self._known: dict[int, dict[str, Entry]] = {}

    def run(self) -> Problem | None:
        """Scan the whole text; what stopped the scan, if anything did."""
        try:
            self._statements()
        except _StopError as stop:
            return stop.problem
        return None

    # Places

    def span(self, start: int, end: int) -> Span:
        """The stretch between two offsets."""
        first = bisect_right(self._lines, start) - 1
        last = bisect_right(self._lines, end, lo=first) - 1
        lines = self._lines
        return Span(first + 1, start - lines[first] + 1, last + 1, end - lines[last] + 1)

    def offset(self, place: Span) -> int:
        """The offset at which `place` starts."""
        return self._lines[min(place.line, len(self._lines)) - 1] + place.column - 1

    def _lost(self) -> _StopError:
        end = min(self.at + 1, len(self.text))
        return _StopError(Problem("syntax", "not TOML", self.span(self.at, end)))

    # Tokens

    def _skip(self, pattern: re.Pattern[str]) -> str:
        """Pass over `pattern`; the character behind it, or an empty text."""
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise self._lost()
        self.at = match.end()
        return match

    def _expect(self, token: str) -> None:
        if not self.text.startswith(token, self.at):
            raise self._lost()
        self.at += len(token)

    # Statements

    def _statements(self) -> None:
        while self._skip(_BLANK_LINES):
            self.starts.append(self.at)
            if self.text.startswith("[", self.at):
                self._header()
            else:
                self._pair(self._path)
            if self._skip(_BLANK) not in ("", "#", "\r", "\n"):
                raise self._lost()

    def _header(self) -> None:
        start = self.at
        brackets = "[[" if self.text.startswith("[[", start) else "["
        self._expect(brackets)
        self._skip(_BLANK)
        key = self._key()
        self._expect("]" * len(brackets))
        span = self.span(start, self.at)
        if brackets == "[":
            self._path = self._descend([self.root], key, span)
        else:
            above = self._descend([self.root], key[:-1], span)
            self._path = [*above, *self._append_table(above[-1], key[-1], span)]
        self._extend(self._path, span)

    def _append_table(
        self, parent: Mapping | Sequence, last: tuple[str, Span], span: Span
    ) -> list[Mapping | Sequence]:
        entry = self._index(parent).get(last[0])
        if entry is None:
            entry = self._add(parent, last, Sequence(span))
        if not isinstance(entry.value, Sequence):
            raise self._lost()
        table = Mapping(span)
        entry.value.items.append(table)
        return [entry.value, table]

    def _pair(self, path: list[Mapping | Sequence]) -> None:
        """Read `key = value` into the last collection of `path`."""
        key = self._key()
        self._expect("=")
        self._skip(_BLANK)
        table = self._descend(path, key[:-1], key[0][1])
        start = self.at
        value = self._value(table)
        self._add(table[-1], key[-1], value)
        self._extend(table, self.span(start, self.at))

    # Keys

    def _key(self) -> _Key:
        """Read a key of one or more parts, and the blanks behind it."""
        parts: _Key = []
        while True:
            self._counted()
            match = self._take(_KEY_PART)
            parts.append((self._decoded(match.group()), self.span(*match.span())))
            self._check_depth(len(parts))
            if self._skip(_BLANK) != ".":
                return parts
            self.at += 1
            self._skip(_BLANK)

    def _decoded(self, source: str) -> str:
        if source[0] not in "\"'":
            return source
        if source[0] == "'" or "\\" not in source:
            return source[1:-1]
        try:
            return str(tomllib.loads(f"v = {source}")["v"])
        except ValueError:
            raise self._lost() from None

    def _descend(
        self, path: list[Mapping | Sequence], key: _Key, span: Span
    ) -> list[Mapping | Sequence]:
        """The collections from the first of `path` down to the table at `key`, made if new."""
        path = list(path)
        for part in key:
            entry = self._index(path[-1]).get(part[0])
            if entry is None:
                entry = self._add(path[-1], part, Mapping(span))
            if isinstance(entry.value, Sequence) and entry.value.items:
                path.append(entry.value)
                entry = Entry(part[0], part[1], entry.value.items[-1])
            if not isinstance(entry.value, Mapping):
                raise self._lost()
            path.append(entry.value)
            self._check_depth(len(path) - 1)
        return path

    def _index(self, table: Mapping | Sequence) -> dict[str, Entry]:
        return self._known.setdefault(id(table), {})

    def _add(self, table: Mapping | Sequence, key: tuple[str, Span], value: Node) -> Entry:
        if not isinstance(table, Mapping):
            raise self._lost()
        entry = Entry(key[0], key[1], value)
        table.entries.append(entry)
        self._index(table)[key[0]] = entry
        return entry

    def _extend(self, path: list[Mapping | Sequence], inner: Span) -> None:
        """Let the tables of `path`, except the root, reach to the end of what joined them."""
        for node in path[1:]:
            own = node.span
            end = max((own.end_line, own.end_column), (inner.end_line, inner.end_column))
            node.span = Span(own.line, own.column, *end)

    def _check_depth(self, depth: int) -> None:
        if depth > self.limits.depth:
            raise self._beyond("depth", "more levels")

    def _counted(self) -> None:
        """Count a value, or a part of a key, which may make a table."""
        self._count += 1
        if self._count > self.limits.values:
            raise self._beyond("values", "more values")

    def _beyond(self, limit: str, what: str) -> _StopError:
        return _StopError(self.limits.reached(limit, what, self.span(self.at, self.at)))

    # Values

    def _value(self, path: list[Mapping | Sequence]) -> Node:
        """Read a value that belongs below `path`."""
        self._counted()
        start = self.text[self.at : self.at + 1]
        if start == "[":
            return self._array(path)
        if start == "{":
            return self._inline_table(path)
        match = self._take(_STRING if start in ("'", '"') else _BARE)
        return Scalar(match.group(), self.span(*match.span()), "toml")

    def _array(self, path: list[Mapping | Sequence]) -> Sequence:
        start = self.at
        node = Sequence(self.span(start, start + 1))
        inner = [*path, node]
        self._check_depth(len(inner) - 1)
        self.at += 1
        while self._skip(_BLANK_LINES) != "]":
            node.items.append(self._value(inner))
            if self._skip(_BLANK_LINES) != "]":
                self._expect(",")
        self.at += 1
        node.span = self.span(start, self.at)
        return node

    def _inline_table(self, path: list[Mapping | Sequence]) -> Mapping:
        start = self.at
        node = Mapping(self.span(start, start + 1))
        inner = [*path, node]
        self._check_depth(len(inner) - 1)
        self.at += 1
        while self._skip(_BLANK_LINES) != "}":
            self._pair(inner)
            if self._skip(_BLANK_LINES) != "}":
                self._expect(",")
        self.at += 1
        node.span = self.span(start, self.at)
        return node
