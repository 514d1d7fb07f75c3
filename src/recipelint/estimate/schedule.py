"""Learning rate against steps.

Steps count from 0: the first optimizer step uses the rate at step 0, as in torch's LambdaLR. The
formulas restate torch.optim.lr_scheduler, transformers' `get_*_schedule…` functions and nanotron's
`lr_scheduler_builder`, and are compared with the first two step by step in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil, cos, exp, log, pi, sqrt
from types import MappingProxyType
from typing import NamedTuple

CONTINUOUS = frozenset({"constant", "cosine", "linear", "wsd", "polynomial", "exponential"})
"""Kinds made of a warmup, a stretch at the peak and one decay."""

DEFAULT_SHAPE: Mapping[str, str] = MappingProxyType(
    {
        "cosine": "cosine",
        "linear": "linear",
        "polynomial": "polynomial",
        "exponential": "exponential",
        "wsd": "linear",
        "constant": "constant",
    }
)
"""Shape of the decay where a schedule's kind says no more."""


class Schedule(NamedTuple):
    """A schedule in steps; `learning_rate` reads it."""

    kind: str
    peak: float
    steps: float
    """Steps the schedule is planned for: the end of the decay unless `decay_steps` says else."""
    warmup_steps: float = 0.0
    warmup_from: float = 0.0
    """Rate at step 0 of the warmup."""
    decay_start: float | None = None
    """Step at which the decay begins; the end of the warmup when None."""
    decay_steps: float | None = None
    decay_shape: str | None = None
    minimum: float = 0.0
    """Rate at the end of the decay, and from then on."""
    power: float = 1.0
    """Exponent of a polynomial decay."""
    timescale: float | None = None
    """inverse_sqrt: steps at which the rate begins to fall; the warmup, or 10000 without one."""
    cycles: int = 1
    """cosine_restarts: number of equal cycles after the warmup."""
    milestones: tuple[float, ...] = ()
    """multistep: steps at which the rate is multiplied by `gamma`."""
    gamma: float = 0.1

    @property
    def shape(self) -> str:
        """Shape of the decay."""
        return self.decay_shape or DEFAULT_SHAPE.get(self.kind, "linear")

    @property
    def begin(self) -> float:
        """Step at which the decay begins."""
        if self.kind == "constant":
            return max(self.steps, self.warmup_steps)
        if self.decay_start is not None:
            return self.decay_start
        if self.kind == "wsd" and self.decay_steps is not None:
            return self.steps - self.decay_steps
        return self.warmup_steps

    @property
    def length(self) -> float:
        """Steps from the beginning of the decay to its end."""
        if self.kind != "constant" and self.decay_steps is not None:
            return self.decay_steps
        return max(0.0, self.steps - self.begin)


class Stage(NamedTuple):
    """One stretch of a schedule, in steps."""

    name: str
    begin: float
    end: float
    area: float
    """Sum of the rate over the steps of the stretch, in units of rate x steps."""

    @property
    def length(self) -> float:
        """Steps of the stretch."""
        return self.end - self.begin


def learning_rate(step: float, schedule: Schedule) -> float:
    """Return the rate used at `step`, which counts from 0 and may be fractional.

    Raises ValueError for a kind that depends on more than the step (plateau) or is not known.
    """
    if step < 0:
        raise ValueError("steps count from 0")
    if schedule.kind == "one_cycle":
        return _one_cycle(step, schedule)
    if step < schedule.warmup_steps:
        risen = step / schedule.warmup_steps
        return schedule.warmup_from + (schedule.peak - schedule.warmup_from) * risen
    if schedule.kind in CONTINUOUS:
        return _decaying(step, schedule)
    try:
        formula = _OTHER_KINDS[schedule.kind]
    except KeyError:
        raise ValueError(
            f"the rate of a {schedule.kind!r} schedule does not follow from its steps"
        ) from None
    return formula(step, schedule)


def stages(schedule: Schedule) -> tuple[Stage, ...]:
    """Return the warmup, stable and decay stretches that a schedule has, with their areas.

    A cosine has no stable stretch, a constant schedule no decay. Kinds that are not `CONTINUOUS`
    count everything after the warmup as decay.
    """
    end = max(schedule.steps, schedule.begin)
    continuous = schedule.kind in CONTINUOUS
    begin = min(schedule.begin, end) if continuous else schedule.warmup_steps
    begin = max(begin, min(schedule.warmup_steps, end))
    edges = (
        ("warmup", 0.0, min(schedule.warmup_steps, end)),
        ("stable", min(schedule.warmup_steps, end), begin),
        ("decay", begin, end),
    )
    return tuple(
        Stage(name, low, high, _area(low, high, schedule))
        for name, low, high in edges
        if high > low
    )


def decayed(shape: str, progress: float, ratio: float = 0.0, power: float = 1.0) -> float:
    """Return the factor left of the peak after `progress` (0 to 1) of a decay to `ratio`.

    Shapes after Hägele et al. (arXiv 2405.18392, section 3.2 and appendix B): linear, cosine,
    1-sqrt, square (1 - x**2), and exponential (ratio ** x); polynomial is (1 - x) ** power as in
    transformers. Exponential decay to 0 does not exist and raises ValueError, as does an unknown
    shape.
    """
    x = min(max(progress, 0.0), 1.0)
    if shape == "exponential":
        if ratio <= 0:
            raise ValueError("an exponential decay needs a positive final rate")
        return exp(log(ratio) * x)
    if shape == "polynomial":
        return float(ratio + (1 - ratio) * (1 - x) ** power)
    try:
        return ratio + (1 - ratio) * _SHAPES[shape](x)
    except KeyError:
        raise ValueError(f"the decay shape {shape!r} is not known") from None


def steps_from_tokens(tokens: float, tokens_per_step: float) -> float:
    """Return the optimizer steps that `tokens` take, not rounded.

    Raises ValueError when a step has no tokens.
    """
    if tokens_per_step <= 0:
        raise ValueError("the tokens of one step must be positive")
    return tokens / tokens_per_step


def steps_from_epochs(epochs: float, examples: float, examples_per_step: float) -> float:
    """Return the optimizer steps of `epochs` passes over `examples`.

    Every pass ends with a step of its own, full or not, as transformers' Trainer counts; a part of
    a pass is rounded up. Raises ValueError when a step has no examples.
    """
    if examples_per_step <= 0:
        raise ValueError("the examples of one step must be positive")
    return float(ceil(epochs * ceil(examples / examples_per_step)))


_SHAPES: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "linear": lambda x: 1 - x,
        "cosine": lambda x: (1 + cos(pi * x)) / 2,
        "1-sqrt": lambda x: 1 - sqrt(x),
        "square": lambda x: 1 - x * x,
    }
)


def _decaying(step: float, schedule: Schedule) -> float:
    if step < schedule.begin or schedule.kind == "constant":
        return schedule.peak
    if schedule.shape == "constant":
        return schedule.peak
    length = schedule.length
    progress = (step - schedule.begin) / length if length > 0 else 1.0
    ratio = schedule.minimum / schedule.peak if schedule.peak else 0.0
    return schedule.peak * decayed(schedule.shape, progress, ratio, schedule.power)


def _inverse_sqrt(step: float, schedule: Schedule) -> float:
    """transformers' get_inverse_sqrt_schedule, and T5's (arXiv 1910.10683, section 3.1.2)."""
    timescale = schedule.timescale or schedule.warmup_steps or 10_000.0
    shift = timescale - schedule.warmup_steps
    return max(schedule.minimum, schedule.peak / sqrt((step + shift) / timescale))


def _restarts(step: float, schedule: Schedule) -> float:
    """transformers' get_cosine_with_hard_restarts_schedule_with_warmup."""
    span = max(1.0, schedule.steps - schedule.warmup_steps)
    progress = (step - schedule.warmup_steps) / span
    if progress >= 1:
        return schedule.minimum
    within = (schedule.cycles * progress) % 1.0
    return schedule.minimum + (schedule.peak - schedule.minimum) * (1 + cos(pi * within)) / 2


def _multistep(step: float, schedule: Schedule) -> float:
    """torch's MultiStepLR: a milestone acts on its own step."""
    passed = sum(step >= milestone for milestone in schedule.milestones)
    return float(schedule.peak * schedule.gamma**passed)


def _one_cycle(step: float, schedule: Schedule) -> float:
    """torch's OneCycleLR at its defaults: peak/25 to peak over 30 %, then to peak/25e4, cosine."""
    top = 0.3 * schedule.steps - 1
    last = schedule.steps - 1
    start, final = schedule.peak / 25, schedule.peak / 25e4
    if step <= top:
        return _between(start, schedule.peak, step / top if top > 0 else 1.0)
    return _between(schedule.peak, final, min(1.0, (step - top) / max(1.0, last - top)))


def _between(first: float, second: float, share: float) -> float:
    return second + (first - second) * (1 + cos(pi * share)) / 2


_OTHER_KINDS: Mapping[str, Callable[[float, Schedule], float]] = MappingProxyType(
    {"inverse_sqrt": _inverse_sqrt, "cosine_restarts": _restarts, "multistep": _multistep}
)


def _area(low: float, high: float, schedule: Schedule, parts: int = 64) -> float:
    """Integrate the rate by Simpson's rule; its kinks lie on the edges of the stretches."""
    width = (high - low) / (2 * parts)
    points = [learning_rate(low + i * width, schedule) for i in range(2 * parts)]
    # The last point belongs to this stretch although the next one begins there, so it is taken
    # from just inside.
    points.append(learning_rate(max(low, high - 1e-9 * (high - low)), schedule))
    inner = 4 * sum(points[1:-1:2]) + 2 * sum(points[2:-1:2])
    return (points[0] + inner + points[-1]) * width / 3
