"""What a check reports: findings, their severity, their place, their fix."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Severity(Enum):
    """How sure a finding is to cost something.

    `ERROR`: the run cannot start, or certainly does not do what the file says. `WARNING`: it
    departs from strong, cited evidence. `INFO`: worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """3 for errors, 2 for warnings, 1 for information: higher is worse."""
        return _RANK[self]

    def __str__(self) -> str:
        return self.value


_RANK = {Severity.ERROR: 3, Severity.WARNING: 2, Severity.INFO: 1}


class Span(NamedTuple):
    """A stretch of text. Lines and columns count characters from 1; the end column is one past."""

    line: int
    column: int
    end_line: int
    end_column: int


START = Span(1, 1, 1, 1)


class Edit(NamedTuple):
    """Replace the text at `span` in the finding's file by `text`."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A change that removes a finding. A safe fix cannot change what a correct run would do."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


class Input(NamedTuple):
    """One value that went into a finding, and where it comes from, for the reader to check."""

    name: str
    value: str
    origin: str


class Citation(NamedTuple):
    """A published source for a rule's claim."""

    source: str
    where: str
    finds: str
    status: str


class Finding(NamedTuple):
    """One mistake at one place.

    `key` is the dotted path as the file writes it, `fact` the canonical name, `phase` the phase
    of the recipe in which the rule saw it. `label` stands beside the carets, `help` says what to
    do, `inputs` are the values that the message rests on.
    """

    rule: str
    name: str
    severity: Severity
    message: str
    path: str
    span: Span
    key: str | None = None
    fact: str | None = None
    phase: str | None = None
    help: str | None = None
    inputs: tuple[Input, ...] = ()
    evidence: tuple[Citation, ...] = ()
    fix: Fix | None = None
    url: str | None = None

    @property
    def sort_key(self) -> tuple[str, Span, str, str]:
        """Files in order, then places, then rules: the order in which findings are printed."""
        return (self.path, self.span, self.rule, self.message)


class NotAssessed(NamedTuple):
    """A rule that could not be judged on a recipe, and the facts that it lacked."""

    rule: str
    name: str
    path: str
    phase: str | None
    missing: tuple[str, ...]
    reason: str | None = None
