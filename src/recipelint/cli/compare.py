"""`recipelint compare`: two recipes side by side."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import click

from recipelint.catalog import reports
from recipelint.cli import compare_blocks, compare_json, compare_markdown, compare_text
from recipelint.cli.group import SectionedCommand
from recipelint.cli.hints import did_you_mean
from recipelint.cli.options import color_option, known, known_dialect
from recipelint.cli.output import columns, emit, is_terminal, wants_color
from recipelint.cli.project import linter_for, make_project
from recipelint.cli.project_options import SETTINGS, settings_options
from recipelint.cli.source import STDIN, Source, source
from recipelint.cli.status import FOUND, OK
from recipelint.cli.table import table
from recipelint.comparison import Comparison, Relation, Side, cited, compare, judged, pair_up
from recipelint.errors import UseError
from recipelint.linter import Linter
from recipelint.reporters.style import Style
from recipelint.settings import Settings

_SECTIONS = {
    "What is compared": ("phase", "all_facts", "list_reports"),
    "What is known beside the files": ("dialects", "gpus", "model_configs", "stdin_filename"),
    "Settings": SETTINGS,
    "Output": ("format_name", "color", "exit_code"),
}
_SIDES = ("A", "B")
_OF_FILES = ("dialect", "given", "dialects", "versions", "models", "per_file_ignores")
"""Settings that speak of a project's own recipes."""
_ENDINGS = (".yaml", ".yml", ".json", ".toml")


@click.command("compare", cls=SectionedCommand, sections=_SECTIONS)
@click.argument("recipes", nargs=-1, metavar="A B", type=click.Path())
@click.option(
    "--phase",
    metavar="NAME[:NAME]",
    help="The phase to compare, by name or stage; A:B where they differ.  [default: the first "
    "of a stage that both have]",
)
@click.option("--all", "all_facts", is_flag=True, help="Also show what is equal or one-sided.")
@click.option("--list", "list_reports", is_flag=True, help="List the reports and exit.")
@click.option(
    "--dialect",
    "dialects",
    metavar="[A=|B=]NAME",
    multiple=True,
    help="Read the file in this dialect instead of recognising it.",
)
@click.option(
    "--gpus",
    metavar="[A=|B=]NxGPU",
    multiple=True,
    help="The cluster, e.g. 8xH100-80GB: nothing in a recipe says it.",
)
@click.option(
    "--model-config",
    "model_configs",
    metavar="[A=|B=]FILE",
    multiple=True,
    help="The model's config.json, for recipes that only name the model.",
)
@click.option("--stdin-filename", metavar="NAME", help="What standard input (-) is called.")
@settings_options
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print it.",
)
@color_option
@click.option("--exit-code", is_flag=True, help="Exit with 1 if a fact differs.")
def command(
    recipes: tuple[str, ...],
    phase: str | None,
    all_facts: bool,
    list_reports: bool,
    dialects: tuple[str, ...],
    gpus: tuple[str, ...],
    model_configs: tuple[str, ...],
    stdin_filename: str | None,
    config: str | None,
    isolated: bool,
    format_name: str,
    color: str,
    exit_code: bool,
) -> int:
    """Show how recipe A differs from recipe B: facts, estimates, and the rules that react.

    A and B are files of any dialects, or published reports by name: `recipelint compare mine.yaml
    kimi-k2`. An option without `A=` or `B=` holds for each that is a file. Exit status: 0.
    """
    if list_reports:
        rows = [(name, reports.title(name)) for name in reports.names()]
        emit("\n".join(table(rows, columns())) + "\n")
        return OK
    left, right = _two(recipes)
    asked = _Asked(dialects, gpus, model_configs, stdin_filename, config, isolated)
    if left.report and right.report:
        _require_letters((*dialects, *gpus, *model_configs))
    a, b = asked.side(left, "A"), asked.side(right, "B")
    found = compare(a, b, pair_up(a.recipe, b.recipe, phase))
    emit(_rendered(found, format_name, color, all_facts))
    return FOUND if exit_code and found.count()[Relation.DIFFERS] else OK


class _Named(NamedTuple):
    """A recipe as the command line names it: the path of a file, or of a report."""

    path: str
    report: str | None


def _two(recipes: tuple[str, ...]) -> tuple[_Named, _Named]:
    if len(recipes) != len(_SIDES):
        raise UseError("compare takes two recipes: A and B, files or names of reports (--list)")
    left, right = recipes
    if left == right == STDIN:
        raise UseError("only one of the recipes can be standard input")
    return _named(left), _named(right)


def _named(name: str) -> _Named:
    """The file or the report that is called so. Raises UseError with a suggestion."""
    if name == STDIN or (os.path.exists(name) and not os.path.isdir(name)):
        return _Named(name, None)
    report = reports.find(name)
    if report is not None:
        return _Named(reports.path(report), report)
    if os.path.isdir(name):
        raise UseError(f"{name} is a folder; compare takes one recipe on each side")
    if os.sep in name or name.endswith(_ENDINGS):
        raise UseError(f"{name}: there is no such file")
    hint = did_you_mean(name.lower(), reports.names())
    hint = hint or f"; the reports are {', '.join(reports.names())}"
    raise UseError(f"there is no file and no report `{name}`{hint}")


def _require_letters(values: Iterable[str]) -> None:
    """Raise UseError for a value that holds for files, where there are none."""
    for value in values:
        if value.partition("=")[0] not in _SIDES:
            raise UseError(f"`{value}` goes with files; for a report say A={value} or B={value}")


def _rendered(found: Comparison, format_name: str, color: str, everything: bool) -> str:
    if format_name == "json":
        return compare_json.render(found, everything)
    sections = compare_blocks.sections(found, everything)
    if format_name == "markdown":
        return compare_markdown.render(found, sections, everything)
    style = Style(wants_color(color), hyperlinks=color != "never" and is_terminal())
    return compare_text.render(found, sections, everything, style, columns())


class _Asked(NamedTuple):
    """What the command line says about the files; see `_for`."""

    dialects: Sequence[str]
    gpus: Sequence[str]
    model_configs: Sequence[str]
    stdin_filename: str | None
    config: str | None
    isolated: bool

    def side(self, named: _Named, letter: str) -> Side:
        """Read A or B. Raises UseError if it is no recipe."""
        settings = self._settings(letter, named.report is not None)
        read = source(named.path, self.stdin_filename)
        side = judged(self._linter(named, read, settings), *read)
        if side is None:
            reason = "cannot be parsed" if read.document.broken else "is no recipe"
            raise UseError(f"{named.path} {reason}; `recipelint check {named.path}` may say more")
        if named.report is None:
            return side
        return replace(side, title=reports.title(named.report), sources=cited(read.document))

    def _linter(self, named: _Named, read: Source, settings: Settings) -> Linter:
        """The linter of a file's project.

        A report has the rules of the project in the working directory, and nothing of what that
        says about its own files.
        """
        project = make_project(settings, self.config, self.isolated)
        if named.report is None:
            return linter_for(named.path, read, project)
        here = project.linter(os.path.join(os.getcwd(), os.path.basename(named.path)))
        kept = {name: getattr(settings, name) for name in _OF_FILES}
        return Linter(here.settings._replace(**kept), here.rules)

    def _settings(self, letter: str, of_report: bool) -> Settings:
        dialect = _for(self.dialects, letter, of_report)
        gpus = _for(self.gpus, letter, of_report)
        model = _for(self.model_configs, letter, of_report)
        return Settings(dialect=known_dialect(dialect), **known(gpus, model))


def _for(values: Sequence[str], letter: str, of_report: bool) -> str | None:
    """The last value that holds for a side: one that names it, or, for a file, one that is bare."""
    found = None
    for value in values:
        head, equals, rest = value.partition("=")
        if equals and head in _SIDES:
            found = rest if head == letter else found
        elif not of_report:
            found = value
    return found
