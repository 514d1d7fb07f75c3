"""Edits that add, remove and rename keys, in YAML, JSON and TOML, and leave all else alone.

Each function gives None where the change cannot be made by touching that key alone: the key comes
from a merge, its value goes over several lines, an anchor stands in it, a comment lies between.
"""

from __future__ import annotations

from recipelint.document import Document, Entry, Mapping
from recipelint.document.places import line_starts, text_at
from recipelint.findings import Edit, Span

_QUOTES = ('"', "'")


def renamed(document: Document, parent: Mapping, entry: Entry, key: str) -> Edit | None:
    """The key under another name, in the quotation marks that it has."""
    if key in parent or entry.merged:
        return None
    quote = text_at(document.text, document.format, entry.key_span)[:1]
    written = f"{quote}{key}{quote}" if quote in _QUOTES else key
    return Edit(entry.key_span, written)


def removed(document: Document, parent: Mapping, entry: Entry) -> Edit | None:
    """The key with its value taken out; the last key of a mapping stays."""
    if entry.merged or len(parent.entries) < 2:
        return None
    span = _line(document, entry) if _is_block(document, parent) else _member(parent, entry)
    taken = text_at(document.text, document.format, span) if span else ""
    return Edit(span, "") if span and not {"&", "#"} & set(_outside_quotes(taken)) else None


def added(document: Document, parent: Mapping, entry: Entry, key: str, text: str) -> Edit | None:
    """A key of the same mapping, written above `entry`; `text` is its value as the file writes it.

    Texts have to be quoted in JSON and TOML.
    """
    if key in parent or entry.merged:
        return None
    span = entry.key_span
    place = Span(span.line, span.column, span.line, span.column)
    before = text_at(document.text, document.format, Span(span.line, 1, span.line, span.column))
    gap = " " if before.strip(" \t-") else "\n" + "".join(" " if c == "-" else c for c in before)
    if _is_block(document, parent):
        sign = " = " if document.format == "toml" else ": "
        return Edit(place, f"{key}{sign}{text}{gap}") if gap != " " else None
    written = f'"{key}"' if document.format == "json" else key
    return Edit(place, f"{written}: {text},{gap}") if document.format != "toml" else None


def _is_block(document: Document, parent: Mapping) -> bool:
    return text_at(document.text, document.format, parent.span)[:1] != "{"


def _line(document: Document, entry: Entry) -> Span | None:
    """The whole line of a key that has it for itself."""
    line, end = entry.key_span.line, entry.value.span.end_line
    if end != line:
        return None
    kind, text = document.format, document.text
    starts = line_starts(text, kind)
    before = text_at(text, kind, Span(line, 1, line, entry.key_span.column))
    last = line == len(starts)
    after = text[
        _offset(starts, line, entry.value.span.end_column) : None if last else starts[line]
    ]
    if before.strip() or after.strip():
        return None
    width = len(text) - starts[line - 1] + 1
    return Span(line, 1, line, width) if last else Span(line, 1, line + 1, 1)


def _offset(starts: tuple[int, ...], line: int, column: int) -> int:
    return starts[line - 1] + column - 1


def _member(parent: Mapping, entry: Entry) -> Span | None:
    """A member between braces, with the comma behind it, or before it if it is the last."""
    index = parent.entries.index(entry)
    if index + 1 < len(parent.entries):
        begin, end = entry.key_span, parent.entries[index + 1].key_span
        return Span(begin.line, begin.column, end.line, end.column)
    before, last = parent.entries[index - 1].value.span, entry.value.span
    return Span(before.end_line, before.end_column, last.end_line, last.end_column)


def _outside_quotes(text: str) -> str:
    """The text without what stands in quotation marks."""
    parts, quote = [], ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in _QUOTES:
            quote = char
        else:
            parts.append(char)
    return "".join(parts)
