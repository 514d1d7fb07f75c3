"""Every fix that a rule's own examples show: it mends what was found, and a safe one no run."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Finding, Linter, Severity
from recipelint.document import parse
from recipelint.engine.rules import Example, Rule
from recipelint.examples import BAD
from recipelint.fixes import apply
from recipelint.recipe.facts import Value
from tests.rules.test_examples import BENCH, RULES, cases


def fixed(finding: Finding, folder: Path) -> None:
    """Make the finding's fix in the file that it stands in."""
    target = folder / finding.path
    text = target.read_text(encoding="utf-8")
    kind = parse(text, target.name).format
    target.write_text(apply(text, kind, [finding]), encoding="utf-8")


def facts(checker: Linter, path: Path) -> list[dict[str, Value]]:
    """What is known of each phase of a recipe."""
    recipe = checker.recipe(str(path))
    return [phase.known() for phase in recipe.phases] if recipe else []


def fixable(rule: Rule, example: Example, folder: Path) -> list[Finding]:
    """The rule's findings in an example that carry a fix."""
    report = BENCH.report(example, str(folder))
    return [f for f in report.findings if f.rule == rule.id and f.fix is not None]


def carries_a_remedy(rule: Rule) -> bool:
    """Whether the rule file itself says how to mend a finding."""
    combinations = rule.logic.parameters.get("combinations", ())
    return rule.fix is not None or any(">" in text for text in combinations)


@pytest.mark.parametrize(("rule", "number"), cases(BAD))
def test_a_fix_mends_the_finding_that_carries_it(rule: Rule, number: int, tmp_path: Path) -> None:
    example = rule.bad[number - 1]
    findings = fixable(rule, example, tmp_path)
    for finding in findings[:1]:
        fixed(finding, tmp_path)
        after = BENCH.linter(example, str(tmp_path))
        again = Linter(after.settings, RULES).check_file(str(tmp_path / example.file))
        assert (finding.rule, finding.key, finding.message) not in [
            (f.rule, f.key, f.message) for f in again.findings
        ]
        assert "CFG001" not in {f.rule for f in again.findings}


@pytest.mark.parametrize(("rule", "number"), cases(BAD))
def test_a_safe_fix_changes_no_run(rule: Rule, number: int, tmp_path: Path) -> None:
    """What is known of the run stays, but for a fact that the framework sets so by itself.

    What an error stands for is refused: there is no run that its fix could change.
    """
    example = rule.bad[number - 1]
    safe = [
        finding
        for finding in fixable(rule, example, tmp_path)
        if finding.fix is not None and finding.fix.safe and finding.severity is not Severity.ERROR
    ]
    for finding in safe[:1]:
        path = tmp_path / example.file
        before = facts(BENCH.linter(example, str(tmp_path)), path)
        fixed(finding, tmp_path)
        after = facts(BENCH.linter(example, str(tmp_path)), path)
        own = {rule.fix.fact} if rule.fix else set()
        for one, other in zip(before, after, strict=True):
            changed = {n for n in one.keys() | other.keys() if one.get(n) != other.get(n)}
            assert changed <= own


@pytest.mark.parametrize("rule", [r for r in RULES if carries_a_remedy(r)], ids=lambda r: r.id)
def test_a_remedy_of_a_rule_file_is_shown_by_an_example(rule: Rule, tmp_path: Path) -> None:
    shown = []
    for number, example in enumerate(rule.bad):
        folder = tmp_path / str(number)
        folder.mkdir()
        shown += fixable(rule, example, folder)
    assert shown
