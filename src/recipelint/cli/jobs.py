"""Several processes for many files: the same reports in the same order as from one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from recipelint.parallel import in_order, pieces

if TYPE_CHECKING:
    from recipelint.linter import Report
    from recipelint.project import Project

_TRIED = 64
"""Files that are checked here first, to see how long one takes."""
_AHEAD = 512
"""Files that are looked for before a pool is started; fewer are not worth one."""
_PIECE = 16
"""Files in one task."""
_START = 0.25
"""Seconds that a pool takes to start and its processes to import what they need, measured on two
cores; a pool has to save more than that."""

_OWN = "own"
_workers: dict[str, Project] = {}
"""The project of this process, under one name: a worker is told it when it starts."""


def reports(project: Project, files: Iterable[str], jobs: int | None) -> Iterator[Report]:
    """The report on each file, in order.

    With `jobs` None, processes are used where they pay: the first files say how long one takes,
    and further ones are shared out if that saves more than starting the processes costs.
    """
    rest = iter(files)
    processes = jobs if jobs is not None else usable_cores()
    if processes == 1:
        return _one_by_one(project, rest)
    if jobs is not None:
        return _shared(project, rest, processes)
    return _measured(project, rest, processes)


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _measured(project: Project, rest: Iterator[str], processes: int) -> Iterator[Report]:
    for path in islice(rest, 1):  # the first one imports what all need
        yield project.linter(path).check_or_report(path)
    begin = time.perf_counter()
    count = 0
    for path in islice(rest, _TRIED):
        yield project.linter(path).check_or_report(path)
        count += 1
    each = (time.perf_counter() - begin) / max(count, 1)
    known = list(islice(rest, _AHEAD))
    saved = len(known) * each * (1 - 1 / processes)
    rest = chain(known, rest)
    pays = saved > _START
    yield from _shared(project, rest, processes) if pays else _one_by_one(project, rest)


def _one_by_one(project: Project, files: Iterable[str]) -> Iterator[Report]:
    return (project.linter(path).check_or_report(path) for path in files)


def _shared(project: Project, files: Iterator[str], processes: int) -> Iterator[Report]:
    from concurrent.futures import ProcessPoolExecutor

    start = (project.own, project.fixed, project.isolated)
    with ProcessPoolExecutor(processes, initializer=_begin, initargs=start) as pool:
        tasks = pieces(_judged(project, files), _PIECE)
        _workers[_OWN] = project  # what a worker that died leaves undone is done here
        for part in in_order(pool, _check, tasks, 4 * processes):
            yield from part


def _judged(project: Project, files: Iterator[str]) -> Iterator[str]:
    """The files, once their settings and rules were found to be right, here and not in a worker."""
    for path in files:
        project.linter(path)
        yield path


def _begin(*start: Any) -> None:
    from recipelint.project import Project

    _workers[_OWN] = Project(*start)


def _check(paths: list[str]) -> list[Report]:
    project = _workers[_OWN]
    return [project.linter(path).check_or_report(path) for path in paths]
