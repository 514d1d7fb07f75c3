"""Rules that find something in either recipe, and the differences that they read.

A rule is tied to a difference by what its condition and its message read, never by a guess.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from recipelint.engine.expressions import Compiled
from recipelint.engine.rules import Rule
from recipelint.findings import Finding, Severity
from recipelint.recipe.facts import Fact

Places = Mapping[tuple[str | None, str], list[str]]
"""Names of facts by the file and the key at which they are stated."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """A rule that fires on A, on B or on both, and reads something that differs.

    `names` are the differing facts and estimates (`estimate.…`) that it reads; the first is the
    one that the finding is about.
    """

    rule: str
    names: tuple[str, ...]
    a: tuple[Finding, ...]
    b: tuple[Finding, ...]

    @property
    def side(self) -> str:
        """`a`, `b` or `both`."""
        if self.a and self.b:
            return "both"
        return "a" if self.a else "b"

    @property
    def name(self) -> str:
        """The rule's name."""
        return (self.a or self.b)[0].name

    @property
    def severity(self) -> Severity:
        """The worst severity of the findings."""
        return max((f.severity for f in (*self.a, *self.b)), key=lambda severity: severity.rank)


def reactions(
    a: Iterable[Finding],
    b: Iterable[Finding],
    rules: Mapping[str, Rule],
    facts: Iterable[Fact],
    differing: Container[str],
) -> list[Reaction]:
    """One for each rule that reads a name of `differing`; what sets the sides apart first.

    That is: rules that fire on one side only before those that fire on both, worse ones before
    others. `facts` are those of both sides.
    """
    left, right = _by_rule(a), _by_rule(b)
    places = _by_place(facts)
    found = []
    for rule in (rules[rule_id] for rule_id in left.keys() | right.keys()):
        ours, theirs = left.get(rule.id, ()), right.get(rule.id, ())
        read = (name for finding in (*ours, *theirs) for name in _read(finding, rule, places))
        names = tuple(dict.fromkeys(name for name in read if name in differing))
        names = names or tuple(name for name in _names(rule.applies) if name in differing)
        if names:
            found.append(Reaction(rule.id, names, ours, theirs))
    return sorted(found, key=lambda r: (r.side == "both", -r.severity.rank, r.rule))


def by_name(found: Iterable[Reaction]) -> dict[str, list[Reaction]]:
    """The reactions to each difference."""
    table: dict[str, list[Reaction]] = {}
    for reaction in found:
        for name in reaction.names:
            table.setdefault(name, []).append(reaction)
    return table


def _by_rule(findings: Iterable[Finding]) -> Mapping[str, tuple[Finding, ...]]:
    table: dict[str, tuple[Finding, ...]] = {}
    for finding in findings:
        table[finding.rule] = (*table.get(finding.rule, ()), finding)
    return table


def _by_place(facts: Iterable[Fact]) -> Places:
    table: dict[tuple[str | None, str], list[str]] = {}
    for fact in facts:
        if fact.key is not None:
            table.setdefault((fact.path, fact.key), []).append(fact.name)
    return table


def _read(finding: Finding, rule: Rule, places: Places) -> Iterator[str]:
    """What a finding is about, then what its condition reads, then what that was computed from.

    A check in Python says what it is about by the fact, or by the key at which facts are stated.
    """
    if finding.fact is not None:
        yield finding.fact
    if finding.key is not None:
        yield from places.get((finding.path, finding.key), ())
    yield from _names(rule.requires)
    yield from (value.name for value in finding.inputs)


def _names(condition: Compiled | None) -> Iterator[str]:
    """What a condition reads, and what it asks about: whether a fact is known, stated, absent."""
    return _named(condition.tree) if condition is not None else iter(())


def _named(tree: object) -> Iterator[str]:
    if not isinstance(tree, list):
        return
    match tree:
        case ["fact", str(name)] | ["ask", _, str(name)]:
            yield name
        case _:
            for part in tree:
                yield from _named(part)
