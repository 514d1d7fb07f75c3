"""Strings from files are shown as they are, unless they would do something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.reporters.sanitize import LONGEST, line, visible, width
from recipelint.reporters.style import wrap


@pytest.mark.parametrize("text", ["learning_rate: 1e-4", "größer als 0", "日本語", "a # b", "🙂"])
def test_ordinary_text_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\x07", "\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202eabc", "\\u202eabc"),
        ("a\u200bb", "a\\u200bb"),
        ("\ufeffa", "\\ufeffa"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        ("\udc80", "\\udc80"),
        ("a\r\nb\tc", "a  b c"),
        ("##[error]x", "#\\x23[error]x"),
        ("##vso[task.setvariable]", "#\\x23vso[task.setvariable]"),
        ("###[x]", "##\\x23[x]"),
        ("## heading", "## heading"),
        ("e" + "\u0301" * 5, "e" + "\u0301" * 3 + "\\u0301" * 2),
    ],
)
def test_what_has_an_effect_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_endless_strings_are_cut() -> None:
    assert len(visible("x" * 1_000_000)) == LONGEST
    assert visible("abcdef", 4) == "abc…"


def test_a_line_cannot_begin_like_a_workflow_command() -> None:
    assert line("  ::error::x") == "  \\x3a:error::x"
    assert line("a::b") == "a::b"


@given(st.text(max_size=200))
def test_everything_is_printable_afterwards(text: str) -> None:
    assert visible(text).isprintable()
    assert "##[" not in visible(text)


@given(st.text(max_size=200), st.integers(2, 60))
def test_wrapping_keeps_the_words_and_the_width(text: str, room: int) -> None:
    lines = wrap(visible(text), room)
    assert all(width(each) <= room for each in lines)
    assert "".join("".join(lines).split()) == "".join(visible(text).split())


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert width("日本") == 4
    assert width("e\u0301") == 1
