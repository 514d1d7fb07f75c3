"""The options that choose rules and settings, and the project that they make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from recipelint.engine.rules import PROFILES
from recipelint.errors import UseError
from recipelint.project import Project
from recipelint.settings import Settings
from recipelint.settings.discovery import load

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--select", multiple=True, metavar="RULES", help="Run these rules only."),
    click.option(
        "--extend-select", multiple=True, metavar="RULES", help="Run these rules as well."
    ),
    click.option("--ignore", multiple=True, metavar="RULES", help="Leave these rules out."),
    click.option(
        "--profile", type=click.Choice(PROFILES), help="Which rules run where none are selected."
    ),
    click.option(
        "--config",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False),
        help="Use this settings file instead of the nearest one.",
    ),
    click.option("--isolated", is_flag=True, help="Use no settings file."),
)
SELECTION = ("select", "extend_select", "ignore", "profile", "rule_folders")
SETTINGS = ("config", "isolated")


def project_options(function: F) -> F:
    """The options of commands that check files by the project's settings."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def make_project(own: Settings, config: str | None, isolated: bool) -> Project:
    """A project with these settings over those of files. Raises ClickException."""
    if config is not None and isolated:
        raise click.UsageError("--config does not go with --isolated")
    with errors_of_use():
        fixed = load(config) if config is not None else None
    if config is not None and fixed is None:
        raise click.UsageError(f"--config: {config} holds no settings")
    return Project(own, fixed, isolated)


@contextmanager
def errors_of_use() -> Iterator[None]:
    """Turn what is wrong with settings, rules, selectors, baselines and logs into one line."""
    try:
        yield
    except UseError as error:
        raise click.ClickException(str(error)) from None


def require_existing(paths: tuple[str, ...], stdin: str) -> None:
    """Raise UsageError for the first path that is not there."""
    for path in paths:
        if path != stdin and not os.path.exists(path):
            raise click.UsageError(f"{path}: there is no such file or folder")
