"""What is generated is fresh: a change of its source without a new run is an error here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import generate_facts, generate_rule_docs

MADE: dict[Path, str] = {**generate_facts.generated(), **generate_rule_docs.pages()}


@pytest.mark.parametrize("path", MADE, ids=lambda p: p.name)
def test_a_generated_file_is_fresh(path: Path) -> None:
    assert path.read_text() == MADE[path], f"run `make generate` to write {path.name} anew"


def test_no_page_stands_for_rules_that_are_gone() -> None:
    pages = set(generate_rule_docs.DOCS.glob("*.md"))
    assert pages <= MADE.keys()
