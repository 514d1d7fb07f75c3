"""`recipelint compare` as JSON, version 1. Keys are added in later versions, never renamed."""

from __future__ import annotations

import math
from typing import Any

from recipelint.comparison import (
    Comparison,
    EstimatePair,
    FactPair,
    Reaction,
    Relation,
    Side,
)
from recipelint.comparison.compare import ESTIMATE
from recipelint.comparison.phases import stage
from recipelint.engine.checks.secrets import masked
from recipelint.estimate.facade import Estimate
from recipelint.recipe.facts import Fact, Phase
from recipelint.reporters.json import dumps, finding_object

VERSION = 1


def render(found: Comparison, everything: bool) -> str:
    """The comparison as one JSON object.

    Facts and estimates stand in the order in which they matter; those that are equal or known on
    one side only are left out unless `everything` is asked for or a rule reacts to them.
    """
    count = found.count()
    reacting = found.reacting()
    facts = [
        _fact_pair(pair, found, reacting.get(pair.name, []))
        for pair in found.ordered()
        if everything or pair.relation is Relation.DIFFERS or pair.name in reacting
    ]
    estimates = [
        _estimate_pair(pair, reacting.get(f"{ESTIMATE}{name}", []))
        for name, pair in found.estimates.items()
        if everything or pair.relation is not Relation.EQUAL
    ]
    return dumps(
        {
            "version": VERSION,
            "a": _side(found.a, found.pairing.a),
            "b": _side(found.b, found.pairing.b),
            "facts": facts,
            "estimates": estimates,
            "reactions": [_reaction(reaction) for reaction in found.reactions],
            "other_findings": {
                side: [finding_object(finding) for finding in findings]
                for side, findings in zip("ab", found.others, strict=True)
            },
            "summary": {relation.value: count[relation] for relation in Relation},
        }
    )


def _side(side: Side, phase: Phase) -> dict[str, Any]:
    return {
        "path": side.path,
        "title": side.title or None,
        "dialect": {"name": side.recipe.dialect, "version": side.recipe.version},
        "phase": phase.name,
        "stage": stage(phase),
        "phases": [each.name for each in side.recipe.phases],
    }


def _fact_pair(pair: FactPair, found: Comparison, rules: list[Reaction]) -> dict[str, Any]:
    return {
        "name": pair.name,
        "relation": pair.relation.value,
        "a": _fact(pair.a, found.a),
        "b": _fact(pair.b, found.b),
        "ratio": pair.ratio,
        "rules": [reaction.rule for reaction in rules],
    }


def _fact(fact: Fact | None, side: Side) -> dict[str, Any] | None:
    if fact is None:
        return None
    return {
        "value": _value(fact.value),
        "origin": fact.origin.value,
        "path": fact.path,
        "line": fact.span.line if fact.span else None,
        "key": fact.key and masked(fact.key),
        "detail": fact.detail and masked(fact.detail),
        "source": side.source(fact),
    }


def _value(value: object) -> object:
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return masked(value) if isinstance(value, str) else value


def _estimate_pair(pair: EstimatePair, rules: list[Reaction]) -> dict[str, Any]:
    assert pair.relation is not None
    return {
        "name": pair.name,
        "relation": pair.relation.value,
        "a": _estimate(pair.a),
        "b": _estimate(pair.b),
        "ratio": pair.ratio,
        "rules": [reaction.rule for reaction in rules],
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "value": found.value,
        "unit": found.unit,
        "low": _finite(found.low),
        "high": _finite(found.high),
        "reason": found.reason or None,
    }


def _finite(value: float | None) -> float | None:
    """JSON has no infinity."""
    return value if value is not None and math.isfinite(value) else None


def _reaction(reaction: Reaction) -> dict[str, Any]:
    return {
        "rule": reaction.rule,
        "name": reaction.name,
        "severity": reaction.severity.value,
        "side": reaction.side,
        "names": list(reaction.names),
        "a": [finding_object(finding) for finding in reaction.a],
        "b": [finding_object(finding) for finding in reaction.b],
    }
