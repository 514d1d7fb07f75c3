"""The picture of a recipe: learning rate over all phases, and memory of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recipelint.plots import memory, schedule, svg
from recipelint.plots.figures import Figure

WIDTH = 820.0
_MARGIN = 24.0
_GAP = 28.0


def render(title: str, figures: Sequence[Figure]) -> str:
    """Return the SVG of a recipe's phases; what is not known is said in words."""
    body: list[str] = []
    top = _MARGIN + 8
    body.append(svg.text(_MARGIN, top, title, "ink title"))
    top += 18
    for panel in _panels(figures):
        elements, height = panel.draw(_MARGIN, top, WIDTH - 2 * _MARGIN)
        body += elements
        top += height + _GAP
    return svg.document(WIDTH, top, title, body)


def _panels(figures: Sequence[Figure]) -> Iterator[schedule.Panel | memory.Panel]:
    yield schedule.Panel(figures)
    yield memory.Panel(figures)
