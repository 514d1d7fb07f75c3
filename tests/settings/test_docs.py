"""What the documentation says on settings: every example is valid, every setting has its row."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from recipelint.document.limits import HIGHEST, LIMITS
from recipelint.linter import rule_set
from recipelint.project import Project
from recipelint.settings.discovery import load
from recipelint.settings.keys import KEYS, json_schema
from recipelint.settings.model import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def examples() -> Iterator[Any]:
    """The settings in the pages' TOML blocks, each with the page that has it."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for block in re.findall(r"^```toml.*?\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
            found = tomllib.loads(block)
            settings = found["tool"].get("recipelint") if "tool" in found else found
            if settings is not None and "slect" not in settings:  # the page shows a wrong one
                yield pytest.param(settings, id=page.name)


@pytest.mark.parametrize("settings", list(examples()))
def test_every_example_is_valid_by_the_published_schema(settings: dict[str, Any]) -> None:
    jsonschema.validate(settings, json_schema())


def test_the_example_is_valid_with_the_shipped_rules(tmp_path: Path) -> None:
    example = PAGE.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "recipelint.toml"
    path.write_text(example, encoding="utf-8")
    file = load(str(path))
    assert file is not None
    linter = Project(Settings(), file).linter(str(tmp_path / "a.yaml"))
    assert len(linter.selected) < len(rule_set([]).rules)


def test_every_setting_has_a_row() -> None:
    rows = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE))
    assert rows - {"default", *LIMITS._fields} == set(KEYS)


def test_every_limit_has_a_row_with_its_numbers() -> None:
    found = re.findall(r"^\| `([a-z]+)` \| ([\d,]+) \| ([\d,]+) \|", PAGE, re.MULTILINE)
    numbers = [
        (name, int(usual.replace(",", "")), int(most.replace(",", "")))
        for name, usual, most in found
    ]
    assert numbers == list(zip(LIMITS._fields, LIMITS, HIGHEST, strict=True))
