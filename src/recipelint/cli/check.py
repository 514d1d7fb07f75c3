"""`recipelint check`: its command line. What it does stands in `checking`."""

from __future__ import annotations

import click

from recipelint.cli import completion
from recipelint.cli.checking import Request, check
from recipelint.cli.group import SectionedCommand
from recipelint.cli.options import (
    color_option,
    known,
    known_dialect,
    metrics_option,
    names,
    one_recipe,
    recipe_options,
    rules_option,
)
from recipelint.cli.project_options import SELECTION, SETTINGS, project_options
from recipelint.findings import Severity
from recipelint.reporters import FORMATS
from recipelint.settings import Settings

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
    shell_complete=completion.reports,
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
@color_option
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
    return check(
        Request(
            paths=paths,
            own=Settings(
                select=names(select),
                extend_select=names(extend_select),
                ignore=names(ignore),
                profile=profile,
                dialect=known_dialect(dialect),
                **known(gpus, model_config),
                rule_folders=rule_folders,
                baseline=baseline,
                fail_on=fail_on,
                output_format=format_name,
                require_recipes=require_recipes,
                metrics=one_recipe(metrics, paths),
                cache=not no_cache,
            ),
            config=config,
            isolated=isolated,
            output_files=output_files,
            fix=fix,
            unsafe_fixes=unsafe_fixes,
            diff=diff,
            jobs=jobs,
            stdin_filename=stdin_filename,
            statistics=statistics,
            verbose=verbose,
            quiet=quiet,
            color=color,
        )
    )
