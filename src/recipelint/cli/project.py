"""The project that a command line is about."""

from __future__ import annotations

import os

from recipelint.cli.source import STDIN, Source
from recipelint.errors import UseError
from recipelint.linter import Linter
from recipelint.project import Project
from recipelint.settings import Settings
from recipelint.settings.discovery import load


def make_project(own: Settings, config: str | None, isolated: bool) -> Project:
    """A project with these settings over those of files. Raises UseError."""
    if config is not None and isolated:
        raise UseError("--config does not go with --isolated")
    fixed = load(config) if config is not None else None
    if config is not None and fixed is None:
        raise UseError(f"--config: {config} holds no settings")
    return Project(own, fixed, isolated)


def linter_for(file: str, read: Source, project: Project) -> Linter:
    """The linter for a file that was read, or for standard input. Raises UseError."""
    return project.linter(read.location if file == STDIN else file)


def linter_here(own: Settings, config: str | None, isolated: bool) -> Linter:
    """The linter for recipes of the current folder. Raises UseError."""
    return make_project(own, config, isolated).linter(os.path.join(os.getcwd(), "recipe.yaml"))


def require_existing(paths: tuple[str, ...], stdin: str) -> None:
    """Raise UseError for the first path that is not there."""
    for path in paths:
        if path != stdin and not os.path.exists(path):
            raise UseError(f"{path}: there is no such file or folder")
