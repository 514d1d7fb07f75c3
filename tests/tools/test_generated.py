"""What is generated is fresh: a change of its source without a new run is an error here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tools import (
    generate_dialect_docs,
    generate_facts,
    generate_reference_docs,
    generate_rule_docs,
)

MAKERS: dict[str, Callable[[], dict[Path, str]]] = {
    "facts": generate_facts.generated,
    "rules": generate_rule_docs.pages,
    "dialects": generate_dialect_docs.pages,
    "reference": generate_reference_docs.pages,
}


FOLDERS = (generate_rule_docs.DOCS, generate_dialect_docs.DOCS)


@cache
def made(name: str) -> dict[Path, str]:
    """The files that a generator makes."""
    return MAKERS[name]()


@pytest.mark.parametrize("name", MAKERS)
def test_generated_files_are_fresh(name: str) -> None:
    files = made(name)
    stale = [p.name for p in files if not p.exists() or p.read_text("utf-8") != files[p]]
    assert stale == [], "run `make generate` to write them anew"


def test_no_page_stands_for_what_is_gone() -> None:
    pages = {page for name in MAKERS for page in made(name)}
    assert [page for folder in FOLDERS for page in folder.glob("*.md") if page not in pages] == []
