"""Compiled rules against a recipe: findings, and rules that could not be assessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from recipelint.document.limits import said
from recipelint.engine.checks import CHECKS, Check, CheckContext
from recipelint.engine.expressions import UNKNOWN, Evaluate
from recipelint.engine.rules import Rule
from recipelint.engine.scope import PhaseScope
from recipelint.engine.templates import show
from recipelint.findings import START, Finding, Fix, Input, NotAssessed, Span
from recipelint.recipe.facts import Fact, Origin

_MAX_INPUTS = 4
_MEASURED = "measured."
"""How checks of a run's log are called."""
_PARAMETERS = "estimate.parameters.total"


class Outcome:
    """What the rules say about one file."""

    __slots__ = ("findings", "not_assessed")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.not_assessed: list[NotAssessed] = []


class Asked(NamedTuple):
    """A rule that a Python check judges, with the values of its parameters."""

    rule: Rule
    parameters: Mapping[str, Any]
    check: str


class Ready(NamedTuple):
    """A rule that a condition judges, with the values of its parameters."""

    rule: Rule
    parameters: Mapping[str, Any]
    applies: Evaluate | None
    requires: Evaluate


class Chosen(NamedTuple):
    """The rules for a dialect, in the order of their ids, and all of them by id."""

    checks: tuple[Asked, ...]
    conditions: tuple[Ready, ...]
    rules: Mapping[str, Rule]


class Plan:
    """Which rules run on the files of a dialect, made once for many files."""

    def __init__(self, rules: Iterable[Rule], parameters: Mapping[str, Mapping[str, Any]]) -> None:
        """`parameters` are a project's own values for rule parameters, by rule id."""
        self._rules = tuple(rules)
        self._parameters = parameters
        self._chosen: dict[str, Chosen] = {}

    def of(self, dialect: str) -> Chosen:
        """The rules for a dialect."""
        if dialect not in self._chosen:
            self._chosen[dialect] = self._choose(dialect)
        return self._chosen[dialect]

    def _choose(self, dialect: str) -> Chosen:
        rules = [r for r in self._rules if not r.dialects or dialect in r.dialects]
        checks: list[Asked] = []
        conditions: list[Ready] = []
        for rule in rules:
            logic = rule.logic
            parameters = {**logic.parameters, **self._parameters.get(rule.id, {})}
            if logic.check is not None:
                checks.append(Asked(rule, parameters, logic.check))
            if logic.requires is not None:
                applies = logic.applies.evaluate if logic.applies is not None else None
                conditions.append(Ready(rule, parameters, applies, logic.requires.evaluate))
        return Chosen(tuple(checks), tuple(conditions), {rule.id: rule for rule in rules})


def evaluate(context: CheckContext, plan: Plan) -> Outcome:
    """Run the rules on the document and on each phase of its recipe."""
    outcome = Outcome()
    chosen = plan.of(context.dialect.name)
    for asked in chosen.checks:
        if _has_matter(asked.check, context):
            found = _run_check(asked, CHECKS[asked.check], context)
            outcome.findings.extend(limited(found, context.workspace.limits.findings))
    for phase in context.recipe.phases if context.recipe else ():
        scope = context.scope(phase)
        for ready in chosen.conditions:
            _run_condition(ready, context, scope, outcome)
    if outcome.findings:
        outcome.findings = _one_per_cause(outcome.findings, chosen.rules)
    return outcome


def _has_matter(check: str, context: CheckContext) -> bool:
    """Whether a check can find anything at all, so that its module need not be imported."""
    return context.measured is not None or not check.startswith(_MEASURED)


def _run_check(asked: Asked, check: Check, context: CheckContext) -> Iterator[Finding]:
    rule = asked.rule
    context.parameters = asked.parameters
    for hit in check(context):
        yield Finding(
            rule=rule.id,
            name=rule.name,
            severity=hit.severity or rule.severity,
            message=rule.message.fill(hit.values),
            path=hit.path or context.document.path,
            span=hit.span,
            key=hit.key,
            fact=hit.fact,
            phase=hit.phase.name if hit.phase else None,
            help=hit.help or (rule.help.fill(hit.values) if rule.help else None),
            evidence=rule.evidence,
            fix=hit.fix,
            url=rule.url,
        )


def limited(findings: Iterable[Finding], most: int) -> Iterator[Finding]:
    """The first `most` findings of a rule in a file, and where there are more, one that says so."""
    for number, finding in enumerate(findings, 1):
        if number > most:
            message = said("findings", f"the file has more such places than {most:,}")
            yield finding._replace(message=message, help=None, fix=None)
            return
        yield finding


def _run_condition(
    ready: Ready, context: CheckContext, scope: PhaseScope, outcome: Outcome
) -> None:
    rule = ready.rule
    scope.begin(ready.parameters)
    applies = ready.applies(scope) if ready.applies is not None else True
    if applies is False:
        return
    holds = ready.requires(scope)
    if holds is True:
        return
    if applies is UNKNOWN or holds is UNKNOWN:
        outcome.not_assessed.append(
            NotAssessed(
                rule.id,
                rule.name,
                context.document.path,
                scope.phase.name,
                tuple(scope.missing),
                next(iter(scope.missing.values()), None),
            )
        )
        return
    outcome.findings.append(_finding(rule, context, scope))


def _finding(rule: Rule, context: CheckContext, scope: PhaseScope) -> Finding:
    fact = _anchor(rule, scope)
    path = (fact.path if fact else None) or context.document.path
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity,
        message=rule.message.render(scope),
        path=path,
        span=(fact.span if fact else None) or _first_key(context),
        key=fact.key if fact else None,
        fact=fact.name if fact else rule.at[0],
        phase=scope.phase.name,
        help=rule.help.render(scope) if rule.help else None,
        inputs=tuple(_inputs(rule, scope)),
        evidence=rule.evidence,
        fix=_fix(rule, context, scope, path),
        url=rule.url,
    )


def _anchor(rule: Rule, scope: PhaseScope) -> Fact | None:
    """The first stated fact at which the finding can stand: one of `at`, else one it reads."""
    names = [*rule.at, *rule.reads, *(rule.applies.names if rule.applies else ())]
    for name in names:
        fact = scope.fact(name) if name != "dialect" and "estimate" not in name else None
        if fact is not None and fact.span is not None:
            return fact
    return None


def _first_key(context: CheckContext) -> Span:
    root = context.document.mapping
    return root.entries[0].key_span if root and root.entries else START


def _inputs(rule: Rule, scope: PhaseScope) -> Iterator[Input]:
    """The facts and estimates behind the finding, each with its origin, and the parameters."""
    names = _with_inputs(rule.reads, scope)
    for name in sorted(names, key=lambda name: name.startswith("parameters.")):
        section, _, rest = name.partition(".")
        if section == "parameters":
            tuned = scope.parameters[rest] != rule.parameters[rest]
            origin = "settings" if tuned else "parameter of the rule"
            yield Input(name, show(scope.value(name)), origin)
        elif section == "estimate":
            yield from _estimated(name, scope)
        elif name != "dialect" and (fact := scope.fact(name)) is not None:
            yield Input(name, show(fact.value), origin_of(fact))


def _estimated(name: str, scope: PhaseScope) -> Iterator[Input]:
    estimate = scope.estimate(name.partition(".")[2])
    if estimate.value is None:
        return
    origin = f"estimate: {estimate.formula}" if estimate.formula else "estimate"
    lines = [
        fact.span.line
        for fact in (scope.fact(n) for n in estimate.inputs)
        if fact is not None and fact.span is not None and fact.path is not None
    ]
    if name == _PARAMETERS and len(lines) > _MAX_INPUTS:
        origin = f"from the architecture, lines {min(lines)}-{max(lines)}"
    yield Input(name, show(estimate.value), origin)


def _with_inputs(names: Iterable[str], scope: PhaseScope) -> dict[str, None]:
    """The names, each estimate followed by the stated facts that it was computed from.

    An architecture's dozen numbers would bury the sum; its number of parameters stands for them.
    """
    found: dict[str, None] = {}
    for name in names:
        found.setdefault(name)
        if not name.startswith("estimate.") or name == _PARAMETERS:
            continue
        inputs = scope.estimate(name.partition(".")[2]).inputs
        stated = [n for n in inputs if scope.introspect("stated", n)]
        model = [n for n in stated if n.startswith("model.")]
        if len(model) > _MAX_INPUTS:
            stated = [*(n for n in stated if n not in model), _PARAMETERS]
        found.update(dict.fromkeys(n for n in stated if n not in found))
    return found


def origin_of(fact: Fact) -> str:
    """Where a fact comes from, in words."""
    if fact.origin is Origin.STATED and fact.span is not None:
        return f"{fact.path}:{fact.span.line}"
    return f"{fact.origin}: {fact.detail}" if fact.detail else str(fact.origin)


def _fix(rule: Rule, context: CheckContext, scope: PhaseScope, path: str) -> Fix | None:
    if rule.fix is None:
        return None
    from recipelint.engine.remedies import of_fact

    return of_fact(rule.fix, context, scope, path)


def _one_per_cause(findings: list[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """Drop what another rule says better, and what several phases inherit from one line."""
    fired = {(f.rule, f.phase) for f in findings} | {(f.rule, None) for f in findings}
    kept: dict[tuple[Any, ...], Finding] = {}
    for finding in findings:
        yields_to = rules[finding.rule].yields_to
        if any((other, finding.phase) in fired for other in yields_to):
            continue
        same = (finding.rule, finding.path, finding.span, finding.message)
        held = kept.get(same)
        kept[same] = held._replace(phase=None) if held and held.phase != finding.phase else finding
    return sorted(kept.values(), key=lambda f: f.sort_key)
