"""What a dialect is, and the reader with which it states facts.

A dialect is one `Dialect` value in a module of its own: how its files are recognised, which
scalar rules its loader has, and a function that translates a document into phases of facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from recipelint.document import Document, Entry, Mapping, Node, Scalar, Sequence, follow
from recipelint.document.scalars import ABSURD, Rules, number_in, value, yaml_1_1
from recipelint.findings import START
from recipelint.recipe.facts import (
    Absence,
    Fact,
    Missing,
    Origin,
    Phase,
    Value,
    fact_types,
)
from recipelint.workspace import Workspace

ABSENT = object()
ELSEWHERE = object()
"""A value that is filled in at start: an environment variable, a template, another file's key."""
_INTERPOLATION = re.compile(r"\$\{|\{\{|\$[A-Za-z_]")


class Row(NamedTuple):
    """One line of a dialect's key map: this key holds that fact.

    `default` is what the framework uses when the key is absent, in the dialect's version.
    `convert` turns the file's value into the canonical one; it returns ABSENT where the value
    says nothing about the fact.
    """

    fact: str
    key: str
    default: object = ABSENT
    convert: Callable[[object], object] | None = None


class Dialect(NamedTuple):
    """One framework's way of writing recipes.

    `version` is the release whose defaults are facts. `coerces` says that the loader turns
    numeric strings into numbers where a number is wanted. `duplicates_refused` and `schema` tell
    how the loader treats repeated and unknown keys; `purpose` is "recipe" for what starts a run
    and "part" for files that belong to one (launcher files, model configs).
    """

    name: str
    title: str
    recognise: Callable[[Mapping, str], bool]
    translate: Callable[[Reader], list[Phase]]
    version: str | None = None
    scalars: Rules = yaml_1_1
    coerces: bool = False
    duplicates_refused: bool = False
    schema: str | None = None
    purpose: str = "recipe"
    keys: frozenset[str] = frozenset()
    """Top-level keys that together give a file away even if it is broken."""
    unknown_keys: str = ""
    """What becomes of a key that the framework does not know, in words."""
    custom_keys: Callable[[Mapping], bool] | None = None
    """Whether a file brings keys of its author's own (a module that extends the settings)."""
    own_scheduler: Callable[[Mapping], bool] | None = None
    """Whether a file has its scheduler built by other code than transformers'."""
    own_scripts: bool = False
    """Users' scripts read such files as well, and may have keys of their own."""
    untyped: bool = False
    """The schema declares no types, and the framework's code compares values with None."""
    interpolate: Callable[[Reader, str, str], object] | None = None
    """Resolves `${…}` in a text that stands at a key; None where the loader knows none."""


class Reader:
    """A document seen with a dialect's eyes, and the phase that is filled from it."""

    def __init__(
        self, document: Document, dialect: Dialect, workspace: Workspace, location: str | None
    ) -> None:
        self.document = document
        self.dialect = dialect
        self.workspace = workspace
        self.location = location
        """Real path of the file, or None for text; references start there."""
        self.root = document.mapping or Mapping(START)
        self.phase = Phase()
        self.parents: list[Reader] = []
        """Readers of the files whose values lie below this one's, the nearest first."""
        self.unread: str | None = None
        """Why a parent file could not be read; then an absent key is not a default."""

    # --- reading the document

    def own(self, key: str) -> Entry | None:
        """The entry at a dotted key of this file, or None."""
        if "." not in key:  # as most are
            return self.root.find(key)
        node: Node | None = self.root
        found: Entry | None = None
        for part in key.split("."):
            mapping = follow(node)
            if not isinstance(mapping, Mapping):
                return None
            found = mapping.find(part)
            if found is None:
                return None
            node = found.value
        return found

    def locate(self, key: str) -> tuple[Reader, Entry] | None:
        """The entry at a dotted key and the reader whose file holds it: this one or a parent's."""
        entry = self.own(key)
        if entry is not None:
            return self, entry
        for parent in self.parents:
            found = parent.locate(key)
            if found is not None:
                return found
        return None

    def entry(self, key: str) -> Entry | None:
        """The entry at a dotted key, in this file or a parent, or None."""
        found = self.locate(key)
        return found[1] if found else None

    def node(self, key: str) -> Scalar | Mapping | Sequence | None:
        """The value at a dotted key, aliases followed."""
        entry = self.entry(key)
        return follow(entry.value) if entry else None

    def plain(self, key: str) -> object:
        """The loader's value of the scalar at `key`.

        ABSENT if there is none or it is a list or mapping, ELSEWHERE if it is filled in at start.
        """
        return self._plain(self.node(key), key)

    def _plain(self, node: Node | None, key: str) -> object:
        if not isinstance(node, Scalar):
            return ABSENT
        found = value(node, self.dialect.scalars)
        if found == "???":  # OmegaConf's mark for what has to be given at start
            return ELSEWHERE
        if isinstance(found, str) and _INTERPOLATION.search(found):
            interpolate = self.dialect.interpolate
            return interpolate(self, key, found) if interpolate else ELSEWHERE
        if isinstance(found, int | float) and not abs(found) < ABSURD:
            return node.text  # infinities and the like: arithmetic must not meet them
        return found

    def has(self, key: str) -> bool:
        """Whether the key stands in the file with a value that is not null."""
        node = self.node(key)
        return node is not None and not (
            isinstance(node, Scalar) and value(node, self.dialect.scalars) is None
        )

    def truthy(self, key: str) -> bool:
        """Whether the key has a value that Python counts as true."""
        plain = self.plain(key)
        if plain is ABSENT:
            return self.node(key) is not None
        return bool(plain)

    # --- stating facts

    def read(self, rows: Iterable[Row]) -> None:
        """Take the facts of a key map."""
        for row in rows:
            self._row(row)

    def _row(self, row: Row) -> None:
        entry = self.entry(row.key)
        node = follow(entry.value) if entry else None
        if isinstance(node, Sequence):
            found: object = plain_list(node, self.dialect.scalars)
        else:
            found = self._plain(node, row.key)
        if entry is None or node is None or found is None:
            if row.default is not ABSENT:
                self.default(row.fact, row.default)
            elif entry is None and self.unread:
                self.missing(row.fact, Absence.ELSEWHERE, self.unread)
            return
        if found is ELSEWHERE:
            self.missing(row.fact, Absence.ELSEWHERE, f"`{row.key}` is filled in at start", entry)
            return
        if found == "auto" and row.convert is None:
            self.missing(row.fact, Absence.AUTOMATIC, f"`{row.key}` is auto", entry)
            return
        if row.convert is not None:
            found = row.convert(found)
        self.state(row.fact, found, row.key)

    def state(self, name: str, found: object, key: str, entry: Entry | None = None) -> None:
        """Record what the file says at `key`, if it has the type of the fact."""
        holder, located = self.locate(key) or (self, None)
        entry = entry or located
        canonical = self._typed(name, found)
        if canonical is None or entry is None:
            if entry is not None and found is not ABSENT:
                self.missing(name, Absence.UNKNOWN, f"`{key}` has no usable value", entry)
            return
        self.phase.add(
            Fact(
                name,
                canonical,
                Origin.STATED,
                holder.document.path,
                entry.value.span,
                entry.key_span,
                key,
            )
        )

    def _typed(self, name: str, found: object) -> Value | None:
        row = fact_types()[name]
        kind = str(row["type"])
        if kind.startswith("list of "):
            return found if isinstance(found, tuple) else None
        result = convert(found, kind, self.dialect.coerces)
        choices = row.get("choices")
        if result is not None and isinstance(choices, list) and result not in choices:
            return None
        return result

    def default(self, name: str, canonical: object) -> None:
        """Record the framework's default, with the version that has it.

        Where a parent file was not read the value may stand there, so nothing is known.
        """
        if self.unread:
            self.missing(name, Absence.ELSEWHERE, self.unread)
        elif isinstance(canonical, bool | int | float | str | tuple):
            detail = f"{self.dialect.title} {self.dialect.version or ''} default".replace("  ", " ")
            self.phase.add(Fact(name, canonical, Origin.DEFAULT, detail=detail))

    def derive(self, name: str, canonical: Value, detail: str) -> None:
        """Record a value that follows from other facts."""
        self.phase.add(Fact(name, canonical, Origin.DERIVED, detail=detail))

    def missing(self, name: str, absence: Absence, reason: str, entry: Entry | None = None) -> None:
        """Record why a fact has no value."""
        if name not in self.phase.facts:
            span = entry.value.span if entry else None
            self.phase.missing[name] = Missing(absence, reason, span)

    # --- other files

    def linked(self, key: str) -> Reader | None:
        """A reader on the file that `key` names, or on the mapping that stands there."""
        node = self.node(key)
        if isinstance(node, Mapping):
            document = Document(self.document.path, self.document.text, self.document.format, node)
            return Reader(document, self.dialect, self.workspace, self.location)
        return self.opened(node.text) if isinstance(node, Scalar) else None

    def opened(self, reference: str) -> Reader | None:
        """A reader on the file that the recipe calls `reference`, if it lies in the project."""
        if self.location is None:
            return None
        path = self.workspace.find(reference, self.location)
        document = self.workspace.document(path) if path else None
        if path is None or document is None or document.mapping is None:
            return None
        return Reader(document, self.dialect, self.workspace, path)


def convert(found: object, kind: str, coerces: bool) -> Value | None:
    """The value as a canonical type, or None where it is of another one."""
    if kind == "number":
        if isinstance(found, bool):
            return None
        if isinstance(found, int | float):
            return found if abs(found) < ABSURD else None
        if isinstance(found, str) and coerces:
            return number_in(found)
        return None
    if kind == "boolean":
        return found if isinstance(found, bool) else None
    if isinstance(found, str):
        return found
    return None


def plain_list(node: Sequence, rules: Rules) -> tuple[object, ...]:
    """The scalars of a list; anything else in it makes the list empty."""
    items = [follow(item) for item in node.items]
    scalars = [value(item, rules) for item in items if isinstance(item, Scalar)]
    return tuple(scalars) if len(scalars) == len(items) else ()
