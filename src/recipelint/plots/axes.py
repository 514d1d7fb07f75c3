"""A linear axis: round ticks, and values to pixels."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps values from 0 to `end` onto pixels from `start` to `stop`, which may be smaller."""

    end: float
    start: float
    stop: float

    def pixel(self, value: float) -> float:
        """Where a value lies."""
        return self.start + (self.stop - self.start) * (value / self.end if self.end else 0.0)

    def value(self, pixel: float) -> float:
        """Which value lies at a pixel."""
        return (pixel - self.start) / (self.stop - self.start) * self.end


def ticks(end: float, most: int = 6) -> list[float]:
    """Return 0 and round values up to `end`, at most `most` of them, 1, 2 or 5 times a power."""
    if end <= 0:
        return [0.0]
    rough = end / max(1, most - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))
    return [i * step for i in range(ceil(end / step) + 1) if i * step <= end * (1 + 1e-9)]
