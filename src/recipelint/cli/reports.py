"""Where the reports of a run go: one on standard output or in its place, any number in files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import NamedTuple

from recipelint.cli.hints import did_you_mean
from recipelint.cli.output import save
from recipelint.cli.run import Run
from recipelint.errors import UseError
from recipelint.linter import Report
from recipelint.recipe.facts import Recipe
from recipelint.reporters import FORMATS, get
from recipelint.reporters.options import Options

MOST_RECIPES = 200
"""Recipes that are told in full; a page of more is too large to read."""
_NAMED = r"(?s)([A-Za-z][\w-]*)=(.+)"
_IN_FULL = "html"


class Target(NamedTuple):
    """A file to write a report to; `format_name` is None for the format of the run."""

    format_name: str | None
    path: str


def targets(values: Iterable[str]) -> list[Target]:
    """What `--output-file` asks for: `FILE` or `FORMAT=FILE`. Raises UseError."""
    found = [_target(value) for value in values]
    places = [os.path.realpath(target.path) for target in found]
    if len(set(places)) < len(places):
        raise UseError("--output-file: two reports would go into the same file")
    if sum(target.format_name is None for target in found) > 1:
        raise UseError("--output-file: several files need their formats: FORMAT=FILE")
    return found


def _target(value: str) -> Target:
    named = re.fullmatch(_NAMED, value)
    if named is None:
        return Target(None, value)
    name, path = named.groups()
    if name not in FORMATS:
        hint = did_you_mean(name, FORMATS)
        raise UseError(
            f"--output-file: there is no format `{name}`{hint} (a file of that name is ./{value})"
        )
    return Target(name, path)


def write(wanted: Iterable[Target], chosen: str, report: Report, options: Options) -> None:
    """Write the reports that go into files. Raises UseError."""
    for target in wanted:
        save(target.path, get(target.format_name or chosen)(report, options))


def needs_recipes(wanted: Iterable[Target], chosen: str) -> bool:
    """Whether a format tells recipes in full, which takes another look at each."""
    return chosen == _IN_FULL or any(target.format_name == _IN_FULL for target in wanted)


def recipes(run: Run, report: Report, checked: Iterable[str]) -> dict[str, Recipe]:
    """The recipes of the files that were checked, those with findings first.

    Standard input has been read and is not among them.
    """
    with_findings = {finding.path for finding in report.findings}
    places = {os.path.realpath(path) for path in checked}
    found: dict[str, Recipe] = {}
    for name in sorted(report.names, key=lambda name: name not in with_findings):
        if len(found) == MOST_RECIPES:
            break
        if os.path.realpath(name) not in places:
            continue
        try:
            recipe = run.project.linter(name).recipe(name)
        except OSError:
            continue  # it has gone since it was checked
        if recipe is not None:
            found[name] = recipe
    return found
