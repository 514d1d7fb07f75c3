"""Checks of the measured values of a run, where a log was given beside the recipe."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.findings import START
from recipelint.metrics import signs
from recipelint.metrics.facts import largest
from recipelint.recipe.facts import Fact, Phase

_SHOWN = 5


def loss_spike(context: CheckContext) -> Iterator[Hit]:
    """Losses far above those before them."""
    if context.measured is None:
        return
    given = context.parameters
    found = signs.spikes(
        context.measured.finite("loss"),
        given["deviations"],
        int(given["window"]),
        int(given["least"]),
    )
    if not found:
        return
    worst = max(found, key=lambda spike: spike.deviations)
    yield _hit(
        context,
        ("optimizer.learning_rate", "optimizer.grad_clip"),
        step=worst.step,
        value=worst.value,
        mean=worst.mean,
        deviations=worst.deviations,
        after=_after(worst.returned),
        others=_others([s.step for s in found if s.step != worst.step]),
    )


def _after(returned: bool | None) -> str:
    if returned is None:
        return "the log ends there"
    return "it came back" if returned else "it did not come back"


def _others(steps: list[int]) -> str:
    """`; further spikes at steps 10, 20`, or nothing."""
    if not steps:
        return ""
    more = ", …" if len(steps) > _SHOWN else ""
    return f"; further spikes at steps {', '.join(map(str, steps[:_SHOWN]))}{more}"


def loss_not_finite(context: CheckContext) -> Iterator[Hit]:
    """A training loss that is infinite or no number."""
    points = context.measured.points("loss") if context.measured else ()
    lost = [point for point in points if not point.finite]
    if lost:
        places = ("optimizer.learning_rate", "precision.fp16", "precision.bf16")
        yield _hit(
            context, places, step=lost[0].step, value=str(lost[0].value), count=_times(len(lost))
        )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def loss_scale_collapse(context: CheckContext) -> Iterator[Hit]:
    """A dynamic loss scale that fell to its floor."""
    if context.measured is None:
        return
    points = context.measured.finite("loss_scale")
    fallen = signs.collapse(points, context.parameters["lowest"])
    if fallen is not None:
        before = largest(tuple(point for point in points if point.step < fallen.step))
        places = ("precision.fp16", "precision.compute", "precision.loss_scale")
        yield _hit(context, places, step=fallen.step, value=fallen.value, before=before.value)


def gradient_growth(context: CheckContext) -> Iterator[Hit]:
    """A gradient norm that grows while the learning rate is constant."""
    measured, given = context.measured, context.parameters
    if measured is None:
        return
    rates = measured.finite("learning_rate")
    found = signs.growth(measured.finite("gradient_norm"), rates, int(given["least"]))
    if found is not None and found.early > 0 and found.late >= given["factor"] * found.early:
        yield _hit(
            context,
            ("optimizer.learning_rate", "optimizer.grad_clip"),
            early=found.early,
            late=found.late,
            factor=found.late / found.early,
            since=found.since,
            until=found.until,
        )


def balance_gradient(context: CheckContext) -> Iterator[Hit]:
    """A measured ratio of the balancing gradient to the language model's that is too large."""
    points = context.measured.finite("balance_gradient_ratio") if context.measured else ()
    late = points[len(points) // 2 :]
    high = [point for point in late if point.value > context.parameters["most"]]
    if len(high) * 2 > len(late):  # most of the later half, not a single step
        top = largest(late)
        places = ("model.moe.aux_loss_coefficient", "model.moe.experts")
        values = {"step": top.step, "value": top.value, "share": len(high) / len(late)}
        yield _hit(context, places, most=context.parameters["most"], **values)


def rate_of_another_recipe(context: CheckContext) -> Iterator[Hit]:
    """A measured learning rate above the peak that the recipe states."""
    rates = context.measured.finite("learning_rate") if context.measured else ()
    phases = context.recipe.phases if context.recipe else []
    facts = [p.facts.get("optimizer.learning_rate") for p in phases]
    stated = [f.value for f in facts if f is not None and isinstance(f.value, int | float)]
    if not rates or not stated or len(stated) < len(facts):
        return
    top, peak = largest(rates), max(stated)
    if peak > 0 and top.value > peak * (1 + context.parameters["margin"]):
        yield _hit(context, ("optimizer.learning_rate",), step=top.step, value=top.value, peak=peak)


def _hit(context: CheckContext, places: tuple[str, ...], **values: object) -> Hit:
    """A hit at the first of the facts that the recipe states, else at its first key."""
    source = context.measured.source if context.measured else ""
    fact = _stated(context.recipe.phases if context.recipe else [], places)
    filled = {**values, "source": source}
    if fact is None or fact.span is None:
        root = context.document.mapping
        span = root.entries[0].key_span if root and root.entries else START
        return Hit(span, filled, fact=places[0])
    return Hit(fact.span, filled, key=fact.key, fact=fact.name, path=fact.path)


def _stated(phases: list[Phase], places: tuple[str, ...]) -> Fact | None:
    facts = (phase.facts.get(name) for name in places for phase in phases)
    return next((f for f in facts if f is not None and f.span is not None), None)
