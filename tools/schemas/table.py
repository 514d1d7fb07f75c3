"""The key table of a dialect: what each release knows, merged over releases, as stable JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .bounds import ANY_NUMBER, Bounds

#: Stands for "no default, or none that is a plain value".
NO_DEFAULT = object()

_TYPE_ORDER = ("bool", "int", "float", "str", "list", "map", "any")


@dataclass(frozen=True)
class Key:
    """What one release (or, once merged, all of them) says about a key.

    ``section`` and ``items`` are names of sections of the same table. ``ever_chosen`` keeps the
    choices of older releases, also over releases that left the key open. ``bounds`` are the
    newest release's, and ``bounded_since`` names the first with them if an older one took more.
    ``extra_facts`` are further entries of the JSON object, such as ``classes``.
    """

    types: frozenset[str]
    choices: frozenset[str] | None = None
    ever_chosen: frozenset[str] = frozenset()
    section: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    default: Any = NO_DEFAULT
    required: bool = False
    coerces: bool = False
    nullable: bool = True
    aliases: tuple[str, ...] = ()
    bounds: Bounds = ANY_NUMBER
    bounded_since: str | None = None
    replaced_by: str | None = None
    first: str | None = None
    last: str | None = None
    default_history: tuple[tuple[str, Any], ...] = ()
    extra_facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The key as it stands in the data file."""
        facts: dict[str, Any] = {"type": [kind for kind in _TYPE_ORDER if kind in self.types]}
        if self.choices:
            facts["choices"] = sorted(self.choices)
        facts |= self.bounds.as_json()
        if self.default is not NO_DEFAULT:
            facts["default"] = self.default
        further: dict[str, Any] = {
            "required": self.required,
            "coerces": self.coerces,
            "nullable": None if self.nullable else False,
            "section": sorted(self.section),
            "items": sorted(self.items),
            "aliases": sorted(self.aliases),
            "replaced_by": self.replaced_by,
            "bounded_since": self.bounded_since if self.bounds != ANY_NUMBER else None,
            "first": self.first,
            "last": self.last,
            "default_history": dict(self.default_history) if len(self.default_history) > 1 else {},
        }
        facts |= {name: value for name, value in further.items() if _says_something(name, value)}
        return facts | self.extra_facts


def _says_something(name: str, value: object) -> bool:
    return value is False if name == "nullable" else bool(value)


@dataclass
class Section:
    """The keys of one mapping, and what happens to keys that are not among them."""

    extra: str = "ignore"
    keys: dict[str, Key] = field(default_factory=dict)


Sections = dict[str, Section]


@dataclass(frozen=True)
class Source:
    """A package that a table was read from."""

    package: str
    licence: str
    versions: tuple[str, ...]


def merge_releases(package: str, releases: Sequence[tuple[str, Sections]]) -> Sections:
    """Merge the tables of one package's releases, oldest first.

    A key keeps what its newest release says and the union of the types and choices of all. It is
    required only where every release that has its section requires it.
    """
    merged: Sections = {}
    births: dict[str, str | None] = {}
    for number, (version, sections) in enumerate(releases):
        label = f"{package} {version}"
        newest = number == len(releases) - 1
        for name, section in sections.items():
            born = merged.setdefault(name, Section())
            born.extra = section.extra
            first = None if number == 0 else label
            births.setdefault(name, first)
            for key, facts in section.keys.items():
                if _only_read(facts) and key in born.keys and not _only_read(born.keys[key]):
                    continue
                if key in born.keys and _only_read(born.keys[key]) and not _only_read(facts):
                    del born.keys[key]
                older = born.keys.get(key, replace(facts, first=first))
                history = _default_history(older, facts, label)
                born.keys[key] = replace(
                    succeed(older, facts, label),
                    last=None if newest else label,
                    default_history=history,
                )
    _require_only_the_constant(merged, births)
    _drop_aliased(merged)
    return merged


def _only_read(key: Key) -> bool:
    """Whether code reads the key although no model of that release declares it."""
    return "read_only_by_code" in key.extra_facts


def _default_history(older: Key, newer: Key, label: str) -> tuple[tuple[str, Any], ...]:
    """The plain defaults of a key, each with the first sampled release that had it."""
    history = older.default_history
    if newer.default is NO_DEFAULT or (history and history[-1][1] == newer.default):
        return history
    return (*history, (label, newer.default))


def _drop_aliased(sections: Sections) -> None:
    """A name that became another key's alias is still read, so it is not a key that is gone."""
    for section in sections.values():
        for aliases in [key.aliases for key in section.keys.values() if key.last is None]:
            for alias in aliases:
                section.keys.pop(alias, None)


def _require_only_the_constant(sections: Sections, births: dict[str, str | None]) -> None:
    """Files of all sampled releases pass: required is what was there from a section's start."""
    for section, facts in sections.items():
        for name, key in facts.keys.items():
            gone = key.last is not None or "refused_since" in key.extra_facts
            if gone or key.first != births[section]:
                facts.keys[name] = replace(key, required=False)


def succeed(older: Key, newer: Key, label: str) -> Key:
    """The key after one more release, called ``label``, in whose range it has to lie now."""
    narrower = older.bounds.or_(newer.bounds) != newer.bounds
    since = label if narrower else older.bounded_since
    return replace(merge_keys(older, newer), bounds=newer.bounds, bounded_since=since)


def merge_keys(older: Key, newer: Key) -> Key:
    """One key from two releases or classes, of which either may be meant.

    ``first`` stays the older one's.
    """
    return replace(
        newer,
        types=older.types | newer.types,
        choices=None if newer.choices is None else _ever_chosen(older, newer),
        ever_chosen=_ever_chosen(older, newer),
        section=_union(older.section, newer.section),
        items=_union(older.items, newer.items),
        required=older.required and newer.required,
        coerces=older.coerces or newer.coerces,
        aliases=_union(older.aliases, newer.aliases),
        bounds=older.bounds.or_(newer.bounds),
        bounded_since=newer.bounded_since or older.bounded_since,
        replaced_by=newer.replaced_by or older.replaced_by,
        first=older.first,
        last=newer.last,
        nullable=older.nullable or newer.nullable,
        extra_facts=_merge_facts(older.extra_facts, newer.extra_facts),
    )


def _ever_chosen(older: Key, newer: Key) -> frozenset[str]:
    parts = (older.ever_chosen, older.choices, newer.ever_chosen, newer.choices)
    return frozenset().union(*(part for part in parts if part))


def _merge_facts(older: dict[str, Any], newer: dict[str, Any]) -> dict[str, Any]:
    """The newer facts win, except the release at which a key began to be refused."""
    kept = {name: older[name] for name in ("refused_since",) if name in older}
    return older | newer | kept


def _union(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*left, *right}))


def open_tags(sections: Sections) -> None:
    """Open the one-value choices of sections that are alternatives of each other.

    In a union of models a one-value choice tells the alternatives apart; it binds none of them.
    """
    for section in list(sections.values()):
        for key in section.keys.values():
            for names in (key.items, key.section):
                for name in names if len(names) > 1 else ():
                    _open_single_choices(sections[name])


def _open_single_choices(section: Section) -> None:
    for name, key in section.keys.items():
        if key.choices is not None and len(key.choices) == 1:
            section.keys[name] = replace(key, choices=None)


def render(dialect: str, sources: Sequence[Source], sections: Sections) -> str:
    """The data file's text: sorted, one key a line, equal for equal input."""
    head = [
        "{",
        f' "dialect": {json.dumps(dialect)},',
        ' "sources": [',
        ",\n".join(f"  {json.dumps(_source(source))}" for source in sources),
        " ],",
        ' "root": "",',
        ' "sections": {',
    ]
    body = [_section(name, section) for name, section in sorted(sections.items())]
    return "\n".join([*head, ",\n".join(body), " }", "}", ""])


def _source(source: Source) -> dict[str, Any]:
    return {
        "package": source.package,
        "licence": source.licence,
        "versions": list(source.versions),
    }


def _section(name: str, section: Section) -> str:
    opening = f'  {json.dumps(name)}: {{"extra": {json.dumps(section.extra)}, "keys": {{'
    lines = [
        f"   {json.dumps(key)}: {json.dumps(facts.as_json())}"
        for key, facts in sorted(section.keys.items())
    ]
    if not lines:
        return f"{opening}}}}}"
    return f"{opening}\n" + ",\n".join(lines) + "\n  }}"
