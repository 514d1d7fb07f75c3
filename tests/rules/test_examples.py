"""Every rule's own examples: the bad ones are found where they say, the good ones are silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint.engine.rules import Rule, RuleSet, load, shipped_folder
from recipelint.examples import BAD, GOOD, Bench
from recipelint.findings import Severity

RULES = load([shipped_folder()])
BENCH = Bench(RULES)


def cases(kind: str) -> list[object]:
    """One case for each example, named after its rule; examples count from 1."""
    return [
        pytest.param(rule, number, id=f"{rule.id}-{number}")
        for rule in RULES
        for number, _ in enumerate(rule.bad if kind == BAD else rule.good, 1)
    ]


@pytest.mark.parametrize(("rule", "number"), cases(BAD))
def test_a_bad_example_is_found(rule: Rule, number: int) -> None:
    assert BENCH.problem(rule, BAD, number) is None


@pytest.mark.parametrize(("rule", "number"), cases(GOOD))
def test_a_good_example_is_silent(rule: Rule, number: int) -> None:
    problem = BENCH.problem(rule, GOOD, number)
    assert problem is None or problem.severity is not Severity.ERROR


def test_every_rule_has_a_bad_and_a_good_example() -> None:
    assert [r.id for r in RULES if not r.bad or not r.good] == []


def test_references_between_rules_exist() -> None:
    known = set(RULES.rules)
    dangling = {r.id: ({*r.related, *r.yields_to} - known) for r in RULES}
    assert {k: v for k, v in dangling.items() if v} == {}


def test_names_are_unique_and_files_are_called_after_their_rule() -> None:
    names = [r.name for r in RULES]
    assert len(names) == len(set(names))
    assert [r.path for r in RULES if Path(r.path).stem != f"{r.id}-{r.name}"] == []


def test_an_error_says_why_it_is_certain() -> None:
    assert [r.id for r in RULES if r.severity.value == "error" and not r.severity_reason] == []


def test_the_shipped_rules_are_a_rule_set() -> None:
    assert isinstance(RULES, RuleSet)
    assert len(list(RULES)) > 0
