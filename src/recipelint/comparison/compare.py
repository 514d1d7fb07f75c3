"""The comparison: pairs in the order in which they matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recipelint.comparison.pairs import (
    EstimatePair,
    FactPair,
    Relation,
    estimate_pairs,
    fact_pairs,
)
from recipelint.comparison.phases import Pairing
from recipelint.comparison.reactions import Reaction, by_name, reactions
from recipelint.comparison.sides import Side
from recipelint.estimate.facade import Estimator
from recipelint.findings import Finding

ESTIMATE = "estimate."
"""How rules call an estimate."""


@dataclass(frozen=True)
class Comparison:
    """A phase of one recipe beside a phase of another.

    `facts` and `estimates` hold everything that is known on one side at least; `reactions` are
    the rules that fire and read something that differs. `others` are the findings on A and on B
    that no difference explains.
    """

    a: Side
    b: Side
    pairing: Pairing
    facts: dict[str, FactPair]
    estimates: dict[str, EstimatePair]
    reactions: list[Reaction]
    others: tuple[list[Finding], list[Finding]]

    def reacting(self) -> dict[str, list[Reaction]]:
        """The rules that react to each name; estimates are called `estimate.…`."""
        return by_name(self.reactions)

    def count(self) -> Counter[Relation]:
        """How many facts there are of each relation."""
        return Counter(pair.relation for pair in self.facts.values())

    def ordered(self) -> Iterator[FactPair]:
        """The facts in the order in which they matter.

        First those that rules react to; then what one of the recipes says; then what only the
        frameworks' defaults say.
        """
        first = [name for name in self.reacting() if name in self.facts]
        yield from (self.facts[name] for name in first)
        rest = [pair for name, pair in self.facts.items() if name not in set(first)]
        yield from sorted(rest, key=lambda pair: pair.defaults)


def compare(a: Side, b: Side, pairing: Pairing) -> Comparison:
    """Hold a phase of A against one of B."""
    facts = fact_pairs(pairing.a, pairing.b, a.recipe.dialect == b.recipe.dialect)
    estimates = estimate_pairs(Estimator(pairing.a.known()), Estimator(pairing.b.known()))
    left, right = a.findings_of(pairing.a), b.findings_of(pairing.b)
    differing = set(_differing(facts.values(), estimates.values()))
    stated = (fact for pair in facts.values() for fact in (pair.a, pair.b) if fact is not None)
    found = reactions(left, right, {**b.rules, **a.rules}, stated, differing)
    explained = {reaction.rule for reaction in found}
    others = ([f for f in each if f.rule not in explained] for each in (left, right))
    return Comparison(a, b, pairing, facts, estimates, found, (next(others), next(others)))


def _differing(facts: Iterable[FactPair], estimates: Iterable[EstimatePair]) -> Iterator[str]:
    """Names of what is not the same on both sides, or is known on one only."""
    yield from (pair.name for pair in facts if pair.relation is not Relation.EQUAL)
    yield from (
        f"{ESTIMATE}{pair.name}" for pair in estimates if pair.relation is not Relation.EQUAL
    )
