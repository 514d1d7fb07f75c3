"""The options that choose rules and settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from recipelint.cli import completion
from recipelint.engine.rules import PROFILES

F = TypeVar("F", bound=Callable[..., Any])


def _rules_option(name: str, said: str) -> Callable[[F], F]:
    return click.option(
        name, multiple=True, metavar="RULES", shell_complete=completion.rules, help=said
    )


profile_option = click.option(
    "--profile", type=click.Choice(PROFILES), help="Which rules run where none are selected."
)
_SELECTION_OPTIONS = (
    _rules_option("--select", "Run these rules only."),
    _rules_option("--extend-select", "Run these rules as well."),
    _rules_option("--ignore", "Leave these rules out."),
    profile_option,
)
_SETTINGS_OPTIONS = (
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
    function = settings_options(function)
    for option in reversed(_SELECTION_OPTIONS):
        function = option(function)
    return function


def settings_options(function: F) -> F:
    """The options that say which settings file holds."""
    for option in reversed(_SETTINGS_OPTIONS):
        function = option(function)
    return function
