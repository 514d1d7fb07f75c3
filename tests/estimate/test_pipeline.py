"""Pipeline bubbles against published figures and against a simulation of the schedule."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipelint.estimate.pipeline import (
    bubble,
    dualpipe,
    in_flight,
    in_flight_all_forward,
    zero_bubble,
)


def simulated_1f1b(pp: int, micro_batches: int) -> tuple[float, list[int]]:
    """Run 1F1B with a forward of 1 and a backward of 2; return the makespan and peak in flight."""
    orders = []
    for stage in range(pp):
        ahead = min(pp - stage - 1, micro_batches)
        order = [("F", i) for i in range(ahead)]
        for i in range(micro_batches - ahead):
            order += [("F", ahead + i), ("B", i)]
        order += [("B", i) for i in range(micro_batches - ahead, micro_batches)]
        orders.append(order)
    ends: dict[tuple[str, int, int], float] = {}
    clock, position, peak = [0.0] * pp, [0] * pp, [0] * pp
    while any(position[s] < len(orders[s]) for s in range(pp)):
        for stage in range(pp):
            while position[stage] < len(orders[stage]):
                kind, i = orders[stage][position[stage]]
                if kind == "F":
                    before = ends.get(("F", stage - 1, i)) if stage else 0.0
                elif stage == pp - 1:
                    before = ends.get(("F", stage, i))
                else:
                    before = ends.get(("B", stage + 1, i))
                if before is None:
                    break
                clock[stage] = max(clock[stage], before) + (1 if kind == "F" else 2)
                ends[kind, stage, i] = clock[stage]
                position[stage] += 1
                done = orders[stage][: position[stage]]
                held = sum(1 if k == "F" else -1 for k, _ in done)
                peak[stage] = max(peak[stage], held)
    return max(clock), peak


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 6), st.integers(1, 12))
def test_bubble_and_micro_batches_in_flight_equal_a_simulation(pp: int, micro: int) -> None:
    makespan, peak = simulated_1f1b(pp, micro)
    ideal = 3.0 * micro
    assert bubble(pp, micro).of_ideal == pytest.approx((makespan - ideal) / ideal)
    assert bubble(pp, micro).of_step == pytest.approx((makespan - ideal) / makespan)
    assert [in_flight(pp, micro, 1, stage) for stage in range(pp)] == peak


def test_llama_3_would_idle_almost_half_of_the_step_without_interleaving() -> None:
    # 16 stages and 16 micro-batches (arXiv 2407.21783, table 4): 15 / 31.
    assert bubble(16, 16).of_step == pytest.approx(15 / 31)
    assert bubble(16, 16, vpp=8).of_step == pytest.approx(15 / 143)


def test_one_stage_never_waits() -> None:
    assert bubble(1, 7).of_step == 0.0


def test_deepseek_v3_orders_the_schedules() -> None:
    # arXiv 2412.19437, table 2, at 16 stages and 60 micro-batches (15360 sequences, 128 ranks,
    # micro-batches of 2): DualPipe < 1F1B, ZB1P = 1F1B / 3 with F : B : W = 1 : 2 : 1.
    ordinary, zero, dual = bubble(16, 60), zero_bubble(16, 60), dualpipe(16, 60)
    assert zero.of_ideal == pytest.approx(ordinary.of_ideal / 3)
    assert dual.of_ideal == pytest.approx((16 / 2 - 1) * 2 / 180)
    assert zero.of_ideal > dual.of_ideal


def test_dualpipe_refuses_odd_numbers() -> None:
    with pytest.raises(ValueError, match="even"):
        dualpipe(15, 60)
    with pytest.raises(ValueError, match="even"):
        dualpipe(16, 61)


@pytest.mark.parametrize(("pp", "vpp"), [(4, 2), (8, 4), (16, 3)])
def test_interleaving_holds_the_published_factor_more(pp: int, vpp: int) -> None:
    # Korthikanti et al., arXiv 2205.05198, section 4.2.3: 1 + (p - 1) / (p m), m chunks.
    assert in_flight(pp, 1000, vpp) == pytest.approx(pp * (1 + (pp - 1) / (pp * vpp)))


def test_all_forward_holds_every_micro_batch() -> None:
    assert in_flight_all_forward(32) == 32
    assert in_flight(4, 32) == 4


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_sizes_below_one_are_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        bubble(*sizes)


def test_a_stage_outside_the_pipeline_is_refused() -> None:
    with pytest.raises(ValueError, match="stage 4"):
        in_flight(4, 8, 1, 4)
