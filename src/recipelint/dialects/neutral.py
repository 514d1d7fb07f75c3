"""The neutral dialect: the canonical recipe written as YAML, with a published JSON Schema."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from recipelint.dialects.base import Dialect, Reader, convert
from recipelint.document import Entry, Mapping, Node, Scalar, Sequence, follow
from recipelint.document.scalars import value, yaml_1_2
from recipelint.recipe.facts import Fact, Origin, Phase, Value, fact_types


def recognise(root: Mapping, name: str) -> bool:
    """A `recipelint:` format version at the top."""
    return "recipelint" in root


def translate(reader: Reader) -> list[Phase]:
    """Phases in order, each with the recipe's own sections where it does not override them."""
    base = list(_leaves(reader, reader.root, ""))
    phases = reader.node("phases")
    maps: list[Mapping] = []
    if isinstance(phases, Sequence):
        maps = [m for m in (follow(item) for item in phases.items) if isinstance(m, Mapping)]
    if not maps:
        return [_phase(None, base, [])]
    result: list[Phase] = []
    for index, mapping in enumerate(maps):
        own = list(_leaves(reader, mapping, f"phases[{index}]."))
        name = follow(mapping.get("name"))
        result.append(_phase(name.text if isinstance(name, Scalar) else None, base, own))
    for earlier, later in itertools.pairwise(result):
        later.previous = earlier
    return result


def _phase(name: str | None, base: list[Fact], own: list[Fact]) -> Phase:
    phase = Phase(name)
    for fact in (*own, *base):  # what a phase says comes first and stays
        phase.add(fact)
    return phase


def _leaves(reader: Reader, mapping: Mapping, place: str, prefix: str = "") -> Iterator[Fact]:
    types = fact_types()
    for entry in mapping.effective():
        name = prefix + entry.key
        node = follow(entry.value)
        if isinstance(node, Mapping) and "." not in prefix[:-1].replace("model.", "", 1):
            yield from _leaves(reader, node, place, name + ".")
        elif isinstance(node, Scalar) and name in types:
            found = convert(value(node, yaml_1_2), str(types[name]["type"]), False)
            choices = types[name].get("choices")
            if found is not None and (not isinstance(choices, list) or found in choices):
                yield _fact(reader, name, found, entry, place + name)
        elif isinstance(node, Sequence):
            yield from _columns(reader, name, node, entry, place)


def _columns(reader: Reader, name: str, node: Sequence, entry: Entry, place: str) -> Iterator[Fact]:
    types = fact_types()
    if name in types:
        items = tuple(_scalar(item) for item in node.items)
        if items and None not in items:
            yield _fact(reader, name, items, entry, place + name)
        return
    maps = [m for m in (follow(item) for item in node.items) if isinstance(m, Mapping)]
    if len(maps) != len(node.items):
        return
    for column in (c for c in types if c.startswith(name + ".")):
        cells = tuple(_scalar(m.get(column.rsplit(".", 1)[1])) for m in maps)
        if cells and None not in cells:
            yield _fact(reader, column, cells, entry, place + name)


def _scalar(node: Node | None) -> object:
    target = follow(node)
    return value(target, yaml_1_2) if isinstance(target, Scalar) else None


def _fact(reader: Reader, name: str, found: Value, entry: Entry, key: str) -> Fact:
    return Fact(
        name, found, Origin.STATED, reader.document.path, entry.value.span, entry.key_span, key
    )


DIALECT = Dialect(
    name="neutral",
    title="recipelint",
    version="1",
    recognise=recognise,
    translate=translate,
    scalars=yaml_1_2,
    duplicates_refused=True,
    schema="neutral",
    keys=frozenset({"recipelint"}),
)
