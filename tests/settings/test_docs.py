"""The page on settings: its example is valid, and it names every setting."""

from __future__ import annotations

import re
from pathlib import Path

from recipelint.linter import rule_set
from recipelint.project import Project
from recipelint.settings.discovery import load
from recipelint.settings.keys import KEYS
from recipelint.settings.model import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")


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
    assert rows - {"default"} == set(KEYS)
