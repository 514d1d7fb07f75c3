"""Which rules run: profiles, layers of selectors, severities."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint.engine.rules import RuleSet, load
from recipelint.filters.selection import SelectionError, layered, select, severities
from recipelint.settings import Choice

RULE = """\
id: {id}
name: {name}
severity: warning
{profile}
summary: A summary
check: text.syntax
message: "m"
why: w
evidence: [{{source: a, where: b, finds: c, status: judgement}}]
examples: {{bad: [], good: []}}
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """Three rules in the categories `one` and `two`, of three profiles."""
    root = tmp_path_factory.mktemp("rules")
    for place, name, profile in (
        ("one/ABC001", "first-rule", ""),
        ("one/ABC002", "second-rule", "profile: strict"),
        ("two/XYZ001", "third-rule", "profile: all"),
    ):
        path = root / f"{place}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(RULE.format(id=Path(place).name, name=name, profile=profile))
    return load([str(root)])


def ids(rules: RuleSet, *layers: Choice, profile: str = "default") -> list[str]:
    return [r.id for r in layered(rules, layers, profile)]


@pytest.mark.parametrize(
    ("profile", "chosen"),
    [
        ("default", ["ABC001"]),
        ("strict", ["ABC001", "ABC002"]),
        ("all", ["ABC001", "ABC002", "XYZ001"]),
    ],
)
def test_a_profile_has_the_rules_of_smaller_ones(
    rules: RuleSet, profile: str, chosen: list[str]
) -> None:
    assert ids(rules, profile=profile) == chosen


@pytest.mark.parametrize(
    ("layers", "chosen"),
    [
        ([Choice(select=("ALL",))], ["ABC001", "ABC002", "XYZ001"]),
        ([Choice(select=("ABC",))], ["ABC001", "ABC002"]),
        ([Choice(select=("two",))], ["XYZ001"]),
        ([Choice(extend_select=("third-rule",))], ["ABC001", "XYZ001"]),
        ([Choice(select=("ALL",), ignore=("one",))], ["XYZ001"]),
        ([Choice(ignore=("ABC001",)), Choice(extend_select=("ABC001",))], ["ABC001"]),
        ([Choice(ignore=("ABC001",)), Choice(select=("ABC001",))], ["ABC001"]),
        ([Choice(select=("ALL",)), Choice(ignore=("ABC",))], ["XYZ001"]),
        ([Choice(extend_select=("XYZ",)), Choice(select=("ABC002",))], ["ABC002"]),
    ],
)
def test_a_later_layer_wins(rules: RuleSet, layers: list[Choice], chosen: list[str]) -> None:
    assert ids(rules, *layers) == chosen


def test_the_narrowest_selector_gives_the_severity(rules: RuleSet) -> None:
    overrides = {"ABC001": "error", "ALL": "info", "one": "warning"}
    expected = {"ABC001": "error", "ABC002": "warning", "XYZ001": "info"}
    assert severities(rules, overrides) == expected
    assert severities(rules, dict(reversed(overrides.items()))) == expected


@pytest.mark.parametrize("selector", ["ABD", "", "first-rul", "three"])
def test_a_selector_that_names_nothing_is_an_error(rules: RuleSet, selector: str) -> None:
    with pytest.raises(SelectionError, match="no rule matches"):
        select(rules, [selector], [])
