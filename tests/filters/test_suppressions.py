"""Comments that silence rules: what they cover, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter, Report, Settings
from recipelint.engine.rules import RuleSet, load

RULE = """\
id: {id}
name: {name}
severity: error
severity_reason: the tests want an error
summary: A value is above one
{condition}
message: "{{problem}}"
why: The tests want one.
evidence: [{{source: nobody, where: nowhere, finds: nothing, status: judgement}}]
examples: {{bad: [], good: []}}
"""
HIGH = """applies: known({fact})
requires: {fact} <= 1
at: {fact}"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """Two rules on values, and those on suppressions."""
    folder = tmp_path_factory.mktemp("rules")
    rows = {
        "TST001": ("rate-high", HIGH.format(fact="optimizer.learning_rate"), "high"),
        "TST002": ("batch-high", HIGH.format(fact="batch.micro_batch"), "high"),
        "TST003": ("layers-high", HIGH.format(fact="model.layers"), "high"),
        "SUP001": ("unused-comment", "check: suppressions.unused", "{problem}"),
        "SUP002": ("unknown-comment", "check: suppressions.unknown", "{problem}"),
        "SUP003": ("unexplained-comment", "check: suppressions.unexplained", "{rule}"),
    }
    for rule, (name, condition, message) in rows.items():
        text = RULE.format(id=rule, name=name, condition=condition)
        (folder / f"{rule}.yaml").write_text(text.replace("{problem}", message))
    return load([str(folder)])


def lint(rules: RuleSet, text: str, name: str = "a.yaml", **settings: object) -> Report:
    return Linter(Settings(**settings), rules).check_text(text, name)  # type: ignore[arg-type]


def found(rules: RuleSet, text: str, name: str = "a.yaml", **settings: object) -> list[str]:
    """Findings as `RULE:line`."""
    report = lint(rules, text, name, **settings)
    return [f"{f.rule}:{f.span.line}" for f in report.findings]


PLAIN = "recipelint: 1\noptimizer:\n  learning_rate: 10\nbatch: {micro_batch: 9}\n"


def test_without_comments_everything_is_found(rules: RuleSet) -> None:
    assert found(rules, PLAIN) == ["TST001:3", "TST002:4"]
    assert lint(rules, PLAIN).suppressed == 0


@pytest.mark.parametrize("name", ["TST001", "tst001", "rate-high", "TST002, rate-high"])
def test_a_comment_behind_a_value_covers_its_line(rules: RuleSet, name: str) -> None:
    text = PLAIN.replace("10\n", f"10  # recipelint: ignore[{name}] as published\n")
    left = [f for f in found(rules, text) if f.startswith("TST")]
    assert left == ["TST002:4"]
    assert lint(rules, text).suppressed == 1


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("# recipelint: ignore[TST001] why\noptimizer:\n  learning_rate: 10\n", []),
        ("optimizer:\n  # recipelint: ignore[TST001] why\n  # more\n\n  learning_rate: 10\n", []),
        (
            "# recipelint: ignore[TST001] why\nbatch: {}\noptimizer:\n  learning_rate: 10\n",
            ["TST001:5"],
        ),
        ("# recipelint: ignore-file[TST001] why\nrun: {}\noptimizer:\n  learning_rate: 10\n", []),
        ("optimizer:\n  learning_rate: 10\n# recipelint: ignore[TST001] why\n", ["TST001:3"]),
        ("optimizer: # recipelint: ignore[TST001] why\n  learning_rate: 10\n", ["TST001:3"]),
    ],
)
def test_a_comment_above_covers_the_block_that_follows(
    rules: RuleSet, text: str, left: list[str]
) -> None:
    assert [f for f in found(rules, f"recipelint: 1\n{text}") if f.startswith("TST")] == left


def test_a_comment_above_an_item_covers_the_whole_item(rules: RuleSet) -> None:
    text = """\
recipelint: 1
phases:
  # recipelint: ignore[TST001] as published
  - name: one
    optimizer: {learning_rate: 10}
  - name: two
    optimizer: {learning_rate: 10}
"""
    assert found(rules, text) == ["TST001:7"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("[optimizer]\n# recipelint: ignore[TST001] why\nlearning_rate = 10\n", []),
        ("# recipelint: ignore[TST001] why\n[optimizer]\nname = 'x'\nlearning_rate = 10\n", []),
        (
            "# recipelint: ignore[TST001] why\n[batch]\n[optimizer]\nlearning_rate = 10\n",
            ["TST001:5"],
        ),
    ],
)
def test_the_same_in_toml(rules: RuleSet, text: str, left: list[str]) -> None:
    report = found(rules, f"recipelint = 1\n{text}", "a.toml", dialect="neutral")
    assert [f for f in report if f.startswith("TST")] == left


def test_a_sign_in_a_text_is_no_comment(rules: RuleSet) -> None:
    text = PLAIN.replace("10", '10\n  name: "# recipelint: ignore-file[TST001] x"')
    assert "TST001:3" in found(rules, text)


# --- what is wrong with a suppression


def test_a_suppression_that_silences_nothing_is_a_finding(rules: RuleSet) -> None:
    text = PLAIN.replace("10\n", "0.1  # recipelint: ignore[TST001] was too high\n")
    assert found(rules, text) == ["SUP001:3", "TST002:4"]


@pytest.mark.parametrize("settings", [{"ignore": ("TST001",)}, {"select": ("TST002", "SUP")}])
def test_nothing_is_unused_for_a_rule_that_did_not_run(
    rules: RuleSet, settings: dict[str, object]
) -> None:
    text = PLAIN.replace("10\n", "0.1  # recipelint: ignore[TST001] x\n")
    assert found(rules, text, **settings) == ["TST002:4"]


def test_nothing_is_unused_in_a_file_that_cannot_be_parsed(rules: RuleSet) -> None:
    text = PLAIN.replace("10\n", "0.1  # recipelint: ignore[TST001] x\n")
    assert not any(f.startswith("SUP") for f in found(rules, f"{text}\n  x: ]\n"))


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("ignore[TST01] x", "no rule is called `TST01`, though there is `TST001`"),
        ("ignore", "the comment is not `ignore[RULE] reason`"),
        ("ignore TST001", "the comment is not `ignore[RULE] reason`"),
        ("ignore[]", "the comment names no rule"),
        ("ingore TST001", "the comment is not `ignore[RULE] reason`"),
        ("silence[TST001]", "the comment is not `ignore[RULE] reason`"),
        ("ingore[TST001]", "the comment is not `ignore[RULE] reason`"),
    ],
)
def test_a_suppression_that_names_no_rule_is_a_finding(
    rules: RuleSet, comment: str, problem: str
) -> None:
    text = PLAIN.replace("10\n", f"10  # recipelint: {comment}\n")
    report = lint(rules, text, select=("SUP002", "TST001"))
    assert [(f.rule, f.span.line) for f in report.findings] == [("TST001", 3), ("SUP002", 3)]
    assert report.findings[1].message == problem
    assert report.findings[1].span.column == 22


@pytest.mark.parametrize("remark", ["1", "see the docs", "in ignorance", "", "3 recipes"])
def test_other_remarks_are_no_suppressions(rules: RuleSet, remark: str) -> None:
    text = PLAIN.replace("10\n", f"10  # recipelint: {remark}\n")
    assert found(rules, text) == ["TST001:3", "TST002:4"]


def test_reasons_can_be_demanded(rules: RuleSet) -> None:
    text = PLAIN.replace("10\n", "10  # recipelint: ignore[TST001]\n")
    assert found(rules, text) == ["TST002:4"]
    assert found(rules, text, require_reason=True) == ["SUP003:3", "TST002:4"]
    explained = text.replace("[TST001]", "[TST001] as published")
    assert found(rules, explained, require_reason=True) == ["TST002:4"]


def test_the_rules_about_suppressions_can_be_suppressed(rules: RuleSet) -> None:
    text = PLAIN.replace("10\n", "0.1  # recipelint: ignore[TST001, SUP001] waits for 2.0\n")
    assert found(rules, text) == ["TST002:4"]


def test_what_silences_a_finding_of_the_whole_recipe_is_not_unused_in_its_part(
    tmp_path: Path,
) -> None:
    """A launcher file is checked alone too, where the recipe's findings do not come up."""
    (tmp_path / "accelerate.yaml").write_text(
        "compute_environment: LOCAL_MACHINE\ndistributed_type: MULTI_GPU\n"
        "num_processes: 8  # recipelint: ignore[CFG102, CFG999] x\n"
    )
    report = Linter().check_file(str(tmp_path / "accelerate.yaml"))
    about = [f.rule for f in report.findings if f.rule.startswith("CFG30")]
    assert (report.recipes, about) == (1, ["CFG302"])
