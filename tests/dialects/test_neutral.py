"""The neutral dialect is the canonical recipe: pydantic reads the same facts as we do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from recipelint import Linter
from recipelint.dialects import get
from recipelint.dialects.base import Reader
from recipelint.document import read
from recipelint.engine.rules import RuleSet
from recipelint.recipe.facts import Phase
from recipelint.recipe.model import Phase as PhaseModel
from recipelint.recipe.model import Recipe
from recipelint.workspace import Workspace

REPORTS = sorted((Path(__file__).parents[2] / "examples" / "reports").glob("*.yaml"))


def leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Known leaves of a pydantic value by dotted name."""
    for name, item in value:
        if isinstance(item, BaseModel):
            yield from leaves(item, f"{prefix}{name}.")
        elif item is not None and not isinstance(item, tuple):
            yield prefix + name, item


def translated(path: Path) -> list[Phase]:
    """The phases that our translator makes, before anything is derived."""
    document = read(str(path), path.name)
    reader = Reader(document, get("neutral"), Workspace(str(path.parent)), str(path))
    return get("neutral").translate(reader)


@pytest.mark.parametrize("path", REPORTS, ids=lambda p: p.stem)
def test_facts_are_what_pydantic_reads(path: Path) -> None:
    """Oracle: pydantic's validation of PyYAML's reading."""
    recipe = Recipe.model_validate(yaml.safe_load(path.read_text()))
    base = {k: v for k, v in leaves(recipe) if "." in k}
    phases: list[PhaseModel | None] = list(recipe.phases) or [None]
    found = translated(path)
    assert len(found) == len(phases)
    for phase, model in zip(found, phases, strict=True):
        own = dict(leaves(model)) if model else {}
        own.pop("name", None)
        scalars = {k: f.value for k, f in phase.facts.items() if not isinstance(f.value, tuple)}
        assert scalars == base | own


def test_spans_point_at_the_value() -> None:
    for path in REPORTS:
        lines = path.read_text().split("\n")
        for phase in translated(path):
            for fact in phase.facts.values():
                assert fact.span is not None
                if isinstance(fact.value, str):
                    line = lines[fact.span.line - 1]
                    assert fact.value in line[fact.span.column - 1 : fact.span.end_column - 1] or (
                        line[fact.span.column - 1] == "*"
                    )


def test_lists_of_sections_are_read_by_column() -> None:
    linter = Linter(rules=RuleSet({}))
    text = "recipelint: 1\ndata: {sources: [{name: a, weight: 0.4}, {name: b, weight: 0.6}]}\n"
    from recipelint.document import parse

    recipe = linter.translate(parse(text, "r.yaml"), get("neutral"), Workspace("."), None)
    assert recipe is not None
    assert recipe.phases[0].value("data.sources.weight") == (0.4, 0.6)
    assert recipe.phases[0].value("data.sources.name") == ("a", "b")
