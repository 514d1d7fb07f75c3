"""A framework's own keys, from the data files that `tools/extract_schemas.py` generates.

A schema is a set of sections; a section names its keys and says what the framework does with a
key that it does not know.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

_FOLDER = os.path.join(os.path.dirname(__file__), "schemas")

Key = dict[str, Any]
"""`type`, and where they apply `choices`, `default`, `required`, `first`, `last`, `replaced_by`,
`section`, `items`, `aliases`, `coerces`, and the bounds of a number in JSON Schema's words, with
`bounded_since` where older releases took more."""

BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


class Section(NamedTuple):
    """The keys of one mapping. `extra` is forbid, ignore, warn, open or signature.

    A signature is a callable's list of parameters, which refuses others when it is called.
    """

    name: str
    extra: str
    keys: dict[str, Key]


class Schema:
    """All sections of one dialect."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.dialect: str = data["dialect"]
        self.sources: list[dict[str, Any]] = data["sources"]
        self.root: str = data.get("root", "")
        self._sections: dict[str, dict[str, Any]] = data["sections"]
        self._joined: dict[tuple[str, ...], Section] = {}
        self._required: dict[str, list[tuple[str, Key]]] = {}
        self._inner: list[tuple[str, Section]] | None = None

    def section(self, names: list[str]) -> Section | None:
        """The section of that name; of several (a union) all keys together."""
        joined = self._joined.get(tuple(names))
        if joined is not None:
            return joined
        found = [(n, self._sections[n]) for n in names if n in self._sections]
        if not found or len(found) < len(names):
            return None
        keys: dict[str, Key] = {}
        for _, one in found:
            for key, row in one["keys"].items():
                keys[key] = _union(keys[key], row) if key in keys else row
                for alias in row.get("aliases", ()):
                    keys.setdefault(alias, row)
        policies = {one["extra"] for _, one in found}
        order = ("open", "ignore", "warn", "signature", "forbid")
        extra = next(p for p in order if p in policies)
        section = Section(" or ".join(names), extra, keys)
        self._joined[tuple(names)] = section
        return section

    def required(self, section: Section) -> list[tuple[str, Key]]:
        """The keys of a section without which the framework does not start."""
        if section.name not in self._required:
            rows = section.keys.items()
            self._required[section.name] = [(k, row) for k, row in rows if row.get("required")]
        return self._required[section.name]

    def paths(self, key: str) -> Iterator[str]:
        """Dotted places at which a key of that name stands, to say where one belongs."""
        if self._inner is None:
            self._inner = list(self._tables([self.root], "", 0))
        yield from (prefix + key for prefix, section in self._inner if key in section.keys)

    def _tables(self, names: list[str], prefix: str, depth: int) -> Iterator[tuple[str, Section]]:
        """The sections below the root, each with the dotted key at which it stands."""
        section = self.section(names)
        if section is None or depth > 4:
            return
        if prefix:
            yield prefix, section
        for name, row in section.keys.items():
            if row.get("section"):
                yield from self._tables(row["section"], f"{prefix}{name}.", depth + 1)

    def knows(self, name: str) -> bool:
        """Whether there is a section of that name."""
        return name in self._sections

    def names(self) -> Iterator[str]:
        """The names of all sections."""
        return iter(self._sections)

    @property
    def newest(self) -> str:
        """The packages and their newest versions, for messages: `axolotl 0.19.0`."""
        rows = [f"{s['package']} {s['versions'][-1]}" for s in self.sources if s.get("versions")]
        return " and ".join(rows)


def _union(one: Key, other: Key) -> Key:
    merged = {**one, **other}
    merged["type"] = sorted({*one["type"], *other["type"]})
    if one.get("choices") is None or other.get("choices") is None:
        merged.pop("choices", None)
    else:
        merged["choices"] = [*one["choices"], *other["choices"]]
    for mark in ("last", "required"):
        if mark not in one or mark not in other:
            merged.pop(mark, None)
    for mark in BOUNDS:
        if one.get(mark) != other.get(mark):
            merged.pop(mark, None)  # which of the two is meant is not known
    for kind in ("section", "items"):
        names = [*one.get(kind, ()), *other.get(kind, ())]
        if names:
            merged[kind] = list(dict.fromkeys(names))
    return merged


@cache
def load(name: str) -> Schema | None:
    """The schema data file called `name`, or None if there is none."""
    try:
        with open(os.path.join(_FOLDER, f"{name}.json"), encoding="utf-8") as stream:
            return Schema(json.load(stream))
    except FileNotFoundError:
        return None
