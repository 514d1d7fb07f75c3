"""`recipelint init`: a project gets settings, a pre-commit hook and a CI job."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import click

from recipelint import atomic
from recipelint.cli import init_files
from recipelint.cli.output import emit
from recipelint.cli.status import OK
from recipelint.dialects import recognise
from recipelint.document import read
from recipelint.errors import UseError
from recipelint.project import Project
from recipelint.reporters.sanitize import line, visible
from recipelint.settings import Settings
from recipelint.settings.discovery import project_root

_MOST_FOLDERS = 8
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _File:
    """A file to write; `instead` is what to do by hand where another one is there already."""

    path: str
    text: str
    instead: str


@click.command("init")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False))
def command(folder: str) -> int:
    """Set up FOLDER (the current one): find its recipes, write settings, a hook and a CI job.

    Hook and CI job are those of the whole repository. Nothing that exists is changed: for a file
    that is there already it says what to add by hand. Exit status: 0, or 2 if a file cannot be
    written.
    """
    project = Project(Settings())
    recipes = _recipes(project, folder)
    emit(line(f"Found {_counts(recipes)}.") + "\n")
    root = os.path.relpath(project_root(os.path.realpath(folder)))
    held = project.file(folder)
    if held is not None:
        emit(line(f"  kept     {visible(held.path)}") + "\n")
    else:
        text = init_files.settings(_counts(recipes))
        emit(_put(folder, _File(os.path.join(folder, "recipelint.toml"), text, "")))
    for file in _gates(root, _places(root, recipes)):
        emit(_put(root, file))
    emit(_next(root))
    return OK


def _next(root: str) -> str:
    """What to do after that."""
    if os.path.lexists(os.path.join(root, ".git")):
        return "Next: `recipelint check`, and `pre-commit install` to check every commit.\n"
    return "Next: `recipelint check`\n"


def _recipes(project: Project, folder: str) -> dict[str, str]:
    """The recipes in a folder and the names of their dialects. Raises UseError."""
    found: dict[str, str] = {}
    for path in project.files([folder]):
        try:
            dialect = recognise(read(path, path))
        except OSError:
            continue  # `check` will say so
        if dialect is not None:
            found[path] = dialect.name
    return found


def _counts(recipes: dict[str, str]) -> str:
    counted = Counter(recipes.values()).most_common()
    noun = "recipe" if len(recipes) == 1 else "recipes"
    listed = ", ".join(f"{number} {name}" for name, number in counted)
    return f"{len(recipes)} {noun} ({listed})" if recipes else "no recipe yet"


def _places(root: str, recipes: dict[str, str]) -> list[str]:
    """The folders that hold the recipes, for a command line; `.` where they are many or odd."""
    parents = {os.path.relpath(os.path.dirname(path) or ".", root) for path in recipes}
    tops = sorted({parent.split(os.sep)[0] for parent in parents})
    plain = all(top.replace("-", "").replace("_", "").isalnum() and top[0] != "-" for top in tops)
    return tops if tops and plain and len(tops) <= _MOST_FOLDERS else ["."]


def _gates(root: str, places: list[str]) -> Iterator[_File]:
    """What checks every commit and every push; the job is for the service that the project uses."""
    path = os.path.join(root, ".pre-commit-config.yaml")
    yield _File(path, init_files.pre_commit(), f"add to `repos:`\n{init_files.hook()}")
    gitlab = os.path.join(root, ".gitlab-ci.yml")
    job = init_files.gitlab(places)
    if os.path.lexists(gitlab) or "gitlab" in _text(os.path.join(root, ".git", "config")):
        yield _File(gitlab, job, f"add the job\n{job}")
    else:
        path = os.path.join(root, ".github", "workflows", "recipelint.yml")
        step = init_files.step(places)
        yield _File(path, init_files.workflow(places), f"add to `steps:`\n{step}")


def _text(path: str) -> str:
    """The beginning of a file; nothing of one that is missing or no regular file."""
    if not os.path.isfile(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read(_MOST_BYTES)


def _put(inside: str, file: _File) -> str:
    """Write a file if there is none; what to say about it. Raises UseError."""
    shown = visible(os.path.normpath(file.path))
    try:
        _make_folder(os.path.dirname(file.path) or ".", inside)
        atomic.create(file.path, file.text.encode())
    except FileExistsError:
        if init_files.MARK in _text(file.path):
            return f"  kept     {shown}\n"
        advice = file.instead.rstrip("\n").replace("\n", "\n    ")
        return f"  kept     {shown}: {advice}\n"
    except OSError as error:
        raise UseError(f"cannot write {shown}: {error.strerror or error}") from None
    return f"  wrote    {shown}\n"


def _make_folder(path: str, inside: str) -> None:
    """Make a folder; links that lead out of the project are not followed. Raises OSError."""
    root = project_root(os.path.realpath(inside))
    if os.path.commonpath([os.path.realpath(path), root]) != root:
        raise OSError(f"{path} leads out of the project")
    os.makedirs(path, exist_ok=True)
