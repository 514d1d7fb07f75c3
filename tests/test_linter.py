"""The pipeline as a whole: what belongs to a recipe is read with it."""

from __future__ import annotations

import json
from pathlib import Path

from recipelint import Linter
from recipelint.dialects import get
from recipelint.document import read
from recipelint.recipe.facts import Origin, Phase

LLAMA = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 512,
    "intermediate_size": 1024,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "vocab_size": 1000,
}
RECIPE = "base_model: {model}\ndatasets: [{{path: d, type: alpaca}}]\nmicro_batch_size: 1\n"


def translated(folder: Path, model: str) -> Phase:
    """The phase of an axolotl recipe in `folder` that names this base model."""
    path = folder / "recipe.yaml"
    path.write_text(RECIPE.format(model=model))
    linter = Linter()
    recipe = linter.translate(
        read(str(path), path.name), get("axolotl"), linter.workspace(str(path)), str(path)
    )
    assert recipe is not None
    return recipe.phases[0]


def test_a_model_in_the_project_brings_its_numbers(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "models" / "base").mkdir(parents=True)
    (tmp_path / "models" / "base" / "config.json").write_text(json.dumps(LLAMA))
    fact = translated(tmp_path, "models/base").facts["model.layers"]
    assert (fact.value, fact.origin, fact.detail) == (4, Origin.GIVEN, "models/base/config.json")


def test_a_model_outside_the_project_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "config.json").write_text(json.dumps(LLAMA))
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    assert "model.layers" not in translated(project, "../outside").facts
    assert "model.layers" not in translated(project, str(tmp_path / "outside")).facts
