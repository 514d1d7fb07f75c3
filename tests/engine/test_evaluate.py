"""From rules and facts to findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from recipelint import Linter, Settings
from recipelint.engine.rules import RuleSet, load
from tests.engine.test_rules import RULE

RECIPE = """\
recipelint: 1
optimizer:
  eps: {eps}
"""


def rules(folder: Path, *changed: dict[str, Any]) -> RuleSet:
    """A rule set of the model rule with each of these changes."""
    for index, changes in enumerate(changed):
        rule = RULE | {"id": f"TST00{index + 1}", "name": f"large-epsilon-{index + 1}"} | changes
        (folder / f"{rule['id']}.yaml").write_text(yaml.safe_dump(rule))
    return load([str(folder)])


def test_a_broken_condition_is_a_finding_at_the_value(tmp_path: Path) -> None:
    linter = Linter(rules=rules(tmp_path, {}))
    report = linter.check_text(RECIPE.format(eps="1.0e-5"), "r.yaml")
    [finding] = report.findings
    assert (finding.rule, finding.span.line, finding.span.column) == ("TST001", 3, 8)
    assert finding.message == "epsilon 1.0e-5 is not below 1e-6"
    assert finding.key == finding.fact == "optimizer.eps"
    assert [(i.name, i.value, i.origin) for i in finding.inputs] == [
        ("optimizer.eps", "1e-5", "r.yaml:3"),
        ("parameters.limit", "1e-6", "parameter of the rule"),
    ]


def test_a_parameter_of_the_settings_is_an_input_that_says_so(tmp_path: Path) -> None:
    settings = Settings(parameters={"TST001": {"limit": 1e-7}})
    linter = Linter(
        settings, rules=rules(tmp_path, {"requires": "parameters.limit > optimizer.eps"})
    )
    [finding] = linter.check_text(RECIPE.format(eps="1.0e-5"), "r.yaml").findings
    assert [(i.name, i.value, i.origin) for i in finding.inputs] == [
        ("optimizer.eps", "1e-5", "r.yaml:3"),
        ("parameters.limit", "1e-7", "settings"),
    ]


def test_a_condition_that_holds_is_silent(tmp_path: Path) -> None:
    linter = Linter(rules=rules(tmp_path, {}))
    report = linter.check_text(RECIPE.format(eps="1.0e-8"), "r.yaml")
    assert (report.findings, report.not_assessed) == ([], [])


def test_a_missing_fact_makes_a_rule_not_assessed(tmp_path: Path) -> None:
    linter = Linter(rules=rules(tmp_path, {}))
    report = linter.check_text("recipelint: 1\n", "r.yaml")
    [note] = report.not_assessed
    assert (note.rule, note.missing) == ("TST001", ("optimizer.eps",))
    assert report.findings == []


def test_a_rule_that_does_not_apply_is_neither_reported_nor_counted(tmp_path: Path) -> None:
    linter = Linter(rules=rules(tmp_path, {"applies": 'optimizer.name == "lion"'}))
    report = linter.check_text("recipelint: 1\noptimizer: {name: adamw, eps: 1.0}\n", "r.yaml")
    assert (report.findings, report.not_assessed) == ([], [])


def test_a_rule_yields_to_the_one_that_says_it_better(tmp_path: Path) -> None:
    linter = Linter(rules=rules(tmp_path, {}, {"yields_to": ["TST001"]}))
    report = linter.check_text(RECIPE.format(eps="1.0e-5"), "r.yaml")
    assert [f.rule for f in report.findings] == ["TST001"]


def test_a_project_can_tune_a_rules_parameters(tmp_path: Path) -> None:
    settings = Settings(parameters={"TST001": {"limit": 1e-4}})
    linter = Linter(settings, rules(tmp_path, {}))
    assert linter.check_text(RECIPE.format(eps="1.0e-5"), "r.yaml").findings == []


def test_what_all_phases_inherit_from_one_line_is_said_once(tmp_path: Path) -> None:
    linter = Linter(rules=rules(tmp_path, {}))
    text = RECIPE.format(eps="1.0e-5") + "phases: [{name: one}, {name: two}]\n"
    [finding] = linter.check_text(text, "r.yaml").findings
    assert finding.phase is None


def test_a_phase_overrides_and_is_named(tmp_path: Path) -> None:
    linter = Linter(rules=rules(tmp_path, {}))
    text = RECIPE.format(eps="1.0e-8") + (
        "phases:\n- name: one\n- name: two\n  optimizer:\n    eps: 1.0e-3\n"
    )
    [finding] = linter.check_text(text, "r.yaml").findings
    assert (finding.phase, finding.span.line) == ("two", 8)
    assert finding.key == "phases[1].optimizer.eps"


def test_the_phase_before_can_be_read(tmp_path: Path) -> None:
    rule = {
        "requires": "optimizer.eps <= previous.optimizer.eps",
        "message": "{previous.optimizer.eps} grows to {optimizer.eps}",
        "parameters": {},
    }
    linter = Linter(rules=rules(tmp_path, rule))
    text = (
        "recipelint: 1\nphases:\n- {name: one, optimizer: {eps: 1.0e-8}}\n"
        "- {name: two, optimizer: {eps: 1.0e-6}}\n"
    )
    [finding] = linter.check_text(text, "r.yaml").findings
    assert finding.message == "1e-8 grows to 1e-6"


def test_a_fix_is_an_edit_of_the_value_alone(tmp_path: Path) -> None:
    fix = {"set": "optimizer.eps", "to": "1e-8", "safe": False}
    linter = Linter(rules=rules(tmp_path, {"fix": fix}))
    [finding] = linter.check_text(RECIPE.format(eps="1.0e-5  # why"), "r.yaml").findings
    assert finding.fix is not None
    [edit] = finding.fix.edits
    assert (edit.span, edit.text) == (finding.span, "1.0e-08")


def test_a_comment_in_the_recipe_suppresses_a_named_rule(tmp_path: Path) -> None:
    linter = Linter(rules=rules(tmp_path, {}))
    behind = RECIPE.format(eps="1.0e-5  # recipelint: ignore[TST001] measured")
    above = RECIPE.replace("  eps", "  # recipelint: ignore[large-epsilon-1]\n  eps")
    other = RECIPE.format(eps="1.0e-5  # recipelint: ignore[TST009]")
    assert linter.check_text(behind, "r.yaml").findings == []
    assert linter.check_text(above.format(eps="1.0e-5"), "r.yaml").findings == []
    assert len(linter.check_text(other, "r.yaml").findings) == 1
