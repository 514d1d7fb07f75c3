"""`--fix` and `--diff`: fixes made in files, or shown as a patch."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from recipelint import atomic, fixes
from recipelint.cli.run import Run
from recipelint.document import parse
from recipelint.document.reader import format_of
from recipelint.engine.checks.secrets import masked
from recipelint.linter import Linter, Report
from recipelint.reporters.sanitize import cells, line, visible

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""What `diff` and `patch` take for a line, whatever ends lines elsewhere."""


@dataclass(frozen=True, slots=True)
class _After:
    """A file with its fixes made: the bytes that were read, its text before and after."""

    before: bytes
    old: fixes.Text
    new: str
    fixed: int
    report: Report


@dataclass
class Fixing:
    """What was fixed, file by file. `problems` say which files could not be written, and why."""

    fixed: int = 0
    refused: int = 0
    changed: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def note(self, path: str, after: _After) -> None:
        """Take in a file."""
        self.fixed += after.fixed
        self.changed.append((path, after.old.text, after.new))

    def patch(self) -> str:
        """The changes as a unified diff, which `patch -p1` and `git apply` take."""
        return "".join("".join(_diff(*change)) for change in self.changed)


def fix_files(run: Run, paths: tuple[str, ...], unsafe: bool) -> tuple[Report, Fixing]:
    """Fix the files that the paths name and write them. The report is on what is left."""
    report, done = Report(), Fixing()
    for path in run.files(paths):
        before = run.check_file(path)
        after = _mended(run.project.linter(path), path, before, unsafe, done)
        if after is None or _write(path, after, done):
            report.add(before if after is None else after.report)
        else:
            report.add(before)
    report.add(run.judge_settings(report.ignores, paths))
    return report, done


def preview(run: Run, paths: tuple[str, ...], unsafe: bool) -> tuple[Report, Fixing]:
    """As `fix_files`, without writing; the report is on the files as they are."""
    report, done = Report(), Fixing()
    for path in run.files(paths):
        before = run.check_file(path)
        report.add(before)
        after = _mended(run.project.linter(path), path, before, unsafe, done)
        if after is not None:
            done.note(path, after)
    return report, done


def _mended(linter: Linter, path: str, before: Report, unsafe: bool, done: Fixing) -> _After | None:
    """The file with its fixes, or None if there is nothing to fix in it."""
    judge = _Judge(linter, path)
    if not any(fixes.applicable(finding, judge.name, unsafe) for finding in before.findings):
        return None
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        old = fixes.Text.decode(data)
    except UnicodeDecodeError:
        return None
    mended = fixes.mend(judge(old.text), judge.name, format_of(path), unsafe, judge)
    done.refused += len(mended.refused)
    if not mended.fixed:
        return None
    new = mended.state.text
    return _After(data, old, new, len(mended.fixed), judge.reports[new])


class _Judge:
    """The linter on changed text of one file; keeps the reports."""

    def __init__(self, linter: Linter, path: str) -> None:
        self._linter = linter
        self._path = path
        self._workspace = linter.workspace(path)
        self.name = self._workspace.name(path)
        self.reports: dict[str, Report] = {}

    def __call__(self, text: str) -> fixes.State:
        document = parse(text, self.name)
        location = os.path.realpath(self._path)
        report = self._linter.check_document(document, self._workspace, location)
        self.reports[text] = report
        return fixes.State(text, tuple(report.findings), document.broken)


def _write(path: str, after: _After, done: Fixing) -> bool:
    """Write the file unless somebody else changed it meanwhile; says whether it was written."""
    try:
        if os.path.islink(path):
            done.problems.append(f"{path} is a link and is left alone: fix the file it leads to")
            return False
        with open(path, "rb") as stream:
            if stream.read() != after.before:
                done.problems.append(f"{path} was changed while it was checked: it is left alone")
                return False
        atomic.write(path, after.old.encode(after.new))
    except OSError as error:
        done.problems.append(f"cannot write {path}: {error.strerror or error}")
        return False
    done.note(path, after)
    return True


def _diff(path: str, old: str, new: str) -> Iterator[str]:
    name = path.replace(os.sep, "/").removeprefix("./")
    rows = difflib.unified_diff(_LINE.findall(old), _LINE.findall(new), f"a/{name}", f"b/{name}")
    for row in rows:
        yield row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n"


def harmless(patch: str) -> str:
    """A patch as it may be shown: secrets covered, what could steer a terminal escaped."""
    patch = masked(patch)
    return "".join(
        f"{line(_shown(row))}\n" for row in patch.removesuffix("\n").split("\n") if patch
    )


def _shown(row: str) -> str:
    return "".join(raw if raw == "\t" else shown for raw, shown in cells(row))


def remarks(done: Fixing, report: Report, verb: str, unsafe: bool) -> Iterator[str]:
    """What to say about the fixes, line by line; `report` is on what is left."""
    if done.fixed:
        yield f"{verb} {_plural(done.fixed, 'finding')} in {_plural(len(done.changed), 'file')}"
    if done.refused:
        yield f"{_plural(done.refused, 'fix', 'es')} left out: the file would be no better"
    waiting = sum(f.fix is not None and not f.fix.safe for f in report.findings)
    if waiting and not unsafe:
        them = "it" if waiting == 1 else "them"
        yield f"{_plural(waiting, 'fix', 'es')} would change the run: --unsafe-fixes makes {them}"
    yield from (visible(problem) for problem in done.problems)


def _plural(number: int, noun: str, ending: str = "s") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{ending}"
