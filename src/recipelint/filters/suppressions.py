"""`# recipelint: ignore[OPT001] reason` in the recipe itself.

Behind a value it covers that line; on a line of its own it covers what begins on the next line
that is not a comment, a whole mapping or list with all that is in it;
`# recipelint: ignore-file[OPT001] reason` covers the file. The rules are always named, by id or
by name. Suppressions that silence nothing, name no rule, or lack a reason that the project
demands are findings themselves, of the rules whose checks are named here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from typing import NamedTuple

from recipelint.document import Comment, Document, Mapping, Node, Sequence
from recipelint.document.comments import comments
from recipelint.engine.checks import CheckContext
from recipelint.engine.evaluate import Outcome, limited
from recipelint.engine.rules import Rule, RuleSet
from recipelint.filters.removal import removal
from recipelint.findings import Finding, Fix, Span

UNUSED = "suppressions.unused"
UNKNOWN = "suppressions.unknown"
UNEXPLAINED = "suppressions.unexplained"
_JUDGING = (UNUSED, UNKNOWN, UNEXPLAINED)
_MENTION = r"#\s*recipelint:"
_DIRECTIVE = r"\s*recipelint:\s*([A-Za-z-]+)(.*)$"
_WORDS = ("ignore", "ignore-file", "disable", "noqa", "skip")
"""What people write who want to silence a rule; other remarks about recipelint are just that."""
_MOST_HINTS = 20
"""Looking for the name that is meant is slow: no more often than this for one file."""
_PATTERN = r"(ignore|ignore-file)\s*\[([^\]]*)\]\s*:?\s*(.*)$"


class Ran(NamedTuple):
    """The rules that there are, those that ran, and whether a suppression needs a reason."""

    rules: RuleSet
    selected: tuple[Rule, ...]
    require_reason: bool

    def judge(self, check: str) -> Rule | None:
        """The selected rule that is about suppressions of this kind."""
        return next((rule for rule in self.selected if rule.check == check), None)


class Suppression(NamedTuple):
    """One comment: which rules (ids) it silences in which lines, and those that it did silence.

    `lines` is None for the whole file; `names` are the rules as the comment writes them.
    """

    span: Span
    names: tuple[str, ...]
    rules: Table[str, str]
    lines: range | None
    reason: str
    used: set[str]


def suppress(outcome: Outcome, context: CheckContext, ran: Ran) -> tuple[list[Finding], int]:
    """The findings that no comment covers, in order, and how many are covered.

    A finding in a file that the recipe refers to is covered by the comments of that file.
    """
    by_file = _by_file(outcome, context, ran.rules)
    own = by_file.get(context.document.path)
    found = list(outcome.findings)
    left = _uncovered(found, by_file)
    if own is not None:
        judged = list(_judged(own, outcome, context, ran))
        found.extend(judged)
        left.extend(_uncovered(judged, by_file))
        left.sort(key=lambda f: f.sort_key)
    return left, len(found) - len(left)


def _uncovered(findings: list[Finding], by_file: Table[str, _Comments]) -> list[Finding]:
    """The findings that no comment covers; suppressions note the rules that they silence.

    Both are looked up by rule and line: a file may have thousands of either.
    """
    lines: dict[tuple[str, str], set[int]] = {}
    for finding in findings:
        lines.setdefault((finding.path, finding.rule), set()).add(finding.span.line)
    covered: dict[tuple[str, str], set[int]] = {}
    for path, held in by_file.items():
        places = {rule: sorted(at) for (name, rule), at in lines.items() if name == path}
        for rule, at in places.items():
            covered[path, rule] = held.silence(rule, at)
    return [f for f in findings if f.span.line not in covered.get((f.path, f.rule), ())]


# --- reading comments


class _Comments(NamedTuple):
    """The suppressions of a file, and the places of comments that are none, with the reason."""

    suppressions: list[Suppression]
    unreadable: list[tuple[Span, str]]

    def silence(self, rule: str, lines: list[int]) -> set[int]:
        """Those of the sorted `lines` in which the rule is silenced; noted where it is."""
        silent: set[int] = set()
        seen: dict[range | None, bool] = {}
        for suppression in self.suppressions:
            if rule not in suppression.rules.values():
                continue
            reach = suppression.lines
            if reach not in seen:
                first = 0 if reach is None else bisect_left(lines, reach.start)
                last = len(lines) if reach is None else bisect_left(lines, reach.stop)
                silent.update(lines[first:last])
                seen[reach] = last > first
            if seen[reach]:
                suppression.used.add(rule)
        return silent


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
        if document.format != "json" and re.search(_MENTION, document.text)
    }


def _read(document: Document, rules: RuleSet) -> _Comments:
    found, reach = _Comments([], []), _Reach(document)
    ids = {name.lower(): rule.id for rule in rules for name in (rule.id, rule.name)}
    for comment in comments(document):
        directive = re.match(_DIRECTIVE, comment.text)
        if directive is None:
            continue
        length = len(comment.text) + 1
        span = Span(comment.line, comment.column, comment.line, comment.column + length)
        match = re.match(_PATTERN, "".join(directive.groups()))
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
        known = {name: ids[name.lower()] for name in names if name.lower() in ids}
        lines = None if kind == "ignore-file" else reach.of(comment)
        found.suppressions.append(Suppression(span, names, known, lines, reason.strip(), set()))
    return found


def _meant(word: str, rest: str) -> bool:
    """Whether a comment that is no suppression was meant to be one."""
    import difflib

    bracket = rest.lstrip().startswith("[")
    return bracket or bool(difflib.get_close_matches(word.lower(), _WORDS, 1, 0.75))


class _Reach:
    """Which lines the comments of a document cover; the tree is walked once for all of them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._below: list[int] | None = None
        self._starting: dict[int, list[Span]] = {}

    def of(self, comment: Comment) -> range:
        """The lines that a comment covers."""
        if self._below is None:
            self._below = _below(self._document.lines)
            self._starting = _starting(self._document)
        line = self._below[comment.line] if comment.own_line else 0
        if not line:
            return range(comment.line, comment.line + 1)
        return range(line, self._end(line) + 1)

    def _end(self, line: int) -> int:
        """The last line of what begins on `line`.

        A TOML header begins the tables above its own as well, if they stand nowhere else: there
        the smallest part is meant. Elsewhere it is the largest, `- a: 1` being an item and an
        entry.
        """
        ends = [_last_line(span) for span in self._starting.get(line, ())]
        if not ends:
            return line
        header = self._document.lines[line - 1].lstrip().startswith("[")
        return min(ends) if self._document.format == "toml" and header else max(ends)


def _below(lines: list[str]) -> list[int]:
    """For each line the next one that holds more than a comment, 0 where there is none."""
    found = [0] * (len(lines) + 1)
    for number in range(len(lines), 0, -1):
        text = lines[number - 1].strip()
        found[number - 1] = number if text and not text.startswith("#") else found[number]
    return found


def _last_line(span: Span) -> int:
    """A part that ends before the first character of a line does not reach into it."""
    return (
        span.end_line - 1 if span.end_column == 1 and span.end_line > span.line else span.end_line
    )


def _starting(document: Document) -> dict[int, list[Span]]:
    """The places of the entries and items, by the line on which they begin."""
    found: dict[int, list[Span]] = {}
    waiting: list[Node | None] = [document.root, *document.more]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            for entry in node.entries:
                if not entry.merged:
                    found.setdefault(entry.key_span.line, []).append(entry.value.span)
                waiting.append(entry.value)
        elif isinstance(node, Sequence):
            for item in node.items:
                found.setdefault(item.span.line, []).append(item.span)
                waiting.append(item)
    return found


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
        if rule is not None:
            found = (objection(rule, row.span, row.values, path, row.fix) for row in rows)
            yield from limited(found, context.workspace.limits.findings)


def objection(
    rule: Rule, span: Span, values: Table[str, object], path: str, fix: Fix | None = None
) -> Finding:
    """What a rule about suppressions says of one, with the values of its message."""
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity,
        message=rule.message.fill(values),
        path=path,
        span=span,
        url=rule.url,
        help=rule.help.fill(values) if rule.help else None,
        evidence=rule.evidence,
        fix=fix,
    )


class _Wrong(NamedTuple):
    """A suppression that is wrong, with the values of the rule's message."""

    span: Span
    values: dict[str, object]
    fix: Fix | None = None


_Rows = Iterable[_Wrong]


def _unknown(held: _Comments, rules: RuleSet) -> _Rows:
    import difflib

    for span, reason in held.unreadable:
        yield _Wrong(span, {"problem": f"the comment {reason}"})
    known = [rule.id for rule in rules] + [rule.name for rule in rules]
    strange = ((s.span, name) for s in held.suppressions for name in s.names if name not in s.rules)
    for number, (span, name) in enumerate(strange):
        close = number < _MOST_HINTS and (
            difflib.get_close_matches(name.upper(), known, 1)
            or difflib.get_close_matches(name.lower(), known, 1)
        )
        hint = f", though there is `{close[0]}`" if close else ""
        yield _Wrong(span, {"problem": f"no rule is called `{name}`{hint}"})


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
                fix = removal(context.document.lines, suppression.span, suppression.names, name)
                yield _Wrong(suppression.span, {"problem": f"`{name}` finds nothing here"}, fix)


def _unexplained(held: _Comments, ran: Ran) -> _Rows:
    for suppression in held.suppressions if ran.require_reason else ():
        if not suppression.reason:
            yield _Wrong(suppression.span, {"rule": ", ".join(suppression.names)})
