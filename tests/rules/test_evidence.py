"""Evidence is named in one way, and numbers of conditions rest on it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from recipelint.engine.rules import Rule, load, shipped_folder

RULES = list(load([shipped_folder()]))
ROOT = Path(__file__).parents[2]
ARXIV = re.compile(r"arXiv (\d{4}\.\d{4,5})")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)
PLAIN = {0.0, 1.0, 2.0, 100.0}
"""Signs, wholes, halves and per cent: arithmetic, not thresholds."""


def sources() -> set[str]:
    return {citation.source for rule in RULES for citation in rule.evidence}


def test_a_paper_has_one_title() -> None:
    titles: dict[str, set[str]] = defaultdict(set)
    for source in sources():
        for number in ARXIV.findall(source):
            titles[number].add(source)
    assert {n: sorted(t) for n, t in titles.items() if len(t) > 1} == {}


def test_sources_do_not_differ_in_spelling_alone() -> None:
    spelt: dict[str, set[str]] = defaultdict(set)
    for source in sources():
        spelt[re.sub(r"[\W_]+", "", source).lower()].add(source)
    assert {k: sorted(v) for k, v in spelt.items() if len(v) > 1} == {}


def test_an_arxiv_number_is_written_as_one() -> None:
    loose = [s for s in sources() if re.search(r"arxiv", s, re.I) and not ARXIV.search(s)]
    assert loose == []


def thresholds(rule: Rule) -> list[str]:
    """Numbers in the condition and the parameters that are more than arithmetic."""
    text = rule.requires.source if rule.requires else ""
    values = [v for v in rule.parameters.values() if isinstance(v, int | float)]
    found = [*NUMBER.findall(text), *(repr(v) for v in values if not isinstance(v, bool))]
    return [number for number in found if float(number) not in PLAIN]


@pytest.mark.parametrize("rule", [r for r in RULES if thresholds(r)], ids=lambda r: r.id)
def test_a_number_in_a_condition_has_evidence_or_is_called_a_judgement(rule: Rule) -> None:
    """Some row of evidence states a number, or derives or judges one."""
    told = [c for c in rule.evidence if c.status in ("derived", "judgement")]
    stated = [c for c in rule.evidence if re.search(r"\d|\w+ty\b|half|tenth|twice", c.finds)]
    assert told or stated, thresholds(rule)
