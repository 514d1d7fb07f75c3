"""Checks of a document's keys against its framework's own schema: unknown, renamed, missing."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from recipelint.dialects.schema import Key, Schema
from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.engine.checks.places import MARKS, Place, places, schema_of
from recipelint.engine.checks.releases import still_known
from recipelint.findings import Fix

_SILENT = ("ignore", "warn")
_MANY = 10
_MOST_LOOKED_UP = 200
_VARIABLE = r"\$\{([^}\s]*)"


class Likeness(NamedTuple):
    """The known key that an unknown one resembles; `certain` where only a slip explains it."""

    key: str
    certain: bool


# --- unknown keys


def unknown_refused(context: CheckContext) -> Iterator[Hit]:
    """Unknown keys that the framework refuses to start with."""
    for place in _unknown(context, ("forbid",)):
        yield _unknown_hit(context, place, likeness(context, place))


def misspelt_ignored(context: CheckContext) -> Iterator[Hit]:
    """Unknown keys that are dropped silently and are a slip away from a known one."""
    for place in _unknown(context, _SILENT):
        like = likeness(context, place)
        if like is not None and _is_slip(context, place, like):
            yield _unknown_hit(context, place, like)


def unknown_ignored(context: CheckContext) -> Iterator[Hit]:
    """Unknown keys that are dropped silently and are no slip."""
    for place in _unknown(context, _SILENT):
        like = likeness(context, place)
        if like is None or not _is_slip(context, place, like):
            yield _unknown_hit(context, place, like)


def _unknown(context: CheckContext, policies: tuple[str, ...]) -> Iterator[Place]:
    """Keys that no release in the schema knows, where the loader treats them as one of `policies`.

    A key that the file itself refers to is a variable of its author.
    """
    unknown: list[Place] | None = context.memo.get("unknown keys")
    if unknown is None:
        unknown = context.memo["unknown keys"] = list(_unknown_at_all(context))
    return (place for place in unknown if _policy(context, place) in policies)


def _unknown_at_all(context: CheckContext) -> Iterator[Place]:
    root, custom = context.document.mapping, context.dialect.custom_keys
    if root is None or context.document.broken or (custom is not None and custom(root)):
        return
    variables: list[str] | None = None
    for place in places(context):
        if place.row is not None or place.entry.key.startswith(("_", "x-", ".")):
            continue
        if variables is None:  # what the file refers to by `${…}`
            variables = sorted(re.findall(_VARIABLE, context.document.text))
        if not _begins(variables, place.path):
            yield place


def _begins(names: list[str], beginning: str) -> bool:
    """Whether one of the sorted names begins so."""
    at = bisect_left(names, beginning)
    return at < len(names) and names[at].startswith(beginning)


def _policy(context: CheckContext, place: Place) -> str:
    """What the loader does with an unknown key; a user's script may know what others refuse."""
    own = context.dialect.own_scripts
    return "ignore" if own and place.section.extra == "forbid" else place.section.extra


def _is_slip(context: CheckContext, place: Place, like: Likeness) -> bool:
    plural = place.entry.key.rstrip("s") == like.key.rstrip("s")
    return like.certain and not (plural and context.dialect.own_scripts)


def likeness(context: CheckContext, place: Place) -> Likeness | None:
    """The schema key that a misspelt one stands for, if there is a convincing one.

    Looking for it is slow: the keys of a file beyond the first `_MOST_LOOKED_UP` are like none.
    """
    looked_up: dict[tuple[str, str], Likeness | None] = context.memo.setdefault("likeness", {})
    one = (place.section.name, place.entry.key)
    if one not in looked_up and len(looked_up) < _MOST_LOOKED_UP:
        looked_up[one] = _likeness(place)
    return looked_up.get(one)


def _likeness(place: Place) -> Likeness | None:
    import difflib

    own = place.entry.key
    folded = own.replace("-", "_").lower()
    if folded != own and folded in place.section.keys:
        return Likeness(folded, True)
    if len(own) < 4:
        return None
    close = difflib.get_close_matches(own, place.section.keys, n=3, cutoff=0.8)
    slip = next((known for known in close if _one_slip(folded, known)), None)
    if slip is not None:
        return Likeness(slip, True)
    return Likeness(close[0], False) if close else None


def _one_slip(own: str, known: str) -> bool:
    """Whether typing explains the difference: few letters of one word, no word more or less."""
    if own.replace("_", "") == known.replace("_", ""):
        return True
    if [c for c in own if c.isdigit()] != [c for c in known if c.isdigit()]:
        return False
    mine, theirs = own.split("_"), known.split("_")
    if len(mine) != len(theirs):
        return False
    pairs = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return len(pairs) == 1 and distance(*pairs[0]) <= (1 if len(pairs[0][1]) < 6 else 2)


def distance(one: str, other: str) -> int:
    """Damerau-Levenshtein distance (optimal string alignment): edits and swaps of neighbours."""
    previous: list[int] = []
    current = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, previous, current = previous, current, [i]
        for j, b in enumerate(other, 1):
            best = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            current.append(best)
    return current[-1]


def _unknown_hit(context: CheckContext, place: Place, like: Likeness | None) -> Hit:
    schema = schema_of(context)
    assert schema is not None
    key = place.entry.key
    where = f"in `{place.path.rsplit('.', 1)[0]}`" if "." in place.path else "at the top level"
    title = context.dialect.title
    return Hit(
        place.entry.key_span,
        {
            "key": key,
            "where": where,
            "framework": _framework(schema, title),
            "dialect": title,
            "consequence": context.dialect.unknown_keys or f"{title} never reads it",
        },
        key=place.path,
        help=_advice(schema, key, like),
        fix=_rename(context, place, like) if like else None,
    )


def _framework(schema: Schema, title: str) -> str:
    """The framework and the newest release that the schema covers: `axolotl 0.19.0`."""
    own = schema.dialect.replace("-", "")
    for source in schema.sources:
        if source["package"] == own and source.get("versions"):
            return f"{title} {source['versions'][-1]}"
    return title


def _advice(schema: Schema, key: str, like: Likeness | None) -> str | None:
    if like is not None:
        return f"did you mean `{like.key}`?"
    elsewhere = next(schema.paths(key), None)
    return f"`{elsewhere}` is a key; did you mean to put it there?" if elsewhere else None


def _rename(context: CheckContext, place: Place, like: Likeness) -> Fix | None:
    """A rename is safe where the framework refuses the file: there is no run that it changes."""
    safe = like.certain and _policy(context, place) == "forbid"
    return _under(context, place, like.key, safe)


def _under(context: CheckContext, place: Place, key: str, safe: bool) -> Fix | None:
    from recipelint.engine.edits import renamed

    edit = renamed(context.document, place.parent, place.entry, key)
    return Fix(f"rename to `{key}`", (edit,), safe) if edit else None


# --- keys of older releases


def renamed_key(context: CheckContext) -> Iterator[Hit]:
    """Keys that newer releases no longer have, each with what replaced it.

    Keys that the release named in the project's settings still has are passed over. A file with
    very many is a dump of an old release's settings: that is one cause, and one hit.
    """
    schema = schema_of(context)
    if schema is None:
        return
    gone = [
        (place, place.row)
        for place in places(context)
        if place.row is not None
        and _is_gone(place)
        and not still_known(schema, place.row, context.version)
    ]
    for place, row in gone if len(gone) <= _MANY else gone[:1]:
        others = "" if len(gone) <= _MANY else f" and {len(gone) - 1} other keys"
        replacement = None if others else row.get("replaced_by")
        yield Hit(
            place.entry.key_span,
            {
                "key": place.entry.key,
                "others": others,
                "last": row["last"],
                "newest": _newest(schema, row),
            },
            key=place.path,
            help=f"write `{replacement}` instead" if replacement else None,
            fix=_successor(context, place, replacement) if replacement else None,
        )


def _successor(context: CheckContext, place: Place, key: str) -> Fix | None:
    """The new name, where it is one of the same section; releases that have the old one lack it.

    It is safe where the release that the settings name refuses the old name.
    """
    if "." in key or key not in place.section.keys:
        return None
    safe = context.version is not None and _policy(context, place) == "forbid"
    return _under(context, place, key, safe)


def _is_gone(place: Place) -> bool:
    assert place.row is not None
    replacement = place.row.get("replaced_by")
    return (
        "last" in place.row
        and replacement != place.entry.key
        and place.entry.key not in MARKS  # a path that is gone has a rule of its own
    )


def _newest(schema: Schema, row: Key) -> str:
    """The newest sampled release of the package that once had the key."""
    package = str(row["last"]).split(" ", 1)[0]
    rows = {s["package"]: s["versions"][-1] for s in schema.sources if s.get("versions")}
    return f"{package} {rows[package]}" if package in rows else package


# --- keys that have to be there


def missing_key(context: CheckContext) -> Iterator[Hit]:
    """Keys without which the framework does not start, in every mapping of a known section.

    A mapping that may be of several sections is passed over.
    """
    schema = schema_of(context)
    if context.document.broken or schema is None:
        return
    seen: set[int] = set()
    for place in places(context):
        if id(place.parent) in seen or " or " in place.section.name:
            continue
        seen.add(id(place.parent))
        prefix = place.path.removesuffix(place.entry.key)
        for key, row in schema.required(place.section):
            names = chain([key], row.get("aliases", ()))
            if not any(name in place.parent for name in names):
                yield Hit(
                    place.entry.key_span,
                    {"key": prefix + key, "dialect": context.dialect.title},
                    key=prefix + key,
                )
