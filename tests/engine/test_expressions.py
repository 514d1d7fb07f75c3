"""The rule language: what it means, what it refuses, and that unknown is not false."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.engine.expressions import UNKNOWN, ExpressionError, compile_expression

TYPES = {
    "optimizer.eps": "number",
    "optimizer.name": "string",
    "a": "boolean",
    "b": "boolean",
    "x": "number",
    "y": "number",
    "weights": "list of number",
    "names": "list of string",
}


class Facts:
    """A scope in which the given names are known."""

    def __init__(self, **known: Any) -> None:
        self.known = {name.replace("__", "."): value for name, value in known.items()}

    def value(self, name: str) -> Any:
        return self.known.get(name, UNKNOWN)

    def introspect(self, question: str, name: str) -> bool:
        return question == "known" and name in self.known


def evaluate(source: str, **known: Any) -> Any:
    return compile_expression(source, TYPES).evaluate(Facts(**known))


# --- meaning


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("2 ** 10", 1024),
        ("7 // 2 + 7 % 4", 6),
        ("-x + 1", -1),
        ("x if x > 1 else 0", 2),
        ("optimizer.name in ('adamw', 'adam')", True),
        ("optimizer.name not in ('muon',)", True),
        ("starts(lower(optimizer.name), 'adam')", True),
        ("close(total(weights), 1, 1e-3)", True),
        ("largest(weights) - smallest(weights) < 0.21", True),
        ("length(names)", 2),
        ("divides(4, 8) and not divides(3, 8)", True),
        ("increasing(weights)", True),
        ("min(x, 5) * max(x, 5)", 10),
        ("sqrt(16) + floor(1.9) + ceil(1.1)", 7),
    ],
)
def test_an_expression_means_what_python_means(source: str, result: Any) -> None:
    known = {"optimizer__name": "adamw", "x": 2, "weights": (0.4, 0.6), "names": ("p", "q")}
    assert evaluate(source, **known) == result


# --- unknown


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("a and b", False),  # b is false, whatever a is
        ("b and a", False),
        ("a or not b", True),
        ("a and not b", UNKNOWN),
        ("a or b", UNKNOWN),
        ("not a", UNKNOWN),
        ("y > 1", UNKNOWN),
        ("1 < y < 0", UNKNOWN),
        ("x > 5 and y > 1", False),
        ("known(y)", False),
        ("not known(y) or y > 1", True),
        ("1 if a else 2", UNKNOWN),
        ("x / 0 > 1", UNKNOWN),
        ("sqrt(0 - x) > 1", UNKNOWN),
        ("10 ** 400 > 1", UNKNOWN),
    ],
)
def test_unknown_is_not_false(source: str, result: Any) -> None:
    """`a` and `y` are unknown, `b` is false, `x` is 2."""
    assert evaluate(source, b=False, x=2) is result


TRUTH = st.sampled_from([True, False, UNKNOWN])
ORDER = {False: 0, UNKNOWN: 1, True: 2}


@given(TRUTH, TRUTH)
def test_and_or_not_are_kleenes_strong_logic(left: Any, right: Any) -> None:
    """Reference: `and` is the minimum, `or` the maximum, of False < unknown < True."""
    known = {n: v for n, v in (("a", left), ("b", right)) if v is not UNKNOWN}
    low, high = sorted((left, right), key=lambda v: ORDER[v])
    assert evaluate("a and b", **known) is low
    assert evaluate("a or b", **known) is high
    assert evaluate("not (a and b)", **known) is evaluate("not a or not b", **known)


NUMBERS = st.floats(-1e6, 1e6) | st.integers(-1000, 1000)
ARITHMETIC = st.recursive(
    st.sampled_from(["x", "y", "1", "2.5", "0"]),
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%", "//"]), inner).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
    ),
    max_leaves=8,
)


@given(ARITHMETIC, NUMBERS, NUMBERS)
def test_arithmetic_agrees_with_python(source: str, x: float, y: float) -> None:
    """Reference: Python itself, on text that this test wrote."""
    found = evaluate(source, x=x, y=y)
    try:
        expected = eval(source, {"__builtins__": {}}, {"x": x, "y": y})
    except ZeroDivisionError:
        assert found is UNKNOWN
        return
    if expected != expected:  # not a number
        assert found is UNKNOWN
    else:
        assert found == expected


# --- what is refused when a rule is loaded


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("optimzer.eps > 1", "did you mean `optimizer.eps`?"),
        ("sqr(x) > 1", "did you mean `sqrt`?"),
        ("x > 'large'", "`'large'` is a string, a number is needed here"),
        ("optimizer.name == 3", "a string never equals a number"),
        ("x and a", "`x` is a number, a boolean is needed here"),
        ("x in names", "cannot look for a number in a list of string"),
        ("(1).__class__", "has no named parts"),
        ("a.__class__", "there is no fact `a.__class__`"),
        ("__import__('os')", "there is no function `__import__`"),
        ("x.real()", "only the rule language's own functions"),
        ("[i for i in weights]", "a comprehension is not part of the rule language"),
        ("lambda: 1", "a lambda is not part of the rule language"),
        ("weights[0]", "an index is not part of the rule language"),
        ("(a := True)", "an assignment is not part of the rule language"),
        ("f'{x}'", "an f-string is not part of the rule language"),
        ("x @ y", "`MatMult` is not part of the rule language"),
        ("x is y", "`Is` is not part of the rule language"),
        ("min(x)", "`min` takes at least 2 arguments"),
        ("sqrt(x, y)", "`sqrt` takes 1 argument"),
        ("known(3)", "has no named parts"),
        ("1e999 > x", "the literal inf is not part of the rule language"),
        ("b'x' == 'x'", "the literal b'x' is not part"),
        ("x >", "not an expression"),
        ("x > 1; y > 1", "not an expression"),
        ("a if a else x", "the two branches are a boolean and a number"),
        ("'" + "x" * 3000 + "' == 'x'", "longer than"),
        ("not " * 100 + "a", "nested more than"),
        ("(" * 500 + "a" + ")" * 500, "not an expression"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_a_reason(source: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression(source, TYPES)
    assert reason in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_compiled_or_refused(source: str) -> None:
    with suppress(ExpressionError):
        compile_expression(source, TYPES)


def test_powers_cannot_be_made_to_run_long() -> None:
    begun = time.perf_counter()
    assert evaluate("9 ** 9 ** 9 ** 9") is UNKNOWN
    assert evaluate("x * x", x=10**250) is UNKNOWN
    assert time.perf_counter() - begun < 0.5
