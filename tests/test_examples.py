"""Examples of a rule, tried on the bench: what is told of one that does not show what it should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from recipelint.engine.rules import load, shipped_folder
from recipelint.examples import Bench, Problem
from recipelint.findings import Severity
from tests.engine.test_rules import RULE as BASIS

LARGE, SMALL = "recipelint: 1\noptimizer: {eps: 1.0e-3}\n", "recipelint: 1\noptimizer: {eps: 0}\n"
RULE: dict[str, Any] = {
    **BASIS,
    "examples": {"bad": [{"text": LARGE}], "good": [{"text": SMALL}]},
}


def tried(folder: Path, **changes: Any) -> list[Problem]:
    """The problems of the rule with these fields changed, beside all shipped rules."""
    path = folder / "TST001-large-epsilon.yaml"
    path.write_text(yaml.safe_dump(RULE | changes, sort_keys=False))
    rules = load([shipped_folder(), str(folder)])
    return list(Bench(rules).problems(rules.rules["TST001"]))


def bad(folder: Path, example: dict[str, Any], **changes: Any) -> str:
    """What is told of a bad example that does not hold."""
    examples = {"bad": [example], "good": [{"text": SMALL}]}
    [problem] = tried(folder, examples=examples, **changes)
    assert (problem.kind, problem.number, problem.severity) == ("bad", 1, Severity.ERROR)
    return f"expected {problem.expected}; {problem.found}"


def good(folder: Path, text: str, **changes: Any) -> Problem:
    """The problem of a good example."""
    examples = {"bad": [{"text": LARGE}], "good": [{"text": text}]}
    [problem] = tried(folder, examples=examples, **changes)
    assert (problem.kind, problem.number) == ("good", 1)
    return problem


def test_examples_that_show_what_the_rule_finds_are_no_problem(tmp_path: Path) -> None:
    assert tried(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SMALL, "what the rule requires holds"),
        ("services: {}\n", "it is not recognised as a recipe"),
        ("recipelint: 1\noptimizer: {eps: [\n", "it does not parse: line "),
        (
            "recipelint: 1\nbatch: {micro_batch: 1}\n",
            "the rule is not assessed, for want of optimizer.eps (not in the file)",
        ),
        (
            "recipelint: 1\noptimizer:\n  eps: 1.0e-3  # recipelint: ignore[TST001] why not\n",
            "a comment in it silences a finding",
        ),
    ],
)
def test_a_bad_example_that_is_not_found_is_told_with_the_reason(
    text: str, reason: str, tmp_path: Path
) -> None:
    assert bad(tmp_path, {"text": text}).startswith(f"expected a finding; {reason}")


def test_a_bad_example_of_a_run_that_the_rule_leaves_out_does_not_apply(tmp_path: Path) -> None:
    text = "recipelint: 1\nrun: {stage: rl}\noptimizer: {eps: 1.0e-3}\n"
    told = bad(tmp_path, {"text": text}, applies='run.stage == "sft"')
    assert told == "expected a finding; the rule does not apply to it"


def test_a_bad_example_in_a_dialect_that_the_rule_leaves_out_names_both(tmp_path: Path) -> None:
    examples = {"bad": [{"text": LARGE}], "good": [{"text": SMALL}]}
    [problem] = tried(tmp_path, dialects=["axolotl"], examples=examples)
    assert problem.found == "it is read as neutral, and the rule looks at axolotl only"


def test_a_bad_example_that_a_better_rule_takes_names_that_rule(tmp_path: Path) -> None:
    text = (
        "recipelint: 1\nrun: {stage: pretrain}\nmodel: {total_parameters: 70.0e+9}\n"
        "optimizer: {name: adamw, eps: 1.0e-3, grad_clip: 1.0}\n"
    )
    told = bad(tmp_path, {"text": text}, yields_to=["OPT001"])
    assert told.startswith("expected a finding; the rule yields to warning OPT001 in line 4: ")


def test_a_bad_example_is_found_in_the_line_that_it_names(tmp_path: Path) -> None:
    told = bad(tmp_path, {"text": LARGE, "line": 3})
    assert told == "expected a finding in line 3; it is in line 2"


def test_a_message_with_an_unknown_value_does_not_hold(tmp_path: Path) -> None:
    told = bad(tmp_path, {"text": LARGE}, message="{optimizer.eps} at {optimizer.learning_rate}")
    assert told == "expected a message whose values are known; 0.001 at ?"


def test_a_message_may_ask_a_question(tmp_path: Path) -> None:
    assert tried(tmp_path, message="epsilon {optimizer.eps}? really?") == []


def test_a_log_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    told = bad(tmp_path, {"text": LARGE, "files": {"metrics.json": "{"}})
    assert told.startswith("expected files that can be read; ")


def test_files_that_take_each_others_place_are_told(tmp_path: Path) -> None:
    told = bad(tmp_path, {"text": LARGE, "files": {"recipe.yaml/a.json": "{}"}})
    assert told.startswith(
        "expected files that can be read; `recipe.yaml/a.json` cannot be written: "
    )


def test_a_good_example_that_is_found_shows_the_message(tmp_path: Path) -> None:
    problem = good(tmp_path, LARGE)
    assert (problem.expected, problem.severity) == ("no finding", Severity.ERROR)
    assert problem.found == "line 2: epsilon 1.0e-3 is not below 1e-6"


def test_a_good_example_is_a_recipe_that_starts(tmp_path: Path) -> None:
    problem = good(
        tmp_path, SMALL + "parallel: {world_size: 8, tp: 2, pp: 2, cp: 1, dp: 4, ep: 1}\n"
    )
    assert (problem.expected, problem.severity) == ("no error", Severity.ERROR)
    assert problem.found.startswith("error PAR001 in line 3: ")


def test_a_good_example_that_is_no_recipe_does_not_hold(tmp_path: Path) -> None:
    problem = good(tmp_path, "services: {}\n")
    assert (problem.expected, problem.found) == ("a recipe", "it is not recognised as a recipe")


def test_a_good_example_on_which_the_rule_is_not_assessed_is_a_warning(tmp_path: Path) -> None:
    problem = good(tmp_path, "recipelint: 1\nbatch: {micro_batch: 1}\n")
    assert problem.severity is Severity.WARNING
    assert problem.found.startswith("the rule is not assessed, for want of optimizer.eps")


def test_a_rule_without_examples_is_a_warning_for_each_kind(tmp_path: Path) -> None:
    problems = tried(tmp_path, examples={"bad": [], "good": []})
    assert [(p.kind, p.number, p.severity) for p in problems] == [
        ("bad", None, Severity.WARNING),
        ("good", None, Severity.WARNING),
    ]


def test_a_problem_stands_at_the_example_in_the_rule_file(tmp_path: Path) -> None:
    examples = {"bad": [{"text": LARGE}, {"title": "none", "text": SMALL}], "good": []}
    second, none = tried(tmp_path, examples=examples)
    lines = (tmp_path / "TST001-large-epsilon.yaml").read_text().splitlines()
    assert (second.number, second.title) == (2, "none")
    assert lines[second.line - 1].strip() == "- title: none"
    assert lines[none.line - 1].strip() == "good: []"


def test_examples_run_with_the_parameters_of_their_rule(tmp_path: Path) -> None:
    [problem] = tried(tmp_path, parameters={"limit": 1.0})
    assert (problem.kind, problem.found) == ("bad", "what the rule requires holds")
