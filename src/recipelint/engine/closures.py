"""Expression trees into functions.

A tree is a list: the name of an operation, then its operands.

    ["value", 1.0]  ["list", [1, 2]]  ["fact", "optimizer.eps"]  ["ask", "known", "optimizer.eps"]
    ["not", T]  ["and", T, …]  ["or", T, …]  ["if", test, then, else]
    ["+", T, T] and the other operators of `OPERATORS`; ["call", "close", T, …]

Trees come from `compiler.py`, directly or by way of a rule pack. They name operations of these
tables and nothing else, so that a tree can compute but not act.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from recipelint.engine.expressions import UNKNOWN, Evaluate, Scope, Tree
from recipelint.engine.functions import FUNCTIONS

OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": math.pow,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda item, items: item in items,
    "not in": lambda item, items: item not in items,
    "negative": operator.neg,
}
_LARGEST = 2**200


def closure(tree: Tree) -> Evaluate:
    """The function that a tree describes. Raises KeyError for an operation that is not known."""
    operation, *operands = tree
    maker = _SPECIAL.get(operation)
    if maker is not None:
        return maker(*operands)
    return _lift(OPERATORS[operation], [closure(operand) for operand in operands])


def _value(value: Any) -> Evaluate:
    return lambda scope: value


def _list(items: list[Any]) -> Evaluate:
    values = tuple(items)
    return lambda scope: values


def _fact(name: str) -> Evaluate:
    return lambda scope: scope.value(name)


def _ask(question: str, name: str) -> Evaluate:
    return lambda scope: scope.introspect(question, name)


def _not(operand: Tree) -> Evaluate:
    evaluate = closure(operand)

    def negate(scope: Scope) -> Any:
        value = evaluate(scope)
        return UNKNOWN if value is UNKNOWN else not value

    return negate


def _and(*operands: Tree) -> Evaluate:
    return _kleene([closure(operand) for operand in operands], False)


def _or(*operands: Tree) -> Evaluate:
    return _kleene([closure(operand) for operand in operands], True)


def _kleene(parts: list[Evaluate], decisive: bool) -> Evaluate:
    """Kleene's `or` (decisive: True) and `and` (decisive: False)."""

    def combine(scope: Scope) -> Any:
        unknown = False
        for part in parts:
            value = part(scope)
            if value is UNKNOWN:
                unknown = True
            elif value is decisive:
                return decisive
        return UNKNOWN if unknown else not decisive

    return combine


def _if(test: Tree, then: Tree, otherwise: Tree) -> Evaluate:
    decide, first, second = closure(test), closure(then), closure(otherwise)

    def choose(scope: Scope) -> Any:
        decision = decide(scope)
        return UNKNOWN if decision is UNKNOWN else (first if decision else second)(scope)

    return choose


def _call(name: str, *operands: Tree) -> Evaluate:
    return _lift(FUNCTIONS[name].call, [closure(operand) for operand in operands])


def _lift(function: Callable[..., Any], operands: list[Evaluate]) -> Evaluate:
    """Apply `function` to the operands' values; unknown where one is, or where it fails."""

    def apply(scope: Scope) -> Any:
        values = [operand(scope) for operand in operands]
        for value in values:
            if value is UNKNOWN:
                return UNKNOWN
        try:
            result = function(*values)
        except (ArithmeticError, LookupError, ValueError, TypeError):
            return UNKNOWN
        return result if result is True or result is False else _bounded(result)

    return apply


def _bounded(result: Any) -> Any:
    """The result, or UNKNOWN where it is no number that one could go on with."""
    if isinstance(result, complex) or (isinstance(result, float) and math.isnan(result)):
        return UNKNOWN
    if type(result) is int and abs(result) > _LARGEST:
        return float(result) if abs(result) < 10**300 else UNKNOWN
    return result


_SPECIAL: dict[str, Callable[..., Evaluate]] = {
    "value": _value,
    "list": _list,
    "fact": _fact,
    "ask": _ask,
    "not": _not,
    "and": _and,
    "or": _or,
    "if": _if,
    "call": _call,
}
