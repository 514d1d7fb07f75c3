"""What `recipelint check` does, once its command line is understood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from recipelint.cli.output import columns, emit, save
from recipelint.cli.progress import watched
from recipelint.cli.project import make_project, require_existing
from recipelint.cli.reports import Target, targets
from recipelint.cli.run import Run
from recipelint.cli.source import STDIN
from recipelint.cli.status import FOUND, OK, WRONG_USE, say
from recipelint.cli.telling import Telling
from recipelint.errors import UseError
from recipelint.findings import Severity
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible
from recipelint.reporters.summary import Tally
from recipelint.settings import Settings

if TYPE_CHECKING:
    from recipelint.cli.known import Known

_BRIEF = ("text", "concise", "github")
"""Formats that only count the rules that were not assessed."""
_SELF_EXPLAINING = ("text", "json", "sarif", "markdown", "html", "statistics")
"""Formats that say how much was found themselves; the others leave it to standard error."""


class Request(NamedTuple):
    """What a command line asks for. `own` are the settings that lie over those of files."""

    paths: tuple[str, ...]
    own: Settings
    config: str | None = None
    isolated: bool = False
    output_files: tuple[str, ...] = ()
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    jobs: int | None = None
    stdin_filename: str | None = None
    statistics: bool = False
    verbose: bool = False
    quiet: bool = False
    color: str = "auto"


def check(wanted: Request) -> int:
    """Check, report, and return the exit status. Raises UseError for what makes no sense."""
    _require_sense(wanted)
    files = targets(wanted.output_files)
    project = make_project(wanted.own, wanted.config, wanted.isolated)
    run = Run(project, wanted.stdin_filename, jobs=wanted.jobs)
    if not wanted.quiet:
        run.watch = watched
    searched = wanted.paths or (".",)
    settings = run.settings(searched)
    if wanted.diff:
        return _show_patch(run, searched, wanted.unsafe_fixes, files, wanted.quiet)
    chosen = "statistics" if wanted.statistics else settings.output_format or "text"
    run.brief = chosen in _BRIEF and not wanted.verbose and not files
    known = _known(settings.baseline, run)
    problems: list[str] = []
    parts = _fixed(run, searched, wanted, problems) if wanted.fix else run.parts(searched)
    options = Options(
        width=columns(),
        verbose=wanted.verbose,
        summary=not wanted.quiet,
        fail_on=settings.fail_on or "error",
    )
    telling = Telling(chosen, files, options, wanted.color)
    tally = telling.tell(known.less(parts) if known else parts, run)
    if not wanted.quiet:
        _say(known.notes() if known else [])
        _remark(tally, chosen, wanted.paths, telling.instead)
    if problems:
        return WRONG_USE
    return _status(tally, options.fail_on, settings.require_recipes)


def _require_sense(wanted: Request) -> None:
    """Refuse options that contradict each other, and paths that are not there."""
    chosen = wanted.own.output_format
    if wanted.statistics and chosen not in (None, "text", "concise"):
        raise UseError(f"--statistics does not go with --format {chosen}")
    if wanted.fix and wanted.diff:
        raise UseError("--fix does not go with --diff")
    changing = wanted.fix or wanted.diff
    if wanted.unsafe_fixes and not changing:
        raise UseError("--unsafe-fixes goes with --fix or --diff")
    if changing and STDIN in wanted.paths:
        raise UseError("standard input cannot be fixed")
    require_existing(wanted.paths, STDIN)


def _known(baseline: str | None, run: Run) -> Known | None:
    if baseline is None:
        return None
    from recipelint.cli.known import Known

    return Known(baseline, run)


def _fixed(
    run: Run, paths: tuple[str, ...], wanted: Request, problems: list[str]
) -> Iterator[Report]:
    """The report after fixes; `problems` get what could not be written."""
    from recipelint.cli.fixing import fix_files, remarks

    report, done = fix_files(run, paths, wanted.unsafe_fixes)
    problems += done.problems
    _say(problems if wanted.quiet else remarks(done, report, "fixed", wanted.unsafe_fixes))
    yield report


def _show_patch(
    run: Run, paths: tuple[str, ...], unsafe: bool, files: list[Target], quiet: bool
) -> int:
    """Print what fixes would change; to a file without the escapes that a terminal needs."""
    if any(target.format_name is not None for target in files):
        raise UseError("a patch has no format: --diff --output-file FILE")
    from recipelint.cli.fixing import harmless, preview, remarks

    report, done = preview(run, paths, unsafe)
    if not files:
        emit(harmless(done.patch()))
    for target in files:
        save(target.path, done.patch())
    if not quiet:
        _say(remarks(done, report, "would fix", unsafe))
    return FOUND if done.changed else OK


def _say(notes: Iterable[str]) -> None:
    for note in notes:
        say(f"recipelint: {note}")


def _remark(tally: Tally, chosen: str, paths: tuple[str, ...], instead: bool) -> None:
    """Say on standard error what the report itself does not say."""
    if chosen not in _SELF_EXPLAINING or instead:
        say(tally.sentence())
    if tally.recipes == 0:
        searched = ", ".join(visible(path) for path in paths) or "the current folder"
        say(f"recipelint: no recipe found in {searched}")


def _status(tally: Tally, fail_on: str, require_recipes: bool) -> int:
    if require_recipes and tally.recipes == 0:
        return FOUND
    if fail_on == "never":
        return OK
    return FOUND if tally.worst >= Severity(fail_on).rank else OK
