"""Facts: canonical values, each with its origin, gathered by phase."""

from __future__ import annotations

import json
import os
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from recipelint.findings import Span

_ABSURD = 1e30

Value = bool | int | float | str | tuple[object, ...]


class Origin(Enum):
    """Where a fact comes from."""

    STATED = "stated"
    DEFAULT = "default"
    CATALOG = "catalog"
    DERIVED = "derived"
    GIVEN = "given"

    def __str__(self) -> str:
        return self.value


class Fact(NamedTuple):
    """One canonical value.

    `path`, `span` and `key` say where a stated value stands (the file may be one that the recipe
    refers to); `detail` names the version of a default, the catalogue entry, or the sum of a
    derived value.
    """

    name: str
    value: Value
    origin: Origin
    path: str | None = None
    span: Span | None = None
    key_span: Span | None = None
    key: str | None = None
    detail: str | None = None


class Absence(Enum):
    """Why a fact has no value. A framework's default is no absence: it is a fact."""

    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"
    """In a parent, overlay or referenced file, or in the environment, that was not read."""
    AUTOMATIC = "automatic"
    """Left to another file on purpose (`auto`)."""


class Missing(NamedTuple):
    """A fact that is absent for a known reason."""

    absence: Absence
    reason: str
    span: Span | None = None


class Phase:
    """One stretch of a run, seen as a whole recipe.

    `linked` holds the facts of files that belong to the recipe, each under its own name
    (`deepspeed`, `accelerate`), because a contradiction needs both sides.
    """

    __slots__ = ("facts", "linked", "missing", "name", "previous")

    def __init__(
        self,
        name: str | None = None,
        facts: dict[str, Fact] | None = None,
        missing: dict[str, Missing] | None = None,
    ) -> None:
        self.name = name
        self.facts = {} if facts is None else facts
        self.missing = {} if missing is None else missing
        self.linked: dict[str, Phase] = {}
        self.previous: Phase | None = None

    def value(self, name: str) -> Value | None:
        """The value of a fact, or None where it is absent."""
        fact = self.facts.get(name)
        return None if fact is None else fact.value

    def number(self, name: str) -> int | float | None:
        """The value of a fact that is a number, or None."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value

    def known(self) -> dict[str, Value]:
        """All known values by name, for the estimates."""
        return {name: fact.value for name, fact in self.facts.items()}

    def add(self, fact: Fact) -> None:
        """Record a fact; one that is known already is kept unless it was only a default."""
        if isinstance(fact.value, int | float) and not abs(fact.value) < _ABSURD:
            return  # an overflow or a slip: no fact
        held = self.facts.get(fact.name)
        if held is None or (held.origin is Origin.DEFAULT and fact.origin is not Origin.DEFAULT):
            self.facts[fact.name] = fact
            self.missing.pop(fact.name, None)


class Recipe(NamedTuple):
    """The phases of a recipe and the dialect that it is written in."""

    dialect: str
    version: str | None
    phases: list[Phase]


@lru_cache(maxsize=1)
def fact_types() -> dict[str, dict[str, object]]:
    """Canonical fact names with `type` (number, boolean, string, list of …) and `choices`."""
    path = os.path.join(os.path.dirname(__file__), "facts.json")
    with open(path, encoding="utf-8") as stream:
        table: dict[str, dict[str, object]] = json.load(stream)
    return table
