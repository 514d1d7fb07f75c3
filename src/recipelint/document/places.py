"""Spans and offsets into each other."""

from __future__ import annotations

import re
from functools import lru_cache

from recipelint.findings import Span

_LINE_ENDS = {
    "yaml": "\r\n|[\r\n\x85\u2028\u2029]",
    "json": "\r\n|\r|\n",
    "toml": "\r?\n",
}


@lru_cache(maxsize=8)
def line_starts(text: str, kind: str) -> tuple[int, ...]:
    """Offsets at which the lines of a `kind` of document (yaml, json, toml) begin."""
    return (0, *(match.end() for match in re.finditer(_LINE_ENDS[kind], text)))


def offsets(text: str, kind: str, span: Span) -> tuple[int, int]:
    """The offsets at which a span begins and ends. Raises ValueError if it is not in the text."""
    starts = line_starts(text, kind)
    if not 1 <= span.line <= span.end_line <= len(starts):
        raise ValueError(f"no lines {span.line} to {span.end_line}")
    begin = starts[span.line - 1] + span.column - 1
    end = starts[span.end_line - 1] + span.end_column - 1
    if not 0 <= begin <= end <= len(text):
        raise ValueError(f"no text at {span}")
    return begin, end


def text_at(text: str, kind: str, span: Span) -> str:
    """What stands at a span; empty where the text has no such place."""
    try:
        begin, end = offsets(text, kind, span)
    except ValueError:
        return ""
    return text[begin:end]
