"""Facts and estimates of two phases, name by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeGuard

from recipelint.estimate.facade import Estimate, Estimator
from recipelint.recipe.facts import Fact, Origin, Phase, Value, fact_types

_SAME = 1e-9
"""Relative difference below which two numbers are one, computed in two ways."""
_WORDS = {"optimizer.name": "optimizer.family", "schedule.name": "schedule.kind"}
"""Facts in the words of one framework, and what these words mean in all of them."""
_LABELS = frozenset({"run.name", "run.output"})
"""What a run is called says nothing about it."""


class Relation(Enum):
    """How the two sides of a pair stand to each other."""

    DIFFERS = "differs"
    EQUAL = "equal"
    ONLY_A = "only_a"
    ONLY_B = "only_b"


@dataclass(frozen=True, slots=True)
class FactPair:
    """A fact of both recipes; a side is None where its value is not known."""

    name: str
    a: Fact | None
    b: Fact | None

    @property
    def relation(self) -> Relation:
        """Equal where the values are: their origins may differ."""
        if self.a is None:
            return Relation.ONLY_B
        if self.b is None:
            return Relation.ONLY_A
        return Relation.EQUAL if same(self.a.value, self.b.value) else Relation.DIFFERS

    @property
    def defaults(self) -> bool:
        """Whether neither recipe says anything about it: the frameworks do."""
        return all(f is None or f.origin is Origin.DEFAULT for f in (self.a, self.b))

    @property
    def ratio(self) -> float | None:
        """A in terms of B, where both are numbers."""
        return _ratio(self.a.value if self.a else None, self.b.value if self.b else None)


@dataclass(frozen=True, slots=True)
class EstimatePair:
    """An estimate of both recipes; its value is None where it cannot be computed."""

    name: str
    a: Estimate
    b: Estimate

    @property
    def relation(self) -> Relation | None:
        """None where neither side is known."""
        if self.a.value is None or self.b.value is None:
            only = Relation.ONLY_A if self.a.value is not None else Relation.ONLY_B
            return None if self.a.value is self.b.value else only
        return Relation.EQUAL if same(self.a.value, self.b.value) else Relation.DIFFERS

    @property
    def ratio(self) -> float | None:
        """A in terms of B."""
        return _ratio(self.a.value, self.b.value)


def same(a: Value, b: Value) -> bool:
    """Whether two values of a fact say the same."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same_item, a, b))
    return _same_item(a, b)


def _same_item(a: object, b: object) -> bool:
    if _is_number(a) and _is_number(b):
        return math.isclose(a, b, rel_tol=_SAME)
    return type(a) is type(b) and a == b


def fact_pairs(a: Phase, b: Phase, one_language: bool) -> dict[str, FactPair]:
    """All facts of either phase by name, in the order of the canonical recipe.

    A file that belongs to a recipe has its facts under its own name, as rules call them. Where the
    recipes are not of `one_language`, a framework's own word for what is known in canonical terms
    on both sides is left out: another framework has another word for it.
    """
    left, right = _all(a), _all(b)
    known = {**left, **right}
    ordered = [*(name for name in fact_types() if name in known)]
    ordered += sorted(known.keys() - set(ordered))
    pairs = (FactPair(name, left.get(name), right.get(name)) for name in ordered)
    return {p.name: p for p in pairs if one_language or not _is_word(p.name, left, right)}


def estimate_pairs(a: Estimator, b: Estimator) -> dict[str, EstimatePair]:
    """All estimates that are known on one side at least, by name."""
    found, others = a.all(), b.all()
    pairs = (EstimatePair(name, found[name], others[name]) for name in found)
    return {pair.name: pair for pair in pairs if pair.relation is not None}


def _all(phase: Phase) -> dict[str, Fact]:
    facts = {name: fact for name, fact in phase.facts.items() if name not in _LABELS}
    for link, linked in phase.linked.items():
        facts |= {f"{link}.{name}": f for name, f in linked.facts.items() if name not in _LABELS}
    return facts


def _is_word(name: str, left: Mapping[str, Fact], right: Mapping[str, Fact]) -> bool:
    meaning = _WORDS.get(name)
    return meaning is not None and meaning in left and meaning in right


def _ratio(a: object, b: object) -> float | None:
    if not (_is_number(a) and _is_number(b)) or b == 0:
        return None
    ratio = a / b
    return ratio if math.isfinite(ratio) else None


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
