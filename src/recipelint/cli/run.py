"""Checking what a command line names: files, folders and standard input."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, tee

from recipelint.cli.jobs import reports
from recipelint.cli.source import STDIN, Source, source
from recipelint.cli.status import say
from recipelint.filters.file_ignores import Uses, join
from recipelint.linter import Report
from recipelint.project import Project
from recipelint.reporters.sanitize import visible
from recipelint.settings import Settings


class Run:
    """One run over some paths.

    The files of a check go through `watch`, which may show how far it is; the path of each one
    that was read is told to the `listeners`. `jobs` is the number of processes, None for as many
    as pay. With `brief`, a rule that could not be assessed is kept for the first file only.
    """

    def __init__(
        self, project: Project, stdin_filename: str | None = None, jobs: int | None = 1
    ) -> None:
        self.project = project
        self.stdin_filename = stdin_filename
        self.jobs = jobs
        self.watch: Callable[[Iterator[str]], Iterable[str]] = iter
        self.listeners: list[Callable[[str], object]] = []
        self.brief = False
        self._unassessed: set[str] = set()

    def settings(self, paths: tuple[str, ...]) -> Settings:
        """The settings of the run itself, of the folder that holds all paths; UseError.

        Making the linter for it also judges the command line where no file is found.
        """
        places = [self.stdin_filename or "." if path == STDIN else path for path in paths]
        common = self.project.common(places)
        self.project.linter(os.path.join(_folder(places), "recipe.yaml"))
        return common

    def check(self, paths: tuple[str, ...]) -> Report:
        """Check everything that the paths name, each file once. Raises UseError."""
        report = Report()
        for part in self.parts(paths):
            report.add(part)
        return report

    def parts(self, paths: tuple[str, ...]) -> Iterator[Report]:
        """The report on each file that the paths name, as it is checked. Raises UseError.

        Nothing is kept of a file, so that memory does not grow with their number. The last report
        is on the settings.
        """
        files, ahead = tee(self.files(paths))
        results = reports(self.project, (file for file in ahead if file != STDIN), self.jobs)
        ignores: Uses = {}
        for path in self.watch(files):
            part = self._standard_input() if path == STDIN else self._noted(path, next(results))
            join(ignores, part.ignores)
            yield self._shortened(part) if self.brief else part
        yield self.judge_settings(ignores, paths)

    def judge_settings(self, ignores: Uses, paths: tuple[str, ...]) -> Report:
        """Findings on settings that had no effect in this run, where it went over all files.

        `ignores` says what the entries of per-file-ignores did in the files.
        """
        report = Report()
        for file, linter in self.project.covered(paths):
            if not file.ignores:
                continue
            from recipelint.engine.checks.secrets import masked
            from recipelint.filters.file_ignores import unused

            self._tell(file.path)
            found = list(unused(file, ignores, linter))
            report.findings.extend(found)
            if found:
                report.sources[file.path] = masked(file.text)
        return report

    def _shortened(self, part: Report) -> Report:
        """Without the rules that could not be assessed on an earlier file either."""
        new = [skipped for skipped in part.not_assessed if skipped.rule not in self._unassessed]
        self._unassessed.update(skipped.rule for skipped in new)
        part.not_assessed = new
        return part

    def files(self, paths: tuple[str, ...]) -> Iterator[str]:
        """All files that the paths name, none twice, without those that are excluded."""
        found = self._found(paths)
        return _once(found) if _overlap(paths) else found

    def _found(self, paths: tuple[str, ...]) -> Iterator[str]:
        for path in paths:
            for file in (STDIN,) if path == STDIN else self.project.files([path]):
                if file is not path or file == STDIN or not self._excluded(file):
                    yield file

    def check_file(self, path: str) -> Report:
        """Check one file; one that cannot be read is a finding."""
        return self._noted(path, self.project.linter(path).check_or_report(path))

    def _noted(self, path: str, report: Report) -> Report:
        """Note that a file was checked; say so if it was not and no finding tells."""
        self._tell(path)
        for unread, reason in report.unread.items():
            if not report.findings:
                say(f"recipelint: cannot read {visible(unread)}: {reason}")
        return report

    def _tell(self, path: str) -> None:
        for listener in self.listeners:
            listener(path)

    def standard_input(self) -> Source:
        """What stands on standard input."""
        return source(STDIN, self.stdin_filename)

    def _standard_input(self) -> Report:
        read = self.standard_input()
        linter = self.project.linter(read.location)
        return linter.check_document(read.document, read.workspace, read.location)

    def _excluded(self, file: str) -> bool:
        """Whether the settings exclude a file that was named; says so."""
        pattern = self.project.excluded(file)
        if pattern is not None:
            note = f"recipelint: {visible(file)} is passed over: the settings exclude `{pattern}`"
            say(note)
        return pattern is not None


def _overlap(paths: tuple[str, ...]) -> bool:
    """Whether one of the paths is another one, or lies in it."""
    places = sorted(os.path.join(os.path.abspath(path), "") for path in paths)
    return any(after.startswith(before) for before, after in pairwise(places))


def _once(files: Iterable[str]) -> Iterator[str]:
    """The files without those that came before."""
    seen: set[str] = set()
    for file in files:
        place = file if file == STDIN else os.path.abspath(file)
        if place not in seen:
            seen.add(place)
            yield file


def _folder(places: list[str]) -> str:
    return os.path.commonpath([os.path.realpath(place) for place in places])
