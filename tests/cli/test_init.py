"""`recipelint init`: a project is set up, and nothing that exists is changed."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
import yaml

from recipelint import __version__
from recipelint.settings.discovery import load
from tests.cli.conftest import Run
from tests.cli.rule_files import BAD

ROOT = Path(__file__).parents[2]
HOOK = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/recipelint.yml"


def test_settings_hook_and_workflow_are_written(run: Run, project: Path) -> None:
    result = run("init")
    assert result.exit_code == 0
    assert result.stdout == (
        "Found 3 recipes (3 neutral).\n  wrote    recipelint.toml\n"
        f"  wrote    {HOOK}\n  wrote    {WORKFLOW}\nNext: `recipelint check`\n"
    )
    settings = load(str(project / "recipelint.toml"))
    assert settings is not None
    assert settings.settings.fail_on == "error"
    hooks = yaml.safe_load((project / HOOK).read_text())
    assert hooks["repos"][0]["hooks"] == [{"id": "recipelint"}]
    job = yaml.safe_load((project / WORKFLOW).read_text())
    assert job["permissions"] == {"contents": "read"}
    assert job["jobs"]["recipelint"]["steps"][-1] == {
        "uses": f"recipelint/recipelint@v{__version__}",
        "with": {"paths": ".\n", "arguments": "--require-recipes"},
    }


def test_the_settings_stay_valid_when_their_comments_are_taken_away(
    run: Run, project: Path
) -> None:
    """What is commented out is meant to be used."""
    run("init")
    path = project / "recipelint.toml"
    lines = path.read_text().splitlines()
    used = [li.removeprefix("# ") if "=" in li or li.startswith("# [") else li for li in lines]
    path.write_text("\n".join(used))
    assert tomllib.loads(path.read_text())["gpus"] == "8xH100-80GB"
    assert load(str(path)) is not None


def test_a_second_time_nothing_is_changed_and_nothing_left_to_do(run: Run, project: Path) -> None:
    run("init")
    files = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
    result = run("init")
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file()} == files
    assert result.stdout.splitlines()[1:4] == [
        "  kept     recipelint.toml",
        f"  kept     {HOOK}",
        f"  kept     {WORKFLOW}",
    ]


def test_files_of_the_projects_own_are_kept_and_what_to_add_is_shown(
    run: Run, project: Path
) -> None:
    (project / HOOK).write_text("repos: []\n")
    (project / WORKFLOW).parent.mkdir(parents=True)
    (project / WORKFLOW).write_text("jobs: {}\n")
    shown = run("init").stdout
    assert f"  kept     {HOOK}: add to `repos:`\n" in shown
    assert "- id: recipelint" in shown
    assert f"  kept     {WORKFLOW}: add to `steps:`\n" in shown
    assert f"- uses: recipelint/recipelint@v{__version__}" in shown
    assert (project / HOOK).read_text() == "repos: []\n"


def test_in_a_folder_of_a_repository_the_gates_are_those_of_the_repository(
    run: Run, project: Path
) -> None:
    (project / ".git").mkdir()
    (project / "runs").mkdir()
    (project / "bad.yaml").rename(project / "runs" / "bad.yaml")
    result = run("init", "runs")
    assert result.stdout.splitlines() == [
        "Found 1 recipe (1 neutral).",
        f"  wrote    {os.path.join('runs', 'recipelint.toml')}",
        f"  wrote    {HOOK}",
        f"  wrote    {WORKFLOW}",
        "Next: `recipelint check`, and `pre-commit install` to check every commit.",
    ]


def test_settings_above_are_not_hidden_by_new_ones(run: Run, project: Path) -> None:
    (project / ".git").mkdir()
    (project / "runs").mkdir()
    (project / "recipelint.toml").write_text("")
    assert "kept     recipelint.toml" in run("init", "runs").stdout
    assert not (project / "runs" / "recipelint.toml").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [(".recipelint.yaml", ""), ("pyproject.toml", "[tool.recipelint]\n")],
)
def test_settings_that_are_there_are_enough(run: Run, project: Path, name: str, text: str) -> None:
    (project / name).write_text(text)
    assert f"kept     {name}" in run("init").stdout
    assert not (project / "recipelint.toml").exists()


def test_a_gitlab_project_gets_a_job_to_paste(run: Run, project: Path) -> None:
    (project / ".gitlab-ci.yml").write_text("stages: [test]\n")
    shown = run("init").stdout
    assert "kept     .gitlab-ci.yml: add the job" in shown
    assert (project / ".gitlab-ci.yml").read_text() == "stages: [test]\n"
    assert not (project / ".github").exists()


def test_a_project_whose_remote_is_a_gitlab_gets_a_file_for_it(run: Run, project: Path) -> None:
    (project / ".git").mkdir()
    (project / ".git" / "config").write_text('[remote "origin"]\n\turl = git@gitlab.org:a/b.git\n')
    run("init")
    job = yaml.safe_load((project / ".gitlab-ci.yml").read_text())
    assert job["include"][0]["remote"].endswith(f"/v{__version__}/ci/gitlab.yml")
    shipped = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text())
    assert job["variables"].keys() == shipped["variables"].keys()
    assert not (project / ".github").exists()


def test_the_job_checks_the_folders_with_recipes(run: Run, project: Path) -> None:
    for name in ("runs/x", "more"):
        (project / name).mkdir(parents=True)
        (project / name / "bad.yaml").write_text(BAD)
    for name in ("bad", "odd", "good"):
        (project / f"{name}.yaml").unlink()
    run("init")
    job = yaml.safe_load((project / WORKFLOW).read_text())["jobs"]["recipelint"]
    assert job["steps"][-1]["with"]["paths"] == "more\nruns\n"


def test_the_inputs_of_the_step_are_those_of_the_action(run: Run, project: Path) -> None:
    run("init")
    step = yaml.safe_load((project / WORKFLOW).read_text())["jobs"]["recipelint"]["steps"][-1]
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert step["with"].keys() <= action["inputs"].keys()


def test_a_link_out_of_the_project_is_not_followed(run: Run, project: Path) -> None:
    (project / ".github").symlink_to(project.parent)
    result = run("init")
    assert result.exit_code == 2
    assert "leads out of the project" in result.stderr
    assert not (project.parent / "workflows").exists()
