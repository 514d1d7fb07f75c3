"""`recipelint init`: a project gets settings, a pre-commit hook and a CI workflow."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import click

from recipelint import __version__, atomic
from recipelint.cli.group import OK
from recipelint.cli.output import emit
from recipelint.cli.project_options import errors_of_use
from recipelint.dialects import recognise
from recipelint.document import read
from recipelint.project import Project
from recipelint.reporters.sanitize import line, visible
from recipelint.settings import Settings
from recipelint.settings.discovery import NAMES, project_root

_MOST_FOLDERS = 8
_HOOK = """\
  - repo: https://github.com/recipelint/recipelint
    rev: v{version}
    hooks:
      - id: recipelint
"""
_PRE_COMMIT = f"repos:\n{_HOOK}"
_WORKFLOW = """\
name: recipelint
on:
  push:
  pull_request:
permissions:
  contents: read
jobs:
  recipelint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install recipelint=={version}
      - run: recipelint check {paths} --format github --require-recipes
"""
_GITLAB = """\
recipelint:
  image: python:3.12-slim
  script:
    - python -m pip install recipelint=={version}
    - recipelint check {paths} --require-recipes
"""
_SETTINGS = """\
# recipelint: {found}
# Every setting: `recipelint schema settings`. The command line wins over this file.

# Fail from this severity on: error, warning, info or never.
fail-on = "error"

# Every suppression (`# recipelint: ignore[RULE] reason`) has to say why.
require-reason = true

# The cluster, which no recipe states; it makes the memory and layout rules speak.
# gpus = "8xH100-80GB"

# Rules to leave out, for everything and for some files (JSON has no comments).
# ignore = []
# [per-file-ignores]
# "legacy/**" = ["ALL"]
"""


@dataclass(frozen=True, slots=True)
class _File:
    """A file to write; `instead` is what to do by hand where it exists already."""

    name: str
    text: str
    instead: str


@click.command("init")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False))
def command(folder: str) -> int:
    """Set up FOLDER (the current one): find its recipes, write settings, a hook and a CI job.

    Nothing that exists is changed: for a file that is there already it says what to add by hand.
    Exit status: 0, or 2 if a file cannot be written.
    """
    recipes = _recipes(folder)
    emit(_overview(recipes))
    for file in _files(folder, recipes):
        emit(_put(folder, file))
    emit("Next: recipelint check\n")
    return OK


def _recipes(folder: str) -> dict[str, str]:
    """The recipes in a folder and the names of their dialects."""
    found: dict[str, str] = {}
    project = Project(Settings())
    with errors_of_use():
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


def _overview(recipes: dict[str, str]) -> str:
    return line(f"Found {_counts(recipes)}.") + "\n"


def _places(folder: str, recipes: dict[str, str]) -> str:
    """The folders that hold the recipes, for a command line; `.` where they are many or odd."""
    parents = {os.path.relpath(os.path.dirname(path) or ".", folder) for path in recipes}
    tops = sorted({parent.split(os.sep)[0] for parent in parents})
    plain = all(top.replace("-", "").replace("_", "").isalnum() and top[0] != "-" for top in tops)
    return " ".join(tops) if tops and plain and len(tops) <= _MOST_FOLDERS else "."


def _files(folder: str, recipes: dict[str, str]) -> Iterator[_File]:
    """What to write, in order."""
    words = {"version": __version__, "paths": _places(folder, recipes)}
    if not any(_has_settings(os.path.join(folder, name)) for name in NAMES):
        text = _SETTINGS.format(found=_counts(recipes))
        yield _File("recipelint.toml", text, "")
    hook = _HOOK.format(**words)
    yield _File(".pre-commit-config.yaml", _PRE_COMMIT.format(**words), f"add to `repos:`\n{hook}")
    if os.path.lexists(os.path.join(folder, ".gitlab-ci.yml")):
        job = _GITLAB.format(**words)
        yield _File(".gitlab-ci.yml", job, f"add the job\n{job}")
    else:
        steps = f"add the step `recipelint check {words['paths']} --format github`\n"
        yield _File(".github/workflows/recipelint.yml", _WORKFLOW.format(**words), steps)


def _has_settings(path: str) -> bool:
    """Whether a file is there and, if other tools use it too, speaks of recipelint."""
    if os.path.basename(path) != "pyproject.toml":
        return os.path.lexists(path)
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as stream:
        return b"[tool.recipelint" in stream.read()


def _put(folder: str, file: _File) -> str:
    """Write a file if there is none; what to say about it."""
    path = os.path.join(folder, *file.name.split("/"))
    shown = visible(os.path.normpath(path))
    try:
        _make_folder(os.path.dirname(path) or ".", folder)
        atomic.create(path, file.text.encode())
    except FileExistsError:
        advice = file.instead.rstrip("\n").replace("\n", "\n    ")
        return f"  kept     {shown}: {advice}\n"
    except OSError as error:
        raise click.ClickException(f"cannot write {shown}: {error.strerror or error}") from None
    return f"  wrote    {shown}\n"


def _make_folder(path: str, inside: str) -> None:
    """Make a folder; links that lead out of the project are not followed. Raises OSError."""
    root = project_root(os.path.realpath(inside))
    if os.path.commonpath([os.path.realpath(path), root]) != root:
        raise OSError(f"{path} leads out of the project")
    os.makedirs(path, exist_ok=True)
