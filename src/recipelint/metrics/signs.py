"""Signs of an unstable run in its measured series. Pure functions; each says what it rests on."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import sqrt
from statistics import median
from typing import NamedTuple

from recipelint.metrics.series import Point

_LEVEL_FLOOR = 1e-3
"""A flat series has no spread; a thousandth of its level then counts as one deviation."""


class Spike(NamedTuple):
    """A value far above those before it: `mean` is their level, `deviations` the distance."""

    step: int
    value: float
    mean: float
    deviations: float
    returned: bool | None
    """Whether the series came back under the limit; None where too little follows."""


def spikes(
    points: Sequence[Point], deviations: float = 7.0, window: int = 1000, least: int = 20
) -> list[Spike]:
    """Find values at least `deviations` standard deviations above the mean of the last `window`.

    Source: the spike score of OLMo 2 (arXiv 2501.00656, section 3.2): seven deviations, a window
    of 1,000 values. Own choices: only upwards, from `least` values on; a spike enters the window
    cut to its limit, so that one does not hide the next; neighbours count as one.
    """
    found: list[Spike] = []
    level = _Level(window)
    last = -2
    for index, point in enumerate(points):
        limit = level.mean + deviations * level.spread
        high = level.count >= least and point.value >= limit
        if high and index - last > 1:
            distance = (point.value - level.mean) / level.spread
            back = _returns(points[index + 1 :], limit)
            found.append(Spike(point.step, point.value, level.mean, distance, back))
        last = index if high else last
        level.add(min(point.value, limit) if level.count >= least else point.value)
    return found


def _returns(rest: Sequence[Point], limit: float, least: int = 3) -> bool | None:
    """Whether most of the values that follow lie under the limit again."""
    if len(rest) < least:
        return None
    return median(point.value for point in rest) < limit


class _Level:
    """Mean and spread of the last values."""

    def __init__(self, window: int) -> None:
        self._values: deque[float] = deque(maxlen=window)
        self._sum = self._squares = 0.0
        self._added = 0

    @property
    def count(self) -> int:
        return len(self._values)

    @property
    def mean(self) -> float:
        return self._sum / len(self._values) if self._values else 0.0

    @property
    def spread(self) -> float:
        """Standard deviation, not less than a thousandth of the level."""
        if not self._values:
            return 0.0
        variance = self._squares / len(self._values) - self.mean**2
        return max(sqrt(max(variance, 0.0)), abs(self.mean) * _LEVEL_FLOOR, 1e-12)

    def add(self, value: float) -> None:
        if len(self._values) == self._values.maxlen:
            gone = self._values[0]
            self._sum -= gone
            self._squares -= gone * gone
        self._values.append(value)
        self._sum += value
        self._squares += value * value
        self._added += 1
        if self._added % len(self._values) == 0:  # rounding of the running sums must not grow
            self._sum = sum(self._values)
            self._squares = sum(v * v for v in self._values)


class Growth(NamedTuple):
    """How far a series rose: medians of an early and a late stretch, and the late one's steps."""

    early: float
    late: float
    since: int
    until: int


def growth(
    points: Sequence[Point], rates: Sequence[Point], least: int = 40, share: float = 0.9
) -> Growth | None:
    """Compare the last fifth of a series with its second fifth, at a nearly constant rate.

    Only steps count at which the learning rate is at least `share` of its peak: gradients grow
    in a decay without anything being wrong (Defazio, arXiv 2506.02285). None where the log has
    no learning rates or fewer than `least` such steps.
    """
    if not rates:
        return None
    floor = max(rate.value for rate in rates) * share
    high = {rate.step for rate in rates if rate.value >= floor}
    steady = [point for point in points if point.step in high]
    if len(steady) < least:
        return None
    fifth = len(steady) // 5
    early, late = steady[fifth : 2 * fifth], steady[-fifth:]
    return Growth(
        median(p.value for p in early), median(p.value for p in late), late[0].step, late[-1].step
    )


def collapse(points: Sequence[Point], lowest: float) -> Point | None:
    """The first point at or below `lowest` of a series that was above it before."""
    above = False
    for point in points:
        if point.value <= lowest and above:
            return point
        above = above or point.value > lowest
    return None
