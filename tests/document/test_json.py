"""JSON: the standard library is the oracle for strict texts, hjson for lenient ones."""

from __future__ import annotations

import json
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.document import Scalar, parse
from recipelint.document.limits import LIMITS
from recipelint.document.nodes import UNRESOLVED
from recipelint.findings import Span
from tests.document.trees import (
    LEAVES,
    assert_places_read_alike,
    at,
    codes,
    documents,
    key_of,
    natives,
    text_at,
)

VALUES = documents(LEAVES | st.none())


@given(VALUES, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_the_tree_is_what_the_standard_library_loads(
    data: dict[str, object], indent: int | str | None, ascii_only: bool
) -> None:
    document = parse(json.dumps(data, indent=indent, ensure_ascii=ascii_only), "x.json")
    assert document.problems == []
    assert natives(document.root) == data


@given(VALUES, st.sampled_from([None, 0, 2, "\t"]))
def test_the_text_at_each_place_reads_as_the_value(
    data: dict[str, object], indent: int | str | None
) -> None:
    document = parse(json.dumps(data, indent=indent, ensure_ascii=False), "x.json")
    assert_places_read_alike(document, json.loads, json.loads)


@given(st.text(st.sampled_from('{}[]",:0123.eE+-truefalsn \n\t\\/')))
def test_what_the_standard_library_takes_is_read_alike_and_the_rest_is_reported(text: str) -> None:
    document = parse(text, "x.json")
    try:
        expected = json.loads(text)
    except json.JSONDecodeError:
        assert document.problems
    else:
        assert not document.broken
        assert natives(document.root) == expected


@given(st.text())
def test_no_text_raises(text: str) -> None:
    document = parse(text, "x.json")
    assert document.broken <= bool(document.problems)


def test_keys_and_values_have_places_of_their_own() -> None:
    document = parse('{\n  "zero": {"stage": 3,\r\n "größe": [1, "a"]}\n}', "ds.json")
    entry = key_of(document, "zero", "stage")
    assert entry.key_span == Span(2, 12, 2, 19)
    assert entry.value.span == Span(2, 21, 2, 22)
    assert at(document, "zero", "größe").span == Span(3, 11, 3, 19)
    assert at(document, "zero").span == Span(2, 11, 3, 20)


def test_scalars_keep_their_text_and_their_value() -> None:
    document = parse('{"eps": 1E-8, "name": "a\\u00e9\\n"}', "x.json")
    eps, name = at(document, "eps"), at(document, "name")
    assert isinstance(eps, Scalar)
    assert isinstance(name, Scalar)
    assert (eps.text, eps.native, eps.style) == ("1E-8", 1e-8, "json")
    assert (name.text, name.native) == ("aé\n", "aé\n")
    assert text_at(document, name.span) == '"a\\u00e9\\n"'


def test_a_key_that_stands_twice_is_reported_and_the_last_one_wins() -> None:
    document = parse('{"lr": 1,\n "lr": 2}', "x.json")
    (problem,) = document.problems
    assert problem.code == "duplicate-key"
    assert (problem.span, problem.other, problem.key) == (
        Span(2, 2, 2, 6),
        Span(1, 2, 1, 6),
        "lr",
    )
    assert problem == parse('{"lr": 1,\n "lr": 2}', "x.yaml").problems[0]
    assert natives(document.root) == {"lr": 2}


# What DeepSpeed reads and others do not

LENIENT = {
    "a comma before the end": ('{"a": [1, 2], "b": 3,}', 1),
    "a comma before either end": ('{"a": [1, 2,], "b": 3,}', 2),
    "comments of three kinds": ('# one\n{"a": 1, // two\n "b": /* three\n */ 2}', 1),
    "keys without quotes": ("{a: 1, b_c: {d: 2}}", 1),
    "line ends for commas": ('{"a": {"x": 1}\n "b": 2\n "c": 3}', 1),
    "keys without quotes and comments": ("{a: 1, // one\n b: 2}", 2),
}


@pytest.mark.parametrize(("text", "kinds"), LENIENT.values(), ids=LENIENT)
def test_what_hjson_takes_is_read_as_hjson_reads_it(text: str, kinds: int) -> None:
    hjson = pytest.importorskip("hjson")
    assert natives(parse(text, "ds.json").root) == json.loads(hjson.dumpsJSON(hjson.loads(text)))


@pytest.mark.parametrize(("text", "kinds"), LENIENT.values(), ids=LENIENT)
def test_what_strict_readers_refuse_is_reported_once_for_each_kind(text: str, kinds: int) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    document = parse(text, "ds.json")
    assert codes(document) == ["lenient-json"] * kinds
    assert not document.broken


def test_a_missing_comma_is_reported_where_it_belongs() -> None:
    document = parse('{"a": {"x": 1}\n "b": 2}', "ds.json")
    assert document.problems[0].span == Span(1, 14, 1, 15)


def test_a_comment_in_a_string_is_text() -> None:
    document = parse('{"url": "http://x#y", "glob": "/* */"}', "x.json")
    assert document.problems == []


def test_constants_that_only_python_reads_have_a_code_of_their_own() -> None:
    document = parse('{"a": NaN, "b": [Infinity, -Infinity, NaN]}', "config.json")
    assert codes(document) == ["json-constant"] * 3
    found = natives(document.root)
    assert repr(found) == repr(json.loads(document.text))


@pytest.mark.parametrize("word", ["LR", "GB_SIZE", "${LR}", "{{ lr }}", "<lr>", "%LR%", "auto"])
def test_a_bare_word_for_a_value_makes_the_file_a_template(word: str) -> None:
    document = parse(f'{{"a": {word}, "b": {word}\n}}', "template.json")
    assert codes(document) == ["placeholder"]
    scalar = at(document, "b")
    assert isinstance(scalar, Scalar)
    assert (scalar.text, scalar.native) == (word, UNRESOLVED)


def test_the_constants_of_python_are_an_error_with_a_correction() -> None:
    document = parse('{"a": True, "b": None}', "x.json")
    assert [(p.code, p.help) for p in document.problems] == [
        ("syntax", "write `true`"),
        ("syntax", "write `null`"),
    ]
    assert natives(document.root) == {"a": True, "b": None}


# Broken and hostile texts


@pytest.mark.parametrize(
    ("text", "place", "rest"),
    [
        ("", (1, 1), None),
        ('{"a": 1, "b" 2}', (1, 14), {"a": 1}),
        ('{"a": {"b": [1, 2', (1, 18), {"a": {"b": [1, 2]}}),
        ('{"a": 1 "b": 2}', (1, 9), {"a": 1}),
        ('{"a": 01}', (1, 7), {}),
        ('{"a": "x\ny"}', (1, 9), {}),
        ('{"a": "x}', (1, 7), {}),
        ('{"a": 1} {"b": 2}', (1, 10), {"a": 1}),
        ('{"a": 1, /* x', (1, 10), {"a": 1}),
        ("[1,,2]", (1, 4), [1]),
        ("\x00", (1, 1), None),
    ],
)
def test_an_error_has_a_place_and_leaves_what_stands_before_it(
    text: str, place: tuple[int, int], rest: object
) -> None:
    document = parse(text, "x.json")
    assert document.broken
    assert codes(document) == ["syntax"]
    span = document.problems[0].span
    assert (span.line, span.column) == place
    assert (natives(document.root) if document.root else None) == rest


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[{" * 100_000])
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    document = parse(text, "x.json")
    assert time.perf_counter() - started < 1
    assert document.broken
    assert codes(document)[-1] in ("too-large", "syntax")


def test_nesting_up_to_the_limit_is_read() -> None:
    text = "[" * LIMITS.depth + "]" * LIMITS.depth
    assert natives(parse(text, "x.json").root) == json.loads(text)
    assert codes(parse(f"[{text}]", "x.json")) == ["too-large"]


def test_more_values_than_any_configuration_has_are_refused() -> None:
    document = parse("[" + "1," * (LIMITS.values + 1) + "1]", "x.json")
    assert codes(document) == ["too-large"]
    assert document.broken


def test_numbers_beyond_python_do_not_raise() -> None:
    digits = "9" * 10_000
    document = parse(f'{{"a": {digits}, "b": 1e400, "c": 0.{digits}}}', "x.json")
    assert codes(document) == ["too-large"]
    assert not document.broken
    found = natives(document.root)
    assert isinstance(found, dict)
    assert found["a"] == digits
    assert math.isinf(found["b"])
    assert found["c"] == 1.0
