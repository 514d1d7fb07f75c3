"""Tables in the columns of a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recipelint.cli.table import table
from recipelint.reporters.sanitize import width

WORDS = st.text("abc ü漢_/", max_size=70)
ROWS = st.lists(st.tuples(st.text("ab.", min_size=1, max_size=30), WORDS, WORDS), max_size=6)


def test_columns_are_aligned() -> None:
    rows = [("a.name", "1", "line 3"), ("another.name", "漢字", "line 12")]
    assert table(rows, 60) == ["a.name        1     line 3", "another.name  漢字  line 12"]


def test_the_last_column_is_wrapped() -> None:
    assert table([("a", "1", "one two three four five six")], 29) == [
        "a  1  one two three four five",
        "      six",
    ]


def test_a_long_value_makes_room_for_the_last_column() -> None:
    rows = [("model.name", "a-very-long-name/of-some-model", "line 2, base_model")]
    assert table(rows, 54) == [
        "model.name  a-very-long-name  line 2, base_model",
        "            /of-some-model",
    ]


def test_a_very_long_name_has_a_line_of_its_own() -> None:
    long = "estimate." + "x" * 40
    assert table([(long, "1"), ("a", "2")], 60) == [long, "   1", "a  2"]


@given(ROWS)
def test_80_columns_hold_every_row_and_nothing_is_lost(rows: list[tuple[str, ...]]) -> None:
    lines = table(rows, 80)
    assert max(map(width, lines), default=0) <= 80
    shown = "".join("".join(line.split()) for line in lines)
    assert sorted(shown) == sorted("".join("".join(cell.split()) for row in rows for cell in row))
