"""Excerpts fit into the columns there are, and the carets stand under the span."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recipelint.findings import Span
from recipelint.reporters.excerpt import excerpt, fit, lines_of
from recipelint.reporters.sanitize import width


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=300),
    st.integers(0, 300),
    st.integers(0, 300),
    st.integers(20, 100),
)
def test_excerpts_fit(line: str, start: int, length: int, room: int) -> None:
    start = min(start, len(line))
    shown = fit(line, start, min(start + length, len(line)), room)
    assert width(shown.text) <= room
    assert 0 <= shown.offset < room
    assert shown.length >= 1
    assert shown.offset + shown.length <= room


@given(
    st.text("abc日é \t#[", max_size=200),
    st.text("XYZ値", min_size=1, max_size=8),
    st.text("abc日é \t#[", max_size=200),
    st.integers(30, 100),
)
def test_the_carets_are_under_the_span(before: str, span: str, after: str, room: int) -> None:
    line = before + span + after
    shown = fit(line, len(before), len(before) + len(span), room)
    assert _columns(shown.text, shown.offset, shown.length) == span


def _columns(text: str, offset: int, length: int) -> str:
    """The characters of `text` that begin in those display columns."""
    taken, column = "", 0
    for char in text:
        if offset <= column < offset + length:
            taken += char
        column += width(char)
    return taken


def test_an_endless_line_costs_no_more_than_a_short_one() -> None:
    """Only a window is looked at: ten thousand excerpts of five million characters."""
    line = "x" * 5_000_000
    shown = [fit(line, 400 * n, 400 * n + 5, 80) for n in range(10_000)]
    assert all(width(each.text) <= 80 and each.length == 5 for each in shown)


def test_lines_are_counted_as_the_parser_counts_them() -> None:
    """YAML ends lines at U+2028 as well, JSON does not."""
    text = "a\u2028b\nc"
    assert excerpt(lines_of("a.yaml", text), Span(3, 1, 3, 2), 40) is not None
    assert excerpt(lines_of("a.json", text), Span(3, 1, 3, 2), 40) is None


def test_a_line_that_is_not_there_has_no_excerpt() -> None:
    assert excerpt(["a"], Span(2, 1, 2, 2), 40) is None
