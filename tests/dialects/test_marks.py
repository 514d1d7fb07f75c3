"""The table that spares importing a dialect agrees with what the dialect itself says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.dialects import MODULES
from recipelint.dialects.base import Dialect
from recipelint.dialects.marks import MARKS, possible, words
from recipelint.document import Document, Mapping, parse, read
from recipelint.engine.rules import load, shipped_folder

ROOT = Path(__file__).parents[2]
CORPUS = os.environ.get("RECIPELINT_CORPUS")
ENDINGS = (".yaml", ".yml", ".json", ".toml")


def dialect(module: str) -> Dialect:
    """The dialect that a module defines."""
    found = import_module(f"recipelint.dialects.{module}").DIALECT
    assert isinstance(found, Dialect)
    return found


def documents() -> Iterator[Document]:
    """Every shipped recipe, every example of a rule, and the corpus where there is one."""
    for folder in filter(None, (str(ROOT / "examples"), CORPUS)):
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix in ENDINGS and path.is_file():
                yield read(str(path), path.name)
    for rule in load([shipped_folder()]):
        for example in (*rule.bad, *rule.good):
            for name, text in {example.file: example.text, **example.files}.items():
                yield parse(text, name)


ROOTS = [(d.mapping, d.path) for d in documents() if d.mapping is not None and not d.broken]
SAMPLE = ROOTS[:: max(1, len(ROOTS) // 2_000)]


@pytest.mark.parametrize("module", MODULES)
def test_what_a_dialect_recognises_has_one_of_its_marks(module: str) -> None:
    own = dialect(module)
    missed = [
        name
        for root, name in SAMPLE
        if own.recognise(root, name) and not possible(module, words(root))
    ]
    assert missed == []


@pytest.mark.parametrize("module", sorted(MARKS))
def test_without_its_marks_a_file_is_refused(module: str) -> None:
    """The marks are taken out of files that the dialect recognises."""
    own = dialect(module)
    recognised = [(root, name) for root, name in SAMPLE if own.recognise(root, name)]
    for root, name in recognised[:200]:
        left = [e for e in root.entries if words(Mapping(root.span, [e])).isdisjoint(MARKS[module])]
        assert not own.recognise(Mapping(root.span, left), name), [e.key for e in left]


@given(data=st.data())
def test_mixtures_of_recipes_are_recognised_as_without_the_table(data: st.DataObject) -> None:
    """Sections of several recipes in one file: the first dialect that says yes stays the first."""
    parts = data.draw(st.lists(st.sampled_from(SAMPLE), min_size=1, max_size=3))
    entries = [entry for root, _ in parts for entry in root.entries]
    root = Mapping(parts[0][0].span, data.draw(st.permutations(entries[:12])))
    for module in MODULES:
        if dialect(module).recognise(root, parts[0][1]):
            assert possible(module, words(root)), module


def test_marks_are_of_dialects_that_there_are() -> None:
    assert set(MARKS) <= set(MODULES)
