"""A recipe can refer to files of its own project, and to nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recipelint.workspace import Workspace


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a recipe two folders down, and a secret outside."""
    (tmp_path / "secret.json").write_text('{"secret": 1}')
    root = tmp_path / "project"
    (root / "runs" / "today").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "ds").mkdir()
    (root / "ds" / "zero3.json").write_text("{}")
    (root / "runs" / "today" / "recipe.yaml").write_text("a: 1")
    return root


def find(project: Path, reference: str) -> str | None:
    recipe = project / "runs" / "today" / "recipe.yaml"
    found = Workspace.around(str(recipe)).find(reference, str(recipe))
    return os.path.relpath(found, project) if found else None


def test_the_root_is_the_nearest_marked_folder(project: Path) -> None:
    recipe = project / "runs" / "today" / "recipe.yaml"
    assert Workspace.around(str(recipe)).root == os.path.realpath(project)


def test_a_reference_is_looked_for_upwards_to_the_root(project: Path) -> None:
    assert find(project, "ds/zero3.json") == "ds/zero3.json"
    assert find(project, "../../ds/zero3.json") == "ds/zero3.json"


@pytest.mark.parametrize(
    "reference",
    [
        "../secret.json",
        "../../../secret.json",
        "/etc/hostname.json",
        "~/secret.json",
        "https://example.org/zero3.json",
        "$HOME/secret.json",
        "ds",
        "ds/zero3.json\0",
        "",
        "x" * 10_000 + ".json",
        "missing.json",
    ],
)
def test_what_leads_out_or_is_no_file_is_refused(project: Path, reference: str) -> None:
    assert find(project, reference) is None


def test_a_link_that_leads_out_is_refused(project: Path) -> None:
    (project / "link.json").symlink_to(project.parent / "secret.json")
    (project / "folder").symlink_to(project.parent)
    assert find(project, "link.json") is None
    assert find(project, "folder/secret.json") is None


def test_a_link_inside_is_followed(project: Path) -> None:
    (project / "link.json").symlink_to(project / "ds" / "zero3.json")
    assert find(project, "link.json") == "ds/zero3.json"


def test_pipes_and_devices_are_not_opened(project: Path) -> None:
    os.mkfifo(project / "pipe.json")
    (project / "null.json").symlink_to("/dev/null")
    assert find(project, "pipe.json") is None
    assert find(project, "null.json") is None
