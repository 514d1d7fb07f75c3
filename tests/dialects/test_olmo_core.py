"""OLMo-core: saved configurations, whose batches are tokens."""

from __future__ import annotations

import json

import pytest

from recipelint.recipe.facts import Phase
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

EXAMPLE = "olmo-core/olmo-2-1b-run.json"


def changed(**sections: dict[str, object]) -> Phase:
    """The example with keys of its sections replaced; None takes one out."""
    data = json.loads((EXAMPLES / EXAMPLE).read_text())
    for section, keys in sections.items():
        for key, value in keys.items():
            if value is None:
                data[section].pop(key)
            else:
                data[section][key] = value
    return phase(json.dumps(data), "config.json")


def test_a_saved_run() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "pretrain",
            "run.name": "olmo2-1b-demo",
            "model.layers": 16,
            "model.hidden_size": 2048,
            "model.ffn_size": 8192,
            "model.vocab_size": 100352,
            "model.attention.heads": 16,
            "model.attention.kv_heads": 16,
            "model.norm.kind": "rmsnorm",
            "model.norm.qk_norm": "full",
            "model.rope.theta": 500000,
            "model.moe.experts": 0,
            "optimizer.name": "SkipStepAdamW",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 4e-4,
            "optimizer.beta2": 0.95,
            "optimizer.weight_decay": 0.1,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "wsd",
            "schedule.warmup_steps": 2000,
            "schedule.decay_share": 0.1,
            "schedule.min_learning_rate": 0.0,
            "batch.global_tokens": 2_097_152,
            "batch.global_batch": 512,
            "batch.micro_batch": 8,  # 32768 tokens in sequences of 4096
            "batch.gradient_accumulation": 2,  # 512 over 8 x 32 ranks
            "budget.steps": 100_000,
            "parallel.world_size": 32,
            "parallel.dp_replicate": 4,
            "parallel.zero_stage": 3,
            "precision.compute": "bf16",
            "stability.z_loss": 1e-5,
            "checkpoint.save_interval": 1000,
        },
    )


def test_a_schedule_in_tokens() -> None:
    scheduler = {"type": "cos_with_warmup", "units": "tokens", "warmup": 4_194_304_000}
    found = changed(train_module={"scheduler": scheduler})
    expect(
        found,
        {
            "schedule.kind": "cosine",
            "schedule.warmup_tokens": 4_194_304_000,
            "schedule.warmup_steps": 2000,
            "schedule.min_ratio": 0.1,
        },
    )


def test_a_hard_stop_ends_the_run_and_not_the_schedule() -> None:
    found = changed(trainer={"hard_stop": {"value": 60000, "unit": "steps"}})
    expect(
        found,
        {"budget.steps": 60_000, "schedule.horizon_steps": 100_000, "schedule.truncated": True},
    )


@pytest.mark.parametrize("key", ["max_grad_norm", "z_loss_multiplier"])
def test_optional_terms_are_off_without_their_key(key: str) -> None:
    fact = {"max_grad_norm": "optimizer.grad_clip", "z_loss_multiplier": "stability.z_loss"}[key]
    assert changed(train_module={key: None}).value(fact) == 0


def test_experts_stand_in_the_block() -> None:
    data = json.loads((EXAMPLES / EXAMPLE).read_text())
    data["model"]["block"]["feed_forward_moe"] = {
        "num_experts": 64,
        "hidden_size": 1024,
        "router": {"top_k": 8, "bias_gamma": 0.001},
        "lb_loss_weight": 0.01,
    }
    expect(
        phase(json.dumps(data), "config.json"),
        {
            "model.moe.experts": 64,
            "model.moe.top_k": 8,
            "model.moe.expert_ffn_size": 1024,
            "model.moe.aux_loss_coefficient": 0.01,
            "model.moe.bias_update_rate": 0.001,
        },
    )


def test_a_loaded_checkpoint_leaves_the_stage_open() -> None:
    found = changed(trainer={"load_path": "/weka/step1000"})
    expect(found, {"run.stage": None, "run.resume": True})
