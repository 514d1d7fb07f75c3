"""Bars of memory against a card's capacity."""

from __future__ import annotations

from collections.abc import Mapping

from recipelint.cli.quantities import gib
from recipelint.estimate.facade import Estimate
from recipelint.reporters.style import Style

_LABEL = 12
_NUMBERS = 24
_WIDEST_BAR = 48
_NARROWEST_BAR = 10
FULL, LIKELY, POSSIBLE, EDGE, SLIVER = "█", "▓", "░", "│", "▏"
_STRETCH = 2.5
"""A bar goes on to this multiple of the capacity; what is longer is cut with an arrow."""


def memory_lines(
    parts: Mapping[str, Estimate],
    whole: Estimate,
    capacity: float | None,
    style: Style,
    room: int,
) -> list[str]:
    """One bar for each part, each beginning where the one above ends, and one for the sum.

    `parts` and `whole` are in GiB, known, and `parts` sum to `whole`; `room` counts columns. The
    last bar is solid up to the low end of the range, then thinner up to the usual value and up to
    the high end; a line marks the capacity.
    """
    assert whole.value is not None
    low, high = _ends(whole)
    length = max(_NARROWEST_BAR, min(_WIDEST_BAR, room - _LABEL - _NUMBERS))
    end = max(whole.value, high)
    if capacity is not None:
        end = max(capacity, min(end, _STRETCH * capacity))
    scale = _Scale(length, end)
    verdict = _verdict(low, high, capacity)
    lines = []
    begun = 0.0
    for name, part in parts.items():
        value = part.value or 0.0
        if value == 0 and not part.high:
            continue
        bar = scale.floating(begun, begun + value)
        lines.append(_line(name, style.paint(_marked(bar, scale, capacity), "gutter"), part))
        begun += value
    bar = _marked(scale.graded(low, whole.value, high), scale, capacity)
    lines.append(_line("in all", style.paint(bar, verdict.role), whole))
    lines.append(" " * _LABEL + style.paint(verdict.text, verdict.role))
    return lines


class _Verdict:
    def __init__(self, text: str, role: str) -> None:
        self.text = text
        self.role = role


def _verdict(low: float, high: float, capacity: float | None) -> _Verdict:
    if capacity is None:
        return _Verdict("GiB; what the GPU has is not known", "gutter")
    text = f"of {gib(capacity)} GiB: "
    if low > capacity:
        return _Verdict(text + "does not fit", "error")
    if high > capacity:
        return _Verdict(text + "may not fit", "warning")
    return _Verdict(text + "fits", "info")


class _Scale:
    """Columns of a bar for GiB."""

    def __init__(self, length: int, end: float) -> None:
        self.length = length
        self._each = end / length if end > 0 else 1.0

    def column(self, value: float) -> int:
        return min(self.length, max(0, round(value / self._each)))

    def floating(self, begin: float, end: float) -> str:
        """A bar from `begin` to `end`; a sliver where it is thinner than a column."""
        first, last = self.column(begin), self.column(end)
        if first == last:
            first = min(first, self.length - 1)
            bar = " " * first + (SLIVER if end > begin else "")
        else:
            bar = " " * first + FULL * (last - first)
        return bar.ljust(self.length)

    def graded(self, low: float, usual: float, high: float) -> str:
        """A bar that is thinner where it is less certain; cut with an arrow at the end."""
        ends = (self.column(low), self.column(usual), self.column(high))
        bar = FULL * ends[0] + LIKELY * (ends[1] - ends[0]) + POSSIBLE * (ends[2] - ends[1])
        if high > self._each * self.length * 1.001:
            bar = bar[:-1] + "▸"
        return bar.ljust(self.length)


def _marked(bar: str, scale: _Scale, capacity: float | None) -> str:
    """The bar with the capacity's line, where that lies inside."""
    if capacity is None:
        return bar
    at = scale.column(capacity)
    if at >= scale.length:
        return bar + EDGE
    return bar[:at] + EDGE + bar[at:]


def _line(name: str, bar: str, part: Estimate) -> str:
    low, high = _ends(part)
    value = gib(part.value or 0.0)
    text = f"{name:<{_LABEL}}{bar} {value:>5}"
    return text if high <= low else f"{text}  {gib(low)} to {gib(high)}"


def _ends(part: Estimate) -> tuple[float, float]:
    value = part.value or 0.0
    low = value if part.low is None else part.low
    return low, value if part.high is None else part.high
