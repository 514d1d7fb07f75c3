"""A rule's own examples held against the linter: the bad ones are found, the good ones are not.

All rules run, as in profile `all`, each with the parameters of its own file: what an example shows
does not change with the settings of a project.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import NamedTuple

from recipelint.document import Mapping, Node, Sequence, follow, parse, read
from recipelint.engine.rules import PROFILES, Example, Rule, RuleSet
from recipelint.engine.scope import PhaseScope
from recipelint.errors import UseError
from recipelint.findings import Finding, Severity
from recipelint.linter import Linter, Report
from recipelint.recipe.facts import Recipe
from recipelint.settings import Settings

BAD, GOOD = "bad", "good"
_SETTINGS = Settings(profile=PROFILES[-1], require_reason=True)
_LOG = "metrics."
"""How a file beside an example begins that is the log of its run."""


class Problem(NamedTuple):
    """What is wrong with an example: an error, or a warning about one that shows nothing.

    `kind` is `bad` or `good`. `number` counts the examples of that kind from 1; it is None where
    there is none. `line` is the example's in the rule file.
    """

    rule: Rule
    kind: str
    number: int | None
    title: str | None
    line: int
    severity: Severity
    expected: str
    found: str


class _Answer(NamedTuple):
    """What came out where something else was expected."""

    expected: str
    found: str
    severity: Severity = Severity.ERROR


class Bench:
    """A linter of all rules, on which the examples of each one are tried."""

    def __init__(self, rules: RuleSet) -> None:
        """`rules` are those under trial and all that run beside them."""
        self._rules = rules
        self._linter = Linter(_SETTINGS, rules)

    def problems(self, rule: Rule) -> Iterator[Problem]:
        """What is wrong with the examples of a rule."""
        for kind, examples in ((BAD, rule.bad), (GOOD, rule.good)):
            for number in range(1, len(examples) + 1):
                problem = self.problem(rule, kind, number)
                if problem is not None:
                    yield problem
            if not examples:
                yield _problem(rule, kind, None, _Answer("one", "there is none", Severity.WARNING))

    def problem(self, rule: Rule, kind: str, number: int) -> Problem | None:
        """What is wrong with the example of that kind and number, which counts from 1."""
        example = (rule.bad if kind == BAD else rule.good)[number - 1]
        answer: _Answer | None
        with TemporaryDirectory(prefix="recipelint-") as folder:
            try:
                report = self.report(example, folder)
            except UseError as error:
                answer = _Answer("files that can be read", str(error))
            else:
                answer = (
                    self._bad(rule, example, report, folder)
                    if kind == BAD
                    else _good(rule, example, report)
                )
        return _problem(rule, kind, number, answer) if answer else None

    def report(self, example: Example, folder: str) -> Report:
        """The report on an example, written into an empty folder with the files beside it.

        Raises UseError for files that cannot be written, and for a log that cannot be read.
        """
        os.mkdir(os.path.join(folder, ".git"))  # nothing above it is looked at
        for name, text in {example.file: example.text, **example.files}.items():
            _write(folder, name, text)
        return self.linter(example, folder).check_file(os.path.join(folder, example.file))

    def linter(self, example: Example, folder: str) -> Linter:
        """The linter for an example in a folder; a log beside it is given as that of its run."""
        logs = [name for name in example.files if name.startswith(_LOG)]
        if not logs:
            return self._linter
        return Linter(_SETTINGS._replace(metrics=os.path.join(folder, logs[0])), self._rules)

    def _bad(self, rule: Rule, example: Example, report: Report, folder: str) -> _Answer | None:
        own = _own(rule, report)
        if not own:
            wanted = "a finding" if example.line is None else f"a finding in line {example.line}"
            return _Answer(wanted, self._silence(rule, example, report, folder))
        lines = [finding.span.line for finding in own]
        if example.line is not None and example.line not in lines:
            places = ", ".join(str(line) for line in lines)
            return _Answer(f"a finding in line {example.line}", f"it is in line {places}")
        unknown = [f.message for f in own if "?" in f.message and "?" not in rule.message.source]
        return _Answer("a message whose values are known", unknown[0]) if unknown else None

    def _silence(self, rule: Rule, example: Example, report: Report, folder: str) -> str:
        """Why a rule finds nothing in an example."""
        reason = _unread(example, report) or _unassessed(rule, report) or _hidden(rule, report)
        if reason is not None:
            return reason
        path = os.path.join(folder, example.file)
        recipe = self.linter(example, folder).recipe(path)
        return _passed(rule, recipe)


def _good(rule: Rule, example: Example, report: Report) -> _Answer | None:
    unread = _unread(example, report)
    if unread is not None:
        return _Answer("a recipe", unread)
    own = _own(rule, report)
    if own:
        return _Answer("no finding", f"line {own[0].span.line}: {own[0].message}")
    errors = [f for f in report.findings if f.severity is Severity.ERROR]
    if errors:
        return _Answer("no error", _told(errors[0]))
    unassessed = _unassessed(rule, report)
    if unassessed is not None:
        return _Answer("the rule to pass it", unassessed, Severity.WARNING)
    return None


def _write(folder: str, name: str, text: str) -> None:
    path = os.path.join(folder, name)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise UseError(f"`{name}` cannot be written: {error.strerror}") from None
    except ValueError:  # a null in the name, a lone surrogate in the text
        raise UseError(f"`{name}` cannot be written") from None


def _own(rule: Rule, report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.rule == rule.id]


def _unread(example: Example, report: Report) -> str | None:
    """Why an example is no recipe, or only a part of one."""
    document = parse(example.text, example.file)
    if document.broken:
        problem = document.problems[0]
        return f"it does not parse: line {problem.span.line}: {problem.message}"
    return None if report.recipes else "it is not recognised as a recipe"


def _unassessed(rule: Rule, report: Report) -> str | None:
    for skipped in report.not_assessed:
        if skipped.rule == rule.id:
            reason = f" ({skipped.reason})" if skipped.reason else ""
            return f"the rule is not assessed, for want of {', '.join(skipped.missing)}{reason}"
    return None


def _hidden(rule: Rule, report: Report) -> str | None:
    """What stands in the place of the rule's finding."""
    better = next((f for f in report.findings if f.rule in rule.yields_to), None)
    if better is not None:
        return f"the rule yields to {_told(better)}"
    return "a comment in it silences a finding" if report.suppressed else None


def _passed(rule: Rule, recipe: Recipe | None) -> str:
    """Why a rule that nothing hides is content with a recipe."""
    if recipe is not None and rule.dialects and recipe.dialect not in rule.dialects:
        wanted = ", ".join(sorted(rule.dialects))
        return f"it is read as {recipe.dialect}, and the rule looks at {wanted} only"
    if rule.requires is None:
        return "the check finds nothing in it"
    applies = recipe is not None and any(_applies(rule, scope) for scope in _scopes(rule, recipe))
    return "what the rule requires holds" if applies else "the rule does not apply to it"


def _scopes(rule: Rule, recipe: Recipe) -> Iterator[PhaseScope]:
    for phase in recipe.phases:
        scope = PhaseScope(phase, recipe.dialect)
        scope.begin(rule.parameters)
        yield scope


def _applies(rule: Rule, scope: PhaseScope) -> bool:
    return rule.applies is None or rule.applies.evaluate(scope) is True


def _told(finding: Finding) -> str:
    return f"{finding.severity} {finding.rule} in line {finding.span.line}: {finding.message}"


def _problem(rule: Rule, kind: str, number: int | None, answer: _Answer) -> Problem:
    examples = rule.bad if kind == BAD else rule.good
    title = examples[number - 1].title if number is not None else None
    line = _line(rule, kind, number)
    return Problem(rule, kind, number, title, line, answer.severity, answer.expected, answer.found)


def _line(rule: Rule, kind: str, number: int | None) -> int:
    """The line of an example in its rule file, or that of the nearest thing above it."""
    try:
        root = read(rule.path, rule.path).mapping
    except OSError:
        return 1
    entry = root.find("examples") if root else None
    if entry is None:
        return 1
    kinds = follow(entry.value)
    listed = kinds.find(kind) if isinstance(kinds, Mapping) else None
    if listed is None:
        return entry.key_span.line
    item = _item(listed.value, number)
    return item.span.line if item else listed.key_span.line


def _item(examples: Node, number: int | None) -> Node | None:
    held = follow(examples)
    if number is None or not isinstance(held, Sequence) or number > len(held.items):
        return None
    return held.items[number - 1]
