"""prime-rl: reinforcement learning and SFT, each with a table layout of its own."""

from __future__ import annotations

import pytest

from recipelint.dialects import recognise
from recipelint.document import parse
from recipelint.recipe.facts import Phase
from tests.dialects.test_translation import example, expect, phase

EXAMPLE = "prime-rl/qwen3-4b-math.toml"
SFT = """
max_steps = 100
[model]
name = "Qwen/Qwen3-0.6B"
[data]
name = "org/set"
seq_len = 4096
batch_size = 32
[optim]
lr = 2e-5
"""
RL = """
max_steps = 10
[model]
name = "Qwen/Qwen3-0.6B"
[orchestrator]
batch_size = 128
"""


def prime(text: str) -> Phase:
    """The phase of a run."""
    return phase(text, "run.toml")


def test_a_run_of_reinforcement_learning() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "rl",
            "model.name": "Qwen/Qwen3-4B-Instruct-2507",
            "optimizer.name": "adamw",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 1e-6,
            "optimizer.weight_decay": 0.0,
            "optimizer.beta1": 0.9,
            "optimizer.beta2": 0.999,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "wsd",  # what prime-rl calls linear
            "schedule.warmup_steps": 10,
            "schedule.decay_steps": 100,
            "schedule.decay_shape": "linear",
            "schedule.min_learning_rate": 0.0,
            "rl.algorithm": "grpo",
            "rl.group_size": 16,
            "rl.generation_batch": 512,
            "rl.temperature": 1.0,
            "rl.max_completion": 6144,
            "batch.global_batch": 512,
            "batch.sequence_length": 8192,
            "budget.steps": 400,
            "parallel.world_size": 4,
            "parallel.dp": 4,
            "parallel.zero_stage": 3,
            "precision.compute": "bf16",
            "precision.master_dtype": "fp32",
            "memory.recompute": "full",
            "model.attention.implementation": "flash_attention_3",
            "checkpoint.save_interval": 50,
            "checkpoint.keep": 2,
            "evaluation.enabled": True,
            "evaluation.interval": 20,
            "adapter.kind": "none",
            "data.sources.weight": (0.7, 0.3),
            "data.weights_normalized": True,
        },
    )


def test_fine_tuning() -> None:
    expect(
        prime(SFT),
        {
            "run.stage": "sft",
            "batch.global_batch": 32,
            "batch.micro_batch": 1,
            "batch.sequence_length": 4096,
            "budget.steps": 100,
            "optimizer.learning_rate": 2e-5,
            "schedule.kind": "constant",
            "schedule.warmup_steps": 0,
            "data.packing": True,
            "evaluation.enabled": False,
        },
    )


def test_without_a_table_of_checkpoints_nothing_is_saved() -> None:
    expect(prime(SFT), {"checkpoint.save_interval": 0, "checkpoint.save_final": False})
    saved = prime(SFT + "[ckpt]\n")
    expect(saved, {"checkpoint.save_interval": None, "checkpoint.save_final": True})


def test_a_group_of_one_is_the_default() -> None:
    expect(prime(RL), {"rl.group_size": 1, "rl.algorithm": "grpo"})


def test_the_old_name_of_the_group() -> None:
    assert prime(RL + "rollouts_per_example = 8\n").value("rl.group_size") == 8


def test_the_text_none_switches_clipping_off() -> None:
    assert prime(SFT + 'max_norm = "None"\n').value("optimizer.grad_clip") == 0.0


def test_a_trainers_own_length_wins_over_the_shared_one() -> None:
    text = "seq_len = 2048\n" + RL + "[trainer.model]\nseq_len = 4096\n"
    assert prime(text).value("batch.sequence_length") == 4096


def test_an_adapter_has_defaults() -> None:
    expect(
        prime(RL + "[trainer.model.lora]\n"),
        {"adapter.kind": "lora", "adapter.rank": 16, "adapter.alpha": 32.0},
    )


def test_nodes_that_train_are_not_those_that_generate() -> None:
    text = RL + ("[deployment]\ntype = 'multi_node'\nnum_train_nodes = 4\nnum_infer_nodes = 12\n")
    assert prime(text).value("parallel.world_size") == 32


def test_checkpointing_of_every_second_layer_keeps_part() -> None:
    assert prime(RL + "[trainer.model.ac]\nfreq = 2\n").value("memory.recompute") == "selective"
    offloaded = prime(RL + "[trainer.model.ac_offloading]\n")
    expect(offloaded, {"memory.recompute": "full", "memory.offload_activations": True})


@pytest.mark.parametrize(
    "text",
    [
        "orchestrator: {enabled: true, replicas: 1}\ninference: {enabled: true}\ntrainer: {}\n",
        "model: {name: a}\ndata: {name: b}\nother: 1\nmax_steps: 3\n",
    ],
)
def test_a_chart_for_its_services_is_no_recipe(text: str) -> None:
    assert recognise(parse(text, "values.yaml")) is None
