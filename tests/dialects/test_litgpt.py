"""LitGPT: which function reads a file, and what that function does with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter
from recipelint.recipe.facts import Absence, Origin
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

TUNING = "litgpt/llama-3.1-8b-lora.yaml"
PRETRAINING = "litgpt/pythia-410m-pretrain.yaml"


def test_an_adapter() -> None:
    expect(
        example(TUNING),
        {
            "run.stage": "sft",
            "run.seed": 1337,
            "model.name": "meta-llama/Llama-3.1-8B",
            "model.layers": 32,  # from the catalogue
            "adapter.kind": "lora",
            "adapter.rank": 32,
            "adapter.alpha": 64,
            "adapter.dropout": 0.05,
            "adapter.targets": ("query", "key", "value", "projection", "mlp"),
            "optimizer.name": "AdamW",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 2e-4,
            "optimizer.weight_decay": 0.0,
            "optimizer.beta2": 0.95,
            "optimizer.eps": 1e-8,  # torch's
            "optimizer.grad_clip": 0.0,  # fine-tuning never clips
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 10,
            "schedule.min_learning_rate": 0.0,
            "batch.global_batch": 16,
            "batch.micro_batch": 2,
            "batch.gradient_accumulation": 8,
            "batch.sequence_length": 2048,
            "budget.epochs": 2,
            "parallel.world_size": 1,
            "precision.compute": "bf16",
            "data.validation_share": 0.05,
            "checkpoint.save_interval": 200,
            "evaluation.interval": 50,
        },
    )


def test_pretraining() -> None:
    expect(
        example(PRETRAINING),
        {
            "run.stage": "pretrain",
            "model.name": "pythia-410m",
            "model.layers": 24,  # from the catalogue
            "batch.gradient_accumulation": 8,
            "batch.global_tokens": 1_048_576,
            "budget.tokens": 100_000_000_000,
            "optimizer.grad_clip": 1.0,
            "schedule.min_learning_rate": 3e-5,
            "schedule.warmup_steps": 1000,
            "parallel.world_size": 8,
            "parallel.backend": "fsdp",
            "precision.master_dtype": "fp32",
        },
    )


def test_defaults_are_those_of_the_function() -> None:
    tuned = phase("checkpoint_dir: checkpoints/a/b\ntrain: {micro_batch_size: 1, epochs: 1}\n")
    expect(
        tuned,
        {"batch.global_batch": 16, "schedule.warmup_steps": 100, "run.seed": 1337},
    )
    trained = phase("model_name: pythia-14m\ntrain: {micro_batch_size: 4, max_norm: 1.0}\n")
    expect(
        trained,
        {
            "batch.global_batch": 512,
            "budget.tokens": 3_000_000_000_000,
            "schedule.warmup_steps": 2000,
            "schedule.min_learning_rate": 4e-5,
            "run.seed": 42,
        },
    )
    assert trained.facts["budget.tokens"].origin is Origin.DEFAULT


def test_a_batch_that_does_not_divide_leaves_the_accumulation_open() -> None:
    """125 over 8 devices is floored, so the batch that is trained is another one."""
    text = "model_name: pythia-14m\ndevices: 8\n"
    found = phase(text + "train: {micro_batch_size: 5, global_batch_size: 125}\n")
    assert found.facts.get("batch.gradient_accumulation") is None


def test_a_quantised_base() -> None:
    found = phase(
        "checkpoint_dir: checkpoints/a/b\nquantize: bnb.nf4\nlora_r: 8\n"
        "train: {micro_batch_size: 1, epochs: 1}\n"
    )
    expect(
        found,
        {"adapter.kind": "qlora", "quantization.bits": 4, "quantization.method": "nf4"},
    )


def test_without_adapter_keys_the_command_line_decides() -> None:
    found = phase("checkpoint_dir: checkpoints/a/b\ntrain: {micro_batch_size: 1, epochs: 1}\n")
    assert found.missing["adapter.kind"].absence is Absence.ELSEWHERE


def test_unknown_keys_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    text = (EXAMPLES / TUNING).read_text().replace("micro_batch_size", "micro_batchsize")
    path.write_text(text + "lora_rank: 8\n", encoding="utf-8")
    found = {(f.rule, f.key) for f in Linter().check_file(str(path)).findings}
    assert {("CFG101", "train.micro_batchsize"), ("CFG101", "lora_rank")} <= found


def test_the_numbers_are_those_of_the_arguments_class() -> None:
    """The framework's own dataclass computes the same accumulation and takes the same keys."""
    arguments = pytest.importorskip("litgpt.args")
    found = example(PRETRAINING)
    train = arguments.TrainArgs(
        global_batch_size=512,
        micro_batch_size=8,
        lr_warmup_steps=1000,
        max_tokens=100_000_000_000,
        max_norm=1.0,
        min_lr=3e-5,
    )
    steps = train.gradient_accumulation_iters(devices=8, num_nodes=1)
    assert found.value("batch.gradient_accumulation") == steps
    assert found.value("optimizer.grad_clip") == train.max_norm


def test_the_parser_of_the_framework_reads_the_example() -> None:
    """jsonargparse fills the function's arguments with the values that are facts here."""
    jsonargparse = pytest.importorskip("jsonargparse")
    lora = pytest.importorskip("litgpt.finetune.lora")
    parser = jsonargparse.ArgumentParser()
    parser.add_argument("--config", action="config")
    parser.add_function_arguments(lora.setup, skip={"data"})
    text = (EXAMPLES / TUNING).read_text()
    start, end = text.index("data:"), text.index("train:")
    parsed = parser.parse_string(text[:start] + text[end:])
    found = example(TUNING)
    assert found.value("adapter.rank") == parsed.lora_r
    assert found.value("adapter.alpha") == parsed.lora_alpha
    assert found.value("batch.global_batch") == parsed.train.global_batch_size
    assert found.value("schedule.warmup_steps") == parsed.train.lr_warmup_steps
    assert found.value("budget.epochs") == parsed.train.epochs
    assert found.value("run.seed") == parsed.seed
    bare = parser.parse_string("checkpoint_dir: checkpoints/a/b\n")
    absent = phase(
        "checkpoint_dir: checkpoints/a/b\nlora_r: 8\ntrain: {epochs: 5, log_interval: 1}\n"
    )
    assert absent.value("batch.global_batch") == bare.train.global_batch_size
    assert absent.value("batch.micro_batch") == bare.train.micro_batch_size
    assert absent.value("schedule.warmup_steps") == bare.train.lr_warmup_steps
    assert absent.value("adapter.alpha") == bare.lora_alpha
    assert absent.value("adapter.dropout") == bare.lora_dropout
