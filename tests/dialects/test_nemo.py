"""NeMo 1: Hydra, interpolation and defaults lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint.recipe.facts import Absence

from .test_translation import EXAMPLES, example, expect, phase

BASE = "trainer: {devices: 4, num_nodes: 2}\nexp_manager: {}\nmodel: {micro_batch_size: 1}\n"


def test_the_shipped_example() -> None:
    expect(
        example("nemo/gpt-1b-pretrain.yaml"),
        {
            "run.name": "gpt_1b",
            "run.stage": "pretrain",
            "run.seed": 1234,
            "model.layers": 24,
            "model.hidden_size": 2048,
            "model.gated_mlp": True,
            "model.mlp_bias": False,
            "model.tie_embeddings": False,
            "model.max_position": 2048,  # ${.encoder_seq_length}
            "model.attention.kv_heads": 8,
            "model.norm.kind": "rmsnorm",
            "model.learned_positions": 0,
            "optimizer.family": "adam",
            "optimizer.learning_rate": 3e-4,
            "optimizer.beta2": 0.95,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 1000,
            "schedule.min_learning_rate": 3e-5,
            "batch.global_batch": 512,
            "batch.sequence_length": 2048,  # ${model.encoder_seq_length}
            "budget.steps": 50_000,
            "parallel.tp": 2,
            "parallel.zero_stage": 1,
            "parallel.world_size": 16,
            "precision.compute": "bf16",
            "memory.recompute": "selective",
            "checkpoint.save_interval": 1000,
            "checkpoint.keep": 3,
            "evaluation.interval": 1000,
        },
    )


def test_what_has_to_be_given_at_start_is_no_value() -> None:
    found = phase(
        "trainer: {devices: 4}\nexp_manager: {}\nmodel:\n  micro_batch_size: ???\n"
        "  tokenizer:\n    type: ???\n"
    )
    assert found.value("batch.micro_batch") is None
    assert found.value("data.tokenizer") is None


def test_lightning_does_not_clip_unless_told() -> None:
    expect(phase(BASE), {"optimizer.grad_clip": 0.0, "parallel.world_size": 8})


@pytest.mark.parametrize(
    ("written", "compute"),
    [("16", "fp16"), ("bf16", "bf16"), ("'bf16-mixed'", "bf16"), ("32", "fp32")],
)
def test_precision(written: str, compute: str) -> None:
    found = phase(BASE.replace("devices: 4", f"devices: 4, precision: {written}"))
    expect(found, {"precision.compute": compute})


def test_a_base_file_gives_what_the_file_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("model: {optim: {lr: 1e-4}, micro_batch_size: 8}\n")
    found = phase("defaults:\n  - base\n  - _self_\n" + BASE, folder=tmp_path)
    expect(found, {"optimizer.learning_rate": 1e-4, "batch.micro_batch": 1})


def test_a_base_file_that_is_not_there_takes_the_defaults_away() -> None:
    found = phase("defaults:\n  - base\n" + BASE)
    assert found.value("optimizer.grad_clip") is None
    assert found.missing["optimizer.grad_clip"].absence is Absence.ELSEWHERE


def test_low_rank_tuning() -> None:
    text = BASE.replace(
        "micro_batch_size: 1",
        "restore_from_path: m.nemo, data: {train_ds: {max_seq_length: 512}},"
        " peft: {peft_scheme: lora, lora_tuning: {adapter_dim: 16,"
        " alpha: '${model.peft.lora_tuning.adapter_dim}'}}",
    )
    expect(
        phase(text),
        {
            "run.stage": "sft",
            "run.resume": True,
            "adapter.kind": "lora",
            "adapter.rank": 16,
            "adapter.alpha": 16,
            "batch.sequence_length": 512,
        },
    )


def test_an_average_of_weights() -> None:
    found = phase(
        BASE.replace("exp_manager: {}", "exp_manager: {ema: {enable: true, decay: 0.99}}")
    )
    expect(found, {"checkpoint.averaging.kind": "ema", "checkpoint.averaging.ema_decay": 0.99})


def test_interpolation_agrees_with_omegaconf() -> None:
    """OmegaConf's own resolution of the shipped file."""
    omegaconf = pytest.importorskip("omegaconf")
    config = omegaconf.OmegaConf
    config.register_new_resolver("multiply", lambda a, b: a * b, replace=True)
    loaded = config.to_container(config.load(EXAMPLES / "nemo/gpt-1b-pretrain.yaml"), resolve=True)
    model = loaded["model"]
    expect(
        example("nemo/gpt-1b-pretrain.yaml"),
        {
            "model.max_position": model["max_position_embeddings"],
            "batch.sequence_length": model["data"]["seq_length"],
            "model.norm.eps": model["layernorm_epsilon"],
            "optimizer.learning_rate": model["optim"]["lr"],
            "schedule.min_learning_rate": model["optim"]["sched"]["min_lr"],
        },
    )


@pytest.mark.parametrize(
    ("name", "family", "stage"),
    [
        ("fused_adam", "adam", 0),
        ("distributed_fused_adam", "adam", 1),
        ("mcore_distributed_optim", "adam", 1),
        ("adafactor", "adafactor", 0),
    ],
)
def test_names_of_optimizers(name: str, family: str, stage: int) -> None:
    found = phase(BASE.replace("micro_batch_size: 1", f"optim: {{name: {name}}}"))
    expect(found, {"optimizer.family": family, "parallel.zero_stage": stage})
