"""YAML into nodes, by PyYAML's C parser where it is installed.

The tree is built from parser events rather than by `yaml.compose`: events carry the place of
each alias (the composer hands out the anchor's node), cost half as much because no implicit tag
is resolved, and let the depth be bounded before the C stack is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from recipelint.document.limits import LIMITS, TOO_LARGE, Limits
from recipelint.document.nodes import (
    Alias,
    Document,
    Entry,
    Mapping,
    Node,
    Problem,
    Scalar,
    Sequence,
    duplicate_key,
)
from recipelint.findings import Span

_TAG = "tag:yaml.org,2002:"
_MERGE = "<<"
_PROPERTIES = re.compile(r"(?:&[\w-]+|!\S*|[ \t\ufeff]+|(?<=[ \t])#.*|^#.*)*")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*")
_STYLES = {None: "plain", "": "plain", "'": "quoted", '"': "quoted", "|": "block", ">": "block"}

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _LimitError(Exception):
    """The input goes beyond a limit."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def parse(text: str, path: str, limits: Limits = LIMITS) -> Document:
    """Parse `text` (without a byte order mark) into a document; never raises on any text."""
    document = Document(path, text, "yaml", None)
    builder = _Builder(document, limits)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.feed(event)
    except yaml.MarkedYAMLError as error:
        builder.problems.append(_syntax_problem(error, document.lines))
        document.broken = True
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        builder.problems.append(_character_problem(text))
        document.broken = True
    except _LimitError as limit:
        builder.problems.append(limit.problem)
        document.broken = True
    roots = builder.roots
    first = roots[0] if roots else None
    document.root = None if isinstance(first, Alias) else first
    document.more = roots[1:]
    document.problems = builder.problems
    return document


def _syntax_problem(error: yaml.MarkedYAMLError, lines: list[str]) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    what = error.problem or "the file is not YAML"
    context = error.context_mark
    if context and error.context and (context.line, context.column) != (line - 1, column - 1):
        what = f"{what} ({error.context}, line {context.line + 1})"
    help_text = None
    if line <= len(lines) and "\t" in lines[line - 1][: column + 1]:
        help_text = "indent with spaces: YAML does not allow tabs there"
    return Problem("syntax", what, _character(lines, line, column), help_text)


def _character(lines: list[str], line: int, column: int) -> Span:
    """The place of one character; behind the last one of a line there is none."""
    line, column = (line, column) if line <= len(lines) else (len(lines), len(lines[-1]) + 1)
    length = len(lines[line - 1])
    return Span(line, min(column, length + 1), line, min(column, length) + 1)


def _character_problem(text: str) -> Problem:
    """The two parsers count the place of a bad character in bytes and in characters: look."""
    bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
    before = Document("", text[: bad.start()] if bad else "", "yaml", None).lines
    line, column = len(before), len(before[-1]) + 1
    what = f"a character that YAML does not allow: {bad.group()!a}" if bad else "not YAML"
    return Problem("syntax", what, Span(line, column, line, column + (bad is not None)))


class _Builder:
    """Turns the event stream into nodes. A frame is an open collection and its pending key."""

    def __init__(self, document: Document, limits: Limits) -> None:
        self._document = document
        self._limits = limits
        self.roots: list[Node] = []
        self.problems: list[Problem] = []
        self.last = Span(1, 1, 1, 1)
        self._frames: list[tuple[Mapping | Sequence, list[Any]]] = []
        self._anchors: dict[str, Node] = {}
        self._merges: dict[int, list[Entry]] = {}
        self._end = _end_of_text(document)
        self._extents: dict[int, tuple[int, int]] = {}
        self._count = 0

    def feed(self, event: yaml.Event) -> None:
        """Take the next event."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._open(event, Mapping(_span(event), tag=_tag(event)))
        elif kind is yaml.SequenceStartEvent:
            self._open(event, Sequence(_span(event), tag=_tag(event)))
        elif kind is yaml.AliasEvent:
            self._alias(event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._close(event)
        elif kind is yaml.DocumentStartEvent:
            self._anchors = {}

    def _scalar(self, event: Any) -> None:
        style = _STYLES.get(event.style, "plain")
        span = _span(event)
        if event.anchor or event.tag:
            span = _without_properties(span, self._document.lines)
        if style == "block":
            span = _trim_block(span, self._document.lines)
        elif self._end is not None and span > self._end:
            span = self._end
        self._place(Scalar(event.value, span, style, _tag(event)), event)

    def _open(self, event: Any, node: Mapping | Sequence) -> None:
        self._descend(1, node.span)
        self._place(node, event)
        self._frames.append((node, []))

    def _close(self, event: Any) -> None:
        node, _ = self._frames.pop()
        mark, last = event.end_mark, self.last
        if mark.column and event.end_mark.index > event.start_mark.index:
            end = (mark.line + 1, mark.column + 1)  # flow style: the bracket itself
        else:
            end = (last.end_line, last.end_column)  # block style: the last thing inside
        start = node.span
        node.span = Span(start.line, start.column, *max(end, (start.line, start.column)))
        self.last = Span(*end, *end)
        if isinstance(node, Mapping):
            self._finish(node)

    def _alias(self, event: Any) -> None:
        target = self._anchors.get(event.anchor)
        if target is None:
            span = _span(event)
            self.problems.append(Problem("syntax", f"no anchor is called {event.anchor!r}", span))
            self._place(Scalar("", span, "plain"), event)
            return
        if any(node is target for node, _ in self._frames):
            span = _span(event)
            self.problems.append(Problem(TOO_LARGE, "an anchor contains itself", span))
            self._place(Scalar("", span, "plain"), event)
            return
        alias = Alias(_span(event), target)
        values, levels = self._extent(target)
        self._descend(levels, alias.span)
        self._add(values, alias.span)
        self._place(alias, event)

    def _extent(self, node: Node) -> tuple[int, int]:
        """How many values and levels a whole node has, what its aliases stand for with it."""
        held = node.target if isinstance(node, Alias) else node
        if id(held) in self._extents:
            return self._extents[id(held)]
        parts: list[Node] = []
        if isinstance(held, Mapping):
            parts = [entry.value for entry in held.entries]
        elif isinstance(held, Sequence):
            parts = held.items
        inner = [self._extent(part) for part in parts]
        levels = max((deep for _, deep in inner), default=0) + (not isinstance(held, Scalar))
        found = self._extents[id(held)] = (1 + sum(count for count, _ in inner), levels)
        return found

    def _add(self, values: int, span: Span) -> None:
        self._count += values
        if self._count > self._limits.values:
            raise _LimitError(self._limits.reached("values", "more values", span))

    def _descend(self, levels: int, span: Span) -> None:
        if len(self._frames) + levels > self._limits.depth:
            raise _LimitError(self._limits.reached("depth", "more levels", span))

    def _place(self, node: Node, event: Any) -> None:
        self._add(1, node.span)
        self.last = node.span
        anchor = None if isinstance(node, Alias) else event.anchor
        if anchor:
            self._anchors[anchor] = node
        if not self._frames:
            self.roots.append(node)
            return
        parent, pending = self._frames[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif not pending:
            pending.append(node)
        else:
            self._entry(parent, pending.pop(), node)

    def _entry(self, parent: Mapping, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            target = key.target if isinstance(key, Alias) else key
            if not isinstance(target, Scalar):
                self.problems.append(
                    Problem("complex-key", "a key that is a list or a mapping", key.span)
                )
                return
            key = Scalar(target.text, key.span, target.style)
        entry = Entry(key.text, key.span, value)
        if key.text == _MERGE and key.style == "plain":
            self._merges.setdefault(id(parent), []).append(entry)
        else:
            parent.entries.append(entry)

    def _finish(self, node: Mapping) -> None:
        seen: dict[str, Entry] = {}
        for entry in node.entries:
            first = seen.setdefault(entry.key, entry)
            if first is not entry:
                self.problems.append(duplicate_key(first, entry))
        for merge in reversed(self._merges.pop(id(node), [])):  # to PyYAML the last one wins
            node.entries.extend(self._merged(merge, {e.key for e in node.entries}))

    def _merged(self, merge: Entry, taken: set[str]) -> Iterator[Entry]:
        """Entries that a merge key brings in; earlier maps of a list win (YAML 1.1 merge type)."""
        target = merge.value.target if isinstance(merge.value, Alias) else merge.value
        maps = target.items if isinstance(target, Sequence) else [target]
        for item in maps:
            source = item.target if isinstance(item, Alias) else item
            if not isinstance(source, Mapping):
                self.problems.append(
                    Problem("syntax", "a merge key needs a mapping", merge.key_span)
                )
                continue
            for entry in source.effective():
                if entry.key in taken:
                    continue
                taken.add(entry.key)
                self._add(1, merge.key_span)
                yield Entry(entry.key, entry.key_span, entry.value, merged=True)


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _end_of_text(document: Document) -> Span | None:
    """Where a text ends that has no line end there: libyaml takes one to be there."""
    if document.text.endswith("\n"):
        return None
    line, column = len(document.lines), len(document.lines[-1]) + 1
    return Span(line, column, line, column)


def _without_properties(span: Span, lines: list[str]) -> Span:
    """The place of a scalar behind its anchor and tag, with which its event starts."""
    line, column = span.line, span.column - 1
    while True:
        column = _end_of(_PROPERTIES.match(lines[line - 1], column), column)
        if column < len(lines[line - 1]) or line >= span.end_line:
            break
        line, column = line + 1, 0
    start = min((line, column + 1), (span.end_line, span.end_column))
    return Span(*start, span.end_line, span.end_column)


def _trim_block(span: Span, lines: list[str]) -> Span:
    """End a block scalar with its last line of text: its end mark lies at the next token."""
    end = span.end_line if span.end_column > 1 else span.end_line - 1
    while end > span.line and not lines[end - 1].strip():
        end -= 1
    if end > span.line:
        return Span(span.line, span.column, end, len(lines[end - 1]) + 1)
    start = span.column - 1
    width = _end_of(_BLOCK_HEADER.match(lines[span.line - 1], start), start)
    return Span(span.line, span.column, span.line, width + 1)


def _end_of(match: re.Match[str] | None, otherwise: int) -> int:
    return match.end() if match else otherwise


def _tag(event: Any) -> str | None:
    tag: str | None = event.tag
    if tag is None or tag == "!":
        return tag
    return tag.removeprefix(_TAG)
