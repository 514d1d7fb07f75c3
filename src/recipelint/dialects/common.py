"""Small readings that several dialects share: numbers, pairs, flags and durations."""

from __future__ import annotations

import re

from recipelint.dialects.base import ABSENT, ELSEWHERE, Reader, plain_list
from recipelint.dialects.conversions import is_number
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import number_in, value
from recipelint.recipe.facts import Absence, Value

_AMOUNT = re.compile(r"([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z]*)")


def number(reader: Reader, key: str) -> float | int | None:
    """The number at `key`, converted from text where the loader does that; None for others."""
    found = reader.plain(key)
    if isinstance(found, str) and reader.dialect.coerces:
        return number_in(found)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return found
    return None


def text(reader: Reader, key: str) -> str | None:
    """The text at `key`, or None."""
    found = reader.plain(key)
    return found if isinstance(found, str) else None


def is_null(reader: Reader, key: str) -> bool:
    """Whether `key` stands in the file (or a parent) and is null."""
    node = reader.node(key)
    return isinstance(node, Scalar) and value(node, reader.dialect.scalars) is None


def is_open(reader: Reader, key: str) -> bool:
    """Whether the value at `key` is filled in at start."""
    return reader.plain(key) is ELSEWHERE


def decide(reader: Reader, fact: str, key: str, found: object) -> None:
    """State `found` where `key` has a value, else record it as the default.

    `found` is the canonical value in both cases; ABSENT records nothing.
    """
    if found is ABSENT or found is None:
        return
    if reader.has(key):
        if is_open(reader, key):
            reader.missing(
                fact, Absence.ELSEWHERE, f"`{key}` is filled in at start", reader.entry(key)
            )
        else:
            reader.state(fact, found, key)
    else:
        reader.default(fact, found)


def numbers(reader: Reader, key: str) -> tuple[float | int, ...]:
    """The numbers of the list at `key`; empty where there is none or something else is in it."""
    node = reader.node(key)
    if not isinstance(node, Sequence):
        return ()
    items: list[float | int] = []
    for found in plain_list(node, reader.dialect.scalars):
        converts = isinstance(found, str) and reader.dialect.coerces
        item = number_in(str(found)) if converts else found
        if not isinstance(item, int | float) or isinstance(item, bool):
            return ()
        items.append(item)
    return tuple(items)


def read_betas(reader: Reader, key: str, default: tuple[float, float] | None = None) -> None:
    """Adam's two rates from a list at `key`."""
    found = numbers(reader, key)
    if len(found) >= 2:
        reader.state("optimizer.beta1", found[0], key)
        reader.state("optimizer.beta2", found[1], key)
    elif default is not None and not reader.has(key):
        reader.default("optimizer.beta1", default[0])
        reader.default("optimizer.beta2", default[1])


def amount(found: object) -> tuple[float | int, str] | None:
    """A number with a unit: `100ba` is (100, "ba"), `2e12T` (2e12, "T"), 500 is (500, "")."""
    if is_number(found):
        return found, ""
    match = _AMOUNT.fullmatch(found.strip()) if isinstance(found, str) else None
    if match is None:
        return None
    count = number_in(match.group(1))
    if count is None:
        return None
    return (int(count) if count == int(count) else count), match.group(2)


def own_kv_heads(reader: Reader) -> None:
    """Each head has keys and values of its own where the file does not speak of sharing them."""
    heads = reader.phase.value("model.attention.heads")
    if heads is not None and "model.attention.kv_heads" not in reader.phase.missing:
        reader.default("model.attention.kv_heads", heads)


def learned_positions(reader: Reader, learned: bool, reason: str) -> None:
    """The table of position embeddings: a row for each position where they are learned."""
    rows = reader.phase.number("model.max_position") if learned else 0
    if rows is not None:
        reader.derive("model.learned_positions", rows, reason)


def read_world(reader: Reader) -> None:
    """The number of GPUs, where the machines and the GPUs of each are known."""
    nodes, gpus = (reader.phase.number(f"cluster.{name}") for name in ("nodes", "gpus_per_node"))
    if nodes and gpus:
        reader.derive("parallel.world_size", nodes * gpus, f"nodes {nodes} x GPUs of each {gpus}")


def child(node: object, *keys: str) -> object:
    """The node at a path of keys below a mapping, aliases followed; None where it ends."""
    for key in keys:
        if not isinstance(node, Mapping):
            return None
        node = follow(node.get(key))
    return node


def has_mapping(root: Mapping, key: str) -> Mapping | None:
    """The mapping at a top-level key, or None."""
    node = follow(root.get(key))
    return node if isinstance(node, Mapping) else None


def replace_fact(reader: Reader, name: str, found: Value, detail: str) -> None:
    """Record a derived value in place of what was read for a fact."""
    reader.phase.facts.pop(name, None)
    reader.phase.missing.pop(name, None)
    reader.derive(name, found, detail)
