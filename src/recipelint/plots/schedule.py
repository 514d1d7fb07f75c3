"""Learning rate against steps: every phase behind the one before, with its stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recipelint.estimate.schedule import learning_rate, stages
from recipelint.plots import svg
from recipelint.plots.axes import Axis, ticks
from recipelint.plots.figures import Figure, curve

_LEFT, _RIGHT = 64.0, 8.0
_HEIGHT = 220.0
_BAND_ROOM = 44.0
"""Pixels below which a stage's name does not fit over its band."""
_LINE = 18.0
_LETTER = 7.5
"""Pixels of a letter at 12 px, on the generous side."""


class Panel:
    """The curve of all phases whose schedule is known; the others are named below it."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self.known = [figure for figure in figures if figure.drawable]
        self.unknown = [figure for figure in figures if not figure.drawable]
        self.room = 0.0
        self.length = sum(figure.steps or 0.0 for figure in self.known)

    def draw(self, left: float, top: float, width: float) -> tuple[list[str], float]:
        """Return the elements and the height that they take."""
        made = [svg.text(left, top + 12, "Learning rate", "ink head")]
        bottom = top + 20
        if self.known:
            peak = max(rate for f in self.known for _, rate in _curve(f))
            frame = _Frame(left + _LEFT, left + width - _RIGHT, bottom + 34, self.length, peak)
            made += frame.grid()
            self.room = frame.x.stop - frame.x.start
            begun = 0.0
            for figure in self.known:
                made += _phase(figure, begun, frame)
                if len(self.known) > 1:
                    made += _boundary(figure.name if self._fits(figure) else "", begun, frame)
                begun += figure.steps or 0.0
            bottom = frame.bottom + 40
        for note in self._notes():
            made.append(svg.text(left, bottom + 12, note, "soft"))
            bottom += _LINE
        return made, bottom - top

    def _fits(self, figure: Figure) -> bool:
        """Whether a phase is long enough for its name above it."""
        share = (figure.steps or 0.0) / self.length if self.length else 0.0
        return len(figure.name or "") * _LETTER <= share * self.room

    def _notes(self) -> Iterator[str]:
        for figure in self.known:
            if figure.averaging:
                marked = ", marked" if figure.averaged else ""
                yield f"Weights{_of(figure)}: {figure.averaging}{marked}"
        short = [name for f in self.known if (name := f.name) and not self._fits(f)]
        if short and len(self.known) > 1:
            yield f"Phases too short for their names, in order: {', '.join(short)}"
        for figure in self.unknown:
            yield f"Learning rate{_of(figure)} is not drawn: {figure.reason}"


def _of(figure: Figure) -> str:
    return f" of {figure.name}" if figure.name else ""


def _curve(figure: Figure) -> list[tuple[float, float]]:
    assert figure.schedule is not None
    assert figure.steps is not None
    return curve(figure.schedule, figure.steps)


class _Frame:
    """The axes in pixels."""

    def __init__(self, left: float, right: float, top: float, steps: float, peak: float) -> None:
        self.top, self.bottom = top, top + _HEIGHT
        self.x = Axis(steps, left, right)
        self.y = Axis(peak * 1.05 if peak > 0 else 1.0, self.bottom, top)

    def grid(self) -> Iterator[str]:
        for value in ticks(self.y.end):
            y = self.y.pixel(value)
            yield svg.element("line", "grid", x1=self.x.start, y1=y, x2=self.x.stop, y2=y)
            yield svg.text(self.x.start - 8, y + 4, _rate(value), "soft", "end")
        for value in ticks(self.x.end, 8):
            x = self.x.pixel(value)
            yield svg.element("line", "axis", x1=x, y1=self.bottom, x2=x, y2=self.bottom + 4)
            yield svg.text(x, self.bottom + 18, f"{value:,.0f}", "soft", "middle")
        corner = f"M{self.x.start:.2f},{self.top:.2f} V{self.bottom:.2f} H{self.x.stop:.2f}"
        yield svg.element("path", "axis", d=corner)
        yield svg.text(self.x.stop, self.bottom + 34, "optimizer steps", "soft", "end")


def _boundary(name: str | None, begun: float, frame: _Frame) -> Iterator[str]:
    x = frame.x.pixel(begun)
    yield svg.element("line", "axis", x1=x, y1=frame.top - 30, x2=x, y2=frame.bottom)
    if name:
        yield svg.text(x + 4, frame.top - 20, name, "ink")


def _phase(figure: Figure, begun: float, frame: _Frame) -> Iterator[str]:
    assert figure.schedule is not None
    assert figure.steps is not None
    yield from _bands(figure, begun, frame)
    points = ((frame.x.pixel(begun + s), frame.y.pixel(rate)) for s, rate in _curve(figure))
    yield svg.polyline(points, "curve")
    for step in figure.averaged:
        x = frame.x.pixel(begun + step)
        y = frame.y.pixel(learning_rate(step, figure.schedule))
        yield svg.element("circle", "mark", cx=x, cy=y, r=4.0)


def _bands(figure: Figure, begun: float, frame: _Frame) -> Iterator[str]:
    """The stages as shaded stretches, as far as the phase reaches."""
    assert figure.schedule is not None
    assert figure.steps is not None
    for stage in stages(figure.schedule):
        low, high = stage.begin, min(stage.end, figure.steps)
        if high <= low:
            continue
        x, end = frame.x.pixel(begun + low), frame.x.pixel(begun + high)
        yield svg.element("rect", stage.name, x=x, y=frame.top, width=end - x, height=_HEIGHT)
        if end - x >= _BAND_ROOM:
            yield svg.text((x + end) / 2, frame.top - 5, stage.name, "soft", "middle")


def _rate(value: float) -> str:
    if value == 0:
        return "0"
    digits, power = f"{value:.2e}".split("e")
    return f"{value:g}" if value >= 0.01 else f"{float(digits):g}e{int(power)}"
