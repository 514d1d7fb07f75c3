"""ms-swift: files that become options, with a Megatron back end and recipes for Ray."""

from __future__ import annotations

import pytest

from recipelint.recipe.facts import Absence, Phase
from tests.dialects.test_translation import example, expect, phase

START = "model: a/b\ndataset: [a/c#500]\ntuner_type: {tuner}\n"


def recipe(text: str = "", tuner: str = "lora", name: str = "recipe.yaml") -> Phase:
    """The phase of a recipe that says this, beside what every recipe says."""
    return phase(START.format(tuner=tuner) + text, name)


def test_a_recipe_for_the_trainer() -> None:
    expect(
        example("ms-swift/qwen-2.5-7b-lora-sft.yaml"),
        {
            "run.stage": "sft",  # from the file's name
            "model.name": "Qwen/Qwen2.5-7B-Instruct",
            "model.dtype": "bf16",
            "model.attention.implementation": "flash_attention_2",
            "optimizer.learning_rate": 1e-4,
            "optimizer.beta2": 0.95,  # ms-swift's default, not transformers'
            "optimizer.weight_decay": 0.1,
            "schedule.kind": "cosine",
            "schedule.warmup_ratio": 0.05,
            "batch.micro_batch": 1,
            "batch.gradient_accumulation": 16,
            "batch.sequence_length": 4096,
            "budget.epochs": 2,
            "precision.compute": "bf16",
            "memory.recompute": "full",
            "data.packing": True,
            "data.document_mask": True,
            "data.validation_share": 0.01,
            "data.sources.name": (
                "AI-ModelScope/alpaca-gpt4-data-en#20000",
                "swift/self-cognition#500",
            ),
            "adapter.kind": "lora",
            "adapter.rank": 16,
            "adapter.alpha": 32,
            "adapter.dropout": 0.05,
            "adapter.targets": ("all-linear",),
            "parallel.backend": "deepspeed",
            "parallel.zero_stage": 2,
            "memory.offload_optimizer": False,
            "checkpoint.save_interval": 100,
            "run.seed": 42,
        },
    )


def test_a_recipe_for_megatron_on_ray_reads_the_workers_that_train() -> None:
    expect(
        example("ms-swift/qwen-3-30b-a3b-megatron-grpo.yaml"),
        {
            "run.stage": "rl",
            "rl.algorithm": "grpo",
            "rl.group_size": 8,
            "rl.max_completion": 6144,
            "rl.kl_coefficient": 0.001,
            "rl.clip_low": 0.2,
            "rl.clip_high": 0.28,
            "rl.ratio_level": "token",
            "optimizer.learning_rate": 1e-6,
            "schedule.min_learning_rate": 1e-7,
            "schedule.warmup_ratio": 0.05,
            "batch.micro_batch": 1,
            "batch.global_batch": 128,
            "budget.steps": 300,
            "parallel.backend": "megatron",
            "parallel.world_size": 16,
            "parallel.tp": 2,
            "parallel.ep": 8,
            "parallel.sequence_parallel": True,
            "parallel.zero_stage": 1,  # the distributed optimizer is on by default
            "precision.compute": "bf16",
            "memory.recompute": "selective",
            "model.moe.aux_loss_coefficient": 0.001,
            "adapter.kind": "none",
        },
    )


def test_the_rate_depends_on_the_tuner_where_none_is_given() -> None:
    expect(recipe(), {"optimizer.learning_rate": 1e-4, "adapter.kind": "lora"})
    expect(recipe(tuner="full"), {"optimizer.learning_rate": 1e-5, "adapter.kind": "none"})


def test_accumulation_is_filled_in_from_the_number_of_gpus() -> None:
    assert recipe().missing["batch.gradient_accumulation"].absence is Absence.AUTOMATIC
    expect(recipe("rlhf_type: grpo\n"), {"batch.gradient_accumulation": 1})


@pytest.mark.parametrize(
    ("kind", "beta"), [("dpo", 0.1), ("simpo", 2.0), ("kto", 0.1), ("orpo", 0.1)]
)
def test_beta_depends_on_the_method_where_none_is_given(kind: str, beta: float) -> None:
    found = recipe(f"rlhf_type: {kind}\n")
    expect(found, {"run.stage": "preference", "preference.beta": beta})
    expect(found, {"preference.loss": "sigmoid" if kind == "dpo" else kind})


def test_distillation() -> None:
    expect(
        recipe("rlhf_type: gkd\ngkd_logits_topk: 64\nlmbda: 1\n"),
        {"run.stage": "distill", "distillation.top_k": 64, "distillation.on_policy": True},
    )


def test_texts_become_numbers() -> None:
    expect(recipe("learning_rate: 1e-5\n"), {"optimizer.learning_rate": 1e-5})
    expect(recipe("lora_rank: '64'\n"), {"adapter.rank": 64})


def test_the_command_tells_the_stage_and_not_the_file() -> None:
    assert recipe().missing["run.stage"].absence is Absence.ELSEWHERE
    expect(recipe(name="configs/pt.yaml"), {"run.stage": "midtrain"})


@pytest.mark.parametrize(
    ("preset", "stage", "optimizer", "weights"),
    [
        ("zero1", 1, False, False),
        ("zero2_offload", 2, True, False),
        ("zero3_offload", 3, True, True),
    ],
)
def test_names_of_shipped_deepspeed_files(
    preset: str, stage: int, optimizer: bool, weights: bool
) -> None:
    expect(
        recipe(f"deepspeed: {preset}\n"),
        {
            "parallel.zero_stage": stage,
            "memory.offload_optimizer": optimizer,
            "memory.offload_parameters": weights,
        },
    )


def test_the_tuner_by_its_older_names() -> None:
    found = phase("model: a/b\ndataset: [a/c]\ntrain_type: full\n")
    expect(found, {"adapter.kind": "none"})
