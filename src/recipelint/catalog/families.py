"""Families of models: what every member shares, and how its `config.json` names things.

`families.json` is keyed by transformers' `model_type`. An entry extends the one it is `like`:
`traits` are canonical facts that hold unless stated otherwise (null: they must be stated),
`internal` are fields of `Architecture` that no fact names, `keys` and `choices` tell which keys of
`config.json` set which facts, `refuse` lists keys with the only values that the formulas cover,
and `defaults` are the values of the configuration class for keys that a file leaves out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

_FILE = os.path.join(os.path.dirname(__file__), "families.json")


class Family(NamedTuple):
    """One `model_type`. See the module's docstring for the meaning of the tables."""

    name: str
    traits: Mapping[str, object]
    internal: Mapping[str, int]
    keys: Mapping[str, tuple[str, ...]]
    choices: Mapping[str, Mapping[str, Mapping[str, object]]]
    refuse: Mapping[str, tuple[object, ...]]
    defaults: Mapping[str, object]
    ffn_ratio: int
    """Width of the feed-forward block over hidden_size where it is not stated; 0 if it must be."""
    always_mha: bool
    """No grouped queries in this family: every head has its own key and value."""
    source: str


def family(name: str) -> Family | None:
    """The family called `name` in transformers, or None when it is not listed."""
    return _resolve(name) if name in _table() else None


def families() -> tuple[str, ...]:
    """Names of all listed families."""
    return tuple(_table())


@cache
def _table() -> dict[str, dict[str, object]]:
    with open(_FILE, encoding="utf-8") as file:
        table: dict[str, dict[str, object]] = json.load(file)["families"]
    return table


@cache
def _resolve(name: str) -> Family:
    entry = _table()[name]
    parent = _resolve(str(entry["like"])) if "like" in entry else None

    def inherited(field: str) -> object:
        return entry.get(field, getattr(parent, field) if parent else {})

    def merged(field: str) -> dict[str, object]:
        above = getattr(parent, field) if parent else {}
        return {**above, **_mapping(entry.get(field, {}))}

    return Family(
        name=name,
        traits=merged("traits"),
        internal={key: _number(value) for key, value in merged("internal").items()},
        keys={key: _strings(value) for key, value in _mapping(inherited("keys")).items()},
        choices={key: _tables(value) for key, value in _mapping(inherited("choices")).items()},
        refuse={key: _values(value) for key, value in _mapping(inherited("refuse")).items()},
        defaults=_mapping(entry.get("defaults", {})),
        ffn_ratio=_number(inherited("ffn_ratio") or 0),
        always_mha=inherited("always_mha") is True,
        source=str(entry.get("source", "")),
    )


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"families.json: expected a table, found {value!r}")
    return dict(value)


def _tables(value: object) -> dict[str, dict[str, object]]:
    return {key: _mapping(table) for key, table in _mapping(value).items()}


def _values(value: object) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"families.json: expected a list, found {value!r}")
    return tuple(value)


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in _values(value))


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"families.json: expected a number, found {value!r}")
    return int(value)
