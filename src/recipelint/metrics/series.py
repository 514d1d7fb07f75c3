"""Series of measured values by step, under one name whatever the framework calls them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

_LIMIT = 1e30
"""Beyond it a value is as good as infinite, and its square would overflow."""

_STEPS = ("global_step", "step", "iteration", "iter", "_step")
_NAMES = {
    "loss": "loss",
    "lm_loss": "loss",
    "global_avg_loss": "loss",
    "grad_norm": "gradient_norm",
    "gradient_norm": "gradient_norm",
    "global_grad_norm": "gradient_norm",
    "grad_rms": "gradient_rms",
    "gradient_rms": "gradient_rms",
    "learning_rate": "learning_rate",
    "lr": "learning_rate",
    "loss_scale": "loss_scale",
    "grad_scale": "loss_scale",
    "max_attention_logit": "max_attention_logit",
    "max_attn_logit": "max_attention_logit",
    "balance_gradient_ratio": "balance_gradient_ratio",
    "balance_grad_ratio": "balance_gradient_ratio",
}
"""The last part of a logged name (of `train/grad_norm`: `grad_norm`), and what it measures."""
_HELD_OUT = ("eval", "evaluation", "val", "valid", "validation", "test")


class Point(NamedTuple):
    """One logged value. It may be infinite or no number: that is a finding of its own."""

    step: int
    value: float

    @property
    def finite(self) -> bool:
        """Whether the value can be computed with."""
        return isfinite(self.value) and abs(self.value) < _LIMIT


class Measurements(NamedTuple):
    """What a log holds: `source` is its file name, `series` the points by name and step.

    Names: loss, gradient_norm, gradient_rms, learning_rate, loss_scale, max_attention_logit,
    balance_gradient_ratio. Steps rise strictly; the loss is the training loss.
    """

    source: str
    series: Mapping[str, tuple[Point, ...]]

    def points(self, name: str) -> tuple[Point, ...]:
        """All points of a series; none where the log does not hold it."""
        return self.series.get(name, ())

    def finite(self, name: str) -> tuple[Point, ...]:
        """The points of a series that are finite numbers."""
        return tuple(point for point in self.points(name) if point.finite)


def gather(source: str, rows: Iterable[Mapping[str, object]]) -> Measurements:
    """Measurements from logged rows. A step that was logged again counts as logged last.

    Rows without a step are passed over: they hold summaries of the whole run.
    """
    found: dict[str, dict[int, float]] = {}
    known: dict[str, str | None] = {}
    for row in rows:
        step = _step(row)
        if step is None:
            continue
        for key, value in row.items():
            if key not in known:
                known[key] = canonical(key)
            name, measured = known[key], _number(value)
            if name is not None and measured is not None:
                found.setdefault(name, {})[step] = measured
    ordered = {n: tuple(Point(s, v) for s, v in sorted(d.items())) for n, d in found.items()}
    return Measurements(source, ordered)


def canonical(key: str) -> str | None:
    """What a logged name measures, or None: held-out losses and everything unknown."""
    parts = _plain(key).replace("_-_", "/").split("/")
    if any(part in _HELD_OUT for part in parts[:-1]):
        return None
    return _NAMES.get(parts[-1])


@lru_cache(maxsize=1024)
def _plain(key: str) -> str:
    """`My run - train/Grad-Norm` as `my_run_-_train/grad_norm`."""
    text = "_".join(str(key).lower().split())
    return text if "_-_" in text else text.replace("-", "_")


def _step(row: Mapping[str, object]) -> int | None:
    steps = {_plain(key).rpartition("/")[2]: value for key, value in row.items() if key}
    for name in _STEPS:
        value = _number(steps.get(name))
        if value is not None and isfinite(value) and 0 <= value < _LIMIT:
            return int(value)
    return None


def _number(value: object) -> float | None:
    """A logged value as a number; None for text, lists and truth values."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
