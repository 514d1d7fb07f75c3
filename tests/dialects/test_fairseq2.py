"""fairseq2: sections over a preset that the command line names."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter
from recipelint.dialects.fairseq2 import ruamel
from recipelint.recipe.facts import Absence
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

EXAMPLE = "fairseq2/llama-1b-pretrain.yaml"
TUNING = """
model: {name: llama3_2_1b}
dataset:
  max_seq_len: 4096
  chat_mode: true
regime:
  num_steps: 50_000
  validate_every_n_steps: 1_000
"""


def test_a_model_from_scratch() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "pretrain",
            "run.seed": 2,
            "run.name": "llama-1b-demo",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 3e-4,  # YAML 1.2: no dot needed
            "optimizer.beta1": 0.9,
            "optimizer.beta2": 0.95,
            "optimizer.eps": 1e-8,
            "optimizer.weight_decay": 0.1,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 2000,
            "schedule.decay_steps": 98_000,
            "schedule.min_ratio": 0.1,
            "batch.gradient_accumulation": 4,
            "batch.sequence_length": 4096,
            "budget.steps": 100_000,  # written 100_000
            "parallel.tp": 1,
            "parallel.backend": "fsdp",
            "parallel.zero_stage": 3,
            "precision.compute": "bf16",
            "precision.master_dtype": "fp32",
            "memory.recompute": "none",  # `off` is a word in YAML 1.2
            "checkpoint.save_interval": 2000,
            "checkpoint.keep": 3,
            "evaluation.interval": 4000,
            "data.tokenizer": "llama3",
            "data.sources.weight": (0.9, 0.1),
        },
    )


def test_absent_keys_are_the_presets_and_not_the_classes() -> None:
    found = phase(TUNING)
    expect(found, {"run.stage": "sft", "budget.steps": 50_000, "evaluation.interval": 1000})
    assert "optimizer.learning_rate" not in found.facts
    assert "optimizer.grad_clip" not in found.facts


def test_null_is_no_clipping() -> None:
    found = phase(TUNING + "trainer: {max_grad_norm: null}\n")
    assert found.value("optimizer.grad_clip") == 0


def test_the_command_line_names_the_recipe() -> None:
    found = phase("model: {name: a}\nregime: {num_steps: 10}\n")
    assert found.missing["run.stage"].absence is Absence.ELSEWHERE


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-5", 1e-5), ("50_000", 50_000), ("3_000.5", 3000.5), ("off", "off"), ("yes", "yes")],
)
def test_scalars(text: str, value: object) -> None:
    assert ruamel(text) == value


def test_scalars_are_those_of_ruamel() -> None:
    yaml = pytest.importorskip("ruamel.yaml").YAML(typ="safe", pure=True)
    for text in ("1e-5", "50_000", "off", "yes", "true", "1.5", "null", "0.0003", "-1", "3e8"):
        assert ruamel(text) == yaml.load(text), text


def test_misspelt_keys_of_closed_sections(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    text = (EXAMPLES / EXAMPLE).read_text()
    path.write_text(text.replace("tensor_parallel_size", "tensor_paralel_size"), encoding="utf-8")
    [finding] = Linter().check_file(str(path)).findings
    assert (finding.rule, finding.key) == ("CFG101", "gang.tensor_paralel_size")
