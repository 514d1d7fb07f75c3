"""The action, the GitLab job and the hooks: valid by their schemas, and their shell run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from recipelint.dialects import names
from tests.integration.test_pre_commit import BAD_RECIPE, GOOD_RECIPE
from tests.processes import SOURCES

ROOT = Path(__file__).parents[2]


def schema(name: str) -> dict[str, Any]:
    """A service's schema, as check-jsonschema carries it."""
    kit = pytest.importorskip("check_jsonschema", reason="check-jsonschema is in the dev extra")
    path = Path(kit.__file__).parent / "builtin_schemas" / "vendor" / f"{name}.json"
    return dict(json.loads(path.read_text("utf-8")))


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A bad and a good recipe, and an environment in which `recipelint` is this checkout."""
    binaries = tmp_path / "temp" / "recipelint" / "bin"
    binaries.mkdir(parents=True)
    command = binaries / "recipelint"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m recipelint "$@"\n')
    command.chmod(0o755)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "bad one.json").write_text(BAD_RECIPE)
    (folder / "good.json").write_text(GOOD_RECIPE)
    return folder


def shell(script: str, project: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a CI service does, with bash that stops at errors."""
    temporary = project.parent / "temp"
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=project,
        env={
            **os.environ,
            "PATH": f"{temporary / 'recipelint' / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": SOURCES,
            "RUNNER_TEMP": str(temporary),
            "GITHUB_STEP_SUMMARY": str(project.parent / "summary.md"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def action(project: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the step of the action that checks, with inputs in place of their defaults."""
    metadata = load("action.yml")
    defaults = {name: str(each["default"]) for name, each in metadata["inputs"].items()}
    values = {**defaults, **{name.replace("_", "-"): text for name, text in inputs.items()}}
    (step,) = [step for step in metadata["runs"]["steps"] if step["name"] == "Check recipes"]
    environment = {
        name: values[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, text in step["env"].items()
    }
    return shell(step["run"], project, **environment)


# --- GitHub


def test_the_action_is_valid() -> None:
    jsonschema.validate(load("action.yml"), schema("github-actions"))


def test_inputs_never_stand_in_a_script() -> None:
    """`${{ }}` in a script is text that the shell runs (GitHub: script injections)."""
    assert all("${{" not in step["run"] for step in load("action.yml")["runs"]["steps"])


def test_the_action_annotates_summarises_and_fails(project: Path) -> None:
    done = action(project, sarif_file="out.sarif")
    assert done.returncode == 1, done.stderr
    assert "::error file=bad one.json,line=4" in done.stdout
    assert "## recipelint" in (project.parent / "summary.md").read_text()
    assert json.loads((project / "out.sarif").read_text())["runs"][0]["results"]


def test_the_action_takes_paths_and_arguments_one_a_line(project: Path) -> None:
    assert action(project, paths="good.json\n").returncode == 0
    assert action(project, paths="good.json\nbad one.json").returncode == 1
    assert action(project, fail_on="never").returncode == 0
    assert action(project, arguments="--fail-on\nnever").returncode == 0
    hostile = action(project, paths="good.json; touch owned")
    assert hostile.returncode == 2
    assert not (project / "owned").exists()


# --- GitLab


def test_the_gitlab_job_is_valid() -> None:
    jsonschema.validate(load("ci/gitlab.yml"), schema("gitlab-ci"))


def test_the_gitlab_job_writes_its_reports_and_fails(project: Path) -> None:
    job = load("ci/gitlab.yml")
    script = "\n".join(job["recipelint"]["script"])
    done = shell(script, project, **job["variables"])
    assert done.returncode == 1, done.stderr
    reports = job["recipelint"]["artifacts"]["reports"]
    (issue,) = [
        issue
        for issue in json.loads((project / reports["codequality"]).read_text())
        if issue["severity"] == "critical"
    ]
    assert issue["location"]["path"] == "bad one.json"
    assert "<failure" in (project / reports["junit"]).read_text()


# --- hooks


def test_each_hook_of_a_dialect_names_one_that_there_is() -> None:
    hooks = {hook["id"]: hook for hook in load(".pre-commit-hooks.yaml")}
    assert {"recipelint", "recipelint-strict", "recipelint-axolotl"} <= set(hooks)
    for hook in hooks.values():
        entry = hook["entry"].split()
        assert entry[:2] == ["recipelint", "check"]
        if "--dialect" in entry:
            dialect = entry[entry.index("--dialect") + 1]
            assert dialect in names()
            assert hook["id"] == f"recipelint-{dialect}"
            assert hook["files"], "a forced dialect needs files of its own"
