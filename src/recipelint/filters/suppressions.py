"""`# recipelint: ignore[OPT001] reason` in the recipe itself.

Behind a value it covers that line; on a line of its own it covers what begins on the next line
that is not a comment, a whole mapping or list with all that is in it;
`# recipelint: ignore-file[OPT001] reason` covers the file. The rules are always named, by id or
by name. Suppressions that silence nothing, name no rule, or lack a reason that the project
demands are findings themselves, of the rules whose checks are named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from recipelint.document import Comment, Document, Entry, Mapping, Node, Sequence
from recipelint.document.comments import comments
from recipelint.engine.checks import CheckContext
from recipelint.engine.evaluate import Outcome
from recipelint.engine.rules import Rule, RuleSet
from recipelint.findings import Finding, Span

UNUSED = "suppressions.unused"
UNKNOWN = "suppressions.unknown"
UNEXPLAINED = "suppressions.unexplained"
_JUDGING = (UNUSED, UNKNOWN, UNEXPLAINED)
_DIRECTIVE = re.compile(r"^\s*recipelint:\s*([A-Za-z-]+)(.*)$")
_WORDS = ("ignore", "ignore-file", "disable", "noqa", "skip")
"""What people write who want to silence a rule; other remarks about recipelint are just that."""
_PATTERN = re.compile(r"^(ignore|ignore-file)\s*\[([^\]]*)\]\s*:?\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Ran:
    """The rules that there are, those that ran, and whether a suppression needs a reason."""

    rules: RuleSet
    selected: tuple[Rule, ...]
    require_reason: bool

    def judge(self, check: str) -> Rule | None:
        """The selected rule that is about suppressions of this kind."""
        return next((rule for rule in self.selected if rule.check == check), None)


@dataclass(slots=True)
class Suppression:
    """One comment: which rules (ids) it silences in which lines, and those that it did silence.

    `lines` is None for the whole file; `names` are the rules as the comment writes them.
    """

    span: Span
    names: tuple[str, ...]
    rules: Table[str, str]
    lines: range | None
    reason: str
    used: set[str] = field(default_factory=set)

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is silenced; notes it."""
        if finding.rule not in self.rules.values():
            return False
        if self.lines is not None and finding.span.line not in self.lines:
            return False
        self.used.add(finding.rule)
        return True


def suppress(outcome: Outcome, context: CheckContext, ran: Ran) -> tuple[list[Finding], int]:
    """The findings that no comment covers, in order, and how many are covered.

    A finding in a file that the recipe refers to is covered by the comments of that file.
    """
    by_file = _by_file(outcome, context, ran.rules)
    own = by_file.get(context.document.path)
    found = list(outcome.findings)
    left = [f for f in found if not _covered(f, by_file)]
    if own is not None:
        judged = list(_judged(own, outcome, context, ran))
        found.extend(judged)
        left.extend(f for f in judged if not _covered(f, by_file))
        left.sort(key=lambda f: f.sort_key)
    return left, len(found) - len(left)


def _covered(finding: Finding, by_file: Table[str, _Comments]) -> bool:
    held = by_file.get(finding.path)
    if held is None:
        return False
    covering = [suppression for suppression in held.suppressions if suppression.covers(finding)]
    return bool(covering)


# --- reading comments


@dataclass(slots=True)
class _Comments:
    """The suppressions of a file, and the places of comments that are none, with the reason."""

    suppressions: list[Suppression] = field(default_factory=list)
    unreadable: list[tuple[Span, str]] = field(default_factory=list)


def _by_file(outcome: Outcome, context: CheckContext, rules: RuleSet) -> dict[str, _Comments]:
    """The comments of the document, and of other files with findings, that have any."""
    documents = {context.document.path: context.document}
    for finding in outcome.findings:
        if finding.path not in documents:
            other = context.workspace.loaded(finding.path)
            if other is not None:
                documents[finding.path] = other
    return {
        path: _read(document, rules)
        for path, document in documents.items()
        if "recipelint:" in document.text and document.format != "json"
    }


def _read(document: Document, rules: RuleSet) -> _Comments:
    found = _Comments()
    for comment in comments(document):
        directive = _DIRECTIVE.match(comment.text)
        if directive is None:
            continue
        length = len(comment.text) + 1
        span = Span(comment.line, comment.column, comment.line, comment.column + length)
        match = _PATTERN.match("".join(directive.groups()))
        if match is None and not _meant(*directive.groups()):
            continue
        if match is None:
            found.unreadable.append((span, "is not `ignore[RULE] reason`"))
            continue
        kind, listed, reason = match.groups()
        names = tuple(name.strip() for name in listed.split(",") if name.strip())
        if not names:
            found.unreadable.append((span, "names no rule"))
            continue
        known = {name: rule.id for name in names if (rule := rules.find(name))}
        lines = None if kind == "ignore-file" else _lines(document, comment)
        found.suppressions.append(Suppression(span, names, known, lines, reason.strip()))
    return found


def _meant(word: str, rest: str) -> bool:
    """Whether a comment that is no suppression was meant to be one."""
    import difflib

    bracket = rest.lstrip().startswith("[")
    return bracket or bool(difflib.get_close_matches(word.lower(), _WORDS, 1, 0.75))


def _lines(document: Document, comment: Comment) -> range:
    if not comment.own_line:
        return range(comment.line, comment.line + 1)
    lines = document.lines
    for number in range(comment.line, len(lines)):
        text = lines[number].strip()
        if text and not text.startswith("#"):
            return range(number + 1, _end(document, number + 1, text) + 1)
    return range(comment.line, comment.line + 1)


def _end(document: Document, line: int, text: str) -> int:
    """The last line of what begins on `line`.

    A TOML header begins the tables above its own as well, if they stand nowhere else: there the
    smallest part is meant. Elsewhere it is the largest, `- a: 1` being an item and an entry.
    """
    ends = [_last_line(span) for span in _starting(document, line)]
    if not ends:
        return line
    return min(ends) if document.format == "toml" and text.startswith("[") else max(ends)


def _last_line(span: Span) -> int:
    """A part that ends before the first character of a line does not reach into it."""
    return (
        span.end_line - 1 if span.end_column == 1 and span.end_line > span.line else span.end_line
    )


def _starting(document: Document, line: int) -> Iterator[Span]:
    """The places of the entries and items that begin on a line."""
    waiting: list[Node | Entry | None] = [document.root, *document.more]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            for entry in node.entries:
                if entry.key_span.line == line and not entry.merged:
                    yield entry.value.span
                waiting.append(entry.value)
        elif isinstance(node, Sequence):
            for item in node.items:
                if item.span.line == line:
                    yield item.span
                waiting.append(item)


# --- what is wrong with suppressions


def _judged(
    held: _Comments, outcome: Outcome, context: CheckContext, ran: Ran
) -> Iterator[Finding]:
    path = context.document.path
    for check, rows in (
        (UNKNOWN, _unknown(held, ran.rules)),
        (UNUSED, _unused(held, outcome, context, ran)),
        (UNEXPLAINED, _unexplained(held, ran)),
    ):
        rule = ran.judge(check)
        for span, values in rows if rule is not None else ():
            assert rule is not None
            yield Finding(
                rule=rule.id,
                name=rule.name,
                severity=rule.severity,
                message=rule.message.fill(values),
                path=path,
                span=span,
                help=rule.help.fill(values) if rule.help else None,
                evidence=rule.evidence,
            )


_Rows = Iterable[tuple[Span, dict[str, object]]]


def _unknown(held: _Comments, rules: RuleSet) -> _Rows:
    import difflib

    for span, reason in held.unreadable:
        yield span, {"problem": f"the comment {reason}"}
    known = [rule.id for rule in rules] + [rule.name for rule in rules]
    for suppression in held.suppressions:
        for name in suppression.names:
            if name in suppression.rules:
                continue
            close = difflib.get_close_matches(name.upper(), known, 1) or difflib.get_close_matches(
                name.lower(), known, 1
            )
            hint = f", though there is `{close[0]}`" if close else ""
            yield suppression.span, {"problem": f"no rule is called `{name}`{hint}"}


def _unused(held: _Comments, outcome: Outcome, context: CheckContext, ran: Ran) -> _Rows:
    """Rules that ran, were assessed, and were silenced for nothing.

    Files that belong to a recipe are passed over: what they silence may come up in the recipe.
    Suppressions of these very rules are never called unused.
    """
    if context.document.broken or context.dialect.purpose != "recipe":
        return
    idle = {skipped.rule for skipped in outcome.not_assessed}
    judged = {r.id for r in ran.selected if r.id not in idle and r.check not in _JUDGING}
    for suppression in held.suppressions:
        for name, rule in suppression.rules.items():
            if rule in judged and rule not in suppression.used:
                yield suppression.span, {"rule": name}


def _unexplained(held: _Comments, ran: Ran) -> _Rows:
    for suppression in held.suppressions if ran.require_reason else ():
        if not suppression.reason:
            yield suppression.span, {"rule": ", ".join(suppression.names)}
