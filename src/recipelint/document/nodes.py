"""The tree that YAML, JSON and TOML are parsed into. Every key and value knows its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, KeysView
from typing import NamedTuple

from recipelint.findings import Span

_LINE_ENDS = {
    "yaml": "\r\n|[\r\n\x85\u2028\u2029]",
    "json": "\r\n|\r|\n",
    "toml": "\r?\n",
}

UNRESOLVED = object()
"""Marks a scalar whose value depends on the loader that reads it (plain YAML)."""


class Scalar:
    """A leaf. `text` is what the author wrote, unescaped; `native` is set where it is certain.

    `style` is "plain", "quoted" or "block" in YAML, "json" and "toml" elsewhere; `tag` is an
    explicit YAML tag, without its prefix `tag:yaml.org,2002:` where it has one.
    """

    __slots__ = ("native", "span", "style", "tag", "text")

    def __init__(
        self,
        text: str,
        span: Span,
        style: str,
        tag: str | None = None,
        native: object = UNRESOLVED,
    ) -> None:
        self.text = text
        self.span = span
        self.style = style
        self.tag = tag
        self.native = native

    def __repr__(self) -> str:
        return f"Scalar({self.text!r}, {self.style}, line {self.span.line})"


class Entry:
    """One key and its value. `merged` entries come from a YAML merge key (`<<`)."""

    __slots__ = ("key", "key_span", "merged", "value")

    def __init__(self, key: str, key_span: Span, value: Node, merged: bool = False) -> None:
        self.key = key
        self.key_span = key_span
        self.value = value
        self.merged = merged

    def __repr__(self) -> str:
        return f"Entry({self.key!r}, {self.value!r})"


class Mapping:
    """Entries in the order of the file. Where a key stands twice, readers see the last one."""

    __slots__ = ("_index", "entries", "span", "tag")

    def __init__(
        self, span: Span, entries: list[Entry] | None = None, tag: str | None = None
    ) -> None:
        self.span = span
        self.entries: list[Entry] = [] if entries is None else entries
        self.tag = tag
        self._index: dict[str, Entry] | None = None

    def __repr__(self) -> str:
        return f"Mapping({self.entries!r})"

    def find(self, key: str) -> Entry | None:
        """The entry that a loader would use for `key`: an own one before a merged one, the last."""
        index = self._index
        return (index if index is not None else self._indexed()).get(key)

    def _indexed(self) -> dict[str, Entry]:
        index = {e.key: e for e in self.entries if e.merged}
        index.update({e.key: e for e in self.entries if not e.merged})
        self._index = index
        return index

    @property
    def keys(self) -> KeysView[str]:
        """Its keys, each once."""
        return (self._index if self._index is not None else self._indexed()).keys()

    def get(self, key: str) -> Node | None:
        """The value at `key`, or None."""
        entry = self.find(key)
        return entry.value if entry else None

    def effective(self) -> Iterator[Entry]:
        """The entries that a loader would use, each key once."""
        for entry in self.entries:
            if self.find(entry.key) is entry:
                yield entry

    def __contains__(self, key: str) -> bool:
        return self.find(key) is not None


class Sequence:
    """Items in the order of the file."""

    __slots__ = ("items", "span", "tag")

    def __init__(self, span: Span, items: list[Node] | None = None, tag: str | None = None) -> None:
        self.span = span
        self.items: list[Node] = [] if items is None else items
        self.tag = tag

    def __repr__(self) -> str:
        return f"Sequence({self.items!r})"


class Alias:
    """A YAML alias: `span` is the place of `*name`, `target` what the anchor holds."""

    __slots__ = ("span", "target")

    def __init__(self, span: Span, target: Node) -> None:
        self.span = span
        self.target = target

    def __repr__(self) -> str:
        return f"Alias({self.target!r})"


Node = Scalar | Mapping | Sequence | Alias


def follow(node: Node | None) -> Scalar | Mapping | Sequence | None:
    """The node itself, or what an alias stands for. Aliases cannot point to aliases."""
    while isinstance(node, Alias):
        node = node.target
    return node


class Problem(NamedTuple):
    """What the parser noticed. `code` is one of the reader's problem names (see `reader`).

    `instead` is the text at the span in the form that every reader takes for the same.
    """

    code: str
    message: str
    span: Span
    help: str | None = None
    key: str | None = None
    other: Span | None = None
    instead: str | None = None


def duplicate_key(first: Entry, again: Entry) -> Problem:
    """What every parser says about a key that stands twice in one mapping."""
    return Problem(
        "duplicate-key",
        f"`{again.key}` is set again here; it was first set in line {first.key_span.line}",
        again.key_span,
        key=again.key,
        other=first.key_span,
    )


class Comment(NamedTuple):
    """A comment without its leading `#`. `own_line` is false behind a value."""

    text: str
    line: int
    column: int
    own_line: bool


class Document:
    """A parsed file.

    `root` is None when the file is empty or could not be parsed at all; after a syntax error it
    holds what stands before the error. `more` are further documents of a YAML stream.
    """

    __slots__ = ("_lines", "broken", "format", "more", "path", "problems", "root", "text")

    def __init__(
        self,
        path: str,
        text: str,
        format_name: str,
        root: Scalar | Mapping | Sequence | None = None,
        problems: list[Problem] | None = None,
        broken: bool = False,
    ) -> None:
        self.path = path
        self.text = text
        self.format = format_name
        self.root = root
        self.problems = [] if problems is None else problems
        self.more: list[Node] = []
        self.broken = broken
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The text's lines without their ends, split where the format's parser splits them."""
        if self._lines is None:
            self._lines = re.split(_LINE_ENDS[self.format], self.text)
        return self._lines

    @property
    def mapping(self) -> Mapping | None:
        """The root if it is a mapping, which every recipe is."""
        return self.root if isinstance(self.root, Mapping) else None
