"""Memory of the fullest GPU: a stacked bar for each phase, against the card's capacity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recipelint.estimate.facade import Estimate
from recipelint.plots import svg
from recipelint.plots.axes import Axis, ticks
from recipelint.plots.figures import Figure

_BAR = 26.0
_ROW = 54.0
_LINE = 18.0
_NARROWEST_TEXT = 34.0
_RIGHT = 8.0
_COLUMNS = 7


class Panel:
    """One bar for each phase whose memory is known; equal phases in a row share one."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self.known = _distinct([figure for figure in figures if figure.parts])
        self.unknown = _first_reasons([figure for figure in figures if not figure.parts])

    def draw(self, left: float, top: float, width: float) -> tuple[list[str], float]:
        """Return the elements and the height that they take."""
        made = [svg.text(left, top + 12, "Memory of the fullest GPU, GiB", "ink head")]
        bottom = top + 22
        if self.known:
            axis = Axis(self._end(), left, left + width - _RIGHT)
            made += _legend(left, bottom, axis.stop - left, self.known)
            bottom += 24
            for names, figure in self.known:
                made += _bar(names, figure, axis, bottom)
                bottom += _ROW
            made += _scale(axis, bottom)
            bottom += 22
        for names, reason in self.unknown:
            label = f" of {names}" if names else ""
            made.append(
                svg.text(left, bottom + 12, f"Memory{label} is not drawn: {reason}", "soft")
            )
            bottom += _LINE
        return made, bottom - top

    def _end(self) -> float:
        reached = [_ends(figure.whole)[1] for _, figure in self.known]
        reached += [figure.capacity for _, figure in self.known if figure.capacity is not None]
        return max(reached) * 1.02


def _distinct(figures: Sequence[Figure]) -> list[tuple[str, Figure]]:
    found: list[tuple[list[str], Figure]] = []
    for figure in figures:
        if found and found[-1][1].whole == figure.whole and found[-1][1].parts == figure.parts:
            found[-1][0].append(figure.name or "")
        else:
            found.append(([figure.name or ""], figure))
    return [(", ".join(names), figure) for names, figure in found]


def _first_reasons(figures: Sequence[Figure]) -> list[tuple[str, str]]:
    """Phases that lack the same, together."""
    by_reason: dict[str, list[str]] = {}
    for figure in figures:
        by_reason.setdefault(figure.whole.reason, []).append(figure.name or "")
    return [(", ".join(filter(None, names)), reason) for reason, names in by_reason.items()]


def _legend(
    left: float, top: float, width: float, known: Sequence[tuple[str, Figure]]
) -> Iterator[str]:
    each = width / _COLUMNS
    for index, name in enumerate(known[0][1].parts):
        x = left + index * each
        yield svg.element("rect", f"part{index}", x=x, y=top, width=11.0, height=11.0)
        yield svg.text(x + 16, top + 10, name, "soft")


def _bar(names: str, figure: Figure, axis: Axis, top: float) -> Iterator[str]:
    value = figure.whole.value or 0.0
    low, high = _ends(figure.whole)
    text = f"{value:.1f}, from {low:.1f} to {high:.1f}"
    if figure.capacity is not None:
        text += f"; the GPU has {figure.capacity:g}"
    yield svg.text(axis.start, top + 10, f"{names}: {text}" if names else text, "ink")
    top += 16
    begun = 0.0
    for index, part in enumerate(figure.parts.values()):
        size = part.value or 0.0
        x, end = axis.pixel(begun), axis.pixel(begun + size)
        begun += size
        if size <= 0:
            continue
        yield svg.element("rect", f"part{index}", x=x, y=top, width=end - x, height=_BAR)
        if end - x >= _NARROWEST_TEXT:
            yield _inside((x + end) / 2, top + 17, f"{size:.1f}")
    yield from _whisker(axis.pixel(low), axis.pixel(high), top + _BAR + 3)
    if figure.capacity is not None:
        x = axis.pixel(figure.capacity)
        yield svg.element("line", "limit", x1=x, y1=top - 2, x2=x, y2=top + _BAR + 8)


def _inside(x: float, y: float, content: str) -> str:
    """Text on a coloured bar: dark on every colour of the palette, on light and dark pages."""
    return svg.text(x, y, content, "on", "middle")


def _whisker(low: float, high: float, y: float) -> Iterator[str]:
    """The range of the estimate under its bar."""
    path = f"M{low:.2f},{y - 3:.2f} V{y + 3:.2f} M{low:.2f},{y:.2f} H{high:.2f} "
    yield svg.element("path", "range", d=path + f"M{high:.2f},{y - 3:.2f} V{y + 3:.2f}")


def _scale(axis: Axis, top: float) -> Iterator[str]:
    yield svg.element("line", "axis", x1=axis.start, y1=top, x2=axis.stop, y2=top)
    for value in ticks(axis.end, 9):
        x = axis.pixel(value)
        yield svg.element("line", "axis", x1=x, y1=top, x2=x, y2=top + 4)
        anchor = "start" if value == 0 else "middle"
        yield svg.text(x, top + 18, f"{value:g}", "soft", anchor)


def _ends(whole: Estimate) -> tuple[float, float]:
    value = whole.value or 0.0
    low = value if whole.low is None else whole.low
    return low, value if whole.high is None else whole.high
