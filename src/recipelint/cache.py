"""Results of earlier checks, kept in the user's cache.

A result is found by a hash of everything it depends on: the recipe's bytes, its place, settings,
rules and recipelint itself. The files that a recipe refers to are known only after it was
read, so an entry lists them with their hashes, and is used only if each reference still leads to
the same content. What cannot be read, or was damaged, is checked anew; what cannot be written is
not kept. Entries are files that appear by a rename, so runs at the same time share them safely.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from recipelint import fingerprint
from recipelint.caches import cache_folder, drop_old, read_cached, write_cached
from recipelint.findings import Citation, Edit, Finding, Fix, Input, NotAssessed, Severity, Span

if TYPE_CHECKING:
    from recipelint.engine.rules import RuleSet
    from recipelint.linter import Report
    from recipelint.settings import Settings
    from recipelint.workspace import Workspace

_MOST_IN_FOLDER = 400
"""Entries kept of each of the 256 folders: 100,000 together."""
_SEVERITY = Finding._fields.index("severity")
_EVIDENCE = Finding._fields.index("evidence")


class ResultCache:
    """Reports on single files, for one set of rules and settings."""

    def __init__(self, rules: RuleSet, settings: Settings) -> None:
        """`rules` must know their digest."""
        self._rules = rules
        self._context = fingerprint.hasher(
            fingerprint.program(), rules.digest, repr(settings)
        ).hexdigest()
        self._folder = cache_folder("results")

    def key(self, data: bytes, name: str, location: str, root: str) -> str:
        """What the report on a file is found by. `name` is what findings call it."""
        digest = fingerprint.hasher(self._context, name, location, root)
        digest.update(data)
        return digest.hexdigest()

    def get(self, key: str, workspace: Workspace) -> Report | None:
        """The report of an earlier check, if all that it rests on is as it was."""
        data = read_cached(self._path(key))
        if data is None:
            return None
        checksum, _, body = data.partition(b"\n")
        if checksum != b"%d" % zlib.crc32(body):
            return None
        try:
            references, row = json.loads(body)
            if all(_holds(reference, workspace) for reference in references):
                return _report(row, self._rules)
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return None

    def put(self, key: str, report: Report, workspace: Workspace) -> None:
        """Keep a report. Nothing happens where that is not possible."""
        references = [
            [reference, base, path, _digest(path)] for reference, base, path in workspace.asked
        ]
        body = json.dumps([references, _row(report, self._rules)], separators=(",", ":")).encode()
        path = self._path(key)
        if key[2:4] == "00":
            drop_old(os.path.dirname(path), _MOST_IN_FOLDER)
        write_cached(path, b"%d\n" % zlib.crc32(body) + body)

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], key[2:])


def _holds(reference: list[Any], workspace: Workspace) -> bool:
    written, base, path, digest = reference
    return bool(workspace.find(written, base) == path and _digest(path) == digest)


def _digest(path: str | None) -> str | None:
    data = read_cached(path) if path is not None else None
    return None if data is None else fingerprint.of_bytes(data)


# --- reports as JSON


def _row(report: Report, rules: RuleSet) -> list[Any]:
    return [
        report.files,
        report.recipes,
        [_finding_row(finding, rules) for finding in report.findings],
        [list(skipped) for skipped in report.not_assessed],
        report.sources,
        report.suppressed,
        report.names,
        [[*entry, use] for entry, use in report.ignores.items()],
    ]


def _finding_row(finding: Finding, rules: RuleSet) -> list[Any]:
    """The finding's fields; evidence that is its rule's own is not written again."""
    rule = rules.rules.get(finding.rule)
    row: list[Any] = list(finding)
    row[_SEVERITY] = finding.severity.value
    if rule is not None and finding.evidence == rule.evidence:
        row[_EVIDENCE] = None
    return row


def _report(row: list[Any], rules: RuleSet) -> Report:
    from recipelint.linter import Report

    files, recipes, findings, not_assessed, sources, suppressed, names, ignores = row
    return Report(
        files,
        recipes,
        [_finding(finding, rules) for finding in findings],
        [
            NotAssessed(rule, name, path, phase, tuple(missing), reason)
            for rule, name, path, phase, missing, reason in not_assessed
        ],
        sources,
        suppressed,
        names=names,
        ignores={(folder, glob, selector): use for folder, glob, selector, use in ignores},
    )


def _finding(row: list[Any], rules: RuleSet) -> Finding:
    finding = Finding(*row)
    return finding._replace(
        severity=Severity(finding.severity),
        span=Span(*finding.span),
        inputs=tuple(Input(*value) for value in finding.inputs),
        evidence=_evidence(finding.rule, row[_EVIDENCE], rules),
        fix=_fix(finding.fix),
    )


def _evidence(rule: str, rows: Iterable[list[str]] | None, rules: RuleSet) -> tuple[Citation, ...]:
    if rows is None:
        return rules.rules[rule].evidence
    return tuple(Citation(*row) for row in rows)


def _fix(row: Any) -> Fix | None:
    if row is None:
        return None
    title, edits, safe = row
    return Fix(title, tuple(Edit(Span(*span), text) for span, text in edits), safe)
