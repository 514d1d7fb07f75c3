"""`recipelint schema` and `recipelint dialects`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from recipelint.dialects import names, recognise
from recipelint.document import Mapping, Scalar, Sequence, follow, read
from recipelint.document.scalars import value
from tests.cli.conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"


VALIDATORS: dict[str, Draft202012Validator] = {}
"""Printed and checked once for each dialect: some schemas have thousands of keys."""


@pytest.fixture
def schema(run: Run) -> Any:
    """A validator for a dialect, from the printed schema."""

    def read(name: str) -> Draft202012Validator:
        if name not in VALIDATORS:
            printed = json.loads(run("schema", name).stdout)
            Draft202012Validator.check_schema(printed)
            VALIDATORS[name] = Draft202012Validator(printed)
        return VALIDATORS[name]

    return read


@pytest.mark.parametrize("name", names())
def test_schemas_are_draft_2020_12(schema: Any, name: str) -> None:
    assert schema(name).schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("neutral", {"recipelint": 1, "optimizer": {"eps": 1e-8}}),
        ("axolotl", {"base_model": "a", "learning_rate": 1e-4, "bf16": "auto"}),
        ("axolotl", {"base_model": "a", "learning_rate": 1e-4, "micro_batch_size": "2"}),
        ("axolotl", {"base_model": "a", "learning_rate": 1e-4, "not_a_key": 1}),
        ("trl", {"learning_rate": "1e-5", "bf16": True, "max_steps": None}),
        ("accelerate", {"distributed_type": "FSDP", "num_processes": 8}),
        ("maxtext", {"warmup_steps_fraction": 1}),
        ("trl", {"warmup_steps": -1}),  # transformers 4 takes it
    ],
)
def test_what_the_framework_takes_is_valid(schema: Any, name: str, recipe: dict[str, Any]) -> None:
    assert list(schema(name).iter_errors(recipe)) == []


@pytest.mark.parametrize(
    ("name", "recipe", "path"),
    [
        ("neutral", {"recipelint": 1, "optimizer": {"epz": 1e-8}}, "$.optimizer"),
        ("axolotl", {"base_model": "a", "learning_rate": 1, "bf16": "yes!"}, "$.bf16"),
        ("axolotl", {"base_model": "a", "learning_rate": 1, "adam_beta1": "x"}, "$.adam_beta1"),
        ("axolotl", {"learning_rate": 1e-4}, "$"),
        ("trl", {"learning_rate": "fast"}, "$.learning_rate"),
        ("nanotron", {"parallelism": {"dp": "two", "pp": 1, "tp": 1}}, "$.parallelism"),
        ("accelerate", {"not_a_key": 1, "distributed_type": "FSDP"}, "$"),
        ("maxtext", {"warmup_steps_fraction": 10}, "$.warmup_steps_fraction"),
    ],
)
def test_what_the_framework_refuses_is_invalid(
    schema: Any, name: str, recipe: dict[str, Any], path: str
) -> None:
    assert path in {error.json_path for error in schema(name).iter_errors(recipe)}


@pytest.mark.parametrize("name", names())
def test_references_lead_somewhere(schema: Any, name: str) -> None:
    validator = schema(name)
    for reference in _references(validator.schema):
        target = validator.schema
        for part in reference.removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        assert isinstance(target, dict)


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_references(value) for value in node))
    return set()


def test_a_dialect_without_a_list_of_keys_has_those_that_hold_facts(schema: Any) -> None:
    validator = schema("hf-config")
    own = validator.schema["properties"]
    assert own["hidden_size"]["description"] == "Holds model.hidden_size."
    assert own["rope_scaling"]["properties"]["factor"]["description"] == "Holds model.rope.factor."
    assert list(validator.iter_errors({"hidden_size": 64, "another": [1]})) == []
    wrong = validator.iter_errors({"hidden_size": [64]})
    assert [error.json_path for error in wrong] == ["$.hidden_size"]


def _plain(node: Any, rules: Any) -> Any:
    """A document's value as the framework's loader makes it, aliases and merges followed."""
    target = follow(node)
    if isinstance(target, Mapping):
        return {entry.key: _plain(entry.value, rules) for entry in target.effective()}
    if isinstance(target, Sequence):
        return [_plain(item, rules) for item in target.items]
    found = value(target, rules) if isinstance(target, Scalar) else None
    return found if isinstance(found, bool | int | float | None) else str(found)


def _example_files() -> list[Path]:
    found = [
        p
        for p in sorted(EXAMPLES.rglob("*"))
        if p.is_file() and not {"broken", "metrics"} & set(p.parts)
    ]
    return [p for p in found if p.suffix in (".yaml", ".yml", ".json", ".toml")]


@pytest.mark.parametrize("path", _example_files(), ids=lambda p: str(p.relative_to(EXAMPLES)))
def test_the_examples_are_valid(schema: Any, path: Path) -> None:
    document = read(str(path), path.name)
    dialect = recognise(document)
    assert dialect is not None
    recipe = _plain(document.root, dialect.scalars)
    errors = schema(dialect.name).iter_errors(recipe)
    assert [(error.json_path, error.message) for error in errors] == []


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("axolotl", {"base_model": "a", "learning_rate": "${LR}"}),
        ("torchtune", {"batch_size": "${other}"}),
        ("dstack", {"type": "task", "resources": {"gpu": "H100:8"}, "ports": [8000]}),
        ("deepspeed", {"train_batch_size": "auto"}),
    ],
)
def test_what_is_filled_in_later_is_valid(schema: Any, name: str, recipe: dict[str, Any]) -> None:
    assert list(schema(name).iter_errors(recipe)) == []


def test_the_line_for_the_language_server_changes_nothing(tmp_path: Path, run: Run) -> None:
    """docs/editors.md has it above the first key, where recipelint takes it for a comment."""
    line = "# yaml-language-server: $schema=../schemas/axolotl.schema.json\n"
    documented = (EXAMPLES.parent / "docs/editors.md").read_text(encoding="utf-8")
    assert line in documented
    text = (EXAMPLES / "axolotl/llama-3-8b-qlora.yaml").read_text(encoding="utf-8")
    found = []
    for name, content in (("plain.yaml", text), ("marked.yaml", line + text)):
        (tmp_path / name).write_text(content, encoding="utf-8")
        report = json.loads(run("check", str(tmp_path / name), "--format", "json").stdout)
        found.append([finding["rule"] for finding in report["findings"]])
    assert found[0] == found[1]


def test_an_unknown_dialect_gets_a_suggestion(run: Run) -> None:
    result = run("schema", "axolot")
    assert result.exit_code == 2
    assert "there is no dialect `axolot`; did you mean `axolotl`?" in result.stderr


def test_dialects_are_listed(run: Run) -> None:
    shown = run("dialects").stdout
    assert [line.split()[0] for line in shown.splitlines()] == names()
    rows = json.loads(run("dialects", "--format", "json").stdout)
    assert {"name": "hf-config", "title": "transformers", "version": "5.23", "purpose": "part"} in (
        rows
    )
