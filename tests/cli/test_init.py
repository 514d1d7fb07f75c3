"""`recipelint init`: a project is set up, and nothing that exists is changed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml

from recipelint.settings.discovery import load
from tests.cli.conftest import Run

HOOK = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/recipelint.yml"


def test_settings_hook_and_workflow_are_written(run: Run, project: Path) -> None:
    result = run("init")
    assert result.exit_code == 0
    assert result.stdout == (
        "Found 3 recipes (3 neutral).\n  wrote    recipelint.toml\n"
        f"  wrote    {HOOK}\n  wrote    {WORKFLOW}\nNext: recipelint check\n"
    )
    settings = load(str(project / "recipelint.toml"))
    assert settings is not None
    assert settings.settings.fail_on == "error"
    hooks = yaml.safe_load((project / HOOK).read_text())
    assert hooks["repos"][0]["hooks"] == [{"id": "recipelint"}]
    workflow = yaml.safe_load((project / WORKFLOW).read_text())
    assert workflow["permissions"] == {"contents": "read"}
    assert "recipelint check ." in workflow["jobs"]["recipelint"]["steps"][-1]["run"]


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


def test_a_second_time_nothing_is_changed(run: Run, project: Path) -> None:
    run("init")
    files = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
    result = run("init")
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file()} == files
    assert "wrote" not in result.stdout
    assert "- id: recipelint" in result.stdout, "what to add by hand is shown"


@pytest.mark.parametrize(
    ("name", "text"),
    [(".recipelint.yaml", ""), ("pyproject.toml", "[tool.recipelint]\n")],
)
def test_settings_that_are_there_are_enough(run: Run, project: Path, name: str, text: str) -> None:
    (project / name).write_text(text)
    assert "recipelint.toml" not in run("init").stdout


def test_a_gitlab_project_gets_a_job_to_paste(run: Run, project: Path) -> None:
    (project / ".gitlab-ci.yml").write_text("stages: [test]\n")
    shown = run("init").stdout
    assert "kept     .gitlab-ci.yml: add the job" in shown
    assert (project / ".gitlab-ci.yml").read_text() == "stages: [test]\n"
    assert not (project / ".github").exists()


def test_the_workflow_checks_the_folders_with_recipes(run: Run, project: Path) -> None:
    (project / "runs" / "x").mkdir(parents=True)
    (project / "bad.yaml").rename(project / "runs" / "x" / "bad.yaml")
    (project / "odd.yaml").unlink()
    (project / "good.yaml").unlink()
    run("init")
    assert "recipelint check runs --format github" in (project / WORKFLOW).read_text()


def test_a_link_out_of_the_project_is_not_followed(run: Run, project: Path) -> None:
    (project / ".github").symlink_to(project.parent)
    result = run("init")
    assert result.exit_code == 2
    assert "leads out of the project" in result.stderr
    assert not (project.parent / "workflows").exists()
