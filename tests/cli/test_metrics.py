"""`--metrics FILE`: a log of the recipe's run beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("project")

RECIPE = """\
recipelint: 1
model: {total_parameters: 4.0e+9}
optimizer: {name: adamw, eps: 1.0e-8, grad_clip: 1.0}
"""
LOG = "step,loss,grad_norm\n1,2.0,0.5\n2,1.9,0.5\n"


@pytest.fixture
def log(project: Path) -> str:
    (project / "recipe.yaml").write_text(RECIPE)
    (project / "log.csv").write_text(LOG)
    return "log.csv"


def test_facts_show_what_was_measured_and_where(run: Run, log: str) -> None:
    result = run("facts", "recipe.yaml", "--metrics", log, "--format", "json")
    facts = json.loads(result.stdout)["phases"][0]["facts"]
    assert facts["observed.gradient_norm"]["origin"] == "given"
    assert facts["observed.gradient_norm"]["detail"].startswith("log.csv, median of")
    assert facts["observed.gradient_rms"]["value"] == pytest.approx(0.5 / 4e9**0.5)


@pytest.mark.parametrize("paths", [(), (".",), ("recipe.yaml", "good.yaml")])
def test_a_log_goes_with_one_recipe(check: Run, log: str, paths: tuple[str, ...]) -> None:
    result = check(*paths, "--metrics", log)
    assert result.exit_code == 2
    assert "--metrics goes with one recipe" in result.stderr


@pytest.mark.parametrize("command", ["check", "facts"])
def test_a_file_that_is_no_log_is_wrong_use(run: Run, log: str, command: str) -> None:
    result = run(command, "recipe.yaml", "--metrics", "recipe.yaml")
    assert log
    assert result.exit_code == 2
    assert "recipe.yaml: " in result.stderr
    assert "Traceback" not in result.stderr
