"""NeMo AutoModel: blocks with a `_target_`, texts that are read as Python literals."""

from __future__ import annotations

import pytest

from recipelint.dialects.nemo_automodel import scalars

from .test_translation import example, expect, phase

BASE = (
    "recipe: TrainFinetuneRecipeForNextTokenPrediction\n"
    "step_scheduler: {local_batch_size: 2, max_steps: 200}\n"
    "model: {pretrained_model_name_or_path: a/b}\n"
    "optimizer: {_target_: torch.optim.Adam, lr: 1e-5}\n"
)


def test_the_shipped_example() -> None:
    expect(
        example("nemo-automodel/qwen2.5-7b-squad-lora.yaml"),
        {
            "run.stage": "sft",
            "run.seed": 1111,
            "run.resume": True,
            "model.name": "Qwen/Qwen2.5-7B",
            "model.layers": 28,  # from the catalogue
            "model.attention.implementation": "flash_attention_2",
            "optimizer.name": "AdamW",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 2e-4,
            "optimizer.beta2": 0.98,
            "optimizer.eps": 1e-8,
            "optimizer.weight_decay": 0.01,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 50,
            "schedule.min_learning_rate": 2e-5,
            "schedule.horizon_steps": 1000,
            "batch.micro_batch": 8,
            "batch.global_batch": 64,
            "batch.sequence_length": 4096,
            "budget.steps": 1000,
            "data.packing": True,
            "parallel.tp": 1,
            "parallel.backend": "fsdp2",
            "parallel.zero_stage": 3,
            "adapter.kind": "lora",
            "adapter.rank": 16,
            "adapter.alpha": 32,
            "checkpoint.save_interval": 200,
            "evaluation.interval": 100,
            "evaluation.enabled": True,
        },
    )


def test_without_a_schedule_the_rate_is_constant() -> None:
    expect(
        phase(BASE),
        {
            "schedule.kind": "constant",
            "optimizer.grad_clip": 1.0,
            "optimizer.weight_decay": 0.0,
            "optimizer.beta2": 0.999,
            "batch.global_batch": 32,
            "adapter.kind": "none",
            "data.packing": False,
        },
    )


def test_a_schedule_fills_itself_in() -> None:
    found = phase(BASE + "lr_scheduler: {lr_decay_style: cosine}\n")
    expect(
        found,
        {
            "schedule.warmup_steps": 20,  # a tenth of 200, at most 1000
            "schedule.min_learning_rate": pytest.approx(1e-7),
            "schedule.horizon_steps": 200,
        },
    )


@pytest.mark.parametrize(("text", "value"), [("none", None), ("None", None), ("True", True)])
def test_words_that_the_loader_evaluates(text: str, value: object) -> None:
    assert scalars(text) is value


def test_four_bits_make_it_qlora() -> None:
    found = phase(BASE + "peft: {dim: 4}\nquantization: {load_in_4bit: true}\n")
    expect(found, {"adapter.kind": "qlora", "adapter.rank": 4, "adapter.alpha": 32})


def test_no_checkpoints() -> None:
    expect(phase(BASE + "checkpoint: {enabled: false}\n"), {"checkpoint.save_interval": 0})


def test_a_model_from_scratch_on_plain_text_is_pretrained() -> None:
    text = BASE.replace("pretrained_model_name_or_path", "_target_: x.from_config, name")
    found = phase(text + "dataset: {_target_: a.megatron_dataset.MegatronPretraining}\n")
    expect(found, {"run.stage": "pretrain"})


def test_a_teacher_makes_it_distillation() -> None:
    expect(phase(BASE + "teacher_model: {pretrained_model_name_or_path: c/d}\n"),
           {"run.stage": "distill"})  # fmt: skip
