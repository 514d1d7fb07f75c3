"""The language of rule conditions: a small, safe subset of Python with three-valued logic.

Literals, facts by dotted name, arithmetic, comparisons (chained too), `and or not in`,
conditional expressions and the functions listed in `functions.py`. An expression is checked when
it is compiled: an unknown fact or function and a clash of types are errors with a suggestion.

Unknown is not false. A value that needs an absent fact is `UNKNOWN`; `and` and `or` still decide
where the known side suffices (Kleene's strong three-valued logic), everything else passes the
unknown on. Division by zero and overflow are unknown too. Only numbers of bounded size are made,
and nothing loops, so an evaluation costs no more than the expression is long.

`compiler.py` turns text into a tree of plain lists, which a rule pack can hold; `closures.py` turns
a tree into a function. A check needs the second step only, and only for the rules that it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Tree = list[Any]
"""An expression as data: an operation's name, then its operands. See `closures.py`."""


class _Unknown:
    """The third truth value."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")


UNKNOWN = _Unknown()


class ExpressionError(ValueError):
    """The expression cannot be compiled; the message says where and what would be right."""


class Scope(Protocol):
    """What an expression is evaluated against."""

    def value(self, name: str) -> Any:
        """The value of a fact, estimate or parameter, or UNKNOWN."""

    def introspect(self, question: str, name: str) -> bool:
        """Answer `known`, `stated`, `absent` … about a fact."""


Evaluate = Callable[[Scope], Any]


class Compiled:
    """A checked expression: its type, the names it reads, and how to evaluate it."""

    __slots__ = ("_evaluate", "names", "source", "tree", "type")

    def __init__(self, source: str, kind: str, names: tuple[str, ...], tree: Tree) -> None:
        self.source = source
        self.type = kind
        self.names = names
        self.tree = tree
        self._evaluate: Evaluate | None = None

    @property
    def evaluate(self) -> Evaluate:
        """The function from a scope to the value, made when it is first asked for."""
        if self._evaluate is None:
            from recipelint.engine.closures import closure

            self._evaluate = closure(self.tree)
        return self._evaluate


def compile_expression(source: str, types: Mapping[str, str]) -> Compiled:
    """Check and compile `source`; `types` gives the type of every name that it may read.

    Raises ExpressionError for anything that is not in the language.
    """
    from recipelint.engine.compiler import compile_source

    return compile_source(source, types)
