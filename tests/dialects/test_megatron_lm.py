"""Megatron-LM: the same arguments as flags, in snake case, and in two sections."""

from __future__ import annotations

import pytest

from recipelint.recipe.facts import Absence, Origin

from .test_translation import example, expect, phase


def flags(text: str) -> str:
    """A functional test with these arguments, one a line."""
    return "ENV_VARS: {}\nMODEL_ARGS:\n" + "".join(f"  {line}\n" for line in text.splitlines())


def test_the_shipped_example() -> None:
    expect(
        example("megatron-lm/gpt-8b-pretrain.yaml"),
        {
            "run.stage": "pretrain",
            "model.layers": 32,
            "model.ffn_size": 14336,
            "model.gated_mlp": True,
            "model.mlp_bias": False,
            "model.tie_embeddings": False,
            "model.attention.heads": 32,
            "model.attention.kv_heads": 8,
            "model.norm.kind": "rmsnorm",
            "model.rope.theta": 500000,
            "model.learned_positions": 0,
            "model.moe.experts": 0,
            "model.dropout": 0.0,
            "optimizer.family": "adam",
            "optimizer.learning_rate": 3e-4,  # written 3e-4, which YAML 1.1 reads as text
            "optimizer.beta1": 0.9,
            "optimizer.beta2": 0.95,
            "optimizer.eps": 1e-8,
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 2000,
            "schedule.horizon_steps": 120_000,
            "batch.global_batch": 512,
            "batch.sequence_length": 8192,
            "budget.steps": 120_000,
            "parallel.tp": 4,
            "parallel.pp": 2,
            "parallel.zero_stage": 1,
            "parallel.sequence_parallel": True,
            "precision.compute": "bf16",
            "precision.gradient_dtype": "fp32",
            "memory.recompute": "selective",
            "checkpoint.save_interval": 1000,
            "evaluation.interval": 1000,
        },
    )


def test_flags_and_their_defaults() -> None:
    found = phase(flags("--num-layers: 12\n--hidden-size: 512\n--num-attention-heads: 8"))
    expect(
        found,
        {
            "model.layers": 12,
            "model.ffn_size": 2048,
            "model.dropout": 0.1,
            "model.attention.dropout": 0.1,
            "model.norm.kind": "layernorm",
            "model.attention.kv_heads": 8,
            "optimizer.beta2": 0.999,
            "optimizer.weight_decay": 0.01,
            "parallel.zero_stage": 0,
        },
    )
    assert found.facts["model.layers"].key == "MODEL_ARGS.--num-layers"
    assert found.facts["model.dropout"].origin is Origin.DEFAULT


def test_swiglu_takes_two_thirds() -> None:
    found = phase(flags("--hidden-size: 4096\n--swiglu: true"))
    expect(found, {"model.ffn_size": 10880, "model.gated_mlp": True})


def test_samples_become_steps() -> None:
    found = phase(
        flags(
            "--global-batch-size: 256\n--train-samples: 2560000\n--lr-decay-samples: 2304000\n"
            "--lr-warmup-samples: 25600"
        )
    )
    expect(
        found,
        {
            "budget.steps": 10_000,
            "schedule.horizon_steps": 9_000,
            "schedule.warmup_steps": 100,
        },
    )


def test_a_warmup_fraction_is_of_the_decay() -> None:
    found = phase(flags("--train-iters: 1000\n--lr-decay-iters: 500\n--lr-warmup-fraction: .01"))
    expect(found, {"schedule.warmup_steps": 5.0, "schedule.horizon_steps": 500})


def test_warmup_stable_decay() -> None:
    found = phase(
        flags(
            "--train-iters: 1000\n--lr-decay-style: WSD\n--lr-wsd-decay-iters: 200\n"
            "--lr-wsd-decay-style: minus_sqrt"
        )
    )
    expect(
        found,
        {
            "schedule.kind": "wsd",
            "schedule.decay_steps": 200,
            "schedule.decay_start": 800,
            "schedule.decay_shape": "1-sqrt",
        },
    )


def test_experts_without_balancing() -> None:
    found = phase(flags("--num-experts: 8\n--hidden-size: 512\n--moe-layer-freq: ([0]*1+[1]*11)"))
    expect(
        found,
        {
            "model.moe.top_k": 2,
            "model.moe.aux_loss_coefficient": 0.0,
            "model.moe.aux_loss_active": True,
            "model.moe.bias_update_rate": 0.0,
            "model.moe.first_dense_layers": 1,
            "model.moe.expert_ffn_size": 2048,
        },
    )


def test_latent_attention() -> None:
    found = phase(
        flags("--multi-latent-attention: true\n--q-lora-rank: 1536\n--qk-layernorm: true")
    )
    expect(
        found,
        {
            "model.attention.kind": "mla",
            "model.attention.q_lora_rank": 1536,
            "model.attention.kv_lora_rank": 512,
            "model.norm.qk_norm": "latent",
        },
    )


@pytest.mark.parametrize(
    ("lines", "stage"),
    [
        ("--use-distributed-optimizer: true", 1),
        (
            "--use-megatron-fsdp: true\n--data-parallel-sharding-strategy: optim_grads_params",
            3,
        ),
        ("--use-torch-fsdp2: true", 3),
    ],
)
def test_sharding(lines: str, stage: int) -> None:
    expect(phase(flags(lines)), {"parallel.zero_stage": stage})


def test_virtual_stages_follow_from_the_layers_of_each() -> None:
    found = phase(
        flags(
            "--num-layers: 24\n--pipeline-model-parallel-size: 4\n"
            "--num-layers-per-virtual-pipeline-stage: 2"
        )
    )
    expect(found, {"parallel.vpp": 3})


def test_what_the_environment_fills_in_is_elsewhere() -> None:
    found = phase(flags("--tokenizer-model: ${TOKENIZER}"))
    assert found.missing["data.tokenizer"].absence is Absence.ELSEWHERE


def test_a_test_stops_on_purpose() -> None:
    found = phase(flags("--train-iters: 50") + "TEST_TYPE: regular\n")
    expect(found, {"schedule.truncated": True})


def test_the_nested_file() -> None:
    found = phase(
        "language_model: {num_layers: 24, hidden_size: 1024}\n"
        "model_parallel: {tensor_model_parallel_size: 2}\nmicro_batch_size: 2\nlr: 0.0003\n"
    )
    expect(found, {"model.layers": 24, "parallel.tp": 2, "optimizer.learning_rate": 3e-4})
