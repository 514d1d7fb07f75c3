"""How a check tells what it found: file by file where that is possible, else all at the end."""

from __future__ import annotations

from collections.abc import Iterable

from recipelint.cli.output import emit, is_terminal, wants_color
from recipelint.cli.reports import Target, needs_recipes, recipes, write
from recipelint.cli.run import Run
from recipelint.linter import Report
from recipelint.reporters import STREAMED, get, stream
from recipelint.reporters.options import Options
from recipelint.reporters.summary import Tally


class Telling:
    """The report of a run on standard output and in files.

    `instead` says that a file takes the place of standard output.
    """

    def __init__(self, chosen: str, files: list[Target], options: Options, color: str) -> None:
        self._chosen = chosen
        self._files = files
        self._options = options
        self._color = color
        self.instead = any(target.format_name is None for target in files)

    def tell(self, parts: Iterable[Report], run: Run) -> Tally:
        """Tell of the parts of a run. Raises UseError for a file that cannot be written.

        A terminal shows a progress bar first; through a pipe findings go as they come, and
        nothing is kept of them.
        """
        whole = self._files or self._options.verbose or self._chosen not in STREAMED
        return self._at_the_end(parts, run) if whole or is_terminal() else self._at_once(parts)

    def _at_once(self, parts: Iterable[Report]) -> Tally:
        tally = Tally()
        told = stream(self._chosen, self._printed(self._options))
        for part in parts:
            tally.add(part)
            if part.findings:
                emit(told.take(part))
        emit(told.end(tally))
        return tally

    def _at_the_end(self, parts: Iterable[Report], run: Run) -> Tally:
        report, checked = Report(), set[str]()
        in_full = needs_recipes(self._files, self._chosen)
        if in_full:
            run.listeners.append(checked.add)
        for part in parts:
            report.add(part)
        options = self._options._replace(
            rules=run.project.selected,
            recipes=recipes(run, report, checked) if in_full else {},
        )
        write(self._files, self._chosen, report, options)
        if not self.instead:
            emit(get(self._chosen)(report, self._printed(options)))
        return Tally(report)

    def _printed(self, options: Options) -> Options:
        """The options for what goes to standard output."""
        links = self._color != "never" and is_terminal()
        return options._replace(color=wants_color(self._color), hyperlinks=links)
