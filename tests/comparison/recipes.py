"""Recipes for the tests of comparisons."""

from __future__ import annotations

from recipelint.comparison import Side, judged
from recipelint.document.reader import parse
from recipelint.linter import Linter
from recipelint.settings import Settings
from recipelint.workspace import Workspace

LINTER = Linter(Settings(profile="all"))


def side(text: str, name: str = "recipe.yaml") -> Side:
    """A recipe read and judged by all shipped rules."""
    found = judged(LINTER, parse(text, name), Workspace("/nowhere"), f"/nowhere/{name}")
    assert found is not None
    return found


def neutral(body: str) -> Side:
    """A recipe in the neutral dialect."""
    return side(f"recipelint: 1\n{body}")
