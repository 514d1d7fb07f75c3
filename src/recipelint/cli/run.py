"""Checking what a command line names: files, folders and standard input."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from recipelint.cli.jobs import reports
from recipelint.cli.project_options import errors_of_use
from recipelint.cli.source import STDIN, Source, source
from recipelint.linter import Report
from recipelint.project import Project
from recipelint.reporters.sanitize import line, visible
from recipelint.settings import Settings

if TYPE_CHECKING:
    from recipelint.filters.baseline import Baseline


@dataclass
class Run:
    """One run over some paths. `checked` are the files that were read, by their real paths.

    The files of a check go through `watch`, which may show how far it is. `jobs` is the number of
    processes, None for as many as pay. `brief` keeps a rule that could not be assessed for the
    first file only, so that memory does not grow with the number of files.
    """

    project: Project
    stdin_filename: str | None = None
    checked: list[str] = field(default_factory=list)
    watch: Callable[[Sequence[str]], Iterable[str]] = iter
    jobs: int | None = 1
    brief: bool = False
    _unassessed: set[str] = field(default_factory=set)

    def settings(self, paths: tuple[str, ...]) -> Settings:
        """The settings of the run itself, of the folder that holds all paths; ClickException.

        Making the linter for it also judges the command line where no file is found.
        """
        places = [self.stdin_filename or "." if path == STDIN else path for path in paths]
        with errors_of_use():
            common = self.project.common(places)
            self.project.linter(os.path.join(_folder(places), "recipe.yaml"))
        return common

    def check(self, paths: tuple[str, ...]) -> Report:
        """Check everything that the paths name, each file once. Raises ClickException."""
        report = Report()
        with errors_of_use():
            files = list(self.files(paths))
            parts = reports(self.project, (f for f in files if f != STDIN), self.jobs)
            for path in self.watch(files):
                part = self._standard_input() if path == STDIN else self._noted(path, next(parts))
                report.add(self._shortened(part) if self.brief else part)
        return report

    def _shortened(self, part: Report) -> Report:
        """Without the rules that could not be assessed on an earlier file either."""
        new = [skipped for skipped in part.not_assessed if skipped.rule not in self._unassessed]
        self._unassessed.update(skipped.rule for skipped in new)
        part.not_assessed = new
        return part

    def files(self, paths: tuple[str, ...]) -> Iterator[str]:
        """All files that the paths name, none twice, without those that are excluded."""
        seen: set[str] = set()
        for path in paths:
            for file in (STDIN,) if path == STDIN else self.project.files([path]):
                place = file if file == STDIN else os.path.abspath(file)
                if place in seen:
                    continue
                seen.add(place)
                if file is not path or file == STDIN or not self._excluded(file):
                    yield file

    def check_file(self, path: str) -> Report:
        """Check one file; one that cannot be read is a finding."""
        return self._noted(path, self.project.linter(path).check_or_report(path))

    def _noted(self, path: str, report: Report) -> Report:
        """Note that a file was checked; say so if it was not and no finding tells."""
        self.checked.append(os.path.realpath(path))
        for unread, reason in report.unread.items():
            if not report.findings:
                click.echo(line(f"recipelint: cannot read {visible(unread)}: {reason}"), err=True)
        return report

    def standard_input(self) -> Source:
        """What stands on standard input."""
        return source(STDIN, self.stdin_filename)

    def without_known(self, report: Report, baseline: Baseline) -> int:
        """Take the known findings out of a report; the number of entries that are stale."""
        new, unmet = baseline.split(report.findings, report.sources)
        report.known += len(report.findings) - len(new)
        report.findings = new
        ran = {rule.id for rule in self.project.selected}
        return baseline.stale(unmet, self.checked, ran).total()

    def _standard_input(self) -> Report:
        read = self.standard_input()
        linter = self.project.linter(read.location)
        return linter.check_document(read.document, read.workspace, read.location)

    def _excluded(self, file: str) -> bool:
        """Whether the settings exclude a file that was named; says so."""
        pattern = self.project.excluded(file)
        if pattern is not None:
            note = f"recipelint: {visible(file)} is passed over: the settings exclude `{pattern}`"
            click.echo(line(note), err=True)
        return pattern is not None


def _folder(places: list[str]) -> str:
    return os.path.commonpath([os.path.realpath(place) for place in places])
