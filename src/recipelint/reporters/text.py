"""The report for people: each finding with its line, its sum, its source and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from recipelint.engine.rules import STATUSES
from recipelint.findings import Citation, Finding, Input, NotAssessed
from recipelint.linter import Report
from recipelint.reporters.excerpt import excerpt, lines_of
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import line, visible, width
from recipelint.reporters.style import Style, wrap
from recipelint.reporters.summary import Tally

_NARROWEST = 40
_MESSAGE_ROOM = 44
"""A message that does not fit beside the carets goes under them, in at least these columns."""
_ORIGIN_ROOM = 20
_CITATIONS = 2


def render(report: Report, options: Options) -> str:
    """Findings in order, then the rules that were not assessed (if verbose), then the sum."""
    stream = Stream(options)
    return stream.take(report) + stream.end(Tally(report))


class Stream:
    """Lays out findings file by file; remembers which rules' evidence it has shown."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._printer = _Printer(options)
        self._begun = False

    def take(self, report: Report) -> str:
        """The findings of further files, and the rules that were not assessed (if verbose)."""
        blocks = [self._printer.block(finding, report.sources) for finding in report.findings]
        if self._options.verbose and report.not_assessed:
            blocks.append(self._printer.not_assessed(report.not_assessed))
        return self._apart(blocks)

    def end(self, tally: Tally) -> str:
        """The sum of all."""
        if not self._options.summary:
            return ""
        said = tally.sentence("" if self._options.verbose else " (run with -v to list them)")
        if tally.findings:
            said += ". `recipelint explain RULE` says why."
        return self._apart([wrap(said, self._printer.width)])

    def _apart(self, blocks: list[list[str]]) -> str:
        """The blocks with an empty line between any two, those before included."""
        text = "\n".join("\n".join(map(line, block)) + "\n" for block in blocks)
        if not text:
            return ""
        lead = "\n" if self._begun else ""
        self._begun = True
        return lead + text


class _Printer:
    """The lines of one finding after the other."""

    def __init__(self, options: Options) -> None:
        self.width = max(options.width, _NARROWEST)
        self.style = Style(options.color, options.hyperlinks)
        self._cited: set[str] = set()

    def block(self, finding: Finding, sources: Mapping[str, str]) -> list[str]:
        """The lines of one finding."""
        margin = " " * len(str(finding.span.line))
        return [
            *self._head(finding),
            *self._source(finding, sources.get(finding.path, ""), margin),
            *self._notes(finding, margin),
        ]

    def _head(self, finding: Finding) -> list[str]:
        """Place, rule and name on one line, or on two; a place is never broken, to be linked."""
        place = f"{visible(finding.path)}:{finding.span.line}:{finding.span.column}:"
        rule = self.style.link(self.style.severity(finding.rule, finding.severity), finding.url)
        severity = self.style.severity(finding.severity.value, finding.severity)
        path, name = self.style.paint(place, "path"), visible(finding.name)
        columns = width(f"{place} {finding.severity.value} {finding.rule}")
        if columns + 1 + width(name) <= self.width:
            return [f"{path} {severity} {rule} {name}"]
        if columns <= self.width:
            return [f"{path} {severity} {rule}", f"  {name}"]
        return [path, f"  {severity} {rule} {name}"]

    def _source(self, finding: Finding, source: str, margin: str) -> Iterator[str]:
        """The line with carets under the span, and the message beside or below them."""
        bar = self.style.paint("|", "gutter")
        room = self.width - len(margin) - 3
        message = visible(finding.message)
        shown = excerpt(lines_of(finding.path, source), finding.span, room) if source else None
        if shown is None:
            yield from (f"{margin} {bar} {part}" for part in wrap(message, room))
            return
        yield f"{margin} {bar}"
        number = self.style.paint(str(finding.span.line), "gutter")
        yield f"{number} {bar} {shown.text}".rstrip()
        carets = " " * shown.offset + self.style.severity("^" * shown.length, finding.severity)
        if shown.offset + shown.length + 1 + width(message) <= room:
            yield f"{margin} {bar} {carets} {message}"
            return
        yield f"{margin} {bar} {carets}"
        indent = max(0, min(shown.offset, room - _MESSAGE_ROOM))
        for part in wrap(message, room - indent):
            yield f"{margin} {bar} {' ' * indent}{part}"

    def _notes(self, finding: Finding, margin: str) -> Iterator[str]:
        where = _where(finding)
        if where:
            yield from self._note(margin, "at", [where])
        if finding.inputs:
            yield from self._sum(finding, margin)
        if finding.rule not in self._cited:
            self._cited.add(finding.rule)
            yield from self._note(margin, "evidence", list(_short(finding.evidence)))
        advice = _advice(finding)
        if advice:
            yield from self._note(margin, "help", [advice])

    def _note(self, margin: str, label: str, texts: list[str]) -> Iterator[str]:
        """`= label: text`, each text on lines of its own, aligned behind the label."""
        sign = self.style.paint("=", "gutter")
        head = f"{margin} {sign} {self.style.paint(f'{label}:', 'label')} "
        indent = " " * (len(margin) + len(label) + 5)
        lines = [part for text in texts for part in wrap(text, self.width - len(indent))]
        for index, part in enumerate(lines):
            yield (head if index == 0 else indent) + part

    def _sum(self, finding: Finding, margin: str) -> Iterator[str]:
        """The values behind the message in columns: name, value, where it comes from."""
        sign = self.style.paint("=", "gutter")
        head = f"{margin} {sign} {self.style.paint('sum:', 'label')} "
        indent = " " * (len(margin) + 8)
        rows = [_row(value, finding.path) for value in finding.inputs]
        names = max(width(name) for name, _, _ in rows)
        values = max(width(value) for _, value, _ in rows)
        hanging = names + values + 4
        room = self.width - len(indent) - hanging
        for index, (name, value, origin) in enumerate(rows):
            lead = head if index == 0 else indent
            if room < _ORIGIN_ROOM:
                parts = wrap(f"{name}  {value}  {origin}", self.width - len(indent))
                yield from (f"{lead if at == 0 else indent}{p}" for at, p in enumerate(parts))
                continue
            filled = f"{name}{' ' * (names - width(name))}  {value}{' ' * (values - width(value))}"
            first, *rest = wrap(origin, room) or [""]
            yield f"{lead}{filled}  {self.style.paint(first, 'faint')}".rstrip()
            for part in rest:
                yield f"{indent}{' ' * hanging}{self.style.paint(part, 'faint')}"

    def not_assessed(self, rules: Iterable[NotAssessed]) -> list[str]:
        """The rules that lacked facts, by file, each with what it lacked."""
        lines = [self.style.paint("Not assessed, for want of facts:", "label")]
        place = None
        for skipped in rules:
            if place != (skipped.path, skipped.phase):
                place = (skipped.path, skipped.phase)
                phase = f", phase {visible(skipped.phase)}" if skipped.phase else ""
                lines.append(f"  {self.style.paint(visible(skipped.path), 'path')}{phase}")
            indent = " " * (len(skipped.rule) + 5)
            first, *rest = wrap(_lack(skipped), self.width - len(indent))
            lines.append(f"    {skipped.rule} {first}")
            lines.extend(f"{indent}{part}" for part in rest)
        return lines


def _where(finding: Finding) -> str | None:
    """The key's path where the line alone does not say it, and the phase."""
    parts = []
    if finding.key and ("." in finding.key or "[" in finding.key):
        parts.append(visible(finding.key))
    if finding.phase:
        parts.append(f"phase {visible(finding.phase)}")
    return ", ".join(parts) or None


def _advice(finding: Finding) -> str | None:
    """What to do, and whether there is an edit that does it."""
    if finding.fix is None:
        return visible(finding.help) if finding.help else None
    advice = visible(finding.help or finding.fix.title)
    return f"{advice} ({'safe fix' if finding.fix.safe else 'fix changes the run'})"


def _row(value: Input, path: str) -> tuple[str, str, str]:
    """Name, value and origin, with the finding's own file left out."""
    origin = value.origin
    line_number = origin.removeprefix(f"{path}:")
    if line_number != origin and line_number.isdigit():
        origin = f"line {line_number}"
    return visible(value.name), visible(value.value, 60), visible(origin)


def _short(evidence: tuple[Citation, ...]) -> Iterator[str]:
    """Source and place of the best citations; what was not published is marked as such."""
    best = sorted(evidence, key=lambda citation: STATUSES.index(citation.status))
    more = len(best) - _CITATIONS
    for index, citation in enumerate(best[:_CITATIONS], 1):
        mark = f" ({citation.status})" if citation.status in ("derived", "judgement") else ""
        tail = f"; and {more} more" if index == _CITATIONS and more > 0 else ""
        yield visible(f"{citation.source}, {citation.where}{mark}") + tail


def _lack(skipped: NotAssessed) -> str:
    reason = f" ({skipped.reason})" if skipped.reason else ""
    return visible(f"{skipped.name}: {', '.join(skipped.missing)}{reason}")
