"""`recipelint baseline`: what is found now becomes known."""

from __future__ import annotations

import os

import click

from recipelint import atomic
from recipelint.cli.group import SectionedCommand
from recipelint.cli.options import known, known_dialect, names, recipe_options, rules_option
from recipelint.cli.output import emit
from recipelint.cli.project import make_project, require_existing
from recipelint.cli.project_options import SELECTION, SETTINGS, project_options
from recipelint.cli.run import Run
from recipelint.cli.status import OK
from recipelint.filters.baseline import DEFAULT_NAME, Baseline, folder_of, load
from recipelint.reporters.sanitize import line, visible
from recipelint.settings import Settings

_SECTIONS = {
    "Which rules": SELECTION,
    "Settings": SETTINGS,
    "What is known beside the files": ("model_config", "gpus", "dialect"),
    "Baseline": ("baseline", "prune"),
}


@click.command("baseline", cls=SectionedCommand, sections=_SECTIONS)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@project_options
@rules_option
@recipe_options
@click.option(
    "--baseline", metavar="FILE", help=f"Where to write.  [default: the settings', {DEFAULT_NAME}]"
)
@click.option("--prune", is_flag=True, help="Only take out entries that are out of date.")
def command(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    profile: str | None,
    config: str | None,
    isolated: bool,
    rule_folders: tuple[str, ...],
    dialect: str | None,
    gpus: str | None,
    model_config: str | None,
    baseline: str | None,
    prune: bool,
) -> int:
    """Write what is found now to a baseline, so that `recipelint check` shows new findings only.

    A finding is known by its rule, its file, its key and its value, not by its line. Entries for
    files that are not checked are kept. Exit status: 0, or 2 if the baseline cannot be written.
    """
    require_existing(paths, "")
    own = Settings(
        select=names(select),
        extend_select=names(extend_select),
        ignore=names(ignore),
        profile=profile,
        dialect=known_dialect(dialect),
        rule_folders=rule_folders,
        baseline=baseline,
        **known(gpus, model_config),
    )
    run = Run(make_project(own, config, isolated))
    searched = paths or (".",)
    path = run.settings(searched).baseline
    target = path or DEFAULT_NAME
    held = _held(target)
    checked: list[str] = []
    run.listeners.append(checked.append)
    report = run.check(searched)
    if prune:
        _, unmet = held.split(report.findings, report.sources)
        new = held.without(held.stale(unmet, checked, run.project.ran))
    else:
        new = held.renewed(report.findings, report.sources, checked)
    _write(target, new)
    _say(target, held, new)
    if path is None:
        emit(f'Name it in the settings: baseline = "{DEFAULT_NAME}"\n')
    return OK


def _held(path: str) -> Baseline:
    """The baseline as it is, an empty one if there is none. Raises BaselineError."""
    return load(path) if os.path.lexists(path) else Baseline(folder_of(path))


def _write(path: str, baseline: Baseline) -> None:
    try:
        atomic.write(path, baseline.dumps().encode())
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None


def _say(path: str, held: Baseline, new: Baseline) -> None:
    added, gone = (new.entries - held.entries).total(), (held.entries - new.entries).total()
    total = new.entries.total()
    noun = "finding" if total == 1 else "findings"
    shown = visible(os.path.relpath(path))
    emit(line(f"{shown}: {total} {noun} ({added} new, {gone} no longer there)") + "\n")
