"""Every rule's own examples: the bad ones are found where they say, the good ones are silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter, Report, Settings
from recipelint.engine.rules import Example, Rule, RuleSet, load, shipped_folder

RULES = load([shipped_folder()])
LINTER = Linter(Settings(profile="all", require_reason=True), rules=RULES)


def cases(kind: str) -> list[object]:
    """One case for each example, named after its rule."""
    return [
        pytest.param(rule, example, id=f"{rule.id}-{index}")
        for rule in RULES
        for index, example in enumerate(rule.bad if kind == "bad" else rule.good)
    ]


def lint(example: Example, folder: Path) -> Report:
    """The report on an example, with the files that stand beside it."""
    (folder / ".git").mkdir()
    for name, text in {example.file: example.text, **example.files}.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return linter(example, folder).check_file(str(folder / example.file))


def linter(example: Example, folder: Path) -> Linter:
    """The linter of all rules; a log beside the example is given as one of its run."""
    logs = [str(folder / name) for name in example.files if name.startswith("metrics.")]
    if not logs:
        return LINTER
    return Linter(Settings(profile="all", require_reason=True, metrics=logs[0]), rules=RULES)


@pytest.mark.parametrize(("rule", "example"), cases("bad"))
def test_a_bad_example_is_found(rule: Rule, example: Example, tmp_path: Path) -> None:
    report = lint(example, tmp_path)
    own = [f for f in report.findings if f.rule == rule.id]
    assert own, [(f.rule, f.message) for f in report.findings] + [
        n for n in report.not_assessed if n.rule == rule.id
    ]
    assert all("?" not in f.message for f in own), "a value in the message is unknown"
    if example.line is not None:
        assert example.line in [f.span.line for f in own]


@pytest.mark.parametrize(("rule", "example"), cases("good"))
def test_a_good_example_is_silent(rule: Rule, example: Example, tmp_path: Path) -> None:
    report = lint(example, tmp_path)
    assert report.recipes == 1, "the example is not recognised as a recipe"
    assert [f.message for f in report.findings if f.rule == rule.id] == []
    assert [f.message for f in report.findings if f.severity.value == "error"] == []


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
