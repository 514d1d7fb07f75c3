"""The page about estimates names every one of them, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from recipelint.estimate.facade import NAMES

PAGE = (Path(__file__).parents[2] / "docs" / "estimates.md").read_text(encoding="utf-8")
GROUPS = {name.partition(".")[0] for name in NAMES}


def test_every_estimate_is_explained() -> None:
    assert [name for name in NAMES if f"`{name}`" not in PAGE] == []


def test_nothing_else_is() -> None:
    named = set(re.findall(r"^\| (`[^|]+`) \|", PAGE, re.MULTILINE))
    listed = {name for cell in named for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", cell)}
    assert listed == set(NAMES)
    assert {name.partition(".")[0] for name in listed} == GROUPS
