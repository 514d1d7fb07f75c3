"""Ranking of parallel layouts: which are tried, what they cost, in which order they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipelint.estimate.facade import Estimator
from recipelint.estimate.layouts import compare
from tests.estimate.recipes import PRETRAIN, changed

MOE: dict[str, object] = {
    **PRETRAIN,
    "model.family": "mixtral",
    "model.moe.experts": 8,
    "model.moe.top_k": 2,
    "model.moe.expert_ffn_size": 14336,
    "parallel.ep": 1,
}


def test_every_layout_divides_gpus_model_and_batch() -> None:
    found = compare(PRETRAIN)
    assert found.tried == len(found.ranked) > 10
    for ranked in found.ranked:
        plan = ranked.candidate
        assert plan.tp * plan.pp * plan.cp * plan.dp == 64
        assert 32 % plan.pp == 0, "layers"
        assert 8 % plan.tp == 0, "KV heads, and the NVLink domain of an H100 server"
        assert plan.dp * plan.accumulation == 1024, "global batch of micro batches of one sequence"
        assert plan.cp == 1, "a sequence of 4096 is too short to split"
        assert plan.ep == 1, "a dense model has no experts"


def test_its_numbers_are_those_of_the_estimates() -> None:
    own = {"tp": 2, "pp": 4, "cp": 1, "ep": 1, "dp": 8, "zero_stage": 1}
    found = compare(PRETRAIN)
    ranked = next(r for r in found.ranked if r.candidate == found.own)
    assert {name: getattr(ranked.candidate, name) for name in own} == own
    alone = Estimator(PRETRAIN)
    assert ranked.memory.value == alone.get("memory.per_gpu").value
    assert ranked.bubble == alone.get("pipeline.bubble").value
    kinds = ("tensor", "pipeline", "context", "expert", "data")
    sent = sum(alone.get(f"communication.{kind}").value or 0.0 for kind in kinds)
    assert ranked.sent == pytest.approx(sent)


def test_what_fits_stands_first_and_then_the_shorter_step() -> None:
    # 70B on 64 GPUs: without sharding the states alone take 1.1 TB.
    found = compare(
        changed(
            model__layers=80,
            model__hidden_size=8192,
            model__ffn_size=28672,
            model__attention__heads=64,
        )
    )
    fits = [ranked.fits in ("yes", "likely") for ranked in found.ranked]
    assert True in fits
    assert False in fits
    assert fits == sorted(fits, reverse=True)
    fitting = [ranked.seconds for ranked in found.ranked if ranked.fits in ("yes", "likely")]
    assert fitting == sorted(fitting)
    assert found.ranked[-1].fits == "no"


def test_a_step_is_arithmetic_stretched_by_the_bubble_plus_traffic() -> None:
    # One GPU sends nothing and never idles: 4.19e6 tokens at half of 989.4e12.
    alone = changed(parallel__world_size=1, parallel__tp=1, parallel__pp=1)
    (only,) = compare(alone).ranked
    each = Estimator(alone).get("flops.training_per_token")
    assert only.sent == 0
    assert only.seconds == pytest.approx((each.high or 0) * 1024 * 4096 / (0.5 * 989.4e12))


def test_fsdp_gathers_at_every_micro_batch() -> None:
    found = {
        (r.candidate.tp, r.candidate.zero_stage): r
        for r in compare(PRETRAIN).ranked
        if r.candidate.pp == 1
    }
    assert found[1, 3].sent > found[1, 1].sent
    assert found[1, 3].memory.value < found[1, 1].memory.value  # type: ignore[operator]


def test_experts_are_spread_over_ranks_that_divide_them() -> None:
    sizes = {ranked.candidate.ep for ranked in compare(MOE).ranked}
    assert sizes == {1, 2, 4, 8}


def test_long_sequences_are_split() -> None:
    long = changed(batch__sequence_length=131_072, batch__global_batch=32)
    sizes = {ranked.candidate.cp for ranked in compare(long).ranked}
    assert max(sizes) >= 8


@pytest.mark.parametrize(
    "fact", ["parallel.world_size", "cluster.gpu", "batch.micro_batch", "batch.sequence_length"]
)
def test_without_a_fact_there_is_a_reason_and_no_list(fact: str) -> None:
    found = compare({name: value for name, value in PRETRAIN.items() if name != fact})
    assert found.ranked == []
    assert fact in found.reason


def test_a_batch_that_nothing_divides_is_said_to_be() -> None:
    # 3 sequences on 64 GPUs: dp would have to be 1 or 3, and tp x pp is at most 8 x 32.
    found = compare(changed(batch__global_batch=3, model__layers=31, parallel__pp=1))
    assert found.ranked == []
    assert "divides" in found.reason


def test_the_work_is_bounded() -> None:
    found = compare(MOE, most=5)
    assert found.tried == 5
    assert found.cut


@settings(max_examples=25, deadline=None)
@given(
    gpus=st.integers(1, 100_000),
    batch=st.integers(1, 100_000),
    length=st.sampled_from([1, 1000, 4096, 1_000_000]),
)
def test_no_size_makes_it_fail(gpus: int, batch: int, length: int) -> None:
    facts = changed(
        parallel__world_size=gpus, batch__global_batch=batch, batch__sequence_length=length
    )
    found = compare(facts, most=20)
    assert bool(found.ranked) == (not found.reason)
