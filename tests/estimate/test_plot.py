"""The pictures: well-formed, self-contained, and true to the schedule and the estimates."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.estimate.facade import Estimator
from recipelint.estimate.schedule import learning_rate
from recipelint.plots.axes import Axis, ticks
from recipelint.plots.figures import Figure, curve, figure
from recipelint.plots.page import WIDTH, render
from tests.estimate.recipes import PRETRAIN, changed

SVG = "{http://www.w3.org/2000/svg}"


def drawn(
    *phases: dict[str, object], names: tuple[str | None, ...] = (None,)
) -> ElementTree.Element:
    figures = [_figure(name, facts) for name, facts in zip(names, phases, strict=True)]
    return ElementTree.fromstring(render("a recipe", figures))


def _figure(name: str | None, facts: dict[str, object]) -> Figure:
    return figure(name, facts, Estimator(facts))


def texts(root: ElementTree.Element) -> str:
    return "\n".join(element.text or "" for element in root.iter(f"{SVG}text"))


def of_class(root: ElementTree.Element, style: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.get("class") == style]


def points(root: ElementTree.Element) -> list[tuple[float, float]]:
    (line,) = of_class(root, "curve")
    pairs = (line.get("points") or "").split()
    return [(float(x), float(y)) for x, _, y in (pair.partition(",") for pair in pairs)]


def axes(root: ElementTree.Element) -> tuple[Axis, Axis]:
    """Steps and rate by pixel, from the labelled ticks alone: as a reader of the picture would."""
    labels = [e for e in root.iter(f"{SVG}text") if e.get("class") == "soft"]
    steps = [
        (float(e.get("x") or 0), number(e)) for e in labels if e.get("text-anchor") == "middle"
    ]
    rates = [
        (float(e.get("y") or 0) - 4, number(e)) for e in labels if e.get("text-anchor") == "end"
    ]
    return _through(steps), _through(rates)


def number(element: ElementTree.Element) -> float | None:
    try:
        return float((element.text or "").replace(",", ""))
    except ValueError:
        return None


def _through(ticks_seen: list[tuple[float, float | None]]) -> Axis:
    """The axis through a 0 and the tick after it; memory's ticks come later in the file."""
    known = [(pixel, value) for pixel, value in ticks_seen if value is not None]
    (zero, _), (pixel, value) = known[0], known[1]
    assert known[0][1] == 0
    return Axis(value, zero, pixel)


def test_a_reader_finds_the_schedule_in_the_curve() -> None:
    root = drawn(PRETRAIN)
    x, y = axes(root)
    plan = Estimator(PRETRAIN).schedule()
    assert plan is not None
    seen = points(root)
    assert len(seen) > 200
    for across, up in seen:
        step = max(0.0, x.value(across))
        # A hundredth of a pixel is 1.4 steps here, and the warmup rises by 1.5e-7 per step.
        assert y.value(up) == pytest.approx(learning_rate(step, plan), abs=3e-7)


def test_the_curve_has_a_point_at_every_end_of_a_stage() -> None:
    plan = Estimator(PRETRAIN).schedule()
    assert plan is not None
    pairs = dict(curve(plan, 100_000))
    assert pairs[0] == 0
    assert pairs[2000] == pairs[90_000] == 3e-4
    assert pairs[100_000] == pytest.approx(3e-5)
    assert all(earlier < later for earlier, later in pairwise(pairs))


def test_stages_are_shaded_and_named() -> None:
    root = drawn(PRETRAIN)
    x, _ = axes(root)
    for stage, begin, end in (("warmup", 0, 2000), ("stable", 2000, 90_000), ("decay", 9e4, 1e5)):
        (band,) = of_class(root, stage)
        left, wide = float(band.get("x") or 0), float(band.get("width") or 0)
        assert x.value(left) == pytest.approx(begin, abs=5)
        assert x.value(left + wide) == pytest.approx(end, abs=5)
    assert "stable" in texts(root)


def test_averaged_checkpoints_are_marked_on_the_curve() -> None:
    averaged = changed(
        checkpoint__averaging__kind="sma",
        checkpoint__averaging__count=6,
        checkpoint__averaging__interval_steps=5000,
    )
    root = drawn(averaged)
    x, y = axes(root)
    marks = of_class(root, "mark")
    places = [x.value(float(mark.get("cx") or 0)) for mark in marks]
    assert places == pytest.approx([75_000, 80_000, 85_000, 90_000, 95_000, 100_000], abs=5)
    assert y.value(float(marks[0].get("cy") or 0)) == pytest.approx(3e-4, abs=1e-6)
    assert "mean of 6 checkpoints, marked" in texts(root)


def test_a_moving_average_is_named_and_not_marked() -> None:
    root = drawn(changed(checkpoint__averaging__kind="ema", checkpoint__averaging__ema_decay=0.999))
    assert of_class(root, "mark") == []
    assert "exponential moving average, decay 0.999" in texts(root)


def test_memory_is_stacked_to_the_estimate() -> None:
    found = Estimator(PRETRAIN)
    parts, whole = found.memory_parts(), found.get("memory.per_gpu")
    assert sum(part.value or 0 for part in parts.values()) == pytest.approx(whole.value)
    root = drawn(PRETRAIN)
    bars = [e for i in range(7) for e in of_class(root, f"part{i}") if e.get("height") == "26"]
    shown = [part.value for part in parts.values() if part.value]
    widths = [float(bar.get("width") or 0) for bar in bars]
    assert len(widths) == len(shown)
    scale = sum(widths) / (whole.value or 1)
    assert widths == pytest.approx([value * scale for value in shown], abs=0.02)
    (limit,) = of_class(root, "limit")
    begin = float(bars[0].get("x") or 0)
    assert (float(limit.get("x1") or 0) - begin) / scale == pytest.approx(80, abs=0.2)


def test_phases_stand_behind_each_other() -> None:
    root = drawn(PRETRAIN, changed(budget__steps=50_000), names=("first", "second"))
    assert {"first", "second"} <= set(texts(root).split("\n"))
    assert len(of_class(root, "curve")) == 2


def test_phases_that_are_too_short_for_their_names_are_listed() -> None:
    root = drawn(PRETRAIN, changed(budget__steps=100), names=("long", "tiny"))
    assert "tiny" not in texts(root).split("\n")
    assert "Phases too short for their names, in order: tiny" in texts(root)


def test_what_is_not_known_is_said() -> None:
    root = drawn({"model.layers": 2})
    assert of_class(root, "curve") == []
    assert "Learning rate is not drawn: schedule.kind is not known" in texts(root)
    assert "Memory is not drawn: " in texts(root)


@given(name=st.text(max_size=40))
def test_any_name_gives_well_formed_xml_without_markup_of_its_own(name: str) -> None:
    hostile = f"<script>alert(1)</script>&\"' {name}"
    figures = [_figure(hostile, PRETRAIN), _figure("plain", PRETRAIN)]
    root = ElementTree.fromstring(render(hostile, figures))
    kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert kinds <= {"svg", "title", "style", "rect", "line", "path", "polyline", "text", "circle"}


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = render("a recipe", [_figure(None, PRETRAIN)])
    assert "href" not in page
    assert "url(" not in page
    assert page.count("http") == 1, "the namespace"


def test_dark_pages_have_their_own_colours() -> None:
    page = render("a recipe", [_figure(None, PRETRAIN)])
    light, _, dark = page.partition("@media (prefers-color-scheme: dark)")
    for style in (".page", ".ink", ".soft", ".curve", ".grid"):
        assert f"{style} {{" in light
        assert f"{style} {{" in dark


def test_nothing_lies_outside_the_page() -> None:
    root = drawn(PRETRAIN)
    for element in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert 0 <= float(element.get(name) or 0) <= WIDTH


@given(end=st.floats(1e-9, 1e15))
def test_ticks_are_round_few_and_inside(end: float) -> None:
    found = ticks(end)
    assert found[0] == 0
    assert 2 <= len(found) <= 7
    assert found[-1] <= end * (1 + 1e-6)
    assert f"{found[1]:.0e}"[0] in "125"
