"""Facts and estimates side by side."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.comparison import Relation
from recipelint.comparison.pairs import estimate_pairs, fact_pairs, same
from recipelint.estimate.facade import Estimator
from recipelint.recipe.facts import Fact, Origin, Phase, Value, fact_types

NUMBERS = st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12)
VALUES = NUMBERS | st.booleans() | st.text() | st.lists(NUMBERS, max_size=4).map(tuple)
FACTS = st.dictionaries(st.sampled_from(sorted(fact_types())), VALUES, max_size=12)


def phase(values: dict[str, Value], origin: Origin = Origin.STATED) -> Phase:
    return Phase(None, {name: Fact(name, value, origin) for name, value in values.items()})


@pytest.mark.parametrize(
    ("a", "b"),
    [(1, 1.0), (1e-5, 0.00001), (0.1 + 0.2, 0.3), ("adam", "adam"), ((1, 2), (1.0, 2.0))],
)
def test_values_that_say_the_same(a: Value, b: Value) -> None:
    assert same(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 2),
        (1e-5, 1e-8),
        (0, 1e-12),
        (True, 1),
        (False, 0),
        ("1", 1),
        ((1, 2), (1,)),
        ((1, 2), (2, 1)),
        (("a",), "a"),
    ],
)
def test_values_that_do_not(a: Value, b: Value) -> None:
    assert not same(a, b)


@given(FACTS, FACTS)
def test_the_other_way_round_it_is_the_mirror_image(
    left: dict[str, Value], right: dict[str, Value]
) -> None:
    mirror = {Relation.ONLY_A: Relation.ONLY_B, Relation.ONLY_B: Relation.ONLY_A}
    there = fact_pairs(phase(left), phase(right), one_language=False)
    back = fact_pairs(phase(right), phase(left), one_language=False)
    assert list(there) == list(back)
    for name, pair in there.items():
        assert back[name].relation == mirror.get(pair.relation, pair.relation)
        if pair.ratio and back[name].ratio:
            assert math.isclose(pair.ratio * back[name].ratio, 1)


@given(FACTS)
def test_a_recipe_differs_from_itself_in_nothing(values: dict[str, Value]) -> None:
    pairs = fact_pairs(phase(values), phase(values), one_language=True)
    assert {pair.relation for pair in pairs.values()} <= {Relation.EQUAL}
    assert pairs.keys() == values.keys() - {"run.name", "run.output"}


def test_names_of_a_run_are_no_facts_of_it() -> None:
    named = phase({"run.name": "one", "run.output": "out", "run.seed": 1})
    assert list(fact_pairs(named, phase({"run.name": "two"}), one_language=True)) == ["run.seed"]


def test_words_of_two_frameworks_for_one_thing_are_left_out() -> None:
    a = phase({"optimizer.name": "adamw_torch", "optimizer.family": "adam"})
    b = phase({"optimizer.name": "AdamW", "optimizer.family": "adam"})
    assert list(fact_pairs(a, b, one_language=False)) == ["optimizer.family"]
    assert list(fact_pairs(a, b, one_language=True)) == ["optimizer.name", "optimizer.family"]


def test_a_word_that_has_no_canonical_meaning_is_all_there_is_to_compare() -> None:
    a, b = phase({"optimizer.name": "came"}), phase({"optimizer.name": "ranger"})
    (pair,) = fact_pairs(a, b, one_language=False).values()
    assert pair.relation is Relation.DIFFERS


def test_facts_of_a_file_that_belongs_to_a_recipe_have_its_name() -> None:
    a = phase({"batch.micro_batch": 1})
    a.linked["deepspeed"] = phase({"batch.micro_batch": 2})
    assert list(fact_pairs(a, phase({}), one_language=True)) == [
        "batch.micro_batch",
        "deepspeed.batch.micro_batch",
    ]


def test_only_defaults_are_defaults() -> None:
    default = phase({"optimizer.eps": 1e-8}, Origin.DEFAULT)
    other = phase({"optimizer.eps": 1e-6}, Origin.DEFAULT)
    assert fact_pairs(default, other, one_language=True)["optimizer.eps"].defaults
    stated = phase({"optimizer.eps": 1e-6})
    assert not fact_pairs(default, stated, one_language=True)["optimizer.eps"].defaults


def test_an_estimate_stands_there_if_one_side_has_it() -> None:
    known = {"batch.global_tokens": 4e6, "budget.tokens": 1e12}
    pairs = estimate_pairs(Estimator(known), Estimator({"budget.tokens": 2e12}))
    assert pairs["data.tokens"].ratio == 0.5
    assert pairs["schedule.steps"].relation is Relation.ONLY_A
    assert pairs["schedule.steps"].ratio is None
    assert pairs["schedule.steps"].b.reason
    assert "parameters.total" not in pairs
