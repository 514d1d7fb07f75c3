"""What each dialect reads, for its page: from its key map, and from the recipes of this project.

A key map's rows say which key holds which fact. What a dialect reads in code is seen when it
translates the recipes in `examples/` and those in the rule files.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from recipelint.dialects import MODULES, recognise
from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.schema import load as load_schema
from recipelint.engine.rules import Example, load, shipped_folder
from recipelint.engine.templates import show
from recipelint.recipe.facts import Origin, Phase, fact_types
from recipelint.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
_INDEX = re.compile(r"\[\d+\]")
_ABOUT_THIS_FILE = ("has no usable value", "is filled in at start", "is auto")
"""Reasons that come from what a recipe says, not from what its dialect leaves open."""


@dataclass
class KeyMap:
    """What one dialect reads.

    `keys` and `defaults` are by fact; `open` has the reasons why a fact may be unknown; `linked`
    are the names under which rules see files that belong to a recipe; `examples` are the files in
    `examples/` that are in the dialect.
    """

    dialect: Dialect
    module: str
    keys: dict[str, dict[str, None]] = field(default_factory=dict)
    defaults: dict[str, dict[str, None]] = field(default_factory=dict)
    open: dict[str, dict[str, None]] = field(default_factory=dict)
    linked: dict[str, None] = field(default_factory=dict)
    examples: list[Path] = field(default_factory=list)

    @property
    def told(self) -> list[str]:
        """Sections of the canonical recipe of which something is read."""
        facts = (fact for fact in fact_types() if fact in self.keys or fact in self.defaults)
        return list(dict.fromkeys(fact.partition(".")[0] for fact in facts))

    @property
    def silent(self) -> list[str]:
        """Sections of the canonical recipe of which nothing is read."""
        sections = dict.fromkeys(fact.partition(".")[0] for fact in fact_types())
        return [section for section in sections if section not in self.told]

    def tidy(self) -> None:
        """Drop the keys of rows that are read below a section, where the whole key is known."""
        for keys in self.keys.values():
            for key in list(keys):
                whole = any(other.endswith(f".{key}") for other in keys)
                if whole and not self._at_top(key):
                    del keys[key]

    def _at_top(self, key: str) -> bool:
        """Whether the framework knows the key, as it is written, at the top of the file."""
        schema = load_schema(self.dialect.schema) if self.dialect.schema else None
        root = schema.section([schema.root]) if schema else None
        if root is None:
            return True
        row = root.keys.get(key.partition(".")[0])
        return row is not None and ("." in key or "section" not in row)

    def add(self, phase: Phase, path: str) -> None:
        """Take in what a recipe at `path` shows."""
        for fact in phase.facts.values():
            if fact.origin is Origin.DEFAULT:
                _note(self.defaults, fact.name, show(fact.value))
            elif fact.origin is Origin.STATED and fact.key and fact.path == path:
                _note(self.keys, fact.name, _INDEX.sub("[n]", fact.key))
        for name, missing in phase.missing.items():
            if missing.span is None and not missing.reason.endswith(_ABOUT_THIS_FILE):
                _note(self.open, name, missing.reason)
        self.linked |= dict.fromkeys(phase.linked)


def gather() -> list[KeyMap]:
    """The key maps of all dialects, by name."""
    maps = {}
    for module in MODULES:
        imported = import_module(f"recipelint.dialects.{module}")
        made = KeyMap(imported.DIALECT, module)
        for row in _rows(vars(imported).values()):
            _note(made.keys, row.fact, row.key)
            if row.default is not ABSENT:
                _note(made.defaults, row.fact, show(row.default))
        maps[made.dialect.name] = made
    _read_examples(maps)
    _read_rules(maps)
    for one in maps.values():
        one.tidy()
    return [maps[name] for name in sorted(maps)]


def _note(table: dict[str, dict[str, None]], fact: str, found: str) -> None:
    table.setdefault(fact, {})[found] = None


def _rows(values: Iterable[object]) -> Iterator[Row]:
    """The rows among a module's values, in tuples and tables of tuples too."""
    for value in values:
        if isinstance(value, Row):
            yield value
        elif isinstance(value, tuple | list):
            yield from _rows(value)
        elif isinstance(value, dict):
            yield from _rows(value.values())


def _read_examples(maps: dict[str, KeyMap]) -> None:
    workspace = Workspace(str(ROOT))
    for path in sorted((ROOT / "examples").rglob("*")):
        if path.is_file() and "broken" not in path.parts:
            found = _translate(path, workspace, maps)
            if found is not None:
                found.examples.append(path.relative_to(ROOT))


def _read_rules(maps: dict[str, KeyMap]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for rule in load([shipped_folder()]):
            for number, example in enumerate((*rule.bad, *rule.good)):
                place = Path(folder) / rule.id / str(number)
                _lay_out(example, place)
                _translate(place / example.file, Workspace(str(place)), maps)


def _lay_out(example: Example, place: Path) -> None:
    for name, text in {example.file: example.text, **example.files}.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _translate(path: Path, workspace: Workspace, maps: dict[str, KeyMap]) -> KeyMap | None:
    """Show a file to its dialect; None where it is no recipe."""
    document = workspace.document(str(path.resolve()))
    dialect = recognise(document) if document else None
    if document is None or dialect is None:
        return None
    reader = Reader(document, dialect, workspace, str(path.resolve()))
    for phase in dialect.translate(reader):
        maps[dialect.name].add(phase, document.path)
    return maps[dialect.name]
