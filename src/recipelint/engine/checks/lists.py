"""Lists of a recipe that belong together, or whose numbers have to add up."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.document import Entry, Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import value
from recipelint.engine.checks.base import CheckContext, Hit


def lengths_differ(context: CheckContext) -> Iterator[Hit]:
    """Pairs of lists, `a.b = a.c` in the rule's `pairs`, that do not have as many entries.

    A part of the path that ends in `[]` stands for every item of a list; the two lists of a pair
    stand in the same mapping. A text instead of a list counts as one entry.
    """
    root = context.document.mapping
    if root is None or context.document.broken:
        return
    for pair in context.parameters["pairs"]:
        one, other = (path.strip().split(".") for path in pair.split("="))
        for place, mapping in mappings(root, one[:-1]):
            yield from _compare(mapping, place, one[-1], other[-1])


def _compare(mapping: Mapping, place: str, first: str, second: str) -> Iterator[Hit]:
    one, other = mapping.find(first), mapping.find(second)
    if one is None or other is None:
        return
    count, paired = _count(one), _count(other)
    if (
        count is None
        or paired is None
        or count == paired
        or not isinstance(follow(other.value), Sequence)
    ):
        return
    text = isinstance(follow(one.value), Scalar)  # a list whose dashes are missing
    yield Hit(
        (one if text else other).key_span,
        {"first": first, "first_count": count, "second": second, "second_count": paired},
        key=f"{place}{first if text else second}",
    )


def _count(entry: Entry) -> int | None:
    """Entries of a list or a mapping; 1 for a text; None for what is neither or null."""
    node = follow(entry.value)
    if isinstance(node, Sequence):
        return len(node.items)
    if isinstance(node, Mapping):
        return len(node.entries)
    if isinstance(node, Scalar) and node.text not in ("", "null", "~"):
        return 1
    return None


def mappings(root: Mapping, parts: list[str], place: str = "") -> Iterator[tuple[str, Mapping]]:
    """The mappings at a path, each with its dotted place, which ends in a point."""
    if not parts:
        yield place, root
        return
    entry = root.find(parts[0].removesuffix("[]"))
    inner = follow(entry.value) if entry else None
    name = place + parts[0].removesuffix("[]")
    if parts[0].endswith("[]") and isinstance(inner, Sequence):
        for index, item in enumerate(inner.items):
            target = follow(item)
            if isinstance(target, Mapping):
                yield from mappings(target, parts[1:], f"{name}[{index}].")
    elif isinstance(inner, Mapping):
        yield from mappings(inner, parts[1:], f"{name}.")


def weights_off_one(context: CheckContext) -> Iterator[Hit]:
    """Lists of weights, the rule's `weights`, that nearly add up to one.

    Sums further than `span` from one are counts or ratios, which the framework normalises as
    well, and are left alone.
    """
    root = context.document.mapping
    if root is None or context.document.broken:
        return
    for path in context.parameters["weights"]:
        *parents, name = path.split(".")
        for place, mapping in mappings(root, parents):
            entry = mapping.find(name)
            node = follow(entry.value) if entry else None
            if entry is None or not isinstance(node, Sequence) or len(node.items) < 2:
                continue
            numbers = _numbers(context, node)
            error = abs(sum(numbers) - 1)
            if numbers and context.parameters["tolerance"] < error < context.parameters["span"]:
                values = {"key": name, "total": sum(numbers), "count": len(numbers)}
                yield Hit(entry.key_span, values, key=f"{place}{name}")


def _numbers(context: CheckContext, node: Sequence) -> list[float]:
    found = []
    for item in node.items:
        scalar = follow(item)
        plain = value(scalar, context.dialect.scalars) if isinstance(scalar, Scalar) else None
        if isinstance(plain, bool) or not isinstance(plain, int | float):
            return []
        found.append(float(plain))
    return found
