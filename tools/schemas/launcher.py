"""The options of ``accelerate launch``, read from its argument parser."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from .modules import last_name, literal_or_none
from .releases import Release
from .table import Key

MODULE = "accelerate/commands/launch.py"


@dataclass(frozen=True)
class Option:
    """One long option: its name in a file, the parser group it was added to, and its kinds."""

    name: str
    group: str
    key: Key


def launch_options(release: Release) -> list[Option]:
    """The long options of the launcher."""
    options: list[Option] = []
    for node in ast.walk(ast.parse(release.files[MODULE])):
        if isinstance(node, ast.Call) and last_name(node.func) == "add_argument":
            assert isinstance(node.func, ast.Attribute)
            group = last_name(node.func.value)
            options += [
                Option(name, group, Key(_types(node), coerces=True)) for name in _names(node)
            ]
    return options


def _names(call: ast.Call) -> list[str]:
    texts = [literal_or_none(argument) for argument in call.args]
    return [
        text[2:].replace("-", "_")
        for text in texts
        if isinstance(text, str) and text.startswith("--") and text != "--help"
    ]


def _types(call: ast.Call) -> frozenset[str]:
    stated = {keyword.arg: keyword.value for keyword in call.keywords}
    if str(literal_or_none(stated.get("action", ast.Constant("")))).startswith("store_"):
        return frozenset({"bool"})
    kind = last_name(stated["type"]) if "type" in stated else "str"
    # Text options also take what YAML reads as a number or a truth value: it becomes text again.
    kinds = {"int": {"int"}, "float": {"float"}, "str": {"str", "bool", "int", "float"}}
    return frozenset(kinds.get(kind, {"any"}))
