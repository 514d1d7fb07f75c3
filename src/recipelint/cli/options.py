"""Options that several commands share, and the settings that they make."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from recipelint.cli import completion
from recipelint.cli.hints import did_you_mean
from recipelint.settings.model import ALL_FILES

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
    "--dialect",
    metavar="NAME",
    shell_complete=completion.dialects,
    help="Read the files in this dialect instead of recognising it.",
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
color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="auto heeds NO_COLOR and FORCE_COLOR.",
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


class Known(TypedDict):
    """The settings for what the command line says beside the files."""

    given: dict[str, Value]
    models: dict[str, dict[str, Value]]


def known(gpus: str | None, model_config: str | None) -> Known:
    """The cluster and the model of the command line. Raises UsageError.

    The model's facts win over the `facts` of a project, and the model over its `model-config`.
    """
    model = _model(model_config) if model_config is not None else {}
    cluster = _cluster(gpus) if gpus is not None else {}
    return {"given": {**model, **cluster}, "models": {ALL_FILES: model} if model else {}}


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
    from recipelint.dialects.local_model import model_facts

    facts = model_facts(path)
    if not facts:
        raise click.UsageError(f"--model-config: {path} is no Hugging Face config.json")
    return facts
