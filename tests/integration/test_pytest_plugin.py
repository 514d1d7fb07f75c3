"""`pytest --recipelint` in a project of its own, with the plugin found by its entry point."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.integration.test_pre_commit import BAD_RECIPE, GOOD_RECIPE
from tests.processes import SOURCES, recipelint_process

ROOT = Path(__file__).parents[2]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with the metadata that an installed recipelint has: its entry points."""
    metadata = tmp_path / "site" / "recipelint-0.0.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: recipelint\nVersion: 0.0.0\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [f"{name} = {place}" for name, place in project["entry-points"]["pytest11"].items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines, ""]))
    return metadata.parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two recipes and a file that is none."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "bad.json").write_text(BAD_RECIPE)
    (folder / "good.json").write_text(GOOD_RECIPE)
    (folder / "other.yaml").write_text("services: {}\n")
    return folder


def run(installed: Path, project: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output of pytest in the project."""
    paths = os.pathsep.join([str(installed), SOURCES])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_every_recipe_is_a_test_and_a_bad_one_fails(installed: Path, project: Path) -> None:
    status, output = run(installed, project, "--recipelint")
    assert status == 1
    assert "1 failed, 1 passed" in output
    assert "bad.json:4" in output
    assert "Traceback" not in output


def test_recipes_are_selected_by_the_marker(installed: Path, project: Path) -> None:
    (project / "test_code.py").write_text("def test_code():\n    assert True\n")
    _, output = run(installed, project, "--recipelint", "-m", "recipelint", "--strict-markers")
    assert "1 failed, 1 passed, 1 deselected" in output


def test_settings_hold(installed: Path, project: Path) -> None:
    (project / "recipelint.toml").write_text('extend-exclude = ["bad.json"]\n')
    status, output = run(installed, project, "--recipelint")
    assert (status, "1 passed" in output) == (0, True)


def test_what_a_search_of_check_passes_over_is_no_test(installed: Path, project: Path) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("out/\n")
    (project / "recipelint.toml").write_text('extend-exclude = ["vendor/"]\n')
    for folder in ("out/today", "vendor/deep"):
        (project / folder).mkdir(parents=True)
        (project / folder / "bad.json").write_text(BAD_RECIPE)
    _, output = run(installed, project, "--recipelint", "--collect-only", "-q")
    assert "2 tests collected" in output
    _, output = run(installed, project, "--recipelint", "--collect-only", "-q", "out", "vendor")
    assert "1 test collected" in output, "a folder that is named is searched, if not excluded"
    _, output = run(
        installed, project, "--recipelint", "--collect-only", "-q", "out/today/bad.json"
    )
    assert "1 test collected" in output


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            "slect = []",
            "recipelint: recipelint.toml:1:1: there is no setting `slect`; did you mean",
        ),
        ('ignore = ["XYZ"]', "recipelint: recipelint.toml:1:11: no rule matches `XYZ`"),
        ('baseline = "no.json"', "no.json; `recipelint baseline` writes one"),
    ],
)
def test_wrong_settings_are_said_without_a_traceback(
    installed: Path, project: Path, settings: str, message: str
) -> None:
    (project / "recipelint.toml").write_text(settings)
    status, output = run(installed, project, "--recipelint")
    assert status == 2
    assert message in output
    assert "Traceback" not in output
    assert "reading.py" not in output


def test_what_the_baseline_holds_does_not_fail(installed: Path, project: Path) -> None:
    recipelint_process("baseline", cwd=project)
    (project / "recipelint.toml").write_text('baseline = "recipelint-baseline.json"\n')
    status, output = run(installed, project, "--recipelint")
    assert (status, "2 passed" in output) == (0, True)


def test_findings_that_do_not_fail_are_warnings(installed: Path, project: Path) -> None:
    (project / "recipelint.toml").write_text('fail-on = "never"\n')
    status, output = run(installed, project, "--recipelint")
    assert status == 0
    assert "RecipelintWarning: bad.json:4" in output


def test_without_the_option_nothing_is_collected(installed: Path, project: Path) -> None:
    status, output = run(installed, project)
    assert (status, "no tests ran" in output) == (5, True)
