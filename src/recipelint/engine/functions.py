"""The functions that a rule's condition may call."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any, NamedTuple


class Function(NamedTuple):
    """`parameters` are the argument types; the last one repeats where `variadic` is set."""

    call: Callable[..., Any]
    parameters: tuple[str, ...]
    result: str
    variadic: bool = False

    def accepts(self, count: int) -> bool:
        """Whether the function can be called with `count` arguments."""
        least = len(self.parameters)
        return count >= least if self.variadic else count == least

    def argument(self, index: int) -> str:
        """The type of argument `index`."""
        return self.parameters[min(index, len(self.parameters) - 1)]

    @property
    def arity(self) -> str:
        """How many arguments the function takes, in words."""
        count = len(self.parameters)
        return f"{'at least ' if self.variadic else ''}{count} argument{'s' * (count != 1)}"


def _close(a: float, b: float, share: float) -> bool:
    return math.isclose(a, b, rel_tol=share, abs_tol=0.0)


def _divides(divisor: float, number: float) -> bool:
    return number % divisor == 0


_NUMBER = ("number",)
FUNCTIONS: dict[str, Function] = {
    "abs": Function(abs, _NUMBER, "number"),
    "ceil": Function(math.ceil, _NUMBER, "number"),
    "floor": Function(math.floor, _NUMBER, "number"),
    "round": Function(round, _NUMBER, "number"),
    "sqrt": Function(math.sqrt, _NUMBER, "number"),
    "log2": Function(math.log2, _NUMBER, "number"),
    "log10": Function(math.log10, _NUMBER, "number"),
    "min": Function(min, ("number", "number"), "number", variadic=True),
    "max": Function(max, ("number", "number"), "number", variadic=True),
    "close": Function(_close, ("number", "number", "number"), "boolean"),
    "divides": Function(_divides, ("number", "number"), "boolean"),
    "length": Function(len, ("list",), "number"),
    "total": Function(math.fsum, ("list of number",), "number"),
    "smallest": Function(min, ("list of number",), "number"),
    "largest": Function(max, ("list of number",), "number"),
    "first": Function(lambda items: items[0], ("list of number",), "number"),
    "last": Function(lambda items: items[-1], ("list of number",), "number"),
    "increasing": Function(
        lambda items: all(a < b for a, b in itertools.pairwise(items)),
        ("list of number",),
        "boolean",
    ),
    "lower": Function(str.lower, ("string",), "string"),
    "starts": Function(str.startswith, ("string", "string"), "boolean"),
    "ends": Function(str.endswith, ("string", "string"), "boolean"),
}

INTROSPECTION: dict[str, str] = {
    "known": "the fact has a value, whatever its origin",
    "stated": "a file sets the fact",
    "absent": "no file sets the fact, and none that could was left unread",
    "defaulted": "the fact has the framework's default value",
}
