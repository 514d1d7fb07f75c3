"""Options that several commands share, and the settings that they make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from recipelint.cli.group import did_you_mean
from recipelint.linter import Linter
from recipelint.settings import Settings

if TYPE_CHECKING:
    from recipelint.recipe.facts import Value

F = TypeVar("F", bound=Callable[..., Any])

rules_option = click.option(
    "--rules",
    "rule_folders",
    metavar="DIR",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    help="A folder of rules to use beside the shipped ones. Repeatable.",
)
dialect_option = click.option(
    "--dialect", metavar="NAME", help="Read the files in this dialect instead of recognising it."
)
gpus_option = click.option(
    "--gpus", metavar="NxGPU", help="The cluster, e.g. 8xH100-80GB: nothing in a recipe says it."
)
model_option = click.option(
    "--model-config",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="The model's config.json, for recipes that only name the model.",
)
metrics_option = click.option(
    "--metrics",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="A log of the recipe's run: trainer_state.json, JSON Lines or CSV.",
)
json_option = click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print it.",
)


def recipe_options(function: F) -> F:
    """The options that say what is known about a recipe beside its file."""
    for option in (model_option, gpus_option, dialect_option):
        function = option(function)
    return function


def one_recipe(metrics: str | None, paths: tuple[str, ...]) -> str | None:
    """The log again. Raises UsageError if the paths are not one file: a log is of one run."""
    if metrics is not None and (len(paths) != 1 or os.path.isdir(paths[0])):
        raise click.UsageError("--metrics goes with one recipe: name its file")
    return metrics


def names(values: Iterable[str]) -> tuple[str, ...]:
    """Comma lists, flattened: `("A,B", "C")` gives A, B and C."""
    return tuple(n.strip() for value in values for n in value.split(",") if n.strip())


def known_dialect(name: str | None) -> str | None:
    """The name again. Raises UsageError with a suggestion if there is no such dialect."""
    if name is None:
        return None
    from recipelint.dialects import names as known

    if name not in known():
        hint = did_you_mean(name, known()) or f"; there are {', '.join(known())}"
        raise click.UsageError(f"there is no dialect `{name}`{hint}")
    return name


def given(gpus: str | None, model_config: str | None) -> dict[str, Value]:
    """Facts from the command line, by their canonical names."""
    facts: dict[str, Value] = {}
    if model_config is not None:
        facts |= _model(model_config)
    if gpus is not None:
        facts |= _cluster(gpus)
    return facts


def _cluster(request: str) -> dict[str, Value]:
    from recipelint.catalog.gpus import parse

    try:
        count, gpu = parse(request)
    except ValueError as error:
        raise click.UsageError(f"--gpus: {error}") from None
    return {
        "cluster.gpu": gpu.name,
        "cluster.gpu_memory": gpu.memory_gib,
        "cluster.nvlink_domain": gpu.nvlink_domain,
        "parallel.world_size": count,
    }


def _model(path: str) -> dict[str, Value]:
    """The model facts of a Hugging Face config.json."""
    from recipelint.dialects import get
    from recipelint.document import read
    from recipelint.workspace import Workspace

    try:
        document = read(path, path)
    except OSError as error:
        raise click.UsageError(f"--model-config: cannot read {path}: {error.strerror}") from None
    dialect = get("hf-config")
    if document.mapping is None or not dialect.recognise(document.mapping, path):
        raise click.UsageError(f"--model-config: {path} is no Hugging Face config.json")
    reader = Linter(Settings(dialect="hf-config"), rules=no_rules())
    recipe = reader.translate(document, dialect, Workspace.around(path), os.path.realpath(path))
    facts = recipe.phases[0].facts.values() if recipe else ()
    return {f.name: f.value for f in facts if f.name.startswith("model.")}


def no_rules() -> Any:
    """A rule set for reading recipes without judging them."""
    from recipelint.engine.rules import RuleSet

    return RuleSet()


def make_linter(settings: Settings) -> Linter:
    """A linter with the settings. Raises ClickException for what is wrong with them."""
    from recipelint.engine.rules import RuleError
    from recipelint.filters.selection import SelectionError

    try:
        return Linter(settings)
    except (RuleError, SelectionError) as error:
        raise click.ClickException(str(error)) from None
