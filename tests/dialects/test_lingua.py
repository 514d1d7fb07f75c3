"""Meta Lingua: OmegaConf onto dataclasses, and the plain transformer's numbers."""

from __future__ import annotations

import pytest

from recipelint.recipe.facts import Absence
from tests.dialects.test_translation import example, expect, phase

EXAMPLE = "lingua/llama-1b.yaml"
SMALL = "distributed: {fsdp_type: full_shard}\noptim: {lr: 1e-3}\n"


def test_a_recipe() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "pretrain",
            "run.name": "llama_1b",
            "run.seed": 777,
            "run.output": "runs/llama-1b",
            "model.layers": 24,
            "model.hidden_size": 2048,
            "model.ffn_size": 5632,  # 8/3 x 2048, up to a multiple of 256
            "model.vocab_size": 128_256,
            "model.attention.heads": 16,
            "model.attention.kv_heads": 8,
            "model.norm.eps": 1e-5,
            "model.rope.theta": 500_000.0,
            "model.tie_embeddings": False,
            "optimizer.family": "adam",
            "optimizer.learning_rate": 1e-3,
            "optimizer.weight_decay": 0.1,
            "optimizer.eps": 1e-8,
            "optimizer.beta2": 0.95,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "wsd",
            "schedule.warmup_steps": 1000,
            "schedule.decay_steps": 11_400,
            "schedule.min_ratio": 0.01,
            "batch.micro_batch": 8,
            "batch.gradient_accumulation": 1,
            "batch.sequence_length": 4096,
            "budget.steps": 57_000,
            "precision.compute": "bf16",
            "precision.master_dtype": "fp32",
            "parallel.tp": 1,
            "parallel.zero_stage": 3,
            "memory.recompute": "none",
            "checkpoint.save_interval": 2500,
            "checkpoint.keep": 3,
            "data.sources.weight": (80.0, 20.0),
            "data.weights_normalized": True,
        },
    )


def test_defaults() -> None:
    expect(
        phase(SMALL),
        {
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 2000,
            "schedule.min_ratio": 0.1,
            "budget.steps": 1000,
            "batch.micro_batch": 2,
            "batch.sequence_length": 2048,
            "model.layers": 8,
            "model.hidden_size": 512,
            "optimizer.beta2": 0.95,
            "evaluation.enabled": False,
        },
    )


def test_the_constant_schedule_ignores_its_warmup() -> None:
    text = "distributed: {fsdp_type: full_shard}\noptim: {scheduler: constant, warmup: 500}\n"
    expect(phase(text), {"schedule.kind": "constant", "schedule.warmup_steps": 0})


def test_heads_follow_from_their_size() -> None:
    expect(
        phase(SMALL + "model: {dim: 1024, head_dim: 64}\n"),
        {"model.attention.heads": 16, "model.attention.kv_heads": 16},
    )


@pytest.mark.parametrize("model", ["{dim: 2048, state_dim: 128}", "{dimensions: [512, 2048]}"])
def test_another_apps_model_is_unknown(model: str) -> None:
    found = phase(SMALL + f"model: {model}\n")
    assert found.value("model.layers") is None
    assert found.missing["model.layers"].absence is Absence.UNKNOWN


def test_replicas_fill_the_ranks() -> None:
    assert phase(SMALL).missing["parallel.dp"].absence is Absence.AUTOMATIC


def test_a_vocabulary_of_minus_one_comes_from_the_tokenizer() -> None:
    assert phase(SMALL + "model: {vocab_size: -1}\n").value("model.vocab_size") is None
