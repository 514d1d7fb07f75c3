"""Signs of instability, against plain definitions."""

from __future__ import annotations

import random
from statistics import fmean, pstdev

from hypothesis import given
from hypothesis import strategies as st

from recipelint.metrics.series import Point
from recipelint.metrics.signs import collapse, growth, spikes


def series(values: list[float], every: int = 10) -> list[Point]:
    return [Point(every * (i + 1), v) for i, v in enumerate(values)]


def noise(count: int, seed: int = 1) -> list[float]:
    draw = random.Random(seed)
    return [2.0 + draw.gauss(0, 0.05) for _ in range(count)]


def test_noise_has_no_spikes() -> None:
    assert all(spikes(series(noise(3000, seed))) == [] for seed in range(5))


def test_a_spike_is_measured_from_the_mean_of_the_values_before_it() -> None:
    before = noise(100)
    (found,) = spikes(series([*before, 5.0, *noise(10, 2)]))
    assert (found.step, found.value) == (1010, 5.0)
    assert abs(found.mean - fmean(before)) < 1e-9
    assert abs(found.deviations - (5.0 - fmean(before)) / pstdev(before)) < 1e-6
    assert found.returned is True


def test_the_window_forgets() -> None:
    """A level that the last 50 values do not have any more does not excuse a spike."""
    wild, calm = [1.0, 9.0] * 50, noise(60)
    assert spikes(series([*wild, *calm, 5.0]), window=1000) == []
    assert [s.step for s in spikes(series([*wild, *calm, 5.0]), window=50)] == [1610]


def test_a_loss_that_stays_up_has_not_come_back() -> None:
    (found,) = spikes(series([*noise(100), *[6.0] * 10]))
    assert found.returned is False


def test_at_the_end_of_the_log_nobody_knows() -> None:
    (found,) = spikes(series([*noise(100), 6.0]))
    assert found.returned is None


def test_one_spike_does_not_hide_the_next() -> None:
    found = spikes(series([*noise(100), 1e6, *noise(20, 2), 6.0, *noise(5, 3)]))
    assert [s.step for s in found] == [1010, 1220]


def test_neighbours_are_one_spike() -> None:
    assert len(spikes(series([*noise(100), 9.0, 8.0, 7.0, *noise(9, 2)]))) == 1


def test_few_values_prove_nothing() -> None:
    assert spikes(series([*noise(19), 50.0])) == []
    assert len(spikes(series([*noise(20), 50.0]))) == 1


def test_a_falling_loss_is_no_spike() -> None:
    assert spikes(series([10.0 * 0.98**i for i in range(400)])) == []


@given(st.lists(st.floats(-1e29, 1e29), max_size=80))
def test_spikes_come_from_the_series_and_lie_above_their_level(values: list[float]) -> None:
    points = series(values)
    for found in spikes(points, window=30):
        assert Point(found.step, found.value) in points
        assert found.value >= found.mean


def constant_rate(points: list[Point]) -> list[Point]:
    return [Point(p.step, 3e-4) for p in points]


def test_growth_compares_the_last_fifth_with_the_second() -> None:
    points = series([float(i) for i in range(1, 101)])
    found = growth(points, constant_rate(points))
    assert found is not None
    assert (found.early, found.late, found.since, found.until) == (30.5, 90.5, 810, 1000)


def test_growth_in_a_decay_does_not_count() -> None:
    norms = series([1.0] * 50 + [9.0] * 50)
    rates = [Point(p.step, 3e-4 if i < 50 else 1e-5) for i, p in enumerate(norms)]
    found = growth(norms, rates)
    assert found is not None
    assert found.late == found.early == 1.0


def test_growth_is_unknown_without_learning_rates_or_with_few_of_them() -> None:
    points = series([float(i) for i in range(100)])
    assert growth(points, []) is None
    assert growth(points[:39], constant_rate(points)) is None


def test_a_scale_that_was_always_low_has_not_collapsed() -> None:
    assert collapse(series([1.0, 1.0]), 1.0) is None
    assert collapse(series([1.0, 64.0, 2.0]), 1.0) is None
    assert collapse(series([64.0, 1.0, 0.5]), 1.0) == Point(20, 1.0)
