"""Combinations of keys that a framework refuses, or that leave a key without effect.

A rule lists them in its parameters, so that adding one is adding a line of a rule file. A
combination is a conjunction of tests on keys as the file writes them:

    a & b           both are set (and not null, false, zero or empty)
    a & !b          `b` is not set, or null, false, zero or empty
    a & -b          `b` does not stand in the file at all
    a=x & !b=y      `a` is x, and `b` is anything but y
    a[].b^=x        in the list `a` an item's `b` begins with x; the first such item is shown

A value that another program fills in makes the combination unknown, which is no hit.

A remedy for the last key that is named may follow, behind `=>` where it is safe and behind `->`
where it changes the run: `a & -b -> add b: true`, `a & b => remove`, `a=x -> write y`,
`a -> rename b`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from recipelint.document import Entry, Mapping, Node, Scalar, Sequence, follow
from recipelint.document.scalars import value
from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.engine.checks.places import filled_in_later
from recipelint.findings import Fix, Span

if TYPE_CHECKING:
    from recipelint.engine.remedies import Remedy

_TEST = re.compile(r"(?P<mark>[!-]?)(?P<key>[\w.\[\]-]+)(?:(?P<how>\^?=)(?P<wanted>.+))?")


class Test(NamedTuple):
    """One test on a key. `mark` is "" (set), "!" (not set) or "-" (not in the file)."""

    mark: str
    key: str
    how: str | None
    wanted: str | None


class Found(NamedTuple):
    """A key of the file, with its dotted path and the mapping in which it stands."""

    path: str
    entry: Entry
    parent: Mapping


class _Remedied(TypedDict, total=False):
    key: str
    fix: Fix | None


def remedy(text: str) -> Remedy | None:
    """The remedy behind a combination's arrow, if there is one. Raises ValueError."""
    from recipelint.engine.remedies import parse as parse_remedy

    for arrow in ("=>", "->"):
        if arrow in text:
            return parse_remedy(text.partition(arrow)[2], safe=arrow == "=>")
    return None


@cache
def parse(text: str) -> tuple[Test, ...]:
    """The tests of a combination. Raises ValueError for what is none."""
    text, tests = re.split("[=-]>", text)[0], []
    for part in text.split("&"):
        match = _TEST.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"`{part.strip()}` is not a test on a key")
        tests.append(Test(**match.groupdict()))
    return tuple(tests)


@cache
def _needed(texts: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each combination with the top-level keys without which no file can have it."""
    return tuple((text, frozenset(_top_level_keys(text))) for text in texts)


def _top_level_keys(text: str) -> Iterator[str]:
    for test in parse(text):
        if not test.mark:
            yield test.key.partition(".")[0].removesuffix("[]")


def found(context: CheckContext) -> Iterator[Hit]:
    """Each of the rule's `combinations` that the file has, at the last key that it names."""
    root = context.document.mapping
    if root is None or not root.entries or context.document.broken:
        return
    keys = root.keys
    for text, needed in _needed(tuple(context.parameters["combinations"])):
        if not needed <= keys:
            continue
        tests = parse(text)
        places = _places(context, root, tests)
        if places is None:
            continue
        yield Hit(
            _span(places[-1][1].entry if places else None, root),
            {
                "combination": _described(tests, dict(places)),
                "framework": context.dialect.title,
            },
            **(_remedied(context, text, places[-1][1]) if places else {}),
        )


def _places(
    context: CheckContext, root: Mapping, tests: tuple[Test, ...]
) -> list[tuple[Test, Found]] | None:
    """The entries that pass the tests, or None where one fails."""
    places = []
    for test in tests:
        named = _holds(context, root, test)
        if named is None:
            return None
        if isinstance(named, Found):
            places.append((test, named))
    return places


def _remedied(context: CheckContext, text: str, last: Found) -> _Remedied:
    """The key to change, which is not there yet where it has to be added, and the fix."""
    wanted = remedy(text)
    if wanted is None:
        return {"key": last.path, "fix": None}
    from recipelint.engine.remedies import of_key

    beside = last.path.removesuffix(last.entry.key)
    key = beside + wanted.key if wanted.verb == "add" else last.path
    return {"key": key, "fix": of_key(wanted, context.document, last.parent, last.entry)}


def _span(entry: Entry | None, root: Mapping) -> Span:
    """Where a hit is shown: at a scalar, else at the key, else at the recipe's first key."""
    if entry is None:
        return root.entries[0].key_span
    return entry.value.span if isinstance(entry.value, Scalar) else entry.key_span


def _holds(context: CheckContext, root: Mapping, test: Test) -> Found | bool | None:
    """The entry that passes a test, True where nothing had to be there, None where it fails."""
    keys = list(_keys(root, test.key.split("."), ""))
    if any(_is_open(context, key.entry) for key in keys):
        return None
    if test.mark == "-":
        return None if keys else True
    passing = next((key for key in keys if _passes(context, key.entry, test)), None)
    if test.mark == "!":
        return True if passing is None else None
    return passing


def _keys(node: Node, parts: list[str], place: str) -> Iterator[Found]:
    target = follow(node)
    name = parts[0].removesuffix("[]")
    if not isinstance(target, Mapping) or (entry := target.find(name)) is None:
        return
    if len(parts) == 1:
        yield Found(place + name, entry, target)
        return
    inner = follow(entry.value)
    if parts[0].endswith("[]") and isinstance(inner, Sequence):
        for index, item in enumerate(inner.items):
            yield from _keys(item, parts[1:], f"{place}{name}[{index}].")
    else:
        yield from _keys(entry.value, parts[1:], f"{place}{name}.")


def _is_open(context: CheckContext, entry: Entry) -> bool:
    node = follow(entry.value)
    if not isinstance(node, Scalar):
        return False
    plain = value(node, context.dialect.scalars)
    return isinstance(plain, str) and filled_in_later(plain)


def _passes(context: CheckContext, entry: Entry, test: Test) -> bool:
    node = follow(entry.value)
    if isinstance(node, Mapping):
        return test.wanted is None and bool(node.entries)
    if isinstance(node, Sequence):
        return test.wanted is None and bool(node.items)
    plain = value(node, context.dialect.scalars) if isinstance(node, Scalar) else None
    if test.wanted is None:
        return bool(plain)
    if test.how == "^=":
        return isinstance(plain, str) and plain.startswith(test.wanted)
    return _same(plain, test.wanted)


def _same(plain: object, wanted: str) -> bool:
    if isinstance(plain, bool):
        return wanted == str(plain).lower() or (wanted == "no" and plain is False)
    if isinstance(plain, int | float):
        return str(plain) == wanted or (wanted.isdigit() and plain == int(wanted))
    return plain == wanted


def _described(tests: tuple[Test, ...], places: dict[Test, Found]) -> str:
    """`a: x` with `b: y` without `c`, each key once and with the value that it has."""
    shown: dict[str, str] = {}
    for test, found_key in places.items():
        shown[test.key] = f"`{_short(test.key)}{_value(found_key.entry)}`"
    missing = [
        f"`{_short(t.key)}{f': {t.wanted}' if t.wanted else ''}`"
        for t in tests
        if t.mark and t.key not in shown
    ]
    first, *others = shown.values() or ("a recipe",)
    text = f"{first} with {' and '.join(others)}" if others else first
    return f"{text} without {' or '.join(missing)}" if missing else text


def _short(key: str) -> str:
    return key.replace("[]", "")


def _value(entry: Entry) -> str:
    node = follow(entry.value)
    if not isinstance(node, Scalar) or len(node.text) > 40:
        return ""
    return f": {node.text}"
