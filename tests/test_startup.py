"""What a check of a clean file imports. Times depend on the machine; modules do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.processes import python

RECIPE = """\
base_model: meta-llama/Llama-3.1-8B
datasets:
  - {path: tatsu-lab/alpaca, type: alpaca}
micro_batch_size: 1
gradient_accumulation_steps: 8
sequence_len: 2048
learning_rate: 2.0e-5
num_epochs: 1
bf16: true
val_set_size: 0.05
output_dir: out
"""
HEAVY = {
    "asyncio",
    "click",
    "concurrent",
    "dask",
    "dataclasses",
    "decimal",
    "difflib",
    "importlib.metadata",
    "inspect",
    "jsonschema",
    "logging",
    "multiprocessing",
    "pathlib",
    "pydantic",
    "rich",
    "sqlite3",
    "statistics",
    "tomllib",
    "typing_extensions",
    "urllib.parse",
}
"""Modules that would be noticed: a tool that starts at every commit cannot pay for them."""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clean axolotl recipe, alone in its project, with an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / ".git").mkdir()
    path = tmp_path / "recipe.yml"
    path.write_text(RECIPE, encoding="utf-8")
    imported("check", str(path), "--no-cache")  # in a checkout this compiles the rules
    return path


def imported(*arguments: str) -> set[str]:
    """The modules that `recipelint` with these arguments loads, beside the interpreter's own."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "import json, io, contextlib\n"
        f"sys.argv = ['recipelint', *{list(arguments)!r}]\n"
        "from recipelint.__main__ import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    try: main()\n"
        "    except SystemExit as end: status = end.code\n"
        "print(json.dumps([status, sorted(set(sys.modules) - before)]))\n"
    )
    status, modules = json.loads(python("-c", code).stdout)
    assert status == 0
    return set(modules)


def loaded(modules: set[str], names: set[str]) -> set[str]:
    """Those of `names` that are loaded, themselves or by a part of them."""
    return {name for name in names if any(f"{m}.".startswith(f"{name}.") for m in modules)}


def test_a_check_imports_nothing_heavy(recipe: Path) -> None:
    assert loaded(imported("check", str(recipe), "--no-cache"), HEAVY) == set()


def test_a_check_imports_the_dialect_of_the_file_and_few_others(recipe: Path) -> None:
    modules = imported("check", str(recipe), "--no-cache")
    assert "recipelint.dialects.axolotl" in modules
    others = {"trl", "nanotron", "torchtune", "megatron_lm", "nemo", "llm_foundry", "ms_swift"}
    assert loaded(modules, {f"recipelint.dialects.{name}" for name in others}) == set()


def test_rules_are_not_compiled_again(recipe: Path) -> None:
    modules = imported("check", str(recipe), "--no-cache")
    unneeded = {"recipelint.engine.rule_files", "recipelint.engine.compiler"}
    assert loaded(modules, unneeded) == set()


def test_a_result_from_the_cache_needs_neither_parser_nor_rules(recipe: Path) -> None:
    imported("check", str(recipe))
    modules = imported("check", str(recipe))
    unneeded = {"yaml", "recipelint.engine.evaluate", "recipelint.dialects", "recipelint.catalog"}
    assert loaded(modules, unneeded) == set()


def test_the_version_needs_no_part_of_the_linter() -> None:
    modules = imported("--version")
    assert loaded(modules, {"yaml", "recipelint.linter", "recipelint.engine"}) == set()
