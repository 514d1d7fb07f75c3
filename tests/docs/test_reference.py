"""What the written pages list is what the code has: public names, functions, fields of rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import recipelint
from recipelint.engine.expressions import UNKNOWN, compile_expression
from recipelint.engine.functions import FUNCTIONS, INTROSPECTION
from recipelint.engine.names import LINKS
from recipelint.engine.rule_files import FIELDS
from recipelint.engine.scope import PhaseScope
from recipelint.engine.templates import show
from recipelint.recipe.facts import Phase

DOCS = Path(__file__).parents[2] / "docs"
API = (DOCS / "api.md").read_text(encoding="utf-8")
RULES = (DOCS / "writing-rules.md").read_text(encoding="utf-8")
FUNCTION_ROW = re.compile(r"^\| `(\w+)\((.*?)\)` \| (\w+) \| `(.+?)` \| `(.+?)` \|$", re.MULTILINE)


def section(title: str) -> str:
    """The text below a heading of the page on rules."""
    return RULES.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_library_page_has_exactly_the_public_names() -> None:
    named = re.findall(r"^::: recipelint\.(\w+)", API, re.MULTILINE)
    assert sorted(named) == sorted(recipelint.__all__)


def test_every_function_of_the_language_is_listed_with_its_types() -> None:
    listed = {name: (types, result) for name, types, result, _, _ in FUNCTION_ROW.findall(RULES)}
    known = {
        name: (
            ", ".join([*function.parameters, "…"][: None if function.variadic else -1]),
            function.result,
        )
        for name, function in FUNCTIONS.items()
    }
    assert listed == known


@pytest.mark.parametrize(("example", "value"), [row[3:] for row in FUNCTION_ROW.findall(RULES)])
def test_an_example_of_a_function_has_the_value_that_is_shown(example: str, value: str) -> None:
    found = compile_expression(example, {}).evaluate(PhaseScope(Phase(), "neutral"))
    assert found is not UNKNOWN
    assert show(found) == value


def test_every_question_is_listed_with_its_meaning() -> None:
    rows = re.findall(
        r"^\| `(\w+)\(.*\)` \| (.+) \|$", section("Unknown is not false"), re.MULTILINE
    )
    assert dict(rows) == INTROSPECTION


def test_every_link_to_other_facts_is_named() -> None:
    assert [link for link in LINKS if f"`{link}.`" not in section("The language")] == []


def test_every_field_of_a_rule_file_is_explained() -> None:
    cells = re.findall(r"^\| (`.+?`) \|", section("All fields"), re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(FIELDS)
