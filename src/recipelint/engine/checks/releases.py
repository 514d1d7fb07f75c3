"""The releases of a framework that a project says it uses, against those that had a key."""

from __future__ import annotations

import re

from recipelint.dialects.schema import Key, Schema

_NUMBER = r"\d+"


def still_known(schema: Schema, row: Key, version: str | None) -> bool:
    """Whether the project's release has, or may have, a key that newer releases do not.

    `version` is what the settings say: `0.9.1` of the framework itself, or `transformers 4.46`,
    several with commas. Only sampled releases are known: between the last one that had the key
    and the first one that had not it counts as known.
    """
    last = str(row.get("last", ""))
    package, _, release = last.partition(" ")
    wanted = _release_of(package, schema.dialect, version)
    if wanted is None or not release:
        return False
    sampled = next((s.get("versions", ()) for s in schema.sources if s["package"] == package), ())
    later = [v for v in sampled if order(v) > order(release)]
    return order(wanted) <= order(release) or not later or order(wanted) < order(later[0])


def order(version: str) -> tuple[int, ...]:
    """A release's numbers without zeros at the end, for comparison: 4.46.0 equals 4.46."""
    numbers = [int(part[:9]) for part in re.findall(_NUMBER, version)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _release_of(package: str, dialect: str, version: str | None) -> str | None:
    for part in (version or "").split(","):
        name, _, release = part.strip().rpartition(" ")
        if release and _plain(name or dialect) == _plain(package):
            return release
    return None


def _plain(name: str) -> str:
    """A package's name as dialects spell it: `llama-factory` is `llamafactory`."""
    return name.lower().replace("-", "").replace("_", "")
