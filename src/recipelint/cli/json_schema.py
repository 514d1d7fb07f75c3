"""JSON Schema (draft 2020-12) from a dialect's key table.

The schema refuses nothing that `check` would let pass: values that the loader converts are
allowed as text, sections that are alternatives are allowed to mix, and unknown keys are refused
only where the framework refuses them, and no module of the author's own can add any.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from recipelint.dialects.base import Dialect, Row
from recipelint.dialects.schema import BOUNDS, Key, Schema, Section
from recipelint.recipe.facts import fact_types

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "str": "string",
    "list": "array",
    "map": "object",
}
_NUMERAL = r"^\s*[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"
"""What Python's float() reads."""
_TRUTH = r"^(?i:true|false|yes|no|on|off|y|n|t|f|0|1)$"
_FILLED_IN = {"type": "string", "pattern": r"\$\{|\{\{|^\$|^auto$"}
"""Interpolations, environment variables, and values that another program fills in."""
_OWN_KEYS = r"^(_|x-|\.)"
"""Keys that people keep for themselves: anchors and remarks."""
_FACT_TYPES = {"number": "number", "boolean": "boolean", "string": "string"}


def json_schema(table: Schema, dialect: Dialect) -> dict[str, Any]:
    """The schema of a dialect's files."""
    builder = _Builder(table, dialect)
    root = builder.section([table.root])
    return {
        "$schema": DRAFT,
        "title": f"{dialect.title} recipe",
        "description": f"Keys of {table.newest}, as recipelint knows them.",
        **root,
        **({"$defs": builder.definitions} if builder.definitions else {}),
    }


def schema_of_facts(rows: Iterable[Row], dialect: Dialect) -> dict[str, Any]:
    """The schema of a dialect without a key table: the keys that hold facts, and any others.

    A value that is converted on its way to a fact may have another type in the file.
    """
    root: dict[str, Any] = {"type": "object", "properties": {}}
    for row in rows:
        *parents, last = row.key.split(".")
        node = root
        for part in parents:
            node = node["properties"].setdefault(part, {})
            node.setdefault("properties", {})
        node["properties"].setdefault(last, {}).update(_key_of_fact(row))
    return {
        "$schema": DRAFT,
        "title": f"{dialect.title} recipe",
        "description": f"Keys of {dialect.title} {dialect.version} that recipelint reads.",
        **root,
    }


def _key_of_fact(row: Row) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": f"Holds {row.fact}."}
    kind = _FACT_TYPES.get(str(fact_types()[row.fact]["type"]))
    if kind is not None and row.convert is None:
        schema["type"] = list(dict.fromkeys([kind, "string", "null"]))
    if row.convert is None and isinstance(row.default, bool | int | float | str):
        schema["default"] = row.default
    return schema


class _Builder:
    """Collects the definitions of the sections that are referred to."""

    def __init__(self, table: Schema, dialect: Dialect) -> None:
        self.table, self.dialect = table, dialect
        self.definitions: dict[str, Any] = {}

    def section(self, names: list[str]) -> dict[str, Any]:
        """The schema of a mapping that is one of these sections."""
        section = self.table.section(names)
        if section is None:
            return {"type": "object"}
        properties = {key: self._key(row) for key, row in section.keys.items()}
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        required = self._required(names, section)
        if required:
            schema["required"] = required
        if section.extra in ("forbid", "signature") and self.dialect.custom_keys is None:
            schema["patternProperties"] = {_OWN_KEYS: {}}
            schema["additionalProperties"] = False
        return schema

    def _required(self, names: list[str], section: Section) -> list[str]:
        """Keys that every one of the sections needs, under one name."""
        each = [self.table.section([name]) for name in names]
        return sorted(
            key
            for key, row in section.keys.items()
            if row.get("required")
            and not row.get("aliases")
            and all(s is not None and s.keys.get(key, {}).get("required") for s in each)
        )

    def _reference(self, names: list[str]) -> dict[str, Any]:
        name = "-or-".join(names)
        if name not in self.definitions:
            self.definitions[name] = {}  # a section may contain itself
            self.definitions[name] = self.section(names)
        return {"$ref": f"#/$defs/{name.replace('~', '~0').replace('/', '~1')}"}

    def _key(self, row: Key) -> dict[str, Any]:
        schema = self._value(row)
        if row.get("default") is not None:
            schema["default"] = row["default"]
        if row.get("replaced_by") or row.get("last"):
            schema["deprecated"] = True
        remarks = _remarks(row)
        if remarks:
            schema["description"] = remarks
        return schema

    def _value(self, row: Key) -> dict[str, Any]:
        if "any" in row["type"]:
            return {}
        options = [self._option(kind, row) for kind in row["type"]]
        options += _converted(row, self.dialect)
        if "str" not in row["type"] or row.get("choices"):
            options.append(_FILLED_IN)
        if row.get("nullable", True):
            options.append({"type": "null"})
        return options[0] if len(options) == 1 else {"anyOf": options}

    def _option(self, kind: str, row: Key) -> dict[str, Any]:
        if kind == "map" and row.get("section"):
            return self._reference(row["section"])
        if kind == "list" and row.get("items"):
            # what is no mapping is a short form
            condition = {"if": {"type": "object"}, "then": self._reference(row["items"])}
            return {"type": "array", "items": condition}
        if kind == "str" and row.get("choices"):
            return {"enum": list(row["choices"])}
        return {"type": _TYPES[kind], **(_bounds(row) if kind in ("int", "float") else {})}


def _bounds(row: Key) -> dict[str, Any]:
    """The range that every release insists on."""
    if row.get("bounded_since"):
        return {}
    return {word: row[word] for word in BOUNDS if word in row}


def _converted(row: Key, dialect: Dialect) -> list[dict[str, Any]]:
    """Other spellings that the framework's loader turns into the type."""
    kinds = set(row["type"])
    if not (row.get("coerces") or dialect.coerces) or ("str" in kinds and not row.get("choices")):
        return []
    spellings: list[dict[str, Any]] = []
    if kinds & {"int", "float"}:
        spellings += [{"type": "string", "pattern": _NUMERAL}, {"type": "boolean"}]
    if "int" in kinds and "float" not in kinds:
        spellings.append({"type": "number", "multipleOf": 1})
    if "bool" in kinds:
        spellings += [{"type": "string", "pattern": _TRUTH}, {"enum": [0, 1]}]
    return spellings


def _remarks(row: Key) -> str:
    remarks = []
    if row.get("first"):
        remarks.append(f"Since {row['first']}.")
    if row.get("last"):
        remarks.append(f"Until {row['last']}.")
    if row.get("replaced_by"):
        remarks.append(f"Replaced by {row['replaced_by']}.")
    return " ".join(remarks)
