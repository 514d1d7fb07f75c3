"""Checks of the length of a run over all of its phases."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.recipe.facts import Fact, Phase

_FROM_SCRATCH = ("pretrain", "midtrain", "long-context")
_SMALLEST = 1e8
"""Parameters below which a run is an experiment."""


def few_tokens_per_parameter(context: CheckContext) -> Iterator[Hit]:
    """Pre-training, all of its phases together, with few tokens for each active parameter.

    Silent where the length of any phase is unknown, where the run starts from given weights, and
    for experiments.
    """
    phases = context.recipe.phases if context.recipe else []
    trained = [p for p in phases if p.value("run.stage") in _FROM_SCRATCH]
    if not trained or trained[0].value("run.stage") != "pretrain":
        return
    tokens, place = _tokens(trained), _place(trained)
    scope = context.scope(trained[0])
    total, active = (scope.estimate(f"parameters.{n}").value for n in ("total", "active"))
    if tokens is None or place is None or place.span is None or not total or not active:
        return
    least = context.parameters["least"]
    if total >= _SMALLEST and tokens / active < least and not trained[0].value("run.resume"):
        values = {"tokens": tokens, "ratio": tokens / active, "least": least}
        yield Hit(place.span, values, place.key, place.name, path=place.path)


def _tokens(phases: list[Phase]) -> float | None:
    lengths = [p.value("budget.tokens") for p in phases]
    known = [n for n in lengths if isinstance(n, int | float) and not isinstance(n, bool)]
    return float(sum(known)) if len(known) == len(lengths) else None


def _place(phases: list[Phase]) -> Fact | None:
    facts = (p.facts.get(name) for p in phases for name in ("budget.tokens", "budget.steps"))
    return next((f for f in facts if f is not None and f.span is not None), None)
