"""Every estimate by its name, from the known facts of one recipe.

A rule, a table or a JSON report asks here and nowhere else. Nothing is computed before it is asked
for, and parts that several estimates share (the architecture, its counts) are computed once per
`Estimator`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from recipelint.estimate.named import TABLE, maker

if TYPE_CHECKING:
    from recipelint.estimate.schedule import Schedule

NAMES: tuple[str, ...] = tuple(TABLE)
"""All names, grouped by their first part."""


class Estimate(NamedTuple):
    """A quantity that a recipe implies, or the reason why it cannot be known."""

    value: float | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    convention: str = ""
    """What is counted, or assumed, where that is not obvious."""
    inputs: tuple[str, ...] = ()
    """Names of the known facts that went in."""
    formula: str = ""
    reason: str = ""
    """Why `value` is None; empty otherwise."""


class Estimator:
    """The estimates of one set of facts, each computed when it is first asked for."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        """Take canonical fact names with their plain values; unknown facts are absent or None.

        `assumed.mfu` and `assumed.price` (of a GPU-hour) may stand among them: no recipe says
        them, and a reader of the estimates may know them.
        """
        from recipelint.estimate.named.inputs import Inputs

        self._inputs = Inputs(facts)
        self._made: dict[str, Estimate] = {}

    def get(self, name: str) -> Estimate:
        """Return the estimate called `name`. Raises KeyError for a name not in `NAMES`."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def all(self) -> dict[str, Estimate]:
        """Return every estimate, the unknown ones included."""
        return {name: self.get(name) for name in NAMES}

    def schedule(self) -> Schedule | None:
        """Return the learning-rate schedule, for drawing; None where the facts leave it open."""
        from recipelint.estimate.named.run import schedule

        found, _ = self._inputs.isolated(schedule)
        return None if isinstance(found, Exception) else found

    def memory_parts(self) -> dict[str, Estimate]:
        """Return what `memory.per_gpu` adds up, for drawing; empty where a part is not known."""
        from recipelint.estimate.named.memory import parts

        found, _ = self._inputs.isolated(parts)
        if isinstance(found, Exception):
            return {}
        return {
            name: Estimate(part.value, part.unit, part.low, part.high, part.convention)
            for name, part in found.items()
        }

    def _make(self, name: str) -> Estimate:
        found, inputs = self._inputs.isolated(maker(name))
        if isinstance(found, Exception):
            return Estimate(None, inputs=inputs, reason=str(found))
        if not isfinite(found.value):
            return Estimate(None, inputs=inputs, reason="the numbers are too large")
        return Estimate(
            value=found.value,
            unit=found.unit,
            low=found.low,
            high=found.high,
            convention=found.convention,
            inputs=inputs,
            formula=found.formula,
        )


def estimate(name: str, facts: Mapping[str, object]) -> Estimate:
    """Return one estimate. Ask an `Estimator` where several are wanted for the same facts."""
    return Estimator(facts).get(name)


def estimates(facts: Mapping[str, object]) -> dict[str, Estimate]:
    """Return every estimate for `facts`, by name."""
    return Estimator(facts).all()
