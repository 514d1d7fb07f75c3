"""What is drawn of a phase, gathered from its facts and estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recipelint.estimate.facade import Estimate, Estimator
from recipelint.estimate.schedule import Schedule, learning_rate, stages

POINTS = 240
"""Points of a curve, beside the ends of its stages."""
MOST_MARKS = 64


@dataclass(frozen=True, slots=True)
class Figure:
    """One phase: its schedule and its memory, as far as they are known."""

    name: str | None
    schedule: Schedule | None
    steps: float | None
    """Length of the phase in steps."""
    reason: str
    """Why there is no curve; empty where there is one."""
    averaged: tuple[float, ...]
    """Steps whose checkpoints are averaged."""
    averaging: str
    """How checkpoints are averaged, in words; empty where they are not."""
    parts: Mapping[str, Estimate]
    whole: Estimate
    capacity: float | None

    @property
    def drawable(self) -> bool:
        """Whether there is a curve."""
        return self.schedule is not None and self.steps is not None


def figure(name: str | None, facts: Mapping[str, object], estimator: Estimator) -> Figure:
    """Gather what is drawn of a phase."""
    plan, length = estimator.schedule(), estimator.get("schedule.steps")
    missing = estimator.get("schedule.mean_learning_rate").reason or length.reason
    drawable = plan is not None and length.value is not None and length.value > 0
    return Figure(
        name=name,
        schedule=plan if drawable else None,
        steps=length.value,
        reason="" if drawable else missing,
        averaged=averaged_steps(facts, length.value, estimator),
        averaging=_averaging(facts),
        parts=estimator.memory_parts(),
        whole=estimator.get("memory.per_gpu"),
        capacity=estimator.get("memory.capacity").value,
    )


def curve(plan: Schedule, steps: float, points: int = POINTS) -> list[tuple[float, float]]:
    """Return (step, rate) pairs from step 0 to `steps`, the ends of every stage among them.

    Just before the end of a stage there is a point as well, so that a jump is drawn as one, and
    after its beginning they are dense, because a decay by 1 - sqrt begins infinitely steep.
    """
    stretches = stages(plan)
    edges = {edge for stage in stretches for edge in (stage.begin, stage.end)}
    edges |= {s.begin + s.length * 0.5**k for s in stretches for k in range(3, 13)}
    places = {steps * index / points for index in range(points + 1)}
    places |= {edge for edge in edges if 0 <= edge <= steps}
    places |= {edge - 1e-6 * steps for edge in edges if 0 < edge <= steps}
    return [(place, learning_rate(place, plan)) for place in sorted(places) if place >= 0]


def averaged_steps(
    facts: Mapping[str, object], steps: float | None, estimator: Estimator
) -> tuple[float, ...]:
    """Return the steps of the checkpoints that are averaged: the last ones, at equal distance.

    Empty where number or distance is not known, and for a moving average, which takes in every
    step.
    """
    count, distance = _number(facts, "count"), _number(facts, "interval_steps")
    tokens = _number(facts, "interval_tokens")
    per_step = estimator.get("batch.tokens_per_step").value
    if distance is None and tokens is not None and per_step:
        distance = tokens / per_step
    kind = facts.get("checkpoint.averaging.kind")
    if kind not in ("sma", "merge") or steps is None or not count or not distance:
        return ()
    shown = range(min(int(count), MOST_MARKS))
    return tuple(steps - i * distance for i in shown if steps - i * distance >= 0)[::-1]


def _averaging(facts: Mapping[str, object]) -> str:
    kind = facts.get("checkpoint.averaging.kind")
    if kind in (None, "none"):
        return ""
    count, decay = _number(facts, "count"), _number(facts, "ema_decay")
    if kind == "ema":
        return "exponential moving average" + (f", decay {decay:g}" if decay is not None else "")
    words = {"sma": "mean", "merge": "merge", "soup": "soup of runs"}
    of = f" of {count:g} checkpoints" if count else " of checkpoints"
    return words.get(str(kind), str(kind)) + ("" if kind == "soup" else of)


def _number(facts: Mapping[str, object], name: str) -> float | None:
    value = facts.get(f"checkpoint.averaging.{name}")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
