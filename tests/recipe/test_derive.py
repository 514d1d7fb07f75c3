"""Facts that follow from others: identities, with their sum as the origin."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.recipe.derive import complete
from recipelint.recipe.facts import Absence, Fact, Missing, Origin, Phase


def completed(**known: Any) -> Phase:
    """A phase of these stated facts (`__` is the dot), completed."""
    phase = Phase()
    for name, value in known.items():
        dotted = name.replace("__", ".", 1)
        phase.add(Fact(dotted, value, Origin.STATED))
    complete(phase)
    return phase


SIZES = st.integers(1, 64)


@given(SIZES, SIZES, SIZES, SIZES)
def test_the_world_is_the_product_of_the_parallel_sizes(dp: int, tp: int, pp: int, cp: int) -> None:
    phase = completed(parallel__dp=dp, parallel__tp=tp, parallel__pp=pp, parallel__cp=cp)
    assert phase.value("parallel.world_size") == dp * tp * pp * cp


@given(SIZES, SIZES, SIZES, SIZES)
def test_data_parallel_is_what_the_world_leaves(dp: int, tp: int, pp: int, cp: int) -> None:
    phase = completed(
        parallel__world_size=dp * tp * pp * cp, parallel__tp=tp, parallel__pp=pp, parallel__cp=cp
    )
    assert phase.value("parallel.dp") == dp


def test_an_indivisible_world_leaves_data_parallel_unknown() -> None:
    phase = completed(parallel__world_size=10, parallel__tp=4, parallel__pp=1, parallel__cp=1)
    assert phase.value("parallel.dp") is None


def test_nothing_that_is_stated_is_overwritten() -> None:
    phase = completed(
        batch__micro_batch=2,
        batch__gradient_accumulation=4,
        parallel__dp=8,
        batch__global_batch=100,
    )
    assert phase.value("batch.global_batch") == 100


@given(SIZES, SIZES, SIZES, st.integers(1, 10_000))
def test_tokens_and_steps_bridge_both_ways(micro: int, dp: int, length: int, steps: int) -> None:
    known = {
        "batch__micro_batch": micro,
        "batch__gradient_accumulation": 1,
        "parallel__dp": dp,
        "batch__sequence_length": length,
    }
    forward = completed(**known, budget__steps=steps)
    tokens = forward.value("budget.tokens")
    assert tokens == micro * dp * length * steps
    assert completed(**known, budget__tokens=tokens).value("budget.steps") == steps


def test_a_growing_batch_bridges_nothing() -> None:
    phase = completed(batch__global_tokens=1e6, budget__steps=100, batch__ramp=True)
    assert phase.value("budget.tokens") is None


def test_a_derived_fact_shows_its_sum() -> None:
    phase = completed(schedule__decay_steps=100, budget__steps=1000)
    fact = phase.facts["schedule.decay_share"]
    assert (fact.value, fact.origin) == (0.1, Origin.DERIVED)
    assert fact.detail == "schedule.decay_steps 100 / budget.steps 1000"


def test_a_fact_that_stands_elsewhere_is_not_derived() -> None:
    phase = Phase()
    phase.add(Fact("parallel.dp", 4, Origin.STATED))
    phase.add(Fact("batch.micro_batch", 4, Origin.STATED))
    phase.add(Fact("batch.gradient_accumulation", 4, Origin.STATED))
    phase.missing["batch.global_batch"] = Missing(Absence.ELSEWHERE, "in the launcher")
    complete(phase)
    assert phase.value("batch.global_batch") is None


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("adamw_torch_fused", "adam"),
        ("paged_adamw_8bit", "adam"),
        ("Lion", "lion"),
        ("muon", "muon"),
        ("adafactor", "adafactor"),
        ("galore_adamw", "other"),
        ("sgd", "sgd"),
    ],
)
def test_an_optimizers_family_follows_from_its_name(name: str, family: str) -> None:
    assert completed(optimizer__name=name).value("optimizer.family") == family


def test_a_models_name_brings_its_numbers() -> None:
    phase = completed(model__name="meta-llama/Meta-Llama-3-8B")
    assert phase.facts["model.layers"].origin is Origin.CATALOG
    assert phase.value("model.attention.kv_heads") == 8


def test_what_the_file_says_of_a_known_model_wins() -> None:
    phase = completed(model__name="meta-llama/Meta-Llama-3-8B", model__layers=4)
    assert phase.value("model.layers") == 4


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "budget__steps",
                "budget__tokens",
                "schedule__warmup_ratio",
                "schedule__decay_steps",
                "optimizer__learning_rate",
                "schedule__min_ratio",
                "batch__global_tokens",
            ]
        ),
        st.floats(allow_nan=True, allow_infinity=True) | st.integers(),
    )
)
def test_any_numbers_are_survived(known: dict[str, Any]) -> None:
    completed(**known)
