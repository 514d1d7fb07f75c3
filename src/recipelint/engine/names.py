"""Every name that an expression may read, and its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from recipelint.recipe.facts import fact_types

LINKS = ("previous", "deepspeed", "accelerate", "launcher", "recipe")
"""Prefixes under which a rule sees another recipe's facts: the phase before, and linked files."""

_PARAMETER_TYPES = {bool: "boolean", int: "number", float: "number", str: "string"}


class Names(Mapping[str, str]):
    """Types of facts, of facts under a link, of estimates, of a rule's own parameters."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = {
            f"parameters.{name}": _parameter_type(value) for name, value in parameters.items()
        }

    def __getitem__(self, name: str) -> str:
        if name in self._parameters:
            return self._parameters[name]
        if name == "dialect":
            return "string"
        section, _, rest = name.partition(".")
        if section in LINKS:
            name = rest
            section = name.partition(".")[0]
        elif section == "estimate":
            return self._estimate(name)
        return str(fact_types()[name]["type"])

    def _estimate(self, name: str) -> str:
        from recipelint.estimate import facade

        if name.removeprefix("estimate.") not in facade.NAMES:
            raise KeyError(name)
        return "number"

    def __iter__(self) -> Iterator[str]:
        from recipelint.estimate import facade

        yield "dialect"
        yield from self._parameters
        yield from fact_types()
        yield from (f"estimate.{name}" for name in facade.NAMES)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _parameter_type(value: Any) -> str:
    if isinstance(value, list) and value:
        return f"list of {_parameter_type(value[0])}"
    return _PARAMETER_TYPES.get(type(value), "string")
