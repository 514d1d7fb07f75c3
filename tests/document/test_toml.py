"""TOML: `tomllib` is the oracle for what a text means and for what stands at a place."""

from __future__ import annotations

import json
import time
import tomllib
from datetime import UTC, date, datetime
from datetime import time as clock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.document import Scalar, Sequence, parse
from recipelint.document.limits import LIMITS
from recipelint.findings import Span
from tests.document.trees import (
    LEAVES,
    assert_places_read_alike,
    at,
    codes,
    documents,
    entries,
    key_of,
    natives,
    text_at,
)

DATES = st.sampled_from([date(2024, 2, 29), clock(7, 32), datetime(2024, 1, 1, 7, 32, tzinfo=UTC)])


def _string(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    return f'""{quoted}""' if len(text) % 2 else quoted


def _key(text: str) -> str:
    bare = text and all(char in "abcdefgh_-" for char in text)
    return text if bare else json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[ # items\n" + "".join(f"  {_inline(item)}, # one\n" for item in value) + "]"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _write(table: dict[str, object], path: str = "") -> str:
    """A document: scalars first, then tables; mappings of one entry become dotted keys."""
    own, below = [], []
    for key, value in table.items():
        name = f"{path}.{_key(key)}" if path else _key(key)
        if isinstance(value, dict) and len(value) == 1:
            (inner, leaf), *_ = value.items()
            own.append(f"{_key(key)} . {_key(inner)} = {_inline(leaf)}  # dotted\n")
        elif isinstance(value, dict):
            below.append(f"\n[{name}] # table\n{_write(value, name)}")
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            below += [f"[[ {name} ]]\n{_write(item, name)}" for item in value]
        else:
            own.append(f"{_key(key)} = {_inline(value)}\n")
    return "".join(own + below)


DOCUMENTS = documents(LEAVES | DATES).map(_write)


@given(DOCUMENTS)
def test_the_tree_is_what_tomllib_loads(text: str) -> None:
    document = parse(text, "run.toml")
    assert document.problems == []
    assert natives(document.root) == tomllib.loads(text)


@given(DOCUMENTS)
def test_the_text_at_each_place_reads_as_the_value(text: str) -> None:
    assert_places_read_alike(parse(text, "run.toml"), _read_key, _read_value)


def _read_key(text: str) -> object:
    return next(iter(tomllib.loads(f"{text} = 0")))


def _read_value(text: str) -> object:
    return tomllib.loads(f"v = {text}")["v"]


@given(st.text(st.sampled_from("ab=.[]{}\"'#, \n\r1-:T\\")))
def test_what_tomllib_takes_is_read_alike_and_the_rest_is_reported(text: str) -> None:
    document = parse(text, "run.toml")
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert document.broken
        assert codes(document) == ["syntax"]
    else:
        assert document.problems == []
        assert natives(document.root) == expected


@given(st.text())
def test_no_text_raises(text: str) -> None:
    document = parse(text, "run.toml")
    assert document.broken == bool(document.problems)


EXAMPLE = """\
seed = 1_000  # one thousand
data."my set".path = '''
  a # b'''

[optimizer.adam]
eps = 1e-8
betas = [
  0.9, # first
  0.95,
]

[[phases]]
when = 2024-01-01 07:32:00
[phases.model]
size = { heads = 3, kv.heads = 1 }
[[phases]]
"""


def test_every_way_of_writing_a_key_has_its_place() -> None:
    document = parse(EXAMPLE, "run.toml")
    assert natives(document.root) == tomllib.loads(EXAMPLE)
    places = {entry.key: entry.key_span for entry in entries(document.root)}
    assert places["my set"] == Span(2, 6, 2, 14)
    assert places["adam"] == Span(5, 12, 5, 16)
    assert places["phases"] == Span(12, 3, 12, 9)
    assert places["model"] == Span(14, 9, 14, 14)
    assert places["kv"] == Span(15, 21, 15, 23)


def test_every_kind_of_value_has_its_place() -> None:
    document = parse(EXAMPLE, "run.toml")
    assert text_at(document, at(document, "data", "my set", "path").span) == "'''\n  a # b'''"
    assert at(document, "optimizer", "adam", "betas").span == Span(7, 9, 10, 2)
    assert at(document, "optimizer", "adam", "betas", 1).span == Span(9, 3, 9, 7)
    assert at(document, "phases", 0, "when").span == Span(13, 8, 13, 27)
    assert at(document, "phases", 0, "model", "size").span == Span(15, 8, 15, 35)


def test_tables_reach_from_their_header_to_the_last_value() -> None:
    document = parse(EXAMPLE, "run.toml")
    assert at(document, "optimizer", "adam").span == Span(5, 1, 10, 2)
    assert at(document, "phases", 0).span == Span(12, 1, 15, 35)
    assert at(document, "phases", 1).span == Span(16, 1, 16, 11)
    phases = at(document, "phases")
    assert isinstance(phases, Sequence)
    assert len(phases.items) == 2


def test_scalars_keep_their_text_and_their_value() -> None:
    document = parse(EXAMPLE, "run.toml")
    seed, path = at(document, "seed"), at(document, "data", "my set", "path")
    assert isinstance(seed, Scalar)
    assert isinstance(path, Scalar)
    assert (seed.text, seed.native, seed.style) == ("1_000", 1000, "toml")
    assert path.text == path.native == "  a # b"


def test_a_table_may_be_opened_before_and_after_its_parent() -> None:
    text = "[a.b.c]\nx = 1\n[a]\ny = 2\n[a.b]\nz = 3\n"
    document = parse(text, "run.toml")
    assert natives(document.root) == tomllib.loads(text)
    assert key_of(document, "a", "b").key_span == Span(1, 4, 1, 5)


def test_a_table_below_an_array_belongs_to_its_last_item() -> None:
    text = "[[a]]\n[a.t]\nx = 1\n[[a]]\n[a.t]\nx = 2\n[[a.b]]\n[[a.b]]\ny = 3\n"
    document = parse(text, "run.toml")
    assert natives(document.root) == tomllib.loads(text)
    assert at(document, "a", 1, "t", "x").span == Span(6, 5, 6, 6)
    assert at(document, "a", 1, "b", 1, "y").span == Span(9, 5, 9, 6)


def test_windows_line_ends_are_line_ends() -> None:
    text = 'a = 1\r\nb = """x\r\ny"""\r\n[c]\r\n'
    document = parse(text, "run.toml")
    assert natives(document.root) == tomllib.loads(text)
    assert key_of(document, "c").key_span == Span(4, 2, 4, 3)
    assert document.lines[0] == "a = 1"


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "\r\n  # x\n"])
def test_a_file_without_statements_is_an_empty_table(text: str) -> None:
    document = parse(text, "run.toml")
    assert document.problems == []
    assert natives(document.root) == {}


@pytest.mark.parametrize(
    ("text", "line", "rest"),
    [
        ("a = 1\nb =\nc = 2\n", 2, {"a": 1}),
        ("a = 1\na = 2\n", 2, {"a": 1}),
        ("a = 1\n[t]\nb = [1,\n", 4, {"a": 1, "t": {}}),
        ("a = 1\nb = 'x\n", 2, {"a": 1}),
        ("[a]\nx = 1\n[a]\n", 3, {"a": {"x": 1}}),
        ("a = 1\nb = 1.2.3\n", 2, {"a": 1}),
        ("a = 1\n\x00", 2, {"a": 1}),
        ("lr: 1\n", 1, {}),
    ],
)
def test_an_error_has_a_line_and_leaves_the_statements_before_it(
    text: str, line: int, rest: object
) -> None:
    document = parse(text, "run.toml")
    assert document.broken
    assert codes(document) == ["syntax"]
    assert document.problems[0].span.line == line
    assert natives(document.root) == rest


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = {b = " * 100_000,
        "a" + ".a" * 100_000 + " = 1",
        "[a" + ".a" * 100_000 + "]",
        "x = 1\ny = {" + ".".join("a" * 200) + " = 1}",
    ],
)
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    document = parse(text, "run.toml")
    assert time.perf_counter() - started < 1
    assert document.broken
    assert codes(document) in (["too-large"], ["syntax"])


def test_nesting_up_to_the_limit_is_read() -> None:
    text = "a = " + "[" * (LIMITS.depth - 1) + "]" * (LIMITS.depth - 1)
    assert natives(parse(text, "run.toml").root) == tomllib.loads(text)
    deeper = "a = " + "[" * (LIMITS.depth + 1) + "]" * (LIMITS.depth + 1)
    assert codes(parse(deeper, "run.toml")) == ["too-large"]


def test_an_integer_beyond_python_is_reported_at_its_place() -> None:
    document = parse("a = 1\nb = " + "9" * 10_000 + "\n", "run.toml")
    assert codes(document) == ["too-large"]
    assert document.problems[0].span == Span(2, 5, 2, 10_005)
    assert natives(document.root) == {"a": 1}
