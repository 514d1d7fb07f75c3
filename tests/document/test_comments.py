"""Comments: found outside of scalars only, each with its place."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recipelint.document import Comment, parse
from recipelint.document.comments import comments
from tests.document.trees import documents


def _texts(text: str, name: str = "recipe.yaml") -> list[str]:
    return [comment.text for comment in comments(parse(text, name))]


def test_a_comment_has_a_place_and_may_own_its_line() -> None:
    document = parse("# top\nlr: 1  # why\n\n  # indented\n", "recipe.yaml")
    assert comments(document) == [
        Comment(" top", 1, 1, own_line=True),
        Comment(" why", 2, 8, own_line=False),
        Comment(" indented", 4, 3, own_line=True),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 'x # y' # z\n", [" z"]),
        ('a: "x # y\n   # y" # z\n', [" z"]),
        ("'a # b': c # d\n", [" d"]),
        ("a: b#c\n", []),
        ("a: don't # stop\n", [" stop"]),
        ("a: [1, # one\n  'x # y', # two\n  3] # three\n", [" one", " two", " three"]),
        ("a: | # head\n  # text\n\n  x # text\n# end\nb: 1\n", [" head", " end"]),
        ("a:\n  b: >-\n    # text\n   # less\n  # outside\nc: 1\n", [" less", " outside"]),
        ("a: |\n  x\n  # last line of the text", []),
        ("a: &x !!str # property\n  b\n", [" property"]),
        ("? a # key\n: b # value\n", [" key", " value"]),
        ("x: &x {a: 'p # q'} # one\ny: {<<: *x} # two\n", [" one", " two"]),
        ("--- # a\na: 1\n... # b\n--- # c\nb: '# x' # d\n", [" a", " b", " c", " d"]),
        ("a: 1 # windows\r\nb: 2\r\n", [" windows"]),
        ("#\n#a\n##b\n", ["", "a", "#b"]),
    ],
)
def test_comments_of_yaml_stand_outside_of_scalars(text: str, found: list[str]) -> None:
    assert _texts(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# top\na = 1 # one\n", [" top", " one"]),
        ('a = \'# x\' # y\nb = "\\"# x" # z\n', [" y", " z"]),
        ('a = """\n# x\n""""# y\n', [" y"]),
        ("a = '''\n# 'x'\n''' # y\n", [" y"]),
        ("a = [ # one\n  1, # two\n]\n", [" one", " two"]),
        ("[t] # table\n'k # x' = 1 # key\r\n", [" table", " key"]),
    ],
)
def test_comments_of_toml_stand_outside_of_strings(text: str, found: list[str]) -> None:
    assert _texts(text, "run.toml") == found


def test_places_of_toml_comments() -> None:
    document = parse("a = 1\n\n  # own\nb = '''\n\n''' # behind\n", "run.toml")
    places = [(c.line, c.column, c.own_line) for c in comments(document)]
    assert places == [(3, 3, True), (6, 5, False)]


def test_json_has_no_comments() -> None:
    assert _texts('{"a": 1} // x # y', "ds.json") == []


LEAVES = st.text("ab #'\"\n:-", max_size=20) | st.integers()


@given(documents(LEAVES), st.sampled_from([None, '"', "'", "|"]))
def test_dumped_data_has_only_the_comments_that_are_put_in(
    data: dict[str, object], style: str | None
) -> None:
    text = yaml.safe_dump(data, default_style=style)
    assert _texts(text) == []
    marked = f"#first\n{text}\n#last\n"
    if yaml.safe_load(marked) == data:  # a block that keeps blank lines changes
        assert _texts(marked)[0] == "first"


def test_behind_an_error_nothing_is_a_comment_for_certain() -> None:
    assert _texts("a: 1 # one\nb: 'never # ends\nc: 2 # two\n") == [" one"]


@pytest.mark.parametrize("name", ["recipe.yaml", "run.toml"])
def test_the_cost_is_linear(name: str) -> None:
    line = "k{0}: 'x # y' # z\n" if name.endswith("yaml") else "k{0} = 'x # y' # z\n"
    document = parse("".join(line.format(n) for n in range(20_000)), name)
    started = time.perf_counter()
    assert len(comments(document)) == 20_000
    assert time.perf_counter() - started < 2
