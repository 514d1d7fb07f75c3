"""What is known of a recipe beside its findings: the picture, the estimates, the facts."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.engine.checks.secrets import masked
from recipelint.engine.templates import number, show
from recipelint.estimate.facade import Estimate, Estimator
from recipelint.plots.figures import figure
from recipelint.plots.page import render as picture
from recipelint.recipe.facts import Fact, Phase, Recipe
from recipelint.reporters.html_page.markup import fold, table, text

_EXACT = 1e15
"""Larger numbers are written with an exponent."""


def recipe(path: str, found: Recipe) -> Iterator[str]:
    """The dialect, the picture of the run, and of each phase its estimates and facts."""
    version = f" {found.version}" if found.version else ""
    yield f'<p class="faint">Read as {text(found.dialect)}{text(version)}.</p>'
    made = [Estimator(phase.known()) for phase in found.phases]
    figures = [
        figure(phase.name, phase.known(), estimator)
        for phase, estimator in zip(found.phases, made, strict=True)
    ]
    yield from fold(
        "Learning rate and memory", ['<div class="wide">', picture(path, figures), "</div>"]
    )
    for phase, estimator in zip(found.phases, made, strict=True):
        of = f" of phase {phase.name}" if phase.name else ""
        yield from fold(f"Estimates{of}", _estimates(estimator))
        yield from fold(f"Facts{of} ({len(phase.facts)})", _facts(phase))


def _facts(phase: Phase) -> Iterator[str]:
    rows = (
        (text(fact.name), text(masked(show(fact.value))), text(masked(origin(fact))))
        for fact in sorted(phase.facts.values(), key=lambda fact: fact.name)
    )
    yield from table(("Fact", "Value", "Origin"), rows)


def origin(fact: Fact) -> str:
    """Where a fact comes from, in words: `stated in ds.json:3 as zero_optimization.stage`."""
    said = fact.origin.value
    if fact.path is not None:
        line = f":{fact.span.line}" if fact.span else ""
        said += f" in {fact.path}{line}"
    if fact.key and fact.key != fact.name:
        said += f" as {fact.key}"
    return f"{said}: {fact.detail}" if fact.detail else said


def _estimates(estimator: Estimator) -> Iterator[str]:
    found = estimator.all()
    known = (
        (text(name), amount(each), text(_range(each)), text(each.convention))
        for name, each in found.items()
        if each.value is not None
    )
    yield from table(("Estimate", "Value", "Range", "What is counted"), known)
    unknown = [
        f"<li>{text(name)}: {text(each.reason)}</li>"
        for name, each in found.items()
        if each.value is None
    ]
    if unknown:
        yield from fold(f"Unknown ({len(unknown)})", ["<ul>", *unknown, "</ul>"])


def amount(found: Estimate) -> str:
    """The value with its unit, as HTML."""
    assert found.value is not None
    return text(f"{_written(found.value)} {found.unit}".rstrip())


def _range(found: Estimate) -> str:
    if found.value is None or (found.low is None and found.high is None):
        return ""
    low = found.value if found.low is None else found.low
    high = found.value if found.high is None else found.high
    return f"{_written(low)} to {_written(high)}" if high > low else ""


def _written(value: float) -> str:
    """Thousands apart below 1e15, four digits otherwise."""
    if 1000 <= abs(value) < _EXACT:
        return f"{value:,.0f}"
    return number(value, ".4g")
