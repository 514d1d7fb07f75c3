"""Every rule is assessed on a recipe that exists, or its file says why there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from recipelint import Linter, Settings
from recipelint.dialects import recognise
from recipelint.document import read
from recipelint.engine.expressions import UNKNOWN
from recipelint.engine.rules import load, shipped_folder
from recipelint.engine.scope import PhaseScope

EXAMPLES = Path(__file__).parents[2] / "examples"
CORPUS = os.environ.get("RECIPELINT_CORPUS")
RULES = load([shipped_folder()])
CONDITIONS = {rule.id for rule in RULES if rule.requires is not None}
SUFFIXES = (".yaml", ".yml", ".json", ".toml")


def files(folder: Path) -> Iterator[str]:
    return (str(p) for p in sorted(folder.rglob("*")) if p.suffix in SUFFIXES and p.is_file())


def decided(linter: Linter, path: str) -> Iterator[str]:
    """Rules whose condition applies to the file and comes out true or false."""
    workspace = linter.workspace(path)
    document = read(path, workspace.name(path))
    dialect = recognise(document)
    recipe = linter.translate(document, dialect, workspace, path) if dialect else None
    for phase in recipe.phases if dialect and recipe else ():
        scope = PhaseScope(phase, dialect.name)
        for rule in RULES:
            if (rule.dialects and dialect.name not in rule.dialects) or rule.requires is None:
                continue
            scope.begin(rule.parameters)
            applies = rule.applies is None or rule.applies.evaluate(scope) is True
            if applies and rule.requires.evaluate(scope) is not UNKNOWN:
                yield rule.id


def assessed_in(folder: Path) -> set[str]:
    """Conditions that apply to, and are decided on, some file; one example comes with a log."""
    linter = Linter(Settings(), rules=RULES)
    log = Settings(metrics=str(EXAMPLES / "metrics" / "trainer_state.json"))
    with_log = decided(
        Linter(log, rules=RULES), str(EXAMPLES / "metrics" / "llama-3.2-1b-sft.yaml")
    )
    return {rule for path in files(folder) for rule in decided(linter, path)} | set(with_log)


def unseen() -> set[str]:
    """Rules whose files say why no recipe that exists comes under them."""
    texts = {r.id: Path(r.path).read_text(encoding="utf-8") for r in RULES}
    return {i for i, text in texts.items() if yaml.safe_load(text).get("unseen")}


def test_the_shipped_examples_assess_most_conditions() -> None:
    found = assessed_in(EXAMPLES)
    assert len(found) > 0.6 * len(CONDITIONS)
    assert found & unseen() == set(), "these files say that no example exists, and one does"


@pytest.mark.skipif(CORPUS is None, reason="RECIPELINT_CORPUS is not set")
def test_every_condition_is_assessed_somewhere_or_says_why_not() -> None:
    found = assessed_in(EXAMPLES) | assessed_in(Path(str(CORPUS)))
    assert CONDITIONS - found - unseen() == set(), "assessed on no file, without a reason"
    assert found & unseen() == set(), "assessed on a file, though the rule says on none"
