"""`recipelint facts`: what is read out of a recipe, before any rule looks at it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import click

from recipelint.cli.options import (
    json_option,
    known,
    known_dialect,
    metrics_option,
    recipe_options,
)
from recipelint.cli.output import columns, emit
from recipelint.cli.project import linter_for, make_project
from recipelint.cli.project_options import settings_options
from recipelint.cli.source import source
from recipelint.cli.status import FOUND, OK, complain
from recipelint.cli.table import table
from recipelint.engine.checks.secrets import masked
from recipelint.engine.templates import show
from recipelint.estimate.facade import Estimate, Estimator
from recipelint.recipe.facts import Fact, Origin, Phase, Recipe, fact_types
from recipelint.reporters.json import dumps
from recipelint.reporters.sanitize import visible
from recipelint.settings import Settings

_LONG_ORIGIN = 30


@click.command("facts")
@click.argument("file", type=click.Path(dir_okay=False))
@json_option
@recipe_options
@metrics_option
@settings_options
@click.option("--stdin-filename", metavar="NAME", help="What standard input (-) is called.")
@click.option("-v", "--verbose", is_flag=True, help="Also list what is not known, and why.")
def command(
    file: str,
    format_name: str,
    dialect: str | None,
    gpus: str | None,
    model_config: str | None,
    metrics: str | None,
    config: str | None,
    isolated: bool,
    stdin_filename: str | None,
    verbose: bool,
) -> int:
    """Show what recipelint reads out of FILE: every fact with its value, its origin and its line.

    The names are the canonical ones, in which rules are written. The project's settings hold, as
    for `recipelint check`. Exit status: 0, or 1 if FILE is no recipe.
    """
    read = source(file, stdin_filename)
    own = Settings(dialect=known_dialect(dialect), metrics=metrics, **known(gpus, model_config))
    recipe = linter_for(file, read, make_project(own, config, isolated)).read(*read)
    if recipe is None:
        reason = "cannot be parsed" if read.document.broken else "is no recipe"
        complain(f"{file} {reason}; `recipelint check {file}` may say more")
        return FOUND
    if format_name == "json":
        emit(masked(dumps(_object(recipe))))
    else:
        emit(masked(_text(recipe, read.document.path, verbose)))
    return OK


# --- JSON


def _object(recipe: Recipe) -> dict[str, Any]:
    return {
        "dialect": {"name": recipe.dialect, "version": recipe.version},
        "phases": [_phase_object(phase) for phase in recipe.phases],
    }


def _phase_object(phase: Phase) -> dict[str, Any]:
    return {
        "name": phase.name,
        "facts": {name: _fact_object(phase.facts[name]) for name in _ordered(phase)},
        "missing": {
            name: {"absence": missing.absence.value, "reason": missing.reason}
            for name, missing in phase.missing.items()
        },
        "linked": {name: _phase_object(linked) for name, linked in phase.linked.items()},
        "estimates": {
            name: _estimate_object(found) for name, found in Estimator(phase.known()).all().items()
        },
    }


def _fact_object(fact: Fact) -> dict[str, Any]:
    return {
        "value": list(fact.value) if isinstance(fact.value, tuple) else fact.value,
        "origin": fact.origin.value,
        "line": fact.span.line if fact.span else None,
        "key": fact.key,
        "path": fact.path,
        "detail": fact.detail,
    }


def _estimate_object(found: Estimate) -> dict[str, Any]:
    shared = {"inputs": list(found.inputs)}
    if found.value is None:
        return {"value": None, "reason": found.reason, **shared}
    return {
        "value": _finite(found.value),
        "unit": found.unit,
        "low": _finite(found.low),
        "high": _finite(found.high),
        "convention": found.convention,
        "formula": found.formula,
        **shared,
    }


def _finite(value: float | None) -> float | None:
    """JSON has no infinity."""
    return value if value is not None and math.isfinite(value) else None


# --- text


def _ordered(phase: Phase) -> list[str]:
    """The known facts in the order of the canonical recipe."""
    return [*(n for n in fact_types() if n in phase.facts), *(phase.facts.keys() - fact_types())]


def _text(recipe: Recipe, path: str, verbose: bool) -> str:
    version = f" {recipe.version}" if recipe.version else ""
    blocks = [f"{visible(path)}: {recipe.dialect}{version}\n"]
    for phase in recipe.phases:
        title = f"Phase {visible(phase.name)}" if phase.name else "Facts"
        blocks.append(_block(title, _fact_rows(phase, path)))
        for name, linked in phase.linked.items():
            blocks.append(_block(f"Linked: {name}", _fact_rows(linked, path)))
        found = Estimator(phase.known()).all()
        blocks.append(_block("Estimates", _estimate_rows(found)))
        if verbose:
            blocks.append(_block("Not known", _missing_rows(phase, found)))
    return "\n".join(blocks)


def _block(title: str, rows: Iterator[tuple[str, ...]]) -> str:
    lines = table(list(rows), columns() - 2)
    return "\n".join([title, *(f"  {line}" for line in lines or ["none"])]) + "\n"


def _fact_rows(phase: Phase, path: str) -> Iterator[tuple[str, ...]]:
    """Name, value and origin; a long origin that many facts share is told in full once."""
    told: set[str] = set()
    for name in _ordered(phase):
        fact = phase.facts[name]
        origin = _origin(fact, path)
        said = f"{fact.origin}: as above" if origin in told else origin
        if len(origin) > _LONG_ORIGIN:
            told.add(origin)
        yield name, visible(show(fact.value), 60), visible(said)


def _origin(fact: Fact, path: str) -> str:
    if fact.origin is Origin.STATED and fact.span is not None:
        file = "" if fact.path in (None, path) else f"{fact.path} "
        own_name = fact.key is None or f".{fact.key}".endswith(f".{fact.name}")
        return f"{file}line {fact.span.line}" + ("" if own_name else f", {fact.key}")
    if not fact.detail:
        return fact.origin.value
    says_it = fact.detail.endswith(fact.origin.value)
    return fact.detail if says_it else f"{fact.origin}: {fact.detail}"


def _estimate_rows(found: dict[str, Estimate]) -> Iterator[tuple[str, ...]]:
    for name, estimate in found.items():
        if estimate.value is None:
            continue
        remarks = [estimate.convention] if estimate.convention else []
        if estimate.low is not None and estimate.high is not None:
            remarks.insert(0, f"{show(estimate.low)} to {show(estimate.high)}")
        yield name, f"{show(estimate.value)} {estimate.unit}".rstrip(), "; ".join(remarks)


def _missing_rows(phase: Phase, found: dict[str, Estimate]) -> Iterator[tuple[str, ...]]:
    for name in fact_types():
        if name not in phase.facts:
            missing = phase.missing.get(name)
            yield name, visible(missing.reason) if missing else "not in the file"
    for name, estimate in found.items():
        if estimate.value is None:
            yield f"estimate.{name}", visible(estimate.reason)
