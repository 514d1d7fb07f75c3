"""Compiled rules against a recipe: findings, and rules that could not be assessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from recipelint.engine.checks import CHECKS, Check, CheckContext
from recipelint.engine.expressions import UNKNOWN, Compiled, Evaluate
from recipelint.engine.rules import Rule
from recipelint.engine.scope import PhaseScope
from recipelint.engine.templates import show
from recipelint.findings import START, Edit, Finding, Fix, Input, NotAssessed, Span
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


class Ready(NamedTuple):
    """A rule with the values of its parameters, and the part of it that is asked first."""

    rule: Rule
    parameters: Mapping[str, Any]
    check: str | None
    applies: Evaluate | None
    requires: Compiled | None


class Plan:
    """Which rules run on the files of a dialect, made once for many files."""

    def __init__(self, rules: Iterable[Rule], parameters: Mapping[str, Mapping[str, Any]]) -> None:
        """`parameters` are a project's own values for rule parameters, by rule id."""
        self._rules = tuple(rules)
        self._parameters = parameters
        self._ready: dict[str, tuple[Ready, ...]] = {}

    def of(self, dialect: str) -> tuple[Ready, ...]:
        """The rules for a dialect, in the order of their ids."""
        if dialect not in self._ready:
            own = (rule for rule in self._rules if not rule.dialects or dialect in rule.dialects)
            self._ready[dialect] = tuple(map(self._made_ready, own))
        return self._ready[dialect]

    def _made_ready(self, rule: Rule) -> Ready:
        logic = rule.logic
        return Ready(
            rule,
            {**logic.parameters, **self._parameters.get(rule.id, {})},
            logic.check,
            logic.applies.evaluate if logic.applies is not None else None,
            logic.requires,
        )


def evaluate(context: CheckContext, plan: Plan) -> Outcome:
    """Run the rules on the document and on each phase of its recipe."""
    outcome = Outcome()
    context = context._replace(memo={})
    chosen = plan.of(context.dialect.name)
    for ready in chosen:
        if ready.check is not None and _has_matter(ready.check, context):
            outcome.findings.extend(_run_check(ready, CHECKS[ready.check], context))
    for phase in context.recipe.phases if context.recipe else ():
        scope = PhaseScope(phase, context.dialect.name)
        for ready in chosen:
            if ready.requires is not None:
                _run_condition(ready, ready.requires, context, scope, outcome)
    if outcome.findings:
        outcome.findings = _one_per_cause(outcome.findings, {r.rule.id: r.rule for r in chosen})
    return outcome


def _has_matter(check: str, context: CheckContext) -> bool:
    """Whether a check can find anything at all, so that its module need not be imported."""
    return context.measured is not None or not check.startswith(_MEASURED)


def _run_check(ready: Ready, check: Check, context: CheckContext) -> Iterator[Finding]:
    rule = ready.rule
    for hit in check(context._replace(parameters=ready.parameters)):
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


def _run_condition(
    ready: Ready, requires: Compiled, context: CheckContext, scope: PhaseScope, outcome: Outcome
) -> None:
    rule = ready.rule
    scope.begin(ready.parameters)
    applies = ready.applies(scope) if ready.applies is not None else True
    if applies is False:
        return
    holds = requires.evaluate(scope)
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
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity,
        message=rule.message.render(scope),
        path=(fact.path if fact else None) or context.document.path,
        span=(fact.span if fact else None) or _first_key(context),
        key=fact.key if fact else None,
        fact=fact.name if fact else rule.at[0],
        phase=scope.phase.name,
        help=rule.help.render(scope) if rule.help else None,
        inputs=tuple(_inputs(rule, scope)),
        evidence=rule.evidence,
        fix=_fix(rule, scope),
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
    """The facts and estimates behind the finding, each with its origin."""
    for name in _with_inputs(rule.reads, scope):
        section = name.partition(".")[0]
        if section == "parameters" or name == "dialect":
            continue
        if section == "estimate":
            yield from _estimated(name, scope)
            continue
        fact = scope.fact(name)
        if fact is not None:
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


def _fix(rule: Rule, scope: PhaseScope) -> Fix | None:
    if rule.fix is None:
        return None
    fact = scope.fact(rule.fix.fact)
    value = rule.fix.value.evaluate(scope)
    if fact is None or fact.span is None or value is UNKNOWN:
        return None
    text = _as_yaml(value)
    return Fix(f"set `{fact.key}` to {text}", (Edit(fact.span, text),), rule.fix.safe)


def _as_yaml(value: object) -> str:
    """A value as every YAML version and JSON read it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and ("e" in repr(value)):
        mantissa, _, exponent = repr(value).partition("e")
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"
    return str(value)


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
