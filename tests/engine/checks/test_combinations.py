"""Combinations of keys, as rule files list them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from recipelint.dialects.schema import load
from recipelint.engine.checks.combinations import parse
from tests.engine.checks.runs import hits

RULES = Path(__file__).parents[3] / "rules"


def found(combination: str, text: str) -> list[str]:
    report = hits("combinations.found", "axolotl", text, combinations=[combination])
    return [str(hit.values["combination"]) for hit in report]


@pytest.mark.parametrize(
    ("combination", "text", "described"),
    [
        ("a & b", "a: 1\nb: x\n", "`a: 1` with `b: x`"),
        ("a & b & c", "a: 1\nb: x\nc: [z]\n", "`a: 1` with `b: x` and `c`"),
        ("a & !b", "a: 1\nb: false\n", "`a: 1` without `b`"),
        ("a & !b", "a: 1\n", "`a: 1` without `b`"),
        ("a & -b", "a: 1\n", "`a: 1` without `b`"),
        ("a=x & !b=y", "a: x\nb: z\n", "`a: x` without `b: y`"),
        ("a=no", "a: no\n", "`a: no`"),
        ("a=0", "a: 0.0\n", "`a: 0.0`"),
        ("a.b=2", "a: {b: 2}\n", "`a.b: 2`"),
        ("l[].t^=share", "l:\n  - t: other\n  - t: sharegpt.load\n", "`l.t: sharegpt.load`"),
    ],
)
def test_a_combination_that_holds_is_described(combination: str, text: str, described: str) -> None:
    assert found(combination, text) == [described]


@pytest.mark.parametrize(
    ("combination", "text"),
    [
        ("a & b", "a: 1\n"),
        ("a & b", "a: 1\nb: false\n"),
        ("a & b", "a: 1\nb: []\n"),
        ("a & !b", "a: 1\nb: 2\n"),
        ("a & -b", "a: 1\nb:\n"),
        ("a=x", "a: y\n"),
        ("a=1", "a: 2\n"),
    ],
)
def test_a_combination_that_does_not_hold_is_silent(combination: str, text: str) -> None:
    assert found(combination, text) == []


def test_the_finding_stands_at_the_item_of_the_list() -> None:
    text = "l:\n  - t: other\n  - t: sharegpt\n"
    (hit,) = hits("combinations.found", "axolotl", text, combinations=["l[].t=sharegpt"])
    assert (hit.key, hit.span.line) == ("l[1].t", 3)


def test_what_is_filled_in_later_is_unknown() -> None:
    assert found("a & !b", "a: 1\nb: ${B}\n") == []


def test_a_misspelt_combination_is_refused() -> None:
    with pytest.raises(ValueError, match="not a test on a key"):
        parse("a && b")


def combinations_of_rules() -> list[object]:
    cases: list[object] = []
    for path in sorted(RULES.rglob("*.yaml")):
        rule = yaml.safe_load(path.read_text(encoding="utf-8"))
        cases.extend(
            pytest.param(rule["dialects"], listed, id=f"{rule['id']}-{listed}")
            for listed in (rule.get("parameters") or {}).get("combinations") or ()
        )
    return cases


def is_known(dialect: str, key: str) -> bool:
    """Whether a release of the framework has the key; open sections have every key."""
    schema = load(dialect)
    assert schema is not None
    names = [schema.root]
    for part in key.replace("[]", "").split("."):
        section = schema.section(names)
        if section is None or section.extra == "open":
            return True
        if part not in section.keys:
            return False
        row = section.keys[part]
        names = row.get("section") or row.get("items") or ["?"]
    return True


@pytest.mark.parametrize(("dialects", "combination"), combinations_of_rules())
def test_rules_name_keys_that_the_framework_knows(dialects: list[str], combination: str) -> None:
    """A misspelt key would make the rule silent for ever."""
    for test in parse(combination):
        assert any(is_known(dialect, test.key) for dialect in dialects), test.key


def test_a_misspelt_key_would_be_noticed() -> None:
    assert is_known("axolotl", "datasets[].split")
    assert not is_known("axolotl", "datasets[].spilt")
