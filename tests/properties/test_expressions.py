"""The rule language against an independent reference: Python's own `eval`, and every assignment.

Conditions are generated as text. Where all names are known Python says what they mean; where some
are not, they are tried with every value.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from recipelint.engine.expressions import UNKNOWN, compile_expression

_TRUTHS, _NUMBERS = ("p", "q", "r", "s"), ("x", "y", "z")
_TYPES = {**dict.fromkeys(_TRUTHS, "boolean"), **dict.fromkeys(_NUMBERS, "number")}
_PYTHON = {
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "round": round,
    "sqrt": math.sqrt,
    "min": min,
    "max": max,
}
_SOME = st.integers(-3, 9) | st.sampled_from([0.5, -1.25, 1e-9, 1e9])


class _Scope:
    def __init__(self, known: dict[str, Any]) -> None:
        self._known = known

    def value(self, name: str) -> Any:
        """What is known, or UNKNOWN."""
        return self._known.get(name, UNKNOWN)

    def introspect(self, question: str, name: str) -> bool:
        """Whether it is known."""
        return question == "known" and name in self._known


def _numbers(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(below, st.sampled_from(["+", "-", "*", "/", "//", "%"]), below)
    unary = st.tuples(st.sampled_from(["abs", "ceil", "floor", "round", "sqrt"]), below)
    return (
        pair.map(lambda parts: f"({' '.join(parts)})")
        | unary.map(lambda parts: f"{parts[0]}({parts[1]})")
        | st.tuples(st.sampled_from(["min", "max"]), below, below).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        )
        | below.map(lambda part: f"(-{part})")
    )


NUMBERS = st.recursive(st.sampled_from(_NUMBERS) | _SOME.map(repr), _numbers, max_leaves=6)


def _conditions(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.tuples(below, st.sampled_from(["and", "or"]), below)
    return (
        joined.map(lambda parts: f"({' '.join(parts)})")
        | below.map(lambda part: f"(not {part})")
        | st.tuples(below, below, below).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})")
    )


_CHAINS = st.tuples(
    NUMBERS,
    st.lists(
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS),
        min_size=1,
        max_size=3,
    ),
).map(lambda chain: " ".join([chain[0], *(f"{sign} {side}" for sign, side in chain[1])]))
CONDITIONS = st.recursive(
    st.sampled_from(_TRUTHS) | _CHAINS.map(lambda text: f"({text})"), _conditions, max_leaves=6
)
VALUES = st.fixed_dictionaries(
    {**dict.fromkeys(_TRUTHS, st.booleans()), **dict.fromkeys(_NUMBERS, _SOME)}
)


def _python(source: str, values: dict[str, Any]) -> Any:
    """What Python makes of the text; an error of arithmetic is None."""
    try:
        return eval(source, {"__builtins__": {}}, {**_PYTHON, **values})
    except (ArithmeticError, ValueError):
        return None


def _ours(source: str, values: dict[str, Any]) -> Any:
    return compile_expression(source, _TYPES).evaluate(_Scope(values))


@given(NUMBERS, VALUES)
def test_numbers_are_those_of_python(source: str, values: dict[str, Any]) -> None:
    assume(len(source) < 2_000)
    found, right = _ours(source, values), _python(source, values)
    if right is None:
        assert found is UNKNOWN
    else:
        assert found == right or math.isclose(found, right)


@given(CONDITIONS, VALUES)
def test_conditions_are_those_of_python_where_all_is_known(
    source: str, values: dict[str, Any]
) -> None:
    found, right = _ours(source, values), _python(source, values)
    assume(right is not None)
    assert found is right or found is UNKNOWN
    if "/" not in source and "%" not in source and "sqrt" not in source:
        assert found is right


@given(CONDITIONS, VALUES, st.sets(st.sampled_from([*_TRUTHS, *_NUMBERS])))
def test_what_is_decided_without_a_fact_holds_for_each_of_its_values(
    source: str, values: dict[str, Any], unknown: set[str]
) -> None:
    decided = _ours(source, {k: v for k, v in values.items() if k not in unknown})
    assume(decided is not UNKNOWN)
    tried = [(True, False) if name in _TRUTHS else (0, 1, -2.5) for name in unknown]
    for chosen in itertools.product(*(choices[:2] for choices in tried)):
        whole = {**values, **dict(zip(unknown, chosen, strict=True))}
        assert _python(source, whole) in (decided, None)


READ_ONCE = st.permutations(_TRUTHS).flatmap(
    lambda names: st.lists(
        st.tuples(st.sampled_from(["and", "or"]), st.booleans()), min_size=4, max_size=4
    ).map(lambda parts: _nested(names, parts))
)


def _nested(names: list[str], parts: list[tuple[str, bool]]) -> str:
    text = names[0]
    for name, (sign, negated) in zip(names[1:], parts, strict=False):
        text = f"(not ({text} {sign} {name}))" if negated else f"({name} {sign} {text})"
    return text


@given(READ_ONCE, st.dictionaries(st.sampled_from(_TRUTHS), st.booleans()))
def test_a_condition_that_asks_each_fact_once_is_decided_as_soon_as_it_can_be(
    source: str, known: dict[str, bool]
) -> None:
    """Where each name stands once, three-valued logic is exact: brute force knows no more."""
    open_names = [name for name in _TRUTHS if name not in known]
    outcomes = {
        _python(source, {**known, **dict(zip(open_names, chosen, strict=True))})
        for chosen in itertools.product((True, False), repeat=len(open_names))
    }
    found = _ours(source, known)
    assert found is (outcomes.pop() if len(outcomes) == 1 else UNKNOWN)
