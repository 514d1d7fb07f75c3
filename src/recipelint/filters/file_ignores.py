"""`per-file-ignores`: the rules that a project leaves out for some files.

Entries that leave nothing out are findings, as comments are that silence nothing. That can be told
only when all files below the settings were checked, so each file's report says what the entries
did there, and the whole is judged at the end of the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Table
from typing import TYPE_CHECKING, NamedTuple

from recipelint import globs
from recipelint.files import relative_to
from recipelint.filters.selection import ids_of

if TYPE_CHECKING:
    from recipelint.engine.checks import CheckContext
    from recipelint.engine.evaluate import Outcome
    from recipelint.engine.rules import RuleSet
    from recipelint.findings import Finding
    from recipelint.linter import Linter
    from recipelint.settings import Settings
    from recipelint.settings.found import SettingsFile

IDLE, OPEN, USED = 0, 1, 2
"""What an entry did in a file: nothing; nothing, but with other facts it might; it silenced."""

Uses = dict[tuple[str, str, str], int]
"""By folder of the settings, glob and selector what the entry did at most."""


class _Entry(NamedTuple):
    """One selector of one glob, with the rules that it names."""

    glob: str
    selector: str
    ids: frozenset[str]


class FileIgnores:
    """The entries of one settings file, ready to judge findings."""

    def __init__(self, rules: RuleSet, settings: Settings) -> None:
        """Raises SelectionError for a selector that names no rule."""
        self._folder = settings.folder
        self._entries = [
            _Entry(glob, selector, frozenset(ids_of(rules, [selector])))
            for glob, selectors in settings.per_file_ignores.items()
            for selector in selectors
        ]

    def apply(
        self, findings: list[Finding], outcome: Outcome, context: CheckContext
    ) -> tuple[list[Finding], Uses]:
        """The findings that no entry leaves out, and what the entries did in this file."""
        if not self._entries:
            return findings, {}
        uses: Uses = {}
        self._begin(uses, outcome, context)
        return [f for f in findings if not self._leaves_out(f, uses)], uses

    def _begin(self, uses: Uses, outcome: Outcome, context: CheckContext) -> None:
        """Note the entries for this file.

        As with comments, nothing is held against an entry in a file that cannot be parsed or that
        belongs to a recipe, or for a rule that lacked facts.
        """
        unsure = context.document.broken or context.dialect.purpose != "recipe"
        lacking = {skipped.rule for skipped in outcome.not_assessed}
        for entry in self._matching(context.document.path):
            may = unsure or not lacking.isdisjoint(entry.ids)
            self._note(uses, entry, OPEN if may else IDLE)

    def _leaves_out(self, finding: Finding, uses: Uses) -> bool:
        entries = [e for e in self._matching(finding.path) if finding.rule in e.ids]
        for entry in entries:
            self._note(uses, entry, USED)
        return bool(entries)

    def _matching(self, path: str) -> Iterator[_Entry]:
        relative = relative_to(self._folder, path)
        return (entry for entry in self._entries if globs.matches(entry.glob, relative))

    def _note(self, uses: Uses, entry: _Entry, use: int) -> None:
        join(uses, {(self._folder or "", entry.glob, entry.selector): use})


def join(uses: Uses, more: Table[tuple[str, str, str], int]) -> None:
    """Add what the entries did in further files."""
    for key, use in more.items():
        uses[key] = max(use, uses.get(key, IDLE))


def unused(file: SettingsFile, uses: Uses, linter: Linter) -> Iterator[Finding]:
    """A finding for each entry that left nothing out in a run over all files below the settings.

    Entries whose rules did not run are passed over, and all of them if the rule about unused
    suppressions did not run.
    """
    from recipelint.filters.suppressions import UNUSED, objection

    ran = {rule.id: rule for rule in linter.selected}
    judge = next((rule for rule in ran.values() if rule.check == UNUSED), None)
    if judge is None:
        return
    folder = file.settings.folder or ""
    for glob, selector, span in file.ignores:
        use = uses.get((folder, glob, selector))
        if use in (OPEN, USED) or ran.keys().isdisjoint(ids_of(linter.rules, [selector])):
            continue
        problem = f"no recipe matches `{glob}`"
        if use is not None:
            problem = f"`{selector}` finds nothing in the files of `{glob}`"
        found = objection(judge, span, {"problem": problem}, file.path)
        yield found._replace(severity=linter.severity(judge))
