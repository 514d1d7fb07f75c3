"""`--fact NAME=VALUE`: a fact that a person knows and the file does not state."""

from __future__ import annotations

from collections.abc import Iterable

import click

from recipelint.cli.hints import did_you_mean
from recipelint.recipe.facts import Value, fact_types

_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def stated_facts(requests: Iterable[str]) -> dict[str, Value]:
    """Canonical facts from `NAME=VALUE`. Raises UsageError for an unknown name or a wrong type."""
    return dict(_stated(request) for request in requests)


def _stated(request: str) -> tuple[str, Value]:
    name, equals, text = request.partition("=")
    name, text = name.strip(), text.strip()
    if not equals or not text:
        raise click.UsageError(f"--fact: `{request}` is not NAME=VALUE")
    if name not in fact_types():
        raise click.UsageError(
            f"--fact: there is no fact `{name}`{did_you_mean(name, fact_types())}"
        )
    kind = fact_types()[name]
    choices = kind.get("choices")
    if isinstance(choices, list) and text not in choices:
        raise click.UsageError(f"--fact: {name} is one of {', '.join(map(str, choices))}")
    return name, _value(name, text, str(kind["type"]))


def _value(name: str, text: str, kind: str) -> Value:
    if kind == "boolean":
        if text.lower() not in _TRUTH:
            raise click.UsageError(f"--fact: {name} is true or false, not `{text}`")
        return _TRUTH[text.lower()]
    if kind == "string":
        return text
    if kind == "number":
        return _number(name, text)
    items = [item.strip() for item in text.split(",")]
    if kind == "list of number":
        return tuple(_number(name, item) for item in items)
    return tuple(items)


def _number(name: str, text: str) -> float:
    try:
        value = float(text.replace("_", ""))
    except ValueError:
        raise click.UsageError(f"--fact: {name} is a number, not `{text}`") from None
    return int(value) if value.is_integer() else value
