"""`recipelint estimate`: what a recipe implies, as a table, as JSON, as a picture."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import click

from recipelint.catalog import hub_cache
from recipelint.cli import compare_layouts
from recipelint.cli.estimate_text import Block, PhaseTable
from recipelint.cli.fact_option import stated_facts
from recipelint.cli.group import SectionedCommand
from recipelint.cli.options import color_option, json_option, known, known_dialect, recipe_options
from recipelint.cli.output import columns, emit, is_terminal, save, wants_color
from recipelint.cli.project import linter_for, make_project
from recipelint.cli.project_options import SETTINGS, settings_options
from recipelint.cli.source import Source, source
from recipelint.cli.status import FOUND, OK, complain
from recipelint.dialects import local_model
from recipelint.engine.templates import show
from recipelint.estimate import layouts
from recipelint.estimate.facade import Estimate, Estimator
from recipelint.linter import Linter
from recipelint.recipe.facts import Recipe, Value
from recipelint.reporters.json import dumps
from recipelint.reporters.sanitize import visible
from recipelint.reporters.style import Style, wrap
from recipelint.settings import Settings

_SECTIONS = {
    "What is known beside the file": (
        "gpus",
        "model_config",
        "hf_cache",
        "stated",
        "mfu",
        "price",
        "dialect",
        "stdin_filename",
    ),
    "Settings": SETTINGS,
    "Output": ("compare", "plot", "format_name", "color", "verbose"),
}


@click.command("estimate", cls=SectionedCommand, sections=_SECTIONS)
@click.argument("file", type=click.Path(dir_okay=False))
@json_option
@recipe_options
@click.option(
    "--hf-cache",
    metavar="[DIR]",
    is_flag=False,
    flag_value="",
    help="Read config.json of the model that the recipe names from a Hugging Face cache: "
    "DIR, or where HF_HUB_CACHE and HF_HOME say.",
)
@click.option(
    "--fact",
    "stated",
    metavar="NAME=VALUE",
    multiple=True,
    help="A fact that the file does not state, e.g. batch.sequence_length=4096. Repeatable.",
)
@click.option(
    "--mfu",
    type=click.FloatRange(0, 1, min_open=True),
    help="Utilisation of the dense bf16 peak, in place of the published 0.30 to 0.50.",
)
@click.option("--price", type=click.FloatRange(0), help="Price of a GPU hour, for the cost.")
@click.option("--compare", is_flag=True, help="Also rank other parallel layouts of the GPUs.")
@click.option("--plot", metavar="FILE", help="Draw schedule and memory as SVG there.")
@settings_options
@click.option("--stdin-filename", metavar="NAME", help="What standard input (-) is called.")
@click.option("-v", "--verbose", is_flag=True, help="Also give every reason and convention.")
@color_option
def command(
    file: str,
    format_name: str,
    dialect: str | None,
    gpus: str | None,
    model_config: str | None,
    hf_cache: str | None,
    stated: tuple[str, ...],
    mfu: float | None,
    price: float | None,
    compare: bool,
    plot: str | None,
    config: str | None,
    isolated: bool,
    stdin_filename: str | None,
    verbose: bool,
    color: str,
) -> int:
    """Show what FILE implies: parameters, FLOPs, memory, time and cost of every phase.

    FILE is a recipe, or a model's config.json alone. What a file cannot say (the GPUs) may be
    given, here or in the project's settings; what nobody says stays unknown. Exit status: 0, or 1
    if FILE is no recipe.
    """
    read = source(file, stdin_filename)
    beside = known(gpus, model_config)
    facts = beside["given"] = beside["given"] | stated_facts(stated)
    own = Settings(dialect=known_dialect(dialect), **beside)
    linter = linter_for(file, read, make_project(own, config, isolated))
    recipe = _recipe(read, linter, hf_cache)
    if recipe is None:
        reason = "cannot be parsed" if read.document.broken else "is no recipe"
        complain(f"{file} {reason}; `recipelint check {file}` may say more")
        return FOUND
    _remark(recipe, facts)
    assumed: dict[str, Value | None] = {"assumed.mfu": mfu, "assumed.price": price}
    phases = [_Phase(phase.name, {**phase.known(), **assumed}) for phase in recipe.phases]
    if plot is not None:
        save(plot, _picture(read.document.path, phases))
    if format_name == "json":
        emit(dumps({"phases": [_object(phase, compare) for phase in phases]}))
        return OK
    style = Style(wants_color(color), hyperlinks=color != "never" and is_terminal())
    emit(_text(recipe, read.document.path, phases, style, compare, verbose))
    return OK


@dataclass
class _Phase:
    """A phase with its facts and what they imply."""

    name: str | None
    facts: Mapping[str, Value | None]

    @cached_property
    def estimator(self) -> Estimator:
        return Estimator(self.facts)


def _recipe(read: Source, linter: Linter, hf_cache: str | None) -> Recipe | None:
    recipe = linter.read(*read)
    if recipe is None:
        return None
    facts = _local_model(recipe, read, _cache_folder(hf_cache))
    if not facts:
        return recipe
    settings = linter.settings._replace(given={**facts, **linter.settings.given})
    return Linter(settings, linter.rules).read(*read)


def _remark(recipe: Recipe, facts: Mapping[str, Value]) -> None:
    """Say which given facts are not used, because the file states them."""
    for name, value in facts.items():
        held = {phase.value(name) for phase in recipe.phases} - {value, None}
        if held:
            stated = ", ".join(visible(show(each)) for each in held)
            click.echo(f"recipelint: the file states {name} {stated}; that holds", err=True)


def _cache_folder(hf_cache: str | None) -> str | None:
    """The folder that --hf-cache means; None without the option."""
    if hf_cache is None:
        return None
    folder = hf_cache or hub_cache.folder()
    if not os.path.isdir(folder):
        raise click.UsageError(f"--hf-cache: there is no folder {folder}")
    return folder


def _local_model(recipe: Recipe, read: Source, cache: str | None) -> dict[str, Value]:
    """Facts of the first model that the recipe names and this machine holds."""
    for phase in recipe.phases:
        name = phase.value("model.name")
        if not isinstance(name, str):
            continue
        path = local_model.config_path(name, read.workspace, read.location, cache)
        if path is not None:
            return local_model.model_facts(path)
    return {}


def _picture(path: str, phases: list[_Phase]) -> str:
    from recipelint.plots.figures import figure
    from recipelint.plots.page import render

    return render(path, [figure(phase.name, phase.facts, phase.estimator) for phase in phases])


# --- JSON


def _object(phase: _Phase, compare: bool) -> dict[str, Any]:
    found = phase.estimator.all()
    shown: dict[str, Any] = {
        "name": phase.name,
        "estimates": {name: _estimate(each) for name, each in found.items()},
    }
    if compare:
        shown["layouts"] = compare_layouts.as_objects(layouts.compare(phase.facts))
    return shown


def _estimate(found: Estimate) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "value": found.value,
        "unit": found.unit,
        "low": found.low,
        "high": found.high,
        "convention": found.convention,
        "inputs": list(found.inputs),
    }
    return shown if found.value is not None else {**shown, "reason": found.reason}


# --- text


def _text(
    recipe: Recipe, path: str, phases: list[_Phase], style: Style, compare: bool, verbose: bool
) -> str:
    version = f" {recipe.version}" if recipe.version else ""
    lines = [f"{style.paint(visible(path), 'path')}: {recipe.dialect}{version}"]
    seen: dict[str, list[str]] = {}
    for phase in phases:
        table = PhaseTable(phase.estimator, phase.facts, style, columns(), verbose)
        if phase.name:
            lines += ["", style.paint(f"Phase {visible(phase.name)}", "label")]
        blocks = table.blocks()
        if compare:
            found = layouts.compare(phase.facts)
            title = f"Layouts of {found.gpus} GPUs" if found.gpus else "Layouts"
            blocks.append(Block(title, compare_layouts.lines(found, style, columns() - 2)))
        for block in blocks:
            title = style.paint(block.title, "label")
            if seen.get(block.title) == block.lines:
                lines += ["", f"{title}: as before"]
                continue
            seen[block.title] = block.lines
            lines += ["", title, *(f"  {line}" for line in block.lines)]
    if any("unknown" in line for block in seen.values() for line in block):
        remark = "What is unknown can be given: --fact NAME=VALUE. -v gives every reason in full."
        lines += ["", *(style.paint(part, "faint") for part in wrap(remark, columns()))]
    return "\n".join(lines) + "\n"
