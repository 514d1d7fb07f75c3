"""Learning-rate schedules, step by step against torch, transformers and nanotron's formula."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import cos, pi, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipelint.estimate.schedule import (
    Schedule,
    decayed,
    learning_rate,
    stages,
    steps_from_epochs,
    steps_from_tokens,
)

PEAK, STEPS, WARMUP = 3e-4, 200, 20


def rates(schedule: Schedule, steps: int = STEPS) -> list[float]:
    return [learning_rate(step, schedule) for step in range(steps)]


def trained(make: Callable[[Any], Any], steps: int = STEPS) -> list[float]:
    """Rates that an optimizer sees at each step under a torch scheduler."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
    scheduler = make(optimizer)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def of_transformers(name: str, **options: Any) -> Callable[[Any], Any]:
    def make(optimizer: Any) -> Any:
        return getattr(pytest.importorskip("transformers"), name)(optimizer, **options)

    return make


def of_torch(name: str, **options: Any) -> Callable[[Any], Any]:
    def make(optimizer: Any) -> Any:
        torch = pytest.importorskip("torch")
        return getattr(torch.optim.lr_scheduler, name)(optimizer, **options)

    return make


WARM = {"num_warmup_steps": WARMUP}
PLANNED = {**WARM, "num_training_steps": STEPS}
WSD = {**WARM, "num_stable_steps": 140, "num_decay_steps": 40, "min_lr_ratio": 0.1}


def stable(shape: str) -> Schedule:
    """transformers warms up from the minimum, not from 0, where a minimum is set."""
    low = 0.1 * PEAK
    return Schedule(
        "wsd",
        PEAK,
        STEPS,
        WARMUP,
        warmup_from=low,
        decay_steps=40,
        minimum=low,
        decay_shape=shape,
    )


@pytest.mark.parametrize(
    ("make", "schedule"),
    [
        pytest.param(
            of_transformers("get_constant_schedule_with_warmup", **WARM),
            Schedule("constant", PEAK, STEPS, WARMUP),
            id="constant",
        ),
        pytest.param(
            of_transformers("get_linear_schedule_with_warmup", **PLANNED),
            Schedule("linear", PEAK, STEPS, WARMUP),
            id="linear",
        ),
        pytest.param(
            of_transformers("get_cosine_schedule_with_warmup", **PLANNED),
            Schedule("cosine", PEAK, STEPS, WARMUP),
            id="cosine",
        ),
        pytest.param(
            of_transformers("get_cosine_with_min_lr_schedule_with_warmup", **PLANNED, min_lr=1e-5),
            Schedule("cosine", PEAK, STEPS, WARMUP, minimum=1e-5),
            id="cosine-with-minimum",
        ),
        pytest.param(
            of_transformers("get_polynomial_decay_schedule_with_warmup", **PLANNED, power=2.0),
            Schedule("polynomial", PEAK, STEPS, WARMUP, minimum=1e-7, power=2.0),
            id="polynomial",
        ),
        pytest.param(
            of_transformers("get_inverse_sqrt_schedule", **WARM),
            Schedule("inverse_sqrt", PEAK, STEPS, WARMUP),
            id="inverse_sqrt",
        ),
        pytest.param(
            of_transformers("get_inverse_sqrt_schedule", **WARM, timescale=50),
            Schedule("inverse_sqrt", PEAK, STEPS, WARMUP, timescale=50),
            id="inverse_sqrt-timescale",
        ),
        pytest.param(
            of_transformers(
                "get_cosine_with_hard_restarts_schedule_with_warmup", **PLANNED, num_cycles=3
            ),
            Schedule("cosine_restarts", PEAK, STEPS, WARMUP, cycles=3),
            id="cosine_restarts",
        ),
        pytest.param(of_transformers("get_wsd_schedule", **WSD), stable("cosine"), id="wsd"),
        pytest.param(
            of_transformers("get_wsd_schedule", **WSD, decay_type="linear"),
            stable("linear"),
            id="wsd-linear",
        ),
        pytest.param(
            of_transformers("get_wsd_schedule", **WSD, decay_type="1-sqrt"),
            stable("1-sqrt"),
            id="wsd-1-sqrt",
        ),
        pytest.param(
            of_torch("CosineAnnealingLR", T_max=STEPS, eta_min=1e-5),
            Schedule("cosine", PEAK, STEPS, minimum=1e-5),
            id="torch-cosine",
        ),
        pytest.param(
            of_torch("LinearLR", start_factor=1.0, end_factor=0.1, total_iters=150),
            Schedule("linear", PEAK, 150, minimum=0.1 * PEAK),
            id="torch-linear",
        ),
        pytest.param(
            of_torch("PolynomialLR", total_iters=150, power=3.0),
            Schedule("polynomial", PEAK, 150, power=3.0),
            id="torch-polynomial",
        ),
        pytest.param(
            of_torch("ExponentialLR", gamma=0.99),
            Schedule("exponential", PEAK, STEPS, minimum=PEAK * 0.99**STEPS),
            id="torch-exponential",
        ),
        pytest.param(
            of_torch("MultiStepLR", milestones=[60, 90], gamma=0.316),
            Schedule("multistep", PEAK, STEPS, milestones=(60, 90), gamma=0.316),
            id="torch-multistep",
        ),
        pytest.param(
            of_torch("OneCycleLR", max_lr=PEAK, total_steps=STEPS + 1),
            Schedule("one_cycle", PEAK, STEPS + 1),
            id="torch-one_cycle",
        ),
    ],
)
def test_equals_the_framework_step_by_step(make: Callable[[Any], Any], schedule: Schedule) -> None:
    assert rates(schedule) == pytest.approx(trained(make), rel=1e-9, abs=1e-15)


def nanotron(step: int, shape: str, minimum: float, start: int, length: int) -> float:
    """nanotron's lr_scheduler_builder at commit-independent formulas, written out by hand."""
    if step <= WARMUP:
        return PEAK * step / WARMUP
    if step < start:
        return PEAK
    if step > start + length:
        return minimum
    x = (step - start) / length
    if shape == "cosine":
        return minimum + (PEAK - minimum) * (1 + cos(pi * x)) / 2
    if shape == "linear":
        return minimum + (PEAK - minimum) * (length - (step - start)) / length
    return minimum + (PEAK - minimum) * (1 - sqrt(x))


@pytest.mark.parametrize("shape", ["cosine", "linear", "1-sqrt"])
def test_equals_nanotron_step_by_step(shape: str) -> None:
    minimum = 1e-5
    schedule = Schedule(
        "wsd",
        PEAK,
        STEPS,
        WARMUP,
        decay_start=150,
        decay_steps=30,
        decay_shape=shape,
        minimum=minimum,
    )
    expected = [nanotron(step, shape, minimum, 150, 30) for step in range(STEPS)]
    assert rates(schedule) == pytest.approx(expected, rel=1e-9)


def test_exponential_and_square_decays_by_hand() -> None:
    # 3e-4 to 3e-5 over 10 steps: each step multiplies by 10 ** -0.1.
    schedule = Schedule("wsd", 3e-4, 10, decay_steps=10, minimum=3e-5, decay_shape="exponential")
    assert learning_rate(5, schedule) == pytest.approx(3e-4 * 10**-0.5)
    assert decayed("square", 0.5) == pytest.approx(0.75)
    assert decayed("1-sqrt", 0.25, ratio=0.2) == pytest.approx(0.6)


def test_smollm3_decays_over_the_last_tenth() -> None:
    # SmolLM3's published nanotron configuration: 2e-4, 2000 steps of warmup, linear decay to 0
    # from step 4,198,000 of 4,720,000.
    schedule = Schedule("wsd", 2e-4, 4_720_000, 2000, decay_start=4_198_000, decay_steps=522_000)
    warmup, stable, decay = stages(schedule)
    assert learning_rate(1000, schedule) == pytest.approx(1e-4)
    assert learning_rate(4_459_000, schedule) == pytest.approx(1e-4)
    assert (warmup.length, stable.length, decay.length) == (2000, 4_196_000, 522_000)
    assert decay.area == pytest.approx(2e-4 * 522_000 / 2)
    assert stable.area == pytest.approx(2e-4 * 4_196_000)


@pytest.mark.parametrize(
    ("shape", "mean"),
    # Integrals of the shapes over 0 to 1, by hand.
    [("linear", 1 / 2), ("cosine", 1 / 2), ("1-sqrt", 1 / 3), ("square", 2 / 3)],
)
def test_area_of_a_decay_is_its_integral(shape: str, mean: float) -> None:
    decay = stages(Schedule("wsd", 1.0, 100, decay_steps=100, decay_shape=shape))[-1]
    assert decay.area == pytest.approx(100 * mean, rel=2e-3)


@settings(max_examples=150)
@given(
    kind=st.sampled_from(["constant", "cosine", "linear", "wsd", "polynomial"]),
    steps=st.integers(2, 5000),
    warmup=st.floats(0, 0.5),
    share=st.floats(0.01, 0.5),
    ratio=st.floats(0, 1),
)
def test_rates_stay_between_zero_and_peak_and_never_rise_after_warmup(
    kind: str, steps: int, warmup: float, share: float, ratio: float
) -> None:
    decay = share * steps if kind == "wsd" else None
    schedule = Schedule(kind, 1.0, steps, warmup * steps, decay_steps=decay, minimum=ratio)
    seen = [learning_rate(i * steps / 50, schedule) for i in range(51)]
    after = [rate for i, rate in enumerate(seen) if i * steps / 50 >= schedule.warmup_steps]
    assert all(-1e-12 <= rate <= 1 + 1e-12 for rate in seen)
    assert all(b <= a + 1e-9 for a, b in pairwise(after))
    if kind != "constant":
        assert seen[-1] == pytest.approx(ratio, abs=1e-9)


@settings(max_examples=100)
@given(
    kind=st.sampled_from(["constant", "cosine", "linear", "wsd"]),
    steps=st.integers(10, 400),
    warmup=st.integers(0, 100),
    share=st.floats(0.05, 0.5),
)
def test_stages_cover_the_schedule_and_their_areas_sum_the_steps(
    kind: str, steps: int, warmup: int, share: float
) -> None:
    warmup = min(warmup, steps // 2)
    schedule = Schedule(
        kind, 1.0, steps, warmup, decay_steps=share * steps if kind == "wsd" else None
    )
    found = stages(schedule)
    assert found[0].begin == 0
    assert found[-1].end == steps
    assert all(a.end == b.begin for a, b in pairwise(found))
    # Sum and integral differ by at most half a step at each of three kinks.
    summed = sum(learning_rate(step, schedule) for step in range(steps))
    assert sum(stage.area for stage in found) == pytest.approx(summed, abs=1.6)


@pytest.mark.parametrize("kind", ["plateau", "other", "no-such-kind"])
def test_rates_that_depend_on_more_than_the_step_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="does not follow from its steps"):
        learning_rate(10, Schedule(kind, 1.0, 100))


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(ValueError, match="from 0"):
        learning_rate(-1, Schedule("cosine", 1.0, 100))
    with pytest.raises(ValueError, match="positive final rate"):
        decayed("exponential", 0.5, ratio=0.0)
    with pytest.raises(ValueError, match="not known"):
        decayed("zigzag", 0.5)


def test_kimi_k2_steps_from_tokens() -> None:
    # 15.5e12 tokens in batches of 16384 x 4096 (arXiv 2507.20534, section 2.5).
    assert steps_from_tokens(15.5e12, 16384 * 4096) == pytest.approx(230_968, abs=1)
    with pytest.raises(ValueError, match="positive"):
        steps_from_tokens(1e9, 0)


def test_every_epoch_ends_with_a_step() -> None:
    assert steps_from_epochs(3, 1000, 64) == 3 * 16
    assert steps_from_epochs(0.5, 1000, 64) == 8
    with pytest.raises(ValueError, match="positive"):
        steps_from_epochs(1, 1000, 0)
