"""Measurements as canonical facts of one phase of a recipe."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from recipelint.metrics.series import Measurements, Point
from recipelint.recipe.facts import Fact, Origin, Phase, fact_types

_NORM, _RMS, _CLIP = "observed.gradient_norm", "observed.gradient_rms", "optimizer.grad_clip"


def observe(measured: Measurements, phase: Phase) -> None:
    """Add what was measured to the facts of a phase, as far as the canonical recipe names it.

    Gradients shrink while a model learns, so that the later half of the log stands for them.
    """
    for fact in _facts(measured):
        if fact.name in fact_types():
            phase.add(fact)


def complete_rms(phase: Phase) -> None:
    """Add the RMS of the gradient that the optimizer sees, where its measured norm is known.

    Frameworks log the norm before clipping; clipping leaves at most the limit. The RMS is that
    norm over the root of the number of trained parameters (`estimate.gradient.rms_bound` with
    the measured norm for the limit). Unknown where the limit or the parameters are.
    """
    norm, clip = phase.value(_NORM), phase.value(_CLIP)
    if _RMS in phase.facts or not _positive(norm) or isinstance(clip, bool):
        return
    if not isinstance(norm, int | float) or not isinstance(clip, int | float) or clip < 0:
        return
    from recipelint.estimate.facade import estimate

    seen = min(norm, clip) if clip > 0 else norm
    found = estimate("gradient.rms_bound", {**phase.known(), _CLIP: seen})
    if found.value is None:
        return
    limit = f", clipped to {clip:g}," if seen < norm else ""
    where = phase.facts[_NORM].detail
    source = f" ({where})" if where else ""
    detail = f"{_NORM} {norm:.3g}{source}{limit} / sqrt(trained parameters)"
    phase.add(Fact(_RMS, found.value, Origin.DERIVED, detail=detail))


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _facts(measured: Measurements) -> Iterator[Fact]:
    for name in ("gradient_norm", "gradient_rms", "loss", "balance_gradient_ratio"):
        points = measured.finite(name)
        late = points[len(points) // 2 :]
        if late:
            span = f"median of {len(late)} values, steps {late[0].step} to {late[-1].step}"
            yield _fact(name, median(p.value for p in late), measured, span)
    for name in ("max_attention_logit", "learning_rate"):
        points = measured.finite(name)
        if points:
            top = largest(points)
            yield _fact(name, top.value, measured, f"step {top.step}")


def largest(points: tuple[Point, ...]) -> Point:
    """The first point with the largest value."""
    return max(points, key=lambda point: (point.value, -point.step))


def _fact(name: str, value: float, measured: Measurements, where: str) -> Fact:
    detail = f"{measured.source}, {where}"
    return Fact(f"observed.{name}", value, Origin.GIVEN, detail=detail)
