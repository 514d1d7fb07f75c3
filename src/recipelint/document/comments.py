"""The comments of a document, which carry the suppressions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from recipelint.document.nodes import Comment, Document, Entry, Mapping, Node, Scalar, Sequence
from recipelint.findings import Span

_YAML = r"(?<![^ \t])#"
_TOML = (
    r'(?s)"{3}(?:[^"\\]++|\\.|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'{3}(?:[^']++|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|(#[^\n]*+)"
)


def comments(document: Document) -> list[Comment]:
    """The comments of a YAML or TOML document, in the order of the text.

    A `#` inside a quoted or a block scalar starts none. JSON has no comments. Below the
    last value before a syntax error nothing is known of a YAML file's scalars: nothing is taken.
    """
    if "#" not in document.text or document.format == "json":
        return []
    return list(_of_toml(document) if document.format == "toml" else _of_yaml(document))


def _of_toml(document: Document) -> Iterator[Comment]:
    text = document.text
    number, line_start = 1, 0
    for match in re.finditer(_TOML, text):
        if match.group(1) is None:
            continue
        start = match.start()
        number += text.count("\n", line_start, start)
        line_start = text.rfind("\n", 0, start) + 1
        yield _comment(text[line_start : match.end()], number, start - line_start)


def _of_yaml(document: Document) -> Iterator[Comment]:
    hidden = sorted(_scalar_spans(document))
    known = max((span.end_line for span in hidden), default=0)
    starts = re.compile(_YAML).finditer
    for number, line in enumerate(document.lines, 1):
        if document.broken and number > known:
            return
        for match in starts(line) if "#" in line else ():
            place = (number, match.start() + 1)
            if not _inside(place, hidden):
                yield _comment(line, number, match.start())
                break


def _inside(place: tuple[int, int], spans: list[Span]) -> bool:
    """Whether `place` lies in one of the sorted, disjoint `spans`."""
    before = bisect_right(spans, Span(*place, 10**9, 0)) - 1
    return before >= 0 and place < _end(spans[before])


def _end(span: Span) -> tuple[int, int]:
    return (span.end_line, span.end_column)


def _scalar_spans(document: Document) -> list[Span]:
    """The places of all keys and scalars: a `#` in them starts no comment."""
    found: list[Span] = []
    seen: set[int] = set()
    waiting: list[Node | Entry | None] = [document.root, *document.more]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            waiting.extend(node.entries)
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Entry):
            found.append(node.key_span)
            waiting.append(node.value)
        elif isinstance(node, Scalar):
            found.append(_body(node))
    return found


def _body(scalar: Scalar) -> Span:
    """The scalar's place; of a block scalar the lines below its header, which takes comments."""
    span = scalar.span
    if scalar.style != "block":
        return span
    return Span(min(span.line + 1, span.end_line), 1, span.end_line, span.end_column)


def _comment(line: str, number: int, start: int) -> Comment:
    """The comment at the offset `start` of a line."""
    own = not line[:start].strip(" \t")
    return Comment(line[start + 1 :].rstrip(), number, start + 1, own)
