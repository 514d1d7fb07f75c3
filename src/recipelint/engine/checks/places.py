"""The keys of a document beside what its framework's schema says about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from recipelint.dialects.schema import Key, Schema, Section, load
from recipelint.document import Entry, Mapping, Node, Scalar, Sequence, follow
from recipelint.document.nodes import UNRESOLVED
from recipelint.document.scalars import value
from recipelint.engine.checks.base import CheckContext

_MAX_VISITS = 50_000


class Place(NamedTuple):
    """One key of the document, with what the schema says about it (None where it is unknown).

    `parent` is the mapping in which the key stands, `path` its dotted path in the file.
    """

    path: str
    entry: Entry
    parent: Mapping
    section: Section
    row: Key | None


def schema_of(context: CheckContext) -> Schema | None:
    """The schema of the document's dialect, if there is one."""
    name = context.dialect.schema
    return load(name) if name else None


def places(context: CheckContext) -> list[Place]:
    """Every key of the document that lies in a section the schema knows."""
    schema, root = schema_of(context), context.document.mapping
    if schema is None or root is None:
        return []
    found: list[Place] | None = context.memo.get("places")
    if found is None:
        found = context.memo["places"] = []
        _walk(schema, root, [schema.root], "", found)
    return found


def _walk(schema: Schema, node: Mapping, names: list[str], prefix: str, out: list[Place]) -> None:
    section = schema.section(names)
    if section is None or len(out) > _MAX_VISITS:
        return
    for entry in node.effective():
        row = section.keys.get(entry.key)
        out.append(Place(prefix + entry.key, entry, node, section, row))
        _descend(schema, entry.value, row or {}, prefix + entry.key, out)


def _descend(schema: Schema, value_node: Node, row: Key, path: str, out: list[Place]) -> None:
    node = follow(value_node)
    if isinstance(node, Mapping):
        _inside(schema, node, row.get("section"), path + ".", out)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            mapping = follow(item)
            if isinstance(mapping, Mapping):
                _inside(schema, mapping, row.get("items"), f"{path}[{index}].", out)


def _inside(
    schema: Schema, node: Mapping, names: list[str] | None, prefix: str, out: list[Place]
) -> None:
    """A mapping that names its callable has that one's parameters, unless its key tells more."""
    component = None if names else callable_of(node)
    if component is not None:
        names = [component.text]
    if names:
        _walk(schema, node, names, prefix, out)


MARKS = ("_component_", "_target_")
"""Keys that name the callable which a mapping configures, in torchtune and in Hydra's way."""


def callable_of(node: Mapping) -> Scalar | None:
    """The dotted path of the callable that a mapping configures."""
    mark = mark_of(node)
    path = follow(node.get(mark)) if mark else None
    return path if isinstance(path, Scalar) and "." in path.text else None


def mark_of(node: Mapping) -> str | None:
    """The key under which a mapping names its callable, if it does."""
    return next((mark for mark in MARKS if mark in node), None)


def typed_places(context: CheckContext) -> list[tuple[Place, Key, object]]:
    """Places with a declared type, and the value that the loader makes of each.

    Placeholders, interpolations and `auto` are left out: another program fills them in.
    """
    found: list[tuple[Place, Key, object]] | None = context.memo.get("typed places")
    if found is None:
        found = context.memo["typed places"] = list(_typed(context))
    return found


def _typed(context: CheckContext) -> Iterator[tuple[Place, Key, object]]:
    for place in places(context):
        row = place.row
        if row is None or "any" in row["type"] or not row["type"]:
            continue
        node = follow(place.entry.value)
        if not isinstance(node, Scalar):
            if node is not None:
                yield place, row, node
            continue
        if node.native is UNRESOLVED and context.document.format == "json":
            continue
        found = value(node, context.dialect.scalars)
        if not (isinstance(found, str) and (filled_in_later(found) or found == "auto")):
            yield place, row, found


def filled_in_later(text: str) -> bool:
    """Whether a text is an interpolation of an environment variable or a template."""
    return "${" in text or "{{" in text or text.startswith("$") or text == "???"


def coerces(context: CheckContext, place: Place, row: Key) -> bool:
    """Whether the loader converts a value at this place to the declared type."""
    return bool(row.get("coerces")) or (context.dialect.coerces and "." not in place.path)
