"""The baseline in a check: known findings are taken out of the reports as they come."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from recipelint.cli.run import Run
from recipelint.files import relative_to
from recipelint.filters.baseline import Meeting, load
from recipelint.linter import Report


class Known:
    """The findings of the baseline at `path`, held against those of a run."""

    def __init__(self, path: str, run: Run) -> None:
        """Raises BaselineError."""
        self._path = path
        self._run = run
        self._baseline = load(path)
        self._meeting = Meeting(self._baseline)
        self._mentioned = {entry.path for entry in self._baseline.entries}
        self._checked: list[str] = []
        run.listeners.append(self._note)

    def less(self, parts: Iterable[Report]) -> Iterator[Report]:
        """The reports without what is known."""
        for part in parts:
            if part.findings:
                new = self._meeting.new(part.findings, part.sources)
                part.known += len(part.findings) - len(new)
                part.findings = new
            yield part

    def notes(self) -> list[str]:
        """What to say of entries that are out of date, once all files were checked."""
        stale = self._baseline.stale(self._meeting.unmet, self._checked, self._run.project.ran)
        if not stale:
            return []
        number = stale.total()
        count = "1 entry" if number == 1 else f"{number} entries"
        shown = os.path.relpath(self._path)
        return [f"{count} of {shown} out of date: `recipelint baseline --prune`"]

    def _note(self, path: str) -> None:
        """Keep the paths that the baseline mentions; there may be many others."""
        if relative_to(self._baseline.folder, path) in self._mentioned:
            self._checked.append(path)
