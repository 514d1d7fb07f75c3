"""A recipe can refer to files of its own project, and to nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recipelint.document.limits import LIMITS
from recipelint.workspace import Workspace, refuse_escape


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


def test_a_link_out_of_the_repository_is_refused_as_a_recipe(project: Path) -> None:
    (project / "link.yaml").symlink_to(project.parent / "secret.json")
    with pytest.raises(OSError, match="leads out of the repository"):
        refuse_escape(str(project / "link.yaml"))


def test_other_links_and_files_are_recipes(project: Path) -> None:
    (project / "link.yaml").symlink_to("runs/today/recipe.yaml")
    refuse_escape(str(project / "link.yaml"))
    refuse_escape(str(project / "runs/today/recipe.yaml"))
    (project.parent / "loose.yaml").symlink_to("project/runs/today/recipe.yaml")
    refuse_escape(str(project.parent / "loose.yaml"))


def test_after_as_many_references_as_the_limit_nothing_is_found(project: Path) -> None:
    recipe = str(project / "runs" / "today" / "recipe.yaml")
    workspace = Workspace.around(recipe, LIMITS._replace(references=2))
    found = [workspace.find("ds/zero3.json", recipe) is not None for _ in range(5)]
    assert (found, workspace.exhausted) == ([True, True, False, False, False], True)
    workspace.begin()
    assert workspace.find("ds/zero3.json", recipe) is not None


def test_a_file_of_the_same_name_is_found_anywhere_in_the_project(project: Path) -> None:
    workspace = Workspace(str(project))
    assert workspace.namesake("elsewhere/zero3.json") == os.path.join("ds", "zero3.json")
    assert workspace.namesake("missing.json") is None
    assert workspace.listed
