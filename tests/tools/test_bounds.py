"""Ranges of numbers, read from declarations and from the guards of a class."""

from __future__ import annotations

import ast
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.schemas.bounds import ANY_NUMBER, Bounds
from tools.schemas.fields import all_fields
from tools.schemas.modules import Index
from tools.schemas.shapes import Reader
from tools.schemas.table import Key, Section, merge_releases

ENDS = st.none() | st.tuples(st.integers(-3, 3), st.booleans())
BOUNDS = st.builds(Bounds, low=ENDS, high=ENDS)
POINTS = st.integers(-8, 8).map(lambda half: half / 2)


def accepts(bounds: Bounds, number: float) -> bool:
    words = bounds.as_json()
    return (
        words.get("minimum", number) <= number <= words.get("maximum", number)
        and words.get("exclusiveMinimum", number - 1) < number
        and number < words.get("exclusiveMaximum", number + 1)
    )


@given(BOUNDS, BOUNDS, POINTS)
def test_both_accept_what_the_intersection_accepts(one: Bounds, other: Bounds, x: float) -> None:
    assert accepts(one.and_(other), x) == (accepts(one, x) and accepts(other, x))


@given(BOUNDS, BOUNDS, POINTS)
def test_the_union_refuses_nothing_that_either_accepts(
    one: Bounds, other: Bounds, x: float
) -> None:
    if accepts(one, x) or accepts(other, x):
        assert accepts(one.or_(other), x)


def ranges(source: str, name: str = "Config") -> dict[str, dict[str, float]]:
    """The range of each field that has one."""
    index = Index({"m.py": source})
    found = index.find_class(index.modules["m"], name)
    assert found is not None
    fields = all_fields(Reader(index), found).values()
    return {one.name: one.bounds.as_json() for one in fields if one.bounds != ANY_NUMBER}


DECLARED = """
from typing import Annotated, Literal, Optional
from pydantic import BaseModel, Field, NonNegativeFloat, PositiveInt

Share = Annotated[float, Field(ge=0, le=1)]

class Config(BaseModel):
    share: Share = 0.5
    steps: Optional[PositiveInt] = None
    decay: NonNegativeFloat | Literal["auto"] = 0.0
    interval: PositiveInt | Literal[-1] = -1
    ratio: float = Field(0.5, gt=-1, lt=1)
    free: int = 3
"""


def models(source: str) -> dict[str, Any]:
    """What a module of that source defines."""
    namespace: dict[str, Any] = {}
    exec(compile(source, "m.py", "exec", dont_inherit=True), namespace)
    return namespace


CONFIG = models(DECLARED)["Config"]


@given(field=st.sampled_from(["share", "steps", "decay", "ratio", "free"]), x=st.integers(-3, 3))
def test_declared_ranges_are_those_of_pydantic(field: str, x: int) -> None:
    try:
        CONFIG(**{field: x})
        refused = False
    except pydantic.ValidationError:
        refused = True
    assert accepts(_read(ranges(DECLARED).get(field, {})), x) is not refused


def test_a_number_that_is_spared_by_name_leaves_no_range() -> None:
    assert CONFIG(interval=-1).interval == -1
    assert "interval" not in ranges(DECLARED)


def _read(words: dict[str, float]) -> Bounds:
    sides = {"minimum": ("low", False), "exclusiveMinimum": ("low", True)}
    sides |= {"maximum": ("high", False), "exclusiveMaximum": ("high", True)}
    return Bounds(**{sides[word][0]: (limit, sides[word][1]) for word, limit in words.items()})


def guarded(*statements: str) -> dict[str, dict[str, float]]:
    """The ranges of a dataclass with two fields and these statements in its `__post_init__`."""
    body = "\n".join(f"        {line}" for text in statements for line in text.splitlines())
    source = (
        f"class Config:\n    x: float = 1\n    y: int = 2\n    def __post_init__(self):\n{body}"
    )
    ast.parse(source)
    return ranges(source + "\n    def check(self):\n        if self.y < 1:\n            raise E\n")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("if self.x < 0 or self.x > 1:\n    raise E", {"minimum": 0, "maximum": 1}),
        ("if not 0 <= self.x < 1:\n    raise E", {"minimum": 0, "exclusiveMaximum": 1}),
        ("if self.x is not None and self.x <= 0:\n    raise E", {"exclusiveMinimum": 0}),
        ("if self.x is not None:\n    if 0 > self.x:\n        raise E", {"minimum": 0}),
        ("assert 0 < self.x, 'text'", {"exclusiveMinimum": 0}),
        ("if self.y == 3:\n    raise E\nelif self.x < 0:\n    raise E", {"minimum": 0}),
    ],
)
def test_guards_tell_the_range(statement: str, expected: dict[str, float]) -> None:
    assert guarded(statement) == {"x": expected}


def test_a_method_that_is_called_guards_as_well() -> None:
    assert guarded("self.check()") == {"y": {"minimum": 1}}


@pytest.mark.parametrize(
    "statements",
    [
        ["if self.y == 3 and self.x < 0:\n    raise E"],  # only under a condition
        ["if self.y:\n    if self.x < 0:\n        raise E"],
        ["if self.y == 3:\n    self.y = 4\nelif self.x < 0:\n    raise E"],
        ["if self.x < 0:\n    warn()"],  # is let through
        ["self.x = abs(self.x)", "if self.x < 0:\n    raise E"],  # was mended
        ["if self.y:\n    return", "if self.x < 0:\n    raise E"],  # may not be reached
    ],
)
def test_what_may_let_a_number_through_is_no_range(statements: list[str]) -> None:
    assert guarded(*statements) == {}


BASE = "class Base:\n    x: int = 1\n    def __post_init__(self):\n        assert self.x > 0\n"


def test_a_base_guards_unless_a_later_class_forgets_it() -> None:
    heir = "class Config(Base):\n    def __post_init__(self):\n        "
    assert ranges(BASE + "class Config(Base):\n    z: int = 1\n") == {"x": {"exclusiveMinimum": 0}}
    assert ranges(BASE + heir + "super().__post_init__()\n") == {"x": {"exclusiveMinimum": 0}}
    assert ranges(BASE + heir + "pass\n") == {}
    assert ranges(BASE + heir + "self.x = 1; super().__post_init__()\n") == {}


def test_a_range_that_became_narrower_says_since_when() -> None:
    wide, narrow = Bounds(), Bounds(low=(0, False))

    def merged(*bounds: Bounds) -> dict[str, Any]:
        releases = [
            (str(n), {"": Section(keys={"x": Key(frozenset({"int"}), bounds=one)})})
            for n, one in enumerate(bounds)
        ]
        return merge_releases("p", releases)[""].keys["x"].as_json()

    assert merged(wide, narrow, narrow)["bounded_since"] == "p 1"
    assert "bounded_since" not in merged(narrow, narrow)
    assert "minimum" not in merged(narrow, wide)
