"""Estimates by name: what rules, tables and reports see."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipelint.estimate.facade import NAMES, Estimate, Estimator, estimate, estimates
from recipelint.estimate.schedule import learning_rate
from tests.estimate.recipes import ADAPTER, GIB, LLAMA_3_8B, PARAMETERS, PRETRAIN, changed


@pytest.mark.parametrize(
    ("name", "value"),
    # Each recomputed by hand from the facts above.
    [
        ("parameters.total", PARAMETERS),
        ("parameters.active", PARAMETERS),
        ("parameters.embedding", 2 * 128_256 * 4096),
        ("parameters.non_embedding", PARAMETERS - 2 * 128_256 * 4096),
        ("gradient.rms_bound", 1 / math.sqrt(PARAMETERS)),
        # 2 x (weights without embedding and norms + head) + 32 layers x 2 x 32 heads x 256 x 2048.
        (
            "flops.forward_per_token",
            2 * (PARAMETERS - 128_256 * 4096 - 65 * 4096) + 32 * 2 * 32 * 256 * 2048,
        ),
        ("kv_cache.bytes_per_token", 32 * 2 * 8 * 128 * 2),
        ("rope.longest_length", 18_438),
        ("schedule.steps", 100_000),
        ("schedule.warmup_share", 0.02),
        ("schedule.decay_share", 0.1),
        ("schedule.final_learning_rate", 3e-5),
        ("batch.tokens_per_step", 1024 * 4096),
        ("data.tokens", 1024 * 4096 * 100_000),
        ("data.tokens_per_parameter", 1024 * 4096 * 100_000 / PARAMETERS),
        # dp = 64 / 8 = 8, so 128 micro-batches: 3 / (128 + 3).
        ("pipeline.bubble", 3 / 131),
        # bf16 weight and fp32 gradient whole, 12 bytes over 8 ranks.
        ("memory.model_states", PARAMETERS / 8 * (2 + 4 + 12 / 8) / GIB),
        # 8 layers, 4 micro-batches in flight, 34 h bytes per token and layer over tp 2.
        ("memory.activations", 4096 * 8 * 4 * 34 * 4096 / 2 / GIB),
        ("memory.logits", 4096 * 128_256 / 2 * 10 / GIB),
    ],
)
def test_values_by_hand(name: str, value: float) -> None:
    assert estimate(name, PRETRAIN).value == pytest.approx(value, rel=1e-9)


def test_training_costs_three_forward_passes_times_the_tokens() -> None:
    found = Estimator(PRETRAIN)
    forward = found.get("flops.forward_per_token").value
    assert forward is not None
    assert found.get("flops.training_per_token").value == pytest.approx(3 * forward)
    total = 3 * forward * 1024 * 4096 * 1e5
    assert found.get("flops.training_total").value == pytest.approx(total)
    hours = total / (989.4e12 * 0.4 * 3600)
    assert found.get("run.gpu_hours").value == pytest.approx(hours)
    assert found.get("run.days").value == pytest.approx(hours / 64 / 24)
    assert found.get("run.interruptions").value == pytest.approx(hours / 50_676, rel=1e-3)


def test_an_estimate_names_the_facts_that_went_in() -> None:
    bound = estimate("gradient.rms_bound", PRETRAIN)
    assert bound.formula == "clip / sqrt(parameters)"
    shape = {name for name in LLAMA_3_8B if name != "model.rope.theta"}
    assert set(bound.inputs) == {"optimizer.grad_clip", *shape}
    assert estimate("schedule.warmup_share", PRETRAIN).inputs == (
        "schedule.warmup_steps",
        "budget.steps",
    )


def test_facts_count_for_every_estimate_that_shares_a_part() -> None:
    found = Estimator(PRETRAIN)
    first, second = found.get("parameters.total"), found.get("parameters.embedding")
    assert first.inputs == second.inputs != ()


def test_nothing_known_means_nothing_claimed() -> None:
    for name, found in estimates({}).items():
        assert found.value is None, name
        assert found.reason, name


def test_every_name_is_answered() -> None:
    found = estimates(PRETRAIN)
    assert tuple(found) == NAMES
    unknown = [name for name, value in found.items() if value.value is None]
    # The recipe states no GPU-hours, and nobody a price.
    assert unknown == ["run.needed_mfu", "run.cost"]
    with pytest.raises(KeyError):
        estimate("parameters.totl", PRETRAIN)


def test_a_declared_size_stands_in_for_an_unknown_architecture() -> None:
    facts: dict[str, object] = {"model.total_parameters": 7e10, "optimizer.grad_clip": 1.0}
    total = estimate("parameters.total", facts)
    assert (total.value, total.convention) == (7e10, "as declared")
    assert estimate("gradient.rms_bound", facts).value == pytest.approx(3.78e-6, rel=1e-3)
    assert estimate("parameters.non_embedding", facts).value is None


def test_a_computed_size_wins_over_a_declared_one() -> None:
    facts = {**LLAMA_3_8B, "model.total_parameters": 8e9}
    assert estimate("parameters.total", facts).value == PARAMETERS


def test_adapters_bound_the_gradient_by_their_own_parameters() -> None:
    bound = estimate("gradient.rms_bound", {**PRETRAIN, **ADAPTER})
    assert bound.value == pytest.approx(1 / math.sqrt(41_943_040))
    assert bound.convention == "the adapter's parameters"
    assert {"adapter.kind", "adapter.rank", "adapter.targets"} <= set(bound.inputs)


@pytest.mark.parametrize(
    "adapter",
    [
        {"adapter.kind": "lora"},
        {**ADAPTER, "adapter.targets": ("no_such_module",)},
        {**ADAPTER, "adapter.kind": "llama-adapter"},
    ],
)
def test_an_adapter_of_unknown_size_is_not_taken_for_the_model(adapter: dict[str, object]) -> None:
    bound = estimate("gradient.rms_bound", {**PRETRAIN, **adapter})
    assert bound.value is None
    assert "adapter" in bound.reason


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (changed(optimizer__grad_clip=0.0), "without clipping"),
        (changed(optimizer__grad_clip=-1.0), "without clipping"),
        (changed(optimizer__grad_clip=None), "optimizer.grad_clip is not known"),
        (changed(model__family="mamba2"), "architecture is not known"),
    ],
)
def test_reasons_for_an_unknown_bound(facts: dict[str, object], reason: str) -> None:
    assert reason in estimate("gradient.rms_bound", facts).reason


def test_latent_and_partial_rotation_have_no_length_bound() -> None:
    for extra in (
        {"model.rope.partial": 0.5},
        {"model.rope.scaling": "yarn"},
        {"model.attention.kind": "mla"},
    ):
        assert estimate("rope.longest_length", {**LLAMA_3_8B, **extra}).value is None


@pytest.mark.parametrize(
    ("facts", "steps"),
    [
        (changed(budget__steps=None, budget__tokens=1e11), 1e11 / (1024 * 4096)),
        (
            changed(
                budget__steps=None,
                budget__epochs=2,
                data__sources=({"name": "a", "tokens": 1e9}, {"name": "b", "tokens": 3e9}),
            ),
            8e9 / (1024 * 4096),
        ),
        (changed(batch__global_batch=None, batch__gradient_accumulation=128), 100_000),
    ],
)
def test_steps_from_tokens_and_epochs(facts: dict[str, object], steps: float) -> None:
    assert estimate("schedule.steps", facts).value == pytest.approx(steps)


def test_a_ramping_batch_breaks_the_proportion() -> None:
    facts = changed(batch__ramp=True)
    assert estimate("data.tokens", facts).value is None
    assert "ramps" in estimate("data.tokens", facts).reason
    assert estimate("schedule.steps", facts).value == 100_000


def test_a_warmup_ratio_needs_no_steps() -> None:
    facts: dict[str, object] = {
        "schedule.kind": "cosine",
        "schedule.warmup_ratio": 0.1,
        "schedule.min_ratio": 0.1,
        "optimizer.learning_rate": 2e-5,
    }
    assert estimate("schedule.warmup_share", facts).value == 0.1
    assert estimate("schedule.decay_share", facts).value == pytest.approx(0.9)
    assert estimate("schedule.final_learning_rate", facts).value == pytest.approx(2e-6)


def test_a_warmup_that_outlasts_the_run_leaves_no_decay() -> None:
    facts = {"schedule.kind": "cosine", "schedule.warmup_steps": 200, "budget.steps": 100}
    assert estimate("schedule.warmup_share", facts).value == 2
    assert estimate("schedule.decay_share", facts).value == 0


def test_a_horizon_beyond_the_run_leaves_a_higher_rate() -> None:
    # Cosine planned for twice the steps: half-way down, (1 + cos(pi / 2)) / 2.
    facts = changed(
        schedule__kind="cosine",
        schedule__decay_steps=None,
        schedule__warmup_steps=0,
        schedule__horizon_steps=200_000,
        schedule__min_learning_rate=0.0,
    )
    assert estimate("schedule.final_learning_rate", facts).value == pytest.approx(1.5e-4)


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        (changed(parallel__vpp=2), 3 / (2 * 128 + 3)),
        (changed(parallel__pp=1), 0.0),
        (changed(parallel__vpp=None, parallel__pipeline_schedule="1f1b"), 3 / 131),
        (changed(parallel__vpp=None), None),
        (changed(parallel__pp=None), None),
        (changed(parallel__pp=None, parallel__backend="fsdp"), 0.0),
    ],
)
def test_bubbles_need_to_know_about_interleaving(
    facts: dict[str, object], value: float | None
) -> None:
    assert estimate("pipeline.bubble", facts).value == pytest.approx(value)


def test_the_schedule_can_be_drawn() -> None:
    schedule = Estimator(PRETRAIN).schedule()
    assert schedule is not None
    assert learning_rate(1000, schedule) == pytest.approx(1.5e-4)
    assert learning_rate(95_000, schedule) == pytest.approx((3e-4 + 3e-5) / 2)
    assert Estimator({}).schedule() is None


@pytest.mark.parametrize("stage", ["rl", "distill", "preference"])
def test_costs_of_stages_with_other_models_stay_unknown(stage: str) -> None:
    assert estimate("run.days", changed(run__stage=stage)).value is None


def test_an_unknown_gpu_is_answered_with_a_suggestion() -> None:
    reason = estimate("run.days", changed(cluster__gpu="H100-80G")).reason
    assert "did you mean H100-80GB" in reason


def test_needed_utilisation_from_stated_gpu_hours() -> None:
    found = Estimator({**PRETRAIN, "budget.gpu_hours": 10_000.0})
    hours = found.get("run.gpu_hours").value
    assert hours is not None
    assert found.get("run.needed_mfu").value == pytest.approx(0.4 * hours / 10_000)


def test_a_few_estimates_take_less_than_a_millisecond() -> None:
    names = ("parameters.total", "gradient.rms_bound", "schedule.warmup_share", "pipeline.bubble")
    best = math.inf
    for _ in range(20):
        begin = time.perf_counter()
        found = Estimator(PRETRAIN)
        for name in names:
            found.get(name)
        best = min(best, time.perf_counter() - begin)
    assert best < 1e-3


FACTS = sorted(
    {
        *PRETRAIN,
        *ADAPTER,
        "schedule.decay_start",
        "schedule.warmup_ratio",
        "parallel.ep",
        "model.moe.experts",
        "model.moe.top_k",
        "model.moe.expert_ffn_size",
        "budget.tokens",
        "budget.epochs",
        "data.sources",
        "model.attention.window",
        "model.attention.local_per_global",
        "parallel.dp_replicate",
        "parallel.pipeline_schedule",
        "schedule.decay_shape",
    }
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([64, 4096, 10**6, 10**9, 10**12]),
    st.integers(-(10**70), 10**70),
    st.floats(),
    st.sampled_from(["bf16", "cosine", "wsd", "dualpipe", "afab", "1-sqrt", "exponential", ""]),
    st.text(max_size=5),
    st.lists(st.one_of(st.text(max_size=3), st.integers()), max_size=3),
)


@settings(max_examples=1500, deadline=None)
@given(st.dictionaries(st.sampled_from(FACTS), VALUES, max_size=6))
def test_no_value_of_any_fact_makes_an_estimate_fail(odd: dict[str, object]) -> None:
    for name, found in estimates({**PRETRAIN, **odd}).items():
        assert isinstance(found, Estimate)
        if found.value is None:
            assert found.reason, name
            continue
        low, high = found.low, found.high
        assert math.isfinite(found.value), name
        assert low is None or low <= found.value * (1 + 1e-9), (name, found)
        assert high is None or high >= found.value * (1 - 1e-9), (name, found)
