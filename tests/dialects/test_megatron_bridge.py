"""Megatron-Bridge: an override, whose absent keys stand in a recipe in Python."""

from __future__ import annotations

from recipelint.recipe.facts import Absence

from .test_translation import example, expect, phase

BASE = "model: {seq_length: 4096}\ntrain: {train_iters: 10}\noptimizer: {lr: 1e-5}\n"


def test_the_shipped_example() -> None:
    expect(
        example("megatron-bridge/qwen3-8b-finetune-override.yaml"),
        {
            "batch.sequence_length": 4096,
            "batch.global_batch": 128,
            "batch.micro_batch": 1,
            "budget.steps": 1500,
            "parallel.tp": 2,
            "parallel.pp": 1,
            "parallel.cp": 1,
            "parallel.sequence_parallel": True,
            "parallel.backend": "megatron",
            "parallel.zero_stage": 1,
            "memory.recompute": "selective",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 1e-5,
            "optimizer.beta2": 0.95,
            "optimizer.grad_clip": 1.0,
            "optimizer.weight_decay": 0.1,
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 50,
            "schedule.horizon_steps": 1500,
            "schedule.min_learning_rate": 1e-6,
            "precision.compute": "bf16",
            "precision.gradient_dtype": "fp32",
            "evaluation.interval": 100,
            "checkpoint.save_interval": 250,
            "run.seed": 42,
        },
    )


def test_nothing_is_a_default() -> None:
    found = phase(BASE)
    assert found.value("optimizer.grad_clip") is None
    assert found.missing["optimizer.grad_clip"].absence is Absence.ELSEWHERE
    assert found.missing["run.stage"].absence is Absence.ELSEWHERE


def test_an_exponent_without_a_dot_is_a_number() -> None:
    expect(phase(BASE), {"optimizer.learning_rate": 1e-5})


def test_an_interpolation_is_followed() -> None:
    found = phase(
        BASE + "dataset: {seq_length: 2048}\nscheduler: {lr_decay_iters: '${train.train_iters}'}\n"
    )
    expect(found, {"schedule.horizon_steps": 10, "batch.sequence_length": 4096})


def test_a_teacher_makes_it_distillation() -> None:
    found = phase(BASE.replace("4096}", "4096, kd_config: {kd_loss_scale: 1.0}}"))
    expect(found, {"run.stage": "distill"})


def test_an_adapter() -> None:
    found = phase(BASE + "peft: {peft_scheme: lora, dim: 16, alpha: 32}\n")
    expect(found, {"adapter.kind": "lora", "adapter.rank": 16, "adapter.alpha": 32})
