"""The library: check files and text from Python."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from recipelint.linter import Linter, Report
from recipelint.settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import Executor

    Read = Callable[[str], bytes]

_PIECE = 16
"""Files that one task checks: long enough to pay for the way, short enough to share out."""
_AHEAD = 256
"""Tasks under way at most, which bounds memory: enough for some hundred workers."""


def lint_file(path: str | os.PathLike[str], settings: Settings | None = None) -> Report:
    """Check one file.

    Raises OSError if it cannot be read, RuleError for a wrong rule file, SelectionError for a
    selector that matches nothing. A recipe that cannot be parsed is a finding, not an error.
    """
    return Linter(settings).check_file(os.fspath(path))


def find_settings(path: str | os.PathLike[str]) -> Settings:
    """The settings of the project around a file or folder, defaults where it has none.

    The functions here use no settings file by themselves. Raises SettingsError for a wrong one;
    that its rules exist is judged when it is used.
    """
    from recipelint.project import Project

    return Project(Settings()).settings(os.path.realpath(path))


def lint_text(text: str, filename: str = "recipe.yaml", settings: Settings | None = None) -> Report:
    """Check text as if it stood in `filename`, whose ending says the format.

    Raises RuleError and SelectionError as `lint_file` does.
    """
    return Linter(settings).check_text(text, filename)


def lint_many(
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings | None = None,
    executor: Executor | None = None,
    read: Read | None = None,
) -> Iterator[Report]:
    """Check many files: one report for each path, in their order, as soon as it is there.

    `paths` is read as the work proceeds and nothing is kept, so memory does not grow with the
    number of files. `executor` is any `concurrent.futures.Executor`; `settings` and `read` are
    sent to its workers by pickle. `read` returns the bytes of a path, for files that are not on
    this machine (`fs.cat_file` of an fsspec filesystem); files that such a recipe refers to are
    not opened.

    A file that cannot be read has a report with that as its finding (see `Report.unread`). A task
    whose worker dies is done again here. Raises RuleError, SelectionError and SettingsError
    before the first report.
    """
    _linter(settings)
    check = partial(_check_piece, settings=settings, read=read)
    tasks = _pieces(os.fspath(path) for path in paths)
    if executor is None:
        return (report for task in tasks for report in check(task))
    return _spread(executor, check, tasks)


def _pieces(names: Iterable[str]) -> Iterator[list[str]]:
    from recipelint.parallel import pieces

    return pieces(names, _PIECE)


def _spread(
    executor: Executor, check: Callable[[list[str]], list[Report]], tasks: Iterable[list[str]]
) -> Iterator[Report]:
    from recipelint.parallel import in_order

    for reports in in_order(executor, check, tasks, _AHEAD):
        yield from reports


# --- what a worker does

_LINTERS: dict[str, Linter] = {}
_MOST_LINTERS = 4


def _linter(settings: Settings | None) -> Linter:
    """The linter for some settings, made once in a process."""
    key = repr(settings)
    if key not in _LINTERS:
        if len(_LINTERS) >= _MOST_LINTERS:
            _LINTERS.clear()
        _LINTERS[key] = Linter(settings)
    return _LINTERS[key]


def _check_piece(names: list[str], settings: Settings | None, read: Read | None) -> list[Report]:
    linter = _linter(settings)
    if read is None:
        return [linter.check_or_report(name) for name in names]
    return [_check_elsewhere(linter, name, read) for name in names]


def _check_elsewhere(linter: Linter, name: str, read: Read) -> Report:
    """Check a file of another filesystem; whatever goes wrong there is a report on the file."""
    try:
        data = read(name)
    except Exception as error:  # a filesystem of any make raises what it likes
        return linter.unreadable(name, str(error) or type(error).__name__)
    return linter.check_bytes(data, name)
