"""`recipelint check`: the linter on files, folders and standard input."""

from __future__ import annotations

import os

import click

from recipelint.cli.group import FOUND, OK, WRONG_USE, SectionedCommand
from recipelint.cli.options import (
    given,
    known_dialect,
    metrics_option,
    names,
    one_recipe,
    recipe_options,
    rules_option,
)
from recipelint.cli.output import columns, emit, is_terminal, save, wants_color
from recipelint.cli.progress import watched
from recipelint.cli.project_options import (
    SELECTION,
    SETTINGS,
    errors_of_use,
    make_project,
    project_options,
    require_existing,
)
from recipelint.cli.reports import Target, needs_recipes, recipes, targets, write
from recipelint.cli.run import Run
from recipelint.cli.source import STDIN
from recipelint.findings import Severity
from recipelint.linter import Report
from recipelint.reporters import FORMATS, get
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import line, visible
from recipelint.reporters.summary import sentence
from recipelint.settings import Settings

_BRIEF = ("text", "concise", "github")
"""Formats that only count the rules that were not assessed."""
_SELF_EXPLAINING = ("text", "json", "sarif", "markdown", "html", "statistics")
"""Formats that say how much was found themselves; the others leave it to standard error."""


_SECTIONS = {
    "Which rules": SELECTION,
    "Settings": (*SETTINGS, "baseline"),
    "What is known beside the files": (
        "model_config",
        "gpus",
        "metrics",
        "dialect",
        "stdin_filename",
    ),
    "Fixes": ("fix", "unsafe_fixes", "diff"),
    "Speed": ("jobs", "no_cache"),
    "Report": ("format_name", "output_files", "statistics", "color", "verbose", "quiet"),
    "Exit status": ("fail_on", "require_recipes"),
}


@click.command("check", cls=SectionedCommand, sections=_SECTIONS)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option(
    "--format",
    "format_name",
    type=click.Choice([name for name in FORMATS if name != "statistics"]),
    help="How to print findings.  [default: text]",
)
@click.option(
    "--output-file",
    "output_files",
    metavar="[FORMAT=]FILE",
    multiple=True,
    help="Write the report there; with a FORMAT, in that format beside what is printed. "
    "Repeatable.",
)
@project_options
@rules_option
@click.option("--baseline", metavar="FILE", help="Findings that are known and not to be shown.")
@click.option("--fix", is_flag=True, help="Make the fixes that cannot change a correct run.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: make the others as well.")
@click.option("--diff", is_flag=True, help="Show the fixes as a patch and make none.")
@click.option(
    "--fail-on",
    type=click.Choice([*(s.value for s in Severity), "never"]),
    help="Exit with 1 from this severity on.  [default: error]",
)
@click.option("--require-recipes", is_flag=True, help="Exit with 1 if no recipe is found.")
@recipe_options
@metrics_option
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    help="Check with N processes.  [default: as many as pay]",
)
@click.option("--no-cache", is_flag=True, help="Check anew, and keep nothing for later runs.")
@click.option("--stdin-filename", metavar="NAME", help="What standard input (-) is called.")
@click.option("--statistics", is_flag=True, help="Count findings by rule instead.")
@click.option("-v", "--verbose", is_flag=True, help="List the rules that lacked facts, too.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings and nothing else.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="auto heeds NO_COLOR and FORCE_COLOR.",
)
def command(
    paths: tuple[str, ...],
    format_name: str | None,
    output_files: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    profile: str | None,
    config: str | None,
    isolated: bool,
    rule_folders: tuple[str, ...],
    baseline: str | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    fail_on: str | None,
    require_recipes: bool,
    dialect: str | None,
    gpus: str | None,
    model_config: str | None,
    metrics: str | None,
    jobs: int | None,
    no_cache: bool,
    stdin_filename: str | None,
    statistics: bool,
    verbose: bool,
    quiet: bool,
    color: str,
) -> int:
    """Check recipes: files, folders, or standard input (`-`).

    Without a PATH the current folder is checked. Files that are no recipe are passed over. RULES
    are ids (OPT001), beginnings of ids (OPT), names, categories or ALL, separated by commas.
    Settings stand in the nearest .recipelint.yaml, recipelint.toml or pyproject.toml; the command
    line wins over them.

    Exit status: 0 if nothing reaches --fail-on, 1 if something does (with --diff: if there is
    something to fix), 2 if the command line, the settings or a rule file is wrong, or a file
    cannot be written.
    """
    _require_sense(paths, fix, unsafe_fixes, diff, statistics, format_name)
    files = targets(output_files)
    instead = any(target.format_name is None for target in files)
    own = Settings(
        select=names(select),
        extend_select=names(extend_select),
        ignore=names(ignore),
        profile=profile,
        dialect=known_dialect(dialect),
        given=given(gpus, model_config),
        rule_folders=rule_folders,
        baseline=baseline,
        fail_on=fail_on,
        output_format=format_name,
        require_recipes=require_recipes,
        metrics=one_recipe(metrics, paths),
        cache=not no_cache,
    )
    run = Run(make_project(own, config, isolated), stdin_filename, jobs=jobs)
    if not quiet:
        run.watch = watched
    searched = paths or (".",)
    settings = run.settings(searched)
    brief = (settings.output_format or "text") in _BRIEF
    run.brief = brief and not verbose and not files
    if diff:
        return _show_patch(run, searched, unsafe_fixes, files, quiet)
    report, failed = _check(run, searched, fix, unsafe_fixes, quiet)
    notes = _leave_known(run, report, settings.baseline)
    chosen = "statistics" if statistics else settings.output_format or "text"
    options = Options(
        width=columns(),
        verbose=verbose,
        rules=run.project.selected,
        summary=not quiet,
        fail_on=settings.fail_on or "error",
        recipes=recipes(run, report) if needs_recipes(files, chosen) else {},
    )
    write(files, chosen, report, options)
    if not instead:
        links = color != "never" and is_terminal()
        printed = options._replace(color=wants_color(color), hyperlinks=links)
        emit(get(chosen)(report, printed))
    if not quiet:
        _say(notes)
        _remark(report, chosen, paths, instead)
    if failed:
        return WRONG_USE
    return _status(report, settings.fail_on or "error", settings.require_recipes)


def _require_sense(
    paths: tuple[str, ...],
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    statistics: bool,
    format_name: str | None,
) -> None:
    """Refuse options that contradict each other, and paths that are not there."""
    if statistics and format_name not in (None, "text", "concise"):
        raise click.UsageError(f"--statistics does not go with --format {format_name}")
    if fix and diff:
        raise click.UsageError("--fix does not go with --diff")
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    if (fix or diff) and STDIN in paths:
        raise click.UsageError("standard input cannot be fixed")
    require_existing(paths, STDIN)


def _check(
    run: Run, paths: tuple[str, ...], fix: bool, unsafe: bool, quiet: bool
) -> tuple[Report, bool]:
    """The report, after fixes where they are wanted, and whether a file could not be written."""
    if not fix:
        return run.check(paths), False
    from recipelint.cli.fixing import fix_files, remarks

    with errors_of_use():
        report, done = fix_files(run, paths, unsafe)
    _say([*done.problems] if quiet else list(remarks(done, report, "fixed", unsafe)))
    return report, bool(done.problems)


def _show_patch(
    run: Run, paths: tuple[str, ...], unsafe: bool, files: list[Target], quiet: bool
) -> int:
    """Print what fixes would change; to a file without the escapes that a terminal needs."""
    if any(target.format_name is not None for target in files):
        raise click.UsageError("a patch has no format: --diff --output-file FILE")
    from recipelint.cli.fixing import harmless, preview, remarks

    with errors_of_use():
        report, done = preview(run, paths, unsafe)
    if not files:
        emit(harmless(done.patch()))
    for target in files:
        save(target.path, done.patch())
    if not quiet:
        _say(list(remarks(done, report, "would fix", unsafe)))
    return FOUND if done.changed else OK


def _leave_known(run: Run, report: Report, path: str | None) -> list[str]:
    """Take known findings out of the report; what to say about it."""
    if path is None:
        return []
    from recipelint.filters.baseline import load

    with errors_of_use():
        try:
            baseline = load(path)
        except FileNotFoundError:
            raise click.ClickException(
                f"there is no baseline {path}; `recipelint baseline` writes one"
            ) from None
        stale = run.without_known(report, baseline)
    shown = os.path.relpath(path)
    notes = []
    if report.known:
        were = "finding is" if report.known == 1 else "findings are"
        notes.append(f"{report.known} known {were} not shown ({shown})")
    if stale:
        count = "1 entry" if stale == 1 else f"{stale} entries"
        notes.append(f"{count} of {shown} out of date: `recipelint baseline --prune`")
    return notes


def _say(notes: list[str]) -> None:
    for note in notes:
        click.echo(line(f"recipelint: {visible(note)}"), err=True)


def _remark(report: Report, chosen: str, paths: tuple[str, ...], instead: bool) -> None:
    """Say on standard error what the report itself does not say."""
    if chosen not in _SELF_EXPLAINING or instead:
        click.echo(sentence(report), err=True)
    if report.recipes == 0:
        searched = ", ".join(visible(path) for path in paths) or "the current folder"
        click.echo(line(f"recipelint: no recipe found in {searched}"), err=True)


def _status(report: Report, fail_on: str, require_recipes: bool) -> int:
    if require_recipes and report.recipes == 0:
        return FOUND
    if fail_on == "never":
        return OK
    return FOUND if report.worst >= Severity(fail_on).rank else OK
