"""GPT-NeoX: flat keys in one of several merged files."""

from __future__ import annotations

import pytest

from recipelint.recipe.facts import Absence, Origin

from .test_translation import EXAMPLES, example, expect, phase

WHOLE = (
    '{"num_layers": 12, "hidden_size": 768, "num_attention_heads": 12, "pipe_parallel_size": 1,\n'
    ' "train_iters": 1000, "optimizer": {"type": "Adam", "params": {"lr": 0.0006}}}\n'
)


def with_keys(extra: str) -> str:
    """The smallest whole recipe with further keys."""
    return WHOLE.replace("{", "{" + extra + ", ", 1)


def test_the_shipped_example() -> None:
    expect(
        example("gpt-neox/llama-1b.yml"),
        {
            "run.stage": "pretrain",
            "run.seed": 1234,
            "model.layers": 22,
            "model.hidden_size": 2048,
            "model.gated_mlp": True,
            "model.tie_embeddings": False,
            "model.learned_positions": 0,
            "model.attention.heads": 32,
            "model.attention.kv_heads": 4,
            "model.attention.implementation": "flash",
            "model.norm.kind": "rmsnorm",
            "model.norm.eps": 1e-5,
            "model.rope.theta": 10000,
            "optimizer.family": "adam",
            "optimizer.learning_rate": 4e-4,
            "optimizer.beta2": 0.95,
            "optimizer.weight_decay": 0.1,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 400,
            "schedule.min_learning_rate": 4e-5,
            "batch.micro_batch": 8,
            "batch.gradient_accumulation": 4,
            "batch.sequence_length": 2048,
            "budget.steps": 20_000,
            "parallel.tp": 1,
            "parallel.pp": 1,  # 0 stages are one
            "parallel.zero_stage": 1,
            "parallel.backend": "deepspeed",
            "precision.compute": "bf16",
            "precision.gradient_dtype": "fp32",
            "memory.recompute": "full",
            "checkpoint.save_interval": 1000,
            "data.validation_share": pytest.approx(0.01),
        },
    )


def test_dashes_are_underscores() -> None:
    text = (EXAMPLES / "gpt-neox/llama-1b.yml").read_text()
    dashed = text.replace("num_layers", "num-layers").replace("train_iters", "train-iters")
    found = phase(dashed, "r.yml")
    expect(found, {"model.layers": 22, "budget.steps": 20_000})
    assert found.facts["model.layers"].key == "num-layers"


def test_a_whole_recipe_has_the_frameworks_defaults() -> None:
    found = phase(WHOLE, "r.yml")
    expect(
        found,
        {
            "model.norm.kind": "layernorm",
            "model.ffn_size": 4 * 768,
            "model.attention.kv_heads": 12,
            "optimizer.weight_decay": 0.1,
            "schedule.kind": "linear",
            "schedule.warmup_ratio": 0.01,
            "schedule.horizon_steps": 1000,
            "batch.gradient_accumulation": 1,
            "parallel.zero_stage": 0,
        },
    )
    assert found.facts["optimizer.weight_decay"].origin is Origin.DEFAULT


def test_a_part_has_none_because_another_file_may_say() -> None:
    found = phase('{"num_layers": 12, "pos_emb": "rotary", "hidden_size": 768}\n', "r.yml")
    assert found.value("optimizer.weight_decay") is None
    assert found.missing["optimizer.weight_decay"].absence is Absence.ELSEWHERE
    assert found.missing["run.stage"].absence is Absence.ELSEWHERE


def test_the_warmup_is_a_share_of_the_decay() -> None:
    found = phase(with_keys('"warmup": 0.1, "lr_decay_iters": 500'), "r.yml")
    expect(found, {"schedule.warmup_steps": 50, "schedule.horizon_steps": 500})


def test_the_width_of_a_gated_mlp_is_not_the_key() -> None:
    found = phase(with_keys('"activation": "swiglu", "intermediate_size": 2048'), "r.yml")
    assert found.value("model.ffn_size") is None
    assert found.missing["model.ffn_size"].absence is Absence.UNKNOWN


def test_one_expert_is_a_dense_model() -> None:
    expect(phase(with_keys('"moe_num_experts": 1'), "r.yml"), {"model.moe.experts": 0})
    expect(
        phase(with_keys('"moe_num_experts": 8'), "r.yml"),
        {"model.moe.experts": 8, "model.moe.top_k": 1},
    )


def test_the_objective_of_a_preference_run() -> None:
    expect(
        phase(with_keys('"train_impl": "dpo", "dpo_beta": 0.05'), "r.yml"),
        {"run.stage": "preference", "preference.loss": "dpo", "preference.beta": 0.05},
    )


def test_fine_tuning_is_no_pretraining() -> None:
    found = phase(with_keys('"finetune": true'), "r.yml")
    assert found.value("run.stage") is None
    expect(found, {"run.resume": True, "run.resume_optimizer": False})


def test_the_z_loss_is_for_reward_models_alone() -> None:
    expect(phase(with_keys('"z_loss": 0.001'), "r.yml"), {"stability.z_loss_active": False})


def test_bf16_in_the_block_of_fp16() -> None:
    text = with_keys('"fp16": {"enabled": true, "type": "bfloat16", "loss_scale": 0}')
    expect(phase(text, "r.yml"), {"precision.compute": "bf16", "precision.loss_scale": 0})


def test_a_logarithmic_scale_has_no_interval() -> None:
    found = phase(with_keys('"checkpoint_scale": "log", "checkpoint_factor": 2'), "r.yml")
    assert found.value("checkpoint.save_interval") is None
