"""`recipelint check` under a project's settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.rule_files import BAD


def settings(project: Path, text: str, name: str = "recipelint.toml") -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def found(check: Run, *arguments: str) -> list[str]:
    """Findings as `severity RULE path`."""
    shown = json.loads(check(*arguments, "--format", "json").stdout)
    return [f"{f['severity']} {f['rule']} {f['path']}" for f in shown["findings"]]


BOTH = ["error TST001 bad.yaml", "info TST002 odd.yaml"]


@pytest.mark.parametrize(
    ("text", "arguments", "expected"),
    [
        ("", [], BOTH),
        ('ignore = ["TST001"]', [], BOTH[1:]),
        ('select = ["TST001"]', [], BOTH[:1]),
        ('select = ["TST001"]', ["--extend-select", "TST002"], BOTH),
        ('select = ["TST001"]', ["--select", "TST002"], BOTH[1:]),
        ('ignore = ["TST001"]', ["--select", "ALL"], BOTH),
        ('ignore = ["TST001"]', ["--isolated"], BOTH),
        (
            'severity = {TST001 = "warning", ALL = "error"}',
            [],
            ["warning TST001 bad.yaml", "error TST002 odd.yaml"],
        ),
        ('per-file-ignores = {"b*.yaml" = ["TST"]}', [], BOTH[1:]),
        ('extend-exclude = ["odd.yaml"]', [], BOTH[:1]),
        ('extend-exclude = ["odd.yaml"]', ["odd.yaml", "bad.yaml"], BOTH[:1]),
        ("parameters = {TST001 = {highest = 100}}", [], BOTH[1:]),
    ],
)
def test_settings_and_the_command_line_over_them(
    check: Run, project: Path, text: str, arguments: list[str], expected: list[str]
) -> None:
    settings(project, text)
    assert found(check, *arguments) == expected


def test_each_file_has_the_settings_nearest_to_it(check: Run, project: Path) -> None:
    settings(project, 'ignore = ["TST002"]')
    settings(project, 'ignore = ["TST001"]', "inner/recipelint.toml")
    (project / "inner" / "bad.yaml").write_text(BAD)
    assert found(check) == BOTH[:1]


def test_another_settings_file_can_be_named(check: Run, project: Path) -> None:
    settings(project, 'ignore = ["ALL"]')
    settings(project, 'ignore = ["TST001"]', "ci/recipelint.toml")
    assert found(check, "--config", "ci/recipelint.toml") == BOTH[1:]


def test_an_excluded_file_that_is_named_is_mentioned(check: Run, project: Path) -> None:
    settings(project, 'extend-exclude = ["odd.yaml"]')
    result = check("odd.yaml")
    assert "odd.yaml is passed over: the settings exclude `odd.yaml`" in result.stderr


def test_what_git_ignores_is_passed_over_in_searches_only(check: Run, project: Path) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("bad.yaml\n")
    assert found(check) == BOTH[1:]
    assert found(check, "bad.yaml") == BOTH[:1]
    settings(project, "respect-gitignore = false")
    assert found(check) == BOTH


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        ("", [], 0),
        ('fail-on = "info"', [], 1),
        ('fail-on = "info"', ["--fail-on", "never"], 0),
        ('severity = {TST002 = "error"}', [], 1),
    ],
)
def test_the_status_follows_the_settings(
    check: Run, project: Path, text: str, arguments: list[str], status: int
) -> None:
    settings(project, text)
    assert check("odd.yaml", *arguments).exit_code == status


def test_the_format_and_whether_recipes_are_required(check: Run, project: Path) -> None:
    settings(project, 'output-format = "concise"\nrequire-recipes = true')
    assert check("odd.yaml").stdout == "odd.yaml:3:16: info TST002 odd-batch: 3 is odd\n"
    assert check("other.yaml").exit_code == 1


def test_a_dialect_by_glob(check: Run, project: Path) -> None:
    (project / "plan.yaml").write_text(BAD.replace("recipelint: 1\n", ""))
    assert found(check, "plan.yaml") == []
    settings(project, 'dialects = {"plan.yaml" = "neutral"}')
    assert found(check, "plan.yaml") == ["error TST001 plan.yaml"]


def test_the_cluster_is_given(check: Run, project: Path) -> None:
    settings(project, 'gpus = "8xH100-80GB"\nfacts = {optimizer.learning_rate = 7}')
    assert found(check, "odd.yaml") == ["error TST001 odd.yaml", "info TST002 odd.yaml"]


def test_rules_of_the_project(run: Run, project: Path, rules: Path) -> None:
    settings(project, 'rules = ["own"]\nselect = ["TST"]')
    rules.rename(project / "own")
    assert found(run, "check", "bad.yaml") == BOTH[:1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('ignore = ["TST01"]', "recipelint.toml:1:11: no rule matches `TST01`; did you mean"),
        ("[severity]\nTST01 = 'info'", "recipelint.toml:2:1: no rule matches `TST01`"),
        ("[parameters.TST009]\nx = 1", "recipelint.toml:2:1: there is no rule `TST009`; did you"),
        ("[parameters.TST001]\nhigest = 1", "2:1: TST001 has no parameter `higest`; did you mean"),
        ("[parameters.TST001]\nhighest = 'x'", "2:1: `highest` of TST001 is a number"),
        ("[parameters.TST002]\nx = 1", "2:1: TST002 has no parameter `x`; it has none"),
        ("slect = []", "recipelint.toml:1:1: there is no setting `slect`; did you mean `select`?"),
        ('baseline = "no.json"', "there is no baseline"),
    ],
)
def test_wrong_settings_are_one_line_and_status_2(
    check: Run, project: Path, text: str, message: str
) -> None:
    settings(project, text)
    result = check("odd.yaml")
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("recipelint: error: ")
    assert result.stderr.count("\n") == 1


def test_hostile_settings_are_shown_harmlessly(check: Run, project: Path) -> None:
    settings(project, '"::error::\\u001b[2J" = 1')
    result = check("odd.yaml")
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr


def test_config_and_isolated_contradict_each_other(check: Run, project: Path) -> None:
    settings(project, "")
    assert check("--isolated", "--config", "recipelint.toml").exit_code == 2


def test_the_schema_of_settings_is_printed(run: Run) -> None:
    shown = json.loads(run("schema", "settings").stdout)
    assert "per-file-ignores" in shown["properties"]


def test_a_release_in_the_settings_keeps_its_keys(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`evaluation_strategy` is gone from transformers 5, and is right in 4.40."""
    monkeypatch.undo()
    recipe = project / "sft.yaml"
    recipe.write_text(
        "model_name_or_path: HuggingFaceTB/SmolLM2-135M\ndataset_name: trl-lib/Capybara\n"
        "output_dir: out\nevaluation_strategy: steps\nlearning_rate: 2.0e-5\n"
        "per_device_train_batch_size: 4\n"
    )
    name = str(recipe)
    select = ["--select", "CFG104"]
    assert len(found(run, "check", *select, name)) == 1
    settings(project, 'framework-versions = {"*" = "transformers 4.40.2"}')
    assert found(run, "check", *select, name) == []
    settings(project, 'framework-versions = {"*" = "transformers 5.2"}')
    assert len(found(run, "check", *select, name)) == 1
