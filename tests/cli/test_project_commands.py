"""`facts`, `estimate`, `explain`, `rules` and `baseline` under a project's settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.rule_files import BAD

MODEL = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 256,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "vocab_size": 1000,
}
SETTINGS = """\
gpus = "8xH100-80GB"
facts = {batch.sequence_length = 4096}
severity = {TST001 = "warning"}
ignore = ["TST002"]
rules = ["own"]
[parameters.TST001]
highest = 4.0
[dialects]
"plan.yaml" = "neutral"
[model-config]
"good.yaml" = "config.json"
"""


@pytest.fixture
def settled(project: Path, rules: Path) -> Path:
    """The project with settings, rules and a model of its own."""
    rules.rename(project / "own")
    (project / "recipelint.toml").write_text(SETTINGS, encoding="utf-8")
    (project / "config.json").write_text(json.dumps(MODEL), encoding="utf-8")
    (project / "plan.yaml").write_text(BAD.replace("recipelint: 1\n", ""), encoding="utf-8")
    return project


def facts(run: Run, *arguments: str, **options: object) -> dict[str, Any]:
    """The values of the facts of a recipe with one phase."""
    shown = json.loads(run("facts", "--format", "json", *arguments, **options).stdout)
    return {name: fact["value"] for name, fact in shown["phases"][0]["facts"].items()}


def parameters(run: Run, *arguments: str) -> float | None:
    """The model's size, as `estimate` gives it."""
    shown = json.loads(run("estimate", "--format", "json", *arguments).stdout)
    value: float | None = shown["phases"][0]["estimates"]["parameters.total"]["value"]
    return value


@pytest.mark.usefixtures("settled")
def test_facts_know_what_the_settings_say(run: Run) -> None:
    found = facts(run, "good.yaml")
    assert (found["parallel.world_size"], found["batch.sequence_length"]) == (8, 4096)
    assert found["model.layers"] == 2


@pytest.mark.usefixtures("settled")
def test_a_model_by_glob_is_for_the_files_that_match(run: Run) -> None:
    assert "model.layers" not in facts(run, "bad.yaml")


@pytest.mark.usefixtures("settled")
def test_a_dialect_by_glob_is_that_of_facts_and_standard_input(run: Run, settled: Path) -> None:
    assert facts(run, "plan.yaml")["optimizer.learning_rate"] == 10
    text = (settled / "plan.yaml").read_text()
    assert facts(run, "-", "--stdin-filename", "plan.yaml", input=text)


@pytest.mark.usefixtures("settled")
def test_isolated_and_config_choose_the_settings_of_facts(run: Run, settled: Path) -> None:
    assert "batch.sequence_length" not in facts(run, "good.yaml", "--isolated")
    (settled / "other.toml").write_text("facts = {batch.sequence_length = 1}")
    assert facts(run, "good.yaml", "--config", "other.toml")["batch.sequence_length"] == 1


@pytest.mark.usefixtures("settled")
def test_estimates_rest_on_the_model_of_the_settings(run: Run) -> None:
    assert parameters(run, "good.yaml") is not None
    assert parameters(run, "good.yaml", "--isolated") is None


def test_the_model_of_the_command_line_replaces_that_of_the_settings(
    run: Run, settled: Path
) -> None:
    (settled / "larger.json").write_text(json.dumps({**MODEL, "num_hidden_layers": 4}))
    larger = parameters(run, "good.yaml", "--model-config", "larger.json")
    held = parameters(run, "good.yaml")
    assert larger is not None
    assert held is not None
    assert larger > held


@pytest.mark.usefixtures("settled")
def test_rules_lists_those_that_run_here_with_their_severity_here(run: Run) -> None:
    shown = json.loads(run("rules", "--format", "json").stdout)
    assert [(rule["id"], rule["severity"]) for rule in shown] == [
        ("TST001", "warning"),
        ("TST003", "error"),
    ]
    assert "2 rules; 1 more does not run here" in run("rules").stdout


@pytest.mark.usefixtures("project")
def test_rules_lists_those_of_another_profile(run: Run, rules: Path) -> None:
    path = rules / "batch" / "TST002-odd-batch.yaml"
    path.write_text(path.read_text().replace("severity: info", "severity: info\nprofile: strict"))
    listed = ("rules", "--rules", str(rules), "--format", "json")
    assert "TST002" not in run(*listed).stdout
    assert "TST002" in run(*listed, "--profile", "strict").stdout


@pytest.mark.usefixtures("settled")
def test_rules_lists_all_when_asked_to(run: Run) -> None:
    assert run("rules", "--select", "ALL").stdout.endswith("\n3 rules\n")


@pytest.mark.usefixtures("settled")
def test_rules_filters_by_the_severity_here(run: Run) -> None:
    assert "TST001" not in run("rules", "--severity", "error").stdout
    assert "TST001" in run("rules", "--severity", "warning").stdout


@pytest.mark.usefixtures("settled")
def test_explain_says_what_the_settings_make_of_a_rule(run: Run) -> None:
    shown = run("explain", "TST001").stdout
    assert (
        "In this project\n  severity warning instead of error\n  highest = 4 instead of 1\n"
        in shown
    )
    assert "In this project\n  does not run\n" in run("explain", "TST002").stdout
    assert "In this project" not in run("explain", "TST003").stdout


@pytest.mark.usefixtures("settled")
def test_an_explanation_as_data_holds_both(run: Run) -> None:
    shown = json.loads(run("explain", "TST001", "--format", "json").stdout)
    assert (shown["severity"], shown["default_severity"]) == ("warning", "error")
    assert (shown["parameters"], shown["default_parameters"]) == ({"highest": 4}, {"highest": 1})
    assert shown["runs"] is True


@pytest.mark.parametrize(
    "arguments", [("facts", "good.yaml"), ("estimate", "good.yaml"), ("explain", "X"), ("rules",)]
)
def test_wrong_settings_are_an_error_everywhere(
    run: Run, project: Path, arguments: tuple[str, ...]
) -> None:
    (project / "recipelint.toml").write_text("slect = []")
    result = run(*arguments)
    assert result.exit_code == 2
    assert "recipelint.toml:1:1: there is no setting `slect`" in result.stderr


def test_a_wrong_model_is_an_error_with_its_line(check: Run, project: Path) -> None:
    (project / "recipelint.toml").write_text('model-config = "good.yaml"')
    result = check("good.yaml")
    assert result.exit_code == 2
    assert "recipelint.toml:1:16: `good.yaml` is no Hugging Face config.json" in result.stderr
