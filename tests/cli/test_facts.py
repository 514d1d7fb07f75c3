"""`recipelint facts`: what is read out of a recipe."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from recipelint.estimate.facade import NAMES
from recipelint.recipe.facts import fact_types
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("project")

RECIPE = """\
recipelint: 1
model: {total_parameters: 70.0e+9, layers: 80}
optimizer: {name: adamw, eps: 1.0e-5, grad_clip: 1.0}
phases:
  - name: first
    budget: {steps: 100}
  - name: second
    optimizer: {eps: 1.0e-8}
"""
AXOLOTL = """\
base_model: some/model
learning_rate: 2e-4
micro_batch_size: 2
gradient_accumulation_steps: ${STEPS}
optimizer: adamw_torch
datasets: [{path: a, type: alpaca}]
output_dir: out
"""
TEXT_OR_NULL = {"type": ["string", "null"]}
ESTIMATE = {
    "type": "object",
    "required": ["value", "inputs"],
    "if": {"properties": {"value": {"type": "null"}}},
    "then": {"required": ["reason"], "properties": {"reason": {"type": "string", "minLength": 1}}},
    "else": {"required": ["unit", "low", "high", "convention"]},
}
PHASE = {
    "type": "object",
    "required": ["name", "facts", "missing", "linked", "estimates"],
    "additionalProperties": False,
    "properties": {
        "name": TEXT_OR_NULL,
        "facts": {
            "propertyNames": {"enum": sorted(fact_types())},
            "additionalProperties": {
                "type": "object",
                "required": ["value", "origin", "line", "key"],
                "properties": {
                    "origin": {"enum": ["stated", "default", "catalog", "derived", "given"]},
                    "line": {"type": ["integer", "null"], "minimum": 1},
                    "key": TEXT_OR_NULL,
                },
            },
        },
        "missing": {"additionalProperties": {"required": ["absence", "reason"]}},
        "linked": {"type": "object"},
        "estimates": {"required": list(NAMES), "additionalProperties": ESTIMATE},
    },
}
CONTRACT = {
    "type": "object",
    "required": ["dialect", "phases"],
    "additionalProperties": False,
    "properties": {
        "dialect": {"required": ["name", "version"]},
        "phases": {"type": "array", "minItems": 1, "items": PHASE},
    },
}


@pytest.fixture
def facts(run: Run, project: Path) -> Any:
    """The facts of a text, as data that keep the contract."""

    def read(text: str, *options: str) -> Any:
        (project / "recipe.yaml").write_text(text, encoding="utf-8")
        shown = json.loads(run("facts", "recipe.yaml", "--format", "json", *options).stdout)
        jsonschema.validate(shown, CONTRACT)
        return shown

    return read


def test_facts_say_where_they_come_from(facts: Any) -> None:
    shown = facts(RECIPE)
    assert shown["dialect"] == {"name": "neutral", "version": "1"}
    first, second = shown["phases"]
    assert (first["name"], second["name"]) == ("first", "second")
    assert first["facts"]["optimizer.eps"] == {
        "value": 1e-5,
        "origin": "stated",
        "line": 3,
        "key": "optimizer.eps",
        "path": "recipe.yaml",
        "detail": None,
    }
    assert second["facts"]["optimizer.eps"]["line"] == 8
    assert first["facts"]["optimizer.family"]["origin"] == "derived"


def test_estimates_stand_beside_facts(facts: Any) -> None:
    found = facts(RECIPE)["phases"][0]["estimates"]
    assert found["gradient.rms_bound"]["value"] == pytest.approx(1.0 / 70e9**0.5)
    assert found["memory.per_gpu"]["value"] is None


def test_defaults_and_absent_values_are_kept_apart(facts: Any) -> None:
    (phase,) = facts(AXOLOTL)["phases"]
    assert phase["facts"]["optimizer.eps"]["origin"] == "default"
    assert phase["missing"]["batch.gradient_accumulation"] == {
        "absence": "elsewhere",
        "reason": "`gradient_accumulation_steps` is filled in at start",
    }


def test_the_cluster_is_given(facts: Any) -> None:
    found = facts(AXOLOTL, "--gpus", "16xA100-80GB")["phases"][0]["facts"]
    assert found["cluster.gpu_memory"]["origin"] == "given"
    assert found["parallel.world_size"]["value"] == 16


def test_facts_as_text(run: Run, project: Path) -> None:
    (project / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    lines = run("facts", "recipe.yaml").stdout.splitlines()
    assert lines[0] == "recipe.yaml: neutral 1"
    assert [line for line in lines if line.startswith("Phase")] == ["Phase first", "Phase second"]
    (eps, _) = (line.split() for line in lines if line.startswith("  optimizer.eps"))
    assert eps == ["optimizer.eps", "1e-5", "line", "3"]
    assert max(map(len, lines)) <= 80
    assert "Not known" not in lines


def test_a_long_origin_is_told_in_full_once(run: Run, project: Path) -> None:
    text = AXOLOTL.replace("some/model", "meta-llama/Meta-Llama-3-8B")
    (project / "recipe.yaml").write_text(text, encoding="utf-8")
    lines = [" ".join(line.split()) for line in run("facts", "recipe.yaml").stdout.splitlines()]
    origins = [line.partition("catalog: ")[2] for line in lines if "catalog: " in line]
    assert len(origins) > 10
    assert origins[0] != "as above"
    assert set(origins[1:]) == {"as above"}
    (eps,) = (line for line in lines if line.startswith("optimizer.eps "))
    assert re.fullmatch(r"optimizer\.eps 1e-8 axolotl [\d.]+ default", eps)


def test_verbose_lists_what_is_not_known_and_why(run: Run, project: Path) -> None:
    (project / "recipe.yaml").write_text(AXOLOTL, encoding="utf-8")
    shown = " ".join(run("facts", "recipe.yaml", "-v").stdout.split())
    assert "batch.gradient_accumulation `gradient_accumulation_steps` is filled in" in shown
    assert "budget.tokens not in the file" in shown


def test_standard_input(run: Run) -> None:
    assert run("facts", "-", input=RECIPE).stdout.startswith("stdin.yaml: neutral 1\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [("services: {}\n", "is no recipe"), ("a: [\n", "cannot be parsed"), ("", "is no recipe")],
)
def test_a_file_that_is_no_recipe_is_status_1(
    run: Run, project: Path, text: str, message: str
) -> None:
    (project / "x.yaml").write_text(text, encoding="utf-8")
    result = run("facts", "x.yaml")
    assert result.exit_code == 1
    assert f"x.yaml {message}" in result.stderr


def test_a_file_that_is_not_there_is_status_2(run: Run) -> None:
    result = run("facts", "no.yaml")
    assert result.exit_code == 2
    assert result.stderr == "recipelint: error: no.yaml: there is no such file\n"


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_credential_is_covered(project: Path, run: Run, form: str) -> None:
    token = "hf_" + "aB3dE5fG7h" * 4
    (project / "token.yaml").write_text(AXOLOTL.replace("some/model", token), encoding="utf-8")
    output = run("facts", "token.yaml", "--format", form).output
    assert token not in output
    assert "hf_" in output
