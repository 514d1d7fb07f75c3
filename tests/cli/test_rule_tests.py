"""`recipelint test-rules`: which rules are held against their examples, and what is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

RATE = "own/optimizer/TST001-rate-too-high.yaml"
BATCH = "own/batch/TST002-odd-batch.yaml"


@pytest.fixture
def own(project: Path, rules: Path) -> Path:
    """The project with a folder of rules, which its settings name."""
    rules.rename(project / "own")
    (project / "recipelint.toml").write_text('rules = ["own"]\n')
    (project / "own/text/TST003-unreadable.yaml").unlink()
    return project


@pytest.fixture
def broken(own: Path) -> Path:
    """The same, where the bad example of TST001 is fine."""
    path = own / RATE
    path.write_text(path.read_text().replace("learning_rate: 10", "learning_rate: 1"))
    return own


@pytest.mark.usefixtures("own")
def test_the_rules_of_the_settings_are_tested_without_arguments(run: Run) -> None:
    result = run("test-rules")
    assert (result.exit_code, result.stdout) == (0, "4 examples of 2 rules: none failed\n")


@pytest.mark.usefixtures("broken")
def test_an_example_that_fails_is_a_line_with_its_place(run: Run) -> None:
    result = run("test-rules")
    assert result.exit_code == 1
    assert result.stdout == (
        f"{RATE}:23: error TST001 bad example 1 (ten): expected a finding; "
        "what the rule requires holds\n"
        "4 examples of 2 rules: 1 failed\n"
    )


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    ("named", "number", "failed"),
    [
        ("own", 2, 1),
        ("own/batch", 1, 0),
        (RATE, 1, 1),
        ("TST002", 1, 0),
        ("rate-too-high", 1, 1),
        ("ALL", 2, 1),
    ],
)
def test_folders_files_and_rules_can_be_named(
    run: Run, named: str, number: int, failed: int
) -> None:
    shown = json.loads(run("test-rules", named, "--format", "json").stdout)
    assert (shown["rules"], shown["failed"]) == (number, failed)


@pytest.mark.usefixtures("broken")
def test_a_folder_needs_no_settings(run: Run) -> None:
    assert run("test-rules", "own", "--isolated").exit_code == 1
    assert run("test-rules", "--rules", "own", "--isolated").exit_code == 1
    assert run("test-rules", "TST002", "--rules", "own", "--isolated").exit_code == 0


def test_settings_do_not_tune_the_rules_under_test(run: Run, own: Path) -> None:
    (own / "recipelint.toml").write_text(
        'rules = ["own"]\nignore = ["TST001"]\n[parameters.TST001]\nhighest = 100.0\n'
    )
    assert run("test-rules").stdout == "4 examples of 2 rules: none failed\n"


def test_a_rule_without_examples_is_a_warning(run: Run, own: Path) -> None:
    path = own / BATCH
    path.write_text(path.read_text().replace('good: [{text: "recipelint: 1', "good: []\n#"))
    result = run("test-rules", "TST002")
    assert result.exit_code == 0
    assert result.stdout == (
        f"{BATCH}:15: warning TST002 good examples: expected one; there is none\n"
        "1 example of 1 rule: none failed (1 warning)\n"
    )


@pytest.mark.usefixtures("broken")
def test_problems_as_data_say_the_same(run: Run) -> None:
    result = run("test-rules", "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "version": 1,
        "rules": 2,
        "examples": 4,
        "failed": 1,
        "problems": [
            {
                "rule": "TST001",
                "name": "rate-too-high",
                "severity": "error",
                "path": RATE,
                "line": 23,
                "kind": "bad",
                "example": 1,
                "title": "ten",
                "expected": "a finding",
                "found": "what the rule requires holds",
            }
        ],
    }


def test_a_wrong_rule_file_is_an_error_with_its_path_as_people_see_it(run: Run, own: Path) -> None:
    path = own / RATE
    path.write_text(path.read_text().replace("optimizer.learning_rate <=", "optimizer.rate <="))
    result = run("test-rules")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"recipelint: error: {RATE}:7: requires: there is no fact")


def test_an_example_cannot_write_outside_its_folder(run: Run, own: Path) -> None:
    path = own / RATE
    path.write_text(path.read_text().replace("{title: ten,", "{file: ../../evil.yaml,"))
    result = run("test-rules")
    assert result.exit_code == 2
    assert "`../../evil.yaml` is no file beside the example" in result.stderr


@pytest.mark.usefixtures("project")
def test_no_rules_to_test_is_wrong_use(run: Run) -> None:
    result = run("test-rules")
    assert result.exit_code == 2
    assert "there are no rules of your own" in result.stderr


def test_a_place_without_a_rule_is_wrong_use(run: Run, own: Path) -> None:
    (own / "empty").mkdir()
    result = run("test-rules", "empty")
    assert (result.exit_code, result.stderr) == (
        2,
        "recipelint: error: empty: there is no rule in it\n",
    )


@pytest.mark.usefixtures("own")
def test_a_rule_that_is_not_there_gets_a_suggestion(run: Run) -> None:
    result = run("test-rules", "TST009")
    assert result.exit_code == 2
    assert "no rule matches `TST009`; did you mean" in result.stderr
