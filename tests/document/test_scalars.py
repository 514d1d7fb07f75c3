"""Scalars: what a plain text means to each kind of loader."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recipelint.document import Scalar, parse
from recipelint.document.nodes import UNRESOLVED
from recipelint.document.scalars import Rules, number_in, omegaconf, value, yaml_1_1, yaml_1_2
from recipelint.findings import START
from tests.document.trees import at

TABLE = """
yes No on OFF true False null Null ~ y n none .inf -.INF +.Inf .nan .NaN infinity nan
0x1F 0o17 017 0b11 08 0_7 0x 0b 1_000 1_000.5 1__0 _1 1,000 +12 -0 0.0 + - . << =
1e5 1e-5 1.e5 1.0e+5 1.0e5 .5e+3 .5 5. 1e 1e400 -1.0e-400 1.2.3 12:30 1:2:3.5 190:20:30 0:60
2024-01-01 2024-13-45 2024-1-1 2024-01-01T10:00:00Z 2001-12-14t21:59:43.10-05:00
"""
WORDS = st.sampled_from(TABLE.split())
NUMBERS = st.from_regex(r"[-+]?[0-9_.]{1,6}([eE][-+]?[0-9]{1,3})?(:[0-9]{1,2})?", fullmatch=True)
PLAIN = WORDS | NUMBERS | st.text("0123456789abcdefox.:-+_eE~yn", max_size=8)


def _is_plain(text: str) -> bool:
    """Whether YAML reads `text`, behind a key, as one plain scalar."""
    try:
        events = list(yaml.parse(f"v: {text}\n"))
    except yaml.YAMLError:
        return False
    found = [e for e in events if isinstance(e, yaml.ScalarEvent)]
    return len(found) == 2 and found[1].value == text and found[1].style in (None, "")


def _same(one: object, two: object) -> bool:
    return (type(one), repr(one)) == (type(two), repr(two))


# PyYAML


@given(PLAIN.filter(_is_plain))
def test_yaml_1_1_is_what_safe_load_makes_of_a_plain_text(text: str) -> None:
    try:
        expected = yaml.safe_load(f"v: {text}\n")["v"]
    except (yaml.YAMLError, ValueError):
        assert yaml_1_1(text) == text  # PyYAML fails on it: `=`, 2024-13-45
    else:
        assert _same(yaml_1_1(text), expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-5", "1e-5"),
        ("1.0e-5", 1e-5),
        ("1.0e5", "1.0e5"),
        ("no", False),
        ("12:30", 750),
        ("017", 15),
        ("1_000", 1000),
        ("2024-13-45", "2024-13-45"),
        ("", None),
    ],
)
def test_the_traps_of_yaml_1_1(text: str, expected: object) -> None:
    assert _same(yaml_1_1(text), expected)


# OmegaConf


@given(PLAIN.filter(_is_plain))
def test_omegaconf_is_what_omegaconf_makes_of_a_plain_text(text: str) -> None:
    library = pytest.importorskip("omegaconf")
    try:
        found = library.OmegaConf.create(f"v: {text}\n")
        expected = library.OmegaConf.to_container(found)["v"]
    except (yaml.YAMLError, ValueError):
        assert omegaconf(text) == text
    else:
        assert _same(omegaconf(text), expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-5", 1e-5),
        ("1E5", 1e5),
        ("-3e4", -3e4),
        ("1.0e5", 1e5),
        ("1.0", 1.0),
        ("no", False),
        ("017", 15),
        ("2024-01-01", "2024-01-01"),
        (".5e3", ".5e3"),
        ("1_000e1", 10_000.0),
        ("auto", "auto"),
        ("null", None),
        ("٣e5", "٣e5"),
    ],
)
def test_omegaconf_reads_exponents_without_dots_and_no_dates(text: str, expected: object) -> None:
    assert _same(omegaconf(text), expected)


# YAML 1.2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # tag resolution of the core schema: YAML 1.2.2, section 10.3.2
        ("null", None),
        ("Null", None),
        ("NULL", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("False", False),
        ("FALSE", False),
        ("0", 0),
        ("-19", -19),
        ("+12", 12),
        ("007", 7),
        ("0o7", 7),
        ("0o17", 15),
        ("0x3A", 58),
        ("0.", 0.0),
        ("-0.0", -0.0),
        (".5", 0.5),
        ("+12e03", 12000.0),
        ("-2E+05", -200000.0),
        ("1e-5", 1e-5),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("+.INF", math.inf),
        (".nan", math.nan),
        (".NaN", math.nan),
        # and what it leaves as text, unlike YAML 1.1
        ("no", "no"),
        ("on", "on"),
        ("nULL", "nULL"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("2024-01-01", "2024-01-01"),
        ("0o8", "0o8"),
        ("0o-7", "0o-7"),
        ("0x_1", "0x_1"),
        ("-0x1", "-0x1"),
        ("1e", "1e"),
        ("e5", "e5"),
        (".", "."),
        ("+", "+"),
        ("inf", "inf"),
        ("٣", "٣"),
    ],
)
def test_yaml_1_2_follows_the_core_schema(text: str, expected: object) -> None:
    assert _same(yaml_1_2(text), expected)


# Loaders agree on what is not plain


@pytest.mark.parametrize("rules", [yaml_1_1, omegaconf, yaml_1_2])
def test_quoted_and_block_text_stays_text(rules: Rules) -> None:
    document = parse("a: '1'\nb: |\n  no\nc: ! 2\n", "recipe.yaml")
    found = [at(document, key) for key in "abc"]
    texts = [value(node, rules) for node in found if isinstance(node, Scalar)]
    assert texts == ["1", "no\n", "2"]


@pytest.mark.parametrize(
    "source", ["!!int '3'", "!!float 3", "!!str 3", "!!bool no", "!!null x", "!!binary aGk="]
)
def test_an_explicit_tag_decides(source: str) -> None:
    scalar = at(parse(f"v: {source}\n", "recipe.yaml"), "v")
    assert isinstance(scalar, Scalar)
    assert _same(value(scalar, yaml_1_2), yaml.safe_load(source))


@pytest.mark.parametrize(
    "tag", ["int", "bool", "timestamp", "float", "seq", "omap", "set", "!x", "python/name"]
)
@pytest.mark.parametrize("text", ["", "maybe", "é", "1:", "0x"])
def test_a_tag_that_does_not_fit_leaves_the_text(tag: str, text: str) -> None:
    found = value(Scalar(text, START, "plain", tag), yaml_1_1)
    assert found == text


def test_bytes_that_are_none_stay_text() -> None:
    assert value(Scalar("é", START, "plain", "binary"), yaml_1_1) == "é"


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for rules in (yaml_1_1, omegaconf, yaml_1_2):
        assert rules(text) is not UNRESOLVED


def test_a_native_value_needs_no_rules() -> None:
    assert value(Scalar("1e-5", START, "json", native=1e-5), yaml_1_1) == 1e-5


def test_integers_beyond_pythons_limit_stay_text() -> None:
    digits = "9" * 10_000
    assert {rules(digits) for rules in (yaml_1_1, omegaconf, yaml_1_2)} == {digits}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1e-5", 1e-5), (" 1_000 ", 1000), ("0x10", 16), ("true", None), ("12 GB", None), ("", None)],
)
def test_the_number_that_an_author_means(text: str, expected: object) -> None:
    assert number_in(text) == expected
