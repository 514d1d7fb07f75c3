"""Known findings: what a project has accepted for now, so that only new findings fail.

A finding is known by its rule, its file, its key and the value that stands there; line numbers
are not part of it, nor the numbers of list items, so that a recipe can be edited around it. The
value is kept as a digest, because a recipe may hold what should not be copied.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from recipelint.document.places import text_at
from recipelint.document.reader import beginning, format_of
from recipelint.document.scalars import number_in
from recipelint.errors import UseError
from recipelint.files import relative_to
from recipelint.findings import Finding

DEFAULT_NAME = "recipelint-baseline.json"
VERSION = 1
_MAX_BYTES = 10_000_000
"""Of 150 bytes an entry these are 60,000. What is longer is cut, and then no JSON."""
_FIELDS = ("rule", "path", "key", "value")
_INDEX = re.compile(r"\[\d+\]")


class BaselineError(UseError):
    """A baseline cannot be read."""


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """What a finding is known by. `path` is relative to the baseline's folder."""

    rule: str
    path: str
    key: str
    value: str


@dataclass(slots=True)
class Baseline:
    """Known findings with how often each is known, and the folder that paths are relative to."""

    folder: str
    entries: Counter[Fingerprint] = field(default_factory=Counter)

    def fingerprint(self, finding: Finding, sources: Mapping[str, str]) -> Fingerprint:
        """What the finding is known by; `sources` are the texts of the files by their names."""
        path = finding.path
        text = text_at(sources.get(path, ""), format_of(path), finding.span)
        key = _INDEX.sub("[]", finding.key or "")
        return Fingerprint(finding.rule, relative_to(self.folder, path), key, _digest(text))

    def split(
        self, findings: Iterable[Finding], sources: Mapping[str, str]
    ) -> tuple[list[Finding], Counter[Fingerprint]]:
        """The findings that are new, and the known ones that were not met."""
        meeting = Meeting(self)
        return meeting.new(findings, sources), meeting.unmet

    def stale(
        self, unmet: Counter[Fingerprint], checked: Iterable[str], rules: Iterable[str]
    ) -> Counter[Fingerprint]:
        """Of the entries that were not met those that are out of date.

        Not met means nothing for a file that was not `checked`, unless it is gone, or for a rule
        that did not run (`rules` are the ids of those that did).
        """
        places = {relative_to(self.folder, path) for path in checked}
        ran = set(rules)
        return Counter(
            {
                mark: count
                for mark, count in unmet.items()
                if not self._exists(mark) or (mark.path in places and mark.rule in ran)
            }
        )

    def renewed(
        self, findings: Iterable[Finding], sources: Mapping[str, str], checked: Iterable[str]
    ) -> Baseline:
        """A baseline of these findings, with this one's entries for files that were not checked."""
        places = {relative_to(self.folder, path) for path in checked}
        kept = {m: n for m, n in self.entries.items() if m.path not in places and self._exists(m)}
        found = Counter(self.fingerprint(finding, sources) for finding in findings)
        return Baseline(self.folder, found + Counter(kept))

    def without(self, entries: Counter[Fingerprint]) -> Baseline:
        """This baseline less these entries."""
        return Baseline(self.folder, self.entries - entries)

    def dumps(self) -> str:
        """The file: JSON with one line for each entry, sorted, so that it merges well."""
        rows = ",\n".join(f"  {json.dumps(_row(m, self.entries[m]))}" for m in sorted(self.entries))
        body = f"[\n{rows}\n ]" if rows else "[]"
        return f'{{\n "recipelint_baseline": {VERSION},\n "findings": {body}\n}}\n'

    def _exists(self, mark: Fingerprint) -> bool:
        return os.path.lexists(os.path.join(self.folder, mark.path))


class Meeting:
    """Findings held against a baseline as they come, each entry as often as it is known."""

    def __init__(self, baseline: Baseline) -> None:
        self._baseline = baseline
        self._left = Counter(baseline.entries)

    def new(self, findings: Iterable[Finding], sources: Mapping[str, str]) -> list[Finding]:
        """Those of the findings that are not known."""
        return [finding for finding in findings if not self._meets(finding, sources)]

    @property
    def unmet(self) -> Counter[Fingerprint]:
        """The entries that no finding has met so far."""
        return +self._left

    def _meets(self, finding: Finding, sources: Mapping[str, str]) -> bool:
        mark = self._baseline.fingerprint(finding, sources)
        met = self._left[mark] > 0
        if met:
            self._left[mark] -= 1
        return met


def load(path: str) -> Baseline:
    """The baseline at `path`. Raises BaselineError."""
    try:
        data = json.loads(beginning(path, _MAX_BYTES))
    except FileNotFoundError:
        hint = "`recipelint baseline` writes one"
        raise BaselineError(f"there is no baseline {path}; {hint}") from None
    except OSError as error:
        raise BaselineError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{path} is no baseline: {error}") from None
    if not isinstance(data, dict) or data.get("recipelint_baseline") != VERSION:
        raise BaselineError(f"{path} is no baseline of version {VERSION}")
    rows = data.get("findings")
    if not isinstance(rows, list):
        raise BaselineError(f"{path} is no baseline: `findings` is a list")
    return Baseline(folder_of(path), Counter(dict(_entries(rows, path))))


def folder_of(path: str) -> str:
    """The folder that a baseline's paths are relative to: its own."""
    return os.path.dirname(os.path.abspath(path))


def _entries(rows: list[Any], path: str) -> Iterator[tuple[Fingerprint, int]]:
    for number, row in enumerate(rows, 1):
        texts = [row.get(name) for name in _FIELDS] if isinstance(row, dict) else [None]
        count = row.get("count", 1) if isinstance(row, dict) else None
        if not all(isinstance(text, str) for text in texts) or type(count) is not int or count < 1:
            raise BaselineError(f"{path} is no baseline: finding {number} is not like the others")
        yield Fingerprint(*texts), count


def _row(mark: Fingerprint, count: int) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(mark, name) for name in _FIELDS}
    return row if count == 1 else {**row, "count": count}


def _digest(text: str) -> str:
    """A digest of the value, however it is written: quotes, blanks and notation do not count."""
    bare = " ".join(text.split())
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'":
        bare = bare[1:-1]
    number = number_in(bare) if len(bare) < 100 else None
    plain = bare if number is None else repr(float(number))
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]
