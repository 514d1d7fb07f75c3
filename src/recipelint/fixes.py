"""Fixes applied to text: span edits that leave every other byte alone.

Of fixes that overlap the first in the text wins; the others get their turn when the result has
been linted again. What makes a file worse is not kept: after every step the result has to parse
and to have fewer findings, the worse severities counting first.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from recipelint.document.places import offsets
from recipelint.findings import Edit, Finding, Severity

MAX_STEPS = 50
"""A step removes at least one finding; files with more fixes need another run."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file, and what is needed to write it back byte for byte."""

    text: str
    encoding: str
    mark: bytes

    @classmethod
    def decode(cls, data: bytes) -> Text:
        """Text from bytes, by their byte order mark or as UTF-8. Raises UnicodeDecodeError."""
        for mark, encoding in _BOMS:
            if data.startswith(mark):
                return cls(data[len(mark) :].decode(encoding), encoding, mark)
        return cls(data.decode("utf-8"), "utf-8", b"")

    def encode(self, text: str) -> bytes:
        """Other text in the same encoding. Raises UnicodeEncodeError for lone surrogates."""
        return self.mark + text.encode(self.encoding)


@dataclass(frozen=True, slots=True)
class State:
    """A text, what the linter finds in it, and whether it can be parsed."""

    text: str
    findings: tuple[Finding, ...]
    broken: bool

    @property
    def score(self) -> tuple[int, ...]:
        """Findings by severity, the worst first; a lower score is a better file."""
        severities = [finding.severity for finding in self.findings]
        return (int(self.broken), *(severities.count(severity) for severity in Severity))


@dataclass(slots=True)
class Mended:
    """A text with fixes: the last state, the findings that were fixed, those whose fix failed."""

    state: State
    fixed: list[Finding] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)


def applicable(finding: Finding, path: str, unsafe: bool) -> bool:
    """Whether the finding has a fix for the file `path` that may be made."""
    fix = finding.fix
    return fix is not None and bool(fix.edits) and finding.path == path and (unsafe or fix.safe)


def compatible(findings: Iterable[Finding]) -> list[Finding]:
    """Of findings with fixes those that can be fixed together, the first in the text winning."""
    taken: list[Edit] = []
    chosen = []
    for finding in sorted(findings, key=lambda f: (_edits(f)[0].span, f.sort_key)):
        edits = _edits(finding)
        if not any(_clash(edit, other) for edit in edits for other in taken):
            taken.extend(edit for edit in edits if edit not in taken)
            chosen.append(finding)
    return chosen


def apply(text: str, kind: str, findings: Iterable[Finding]) -> str:
    """The text with the compatible fixes of the findings made, each edit once.

    `kind` is the document's format, which says where its lines end. Raises ValueError for an edit
    beyond the text.
    """
    edits = {edit for finding in findings for edit in _edits(finding)}
    places = sorted((*offsets(text, kind, edit.span), edit.text) for edit in edits)
    parts, at = [], 0
    for begin, end, new in places:
        parts += [text[at:begin], new]
        at = end
    return "".join((*parts, text[at:]))


def mend(start: State, path: str, kind: str, unsafe: bool, lint: Callable[[str], State]) -> Mended:
    """Make the fixes for the file `path`, all that fit together at once, until none is left.

    `lint` judges a text. A step that does not lower the score is undone, and its fixes are made
    one by one, so that a single bad one does not hold up the others.
    """
    mended = Mended(start)
    refused: set[tuple[str, str | None, tuple[Edit, ...]]] = set()
    for _ in range(MAX_STEPS):
        wanted = compatible(
            f
            for f in mended.state.findings
            if applicable(f, path, unsafe) and _identity(f) not in refused
        )
        if not wanted:
            break
        if _step(mended, wanted, kind, lint):
            continue
        if len(wanted) > 1 and any(_step(mended, [finding], kind, lint) for finding in wanted):
            continue
        refused.update(map(_identity, wanted))
        mended.refused.extend(wanted)
    return mended


def _step(mended: Mended, findings: list[Finding], kind: str, lint: Callable[[str], State]) -> bool:
    """Make these fixes if the result is better; says whether it is."""
    try:
        after = lint(apply(mended.state.text, kind, findings))
    except ValueError:
        return False
    if after.score >= mended.state.score:
        return False
    mended.state = after
    mended.fixed.extend(findings)
    return True


def _edits(finding: Finding) -> tuple[Edit, ...]:
    assert finding.fix is not None
    return finding.fix.edits


def _identity(finding: Finding) -> tuple[str, str | None, tuple[Edit, ...]]:
    return (finding.rule, finding.key, _edits(finding))


def _clash(one: Edit, other: Edit) -> bool:
    """Whether two different edits touch: at the same place, or one within the other."""
    if one == other:
        return False
    first, second = sorted((one.span, other.span))
    return (second.line, second.column) < (first.end_line, first.end_column) or first == second
