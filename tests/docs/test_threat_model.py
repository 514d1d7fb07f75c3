"""The threat model names tests that there are, and its table is that of the hostile cases."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.fuzzing import hostile_table

ROOT = Path(__file__).parents[2]
PAGE = hostile_table.PAGE.read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[test for _, test in NAMED])
def test_a_test_that_the_page_names_exists(file: str, test: str) -> None:
    module = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


def test_the_page_says_what_is_defended_in_every_part_of_it() -> None:
    parts = re.split(r"^### ", PAGE.split("\n## What is done")[1].split("\n## ")[0], flags=re.M)
    assert len(parts) > 5
    assert [part.splitlines()[0] for part in parts[1:] if "::test_" not in part] == []


def test_the_table_is_fresh() -> None:
    assert hostile_table.page() == PAGE, "run `make generate` to write the table anew"


def test_the_security_policy_leads_to_the_page() -> None:
    assert "docs/threat-model.md" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
