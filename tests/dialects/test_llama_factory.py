"""LLaMA-Factory: flat recipes of the first generation and those of the second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recipelint.recipe.facts import Absence, Origin, Phase
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

START = "model_name_or_path: a/b\ntemplate: qwen\nstage: {stage}\ndo_train: true\ndataset: d\n"


def recipe(text: str = "", stage: str = "sft") -> Phase:
    """The phase of a recipe that says this, beside what every recipe says."""
    return phase(START.format(stage=stage) + text)


def test_a_recipe_for_lora() -> None:
    expect(
        example("llama-factory/qwen-2.5-7b-lora-sft.yaml"),
        {
            "run.stage": "sft",
            "run.seed": 7,
            "run.output": "saves/qwen2.5-7b/lora/sft",
            "model.name": "Qwen/Qwen2.5-7B",
            "model.attention.implementation": "flash_attention_2",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 1e-4,
            "optimizer.beta2": 0.999,  # transformers' default
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_ratio": 0.03,
            "batch.micro_batch": 2,
            "batch.gradient_accumulation": 8,
            "batch.sequence_length": 4096,
            "budget.epochs": 2.0,
            "precision.compute": "bf16",
            "memory.recompute": "full",  # LLaMA-Factory's default
            "data.packing": True,
            "data.document_mask": True,
            "data.validation_share": 0.01,
            "data.sources.name": ("tulu_mix", "code_feedback"),
            "data.sources.weight": (0.8, 0.2),
            "adapter.kind": "lora",
            "adapter.rank": 32,
            "adapter.alpha": 64,
            "adapter.targets": ("all-linear",),
            "checkpoint.save_interval": 200,
            "checkpoint.keep": 3,
            "evaluation.enabled": True,
            "evaluation.interval": 200,
        },
    )


@pytest.mark.parametrize(
    ("stage", "facts"),
    [
        ("pt", {"run.stage": "midtrain", "data.packing": True, "data.document_mask": False}),
        ("rm", {"run.stage": "reward", "data.packing": False}),
        ("ppo", {"run.stage": "rl", "rl.algorithm": "ppo"}),
        (
            "dpo",
            {"run.stage": "preference", "preference.loss": "sigmoid", "preference.beta": 0.1},
        ),
        ("kto", {"run.stage": "preference", "preference.loss": "kto"}),
    ],
)
def test_each_stage(stage: str, facts: dict[str, Any]) -> None:
    expect(recipe(stage=stage), facts)


def test_training_from_scratch_is_pretraining() -> None:
    expect(recipe("train_from_scratch: true\n", "pt"), {"run.stage": "pretrain"})


def test_lora_is_the_default_and_its_alpha_twice_the_rank() -> None:
    found = recipe("lora_rank: 16\n")
    expect(found, {"adapter.kind": "lora", "adapter.rank": 16, "adapter.alpha": 32})
    assert found.facts["adapter.alpha"].origin is Origin.DEFAULT


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("finetuning_type: full\n", "none"),
        ("finetuning_type: freeze\n", "other"),
        ("finetuning_type: lora\nuse_dora: true\n", "dora"),
        ("finetuning_type: lora\nquantization_bit: 4\n", "qlora"),
    ],
)
def test_ways_of_tuning(text: str, kind: str) -> None:
    expect(recipe(text), {"adapter.kind": kind})


def test_the_trainers_own_switch_for_recomputing_is_not_read() -> None:
    expect(recipe("gradient_checkpointing: false\n"), {"memory.recompute": "full"})
    expect(recipe("disable_gradient_checkpointing: true\n"), {"memory.recompute": "none"})


def test_a_third_of_a_stable_schedule_is_stable() -> None:
    found = recipe("lr_scheduler_type: warmup_stable_decay\nwarmup_ratio: 0.1\n")
    expect(found, {"schedule.kind": "wsd", "schedule.decay_share": pytest.approx(0.6)})
    stated = recipe(
        "lr_scheduler_type: warmup_stable_decay\nlr_scheduler_kwargs: {num_decay_steps: 50}\n"
    )
    expect(stated, {"schedule.decay_steps": 50, "schedule.decay_share": None})


@pytest.mark.parametrize(
    ("text", "name", "family"),
    [
        ("use_muon: true\n", "muon", "muon"),
        ("use_galore: true\n", "galore", "other"),
        ("optim: paged_adamw_8bit\n", "paged_adamw_8bit", "adam"),
    ],
)
def test_optimizers(text: str, name: str, family: str) -> None:
    expect(recipe(text), {"optimizer.name": name, "optimizer.family": family})


def test_precision_is_the_models_where_no_switch_is_set() -> None:
    assert recipe().missing["precision.compute"].absence is Absence.AUTOMATIC
    expect(recipe("pure_bf16: true\n"), {"precision.master_dtype": "bf16"})


def test_numbers_are_read_as_omegaconf_reads_them() -> None:
    expect(recipe("learning_rate: 1e-5\nadam_epsilon: 1e-6\n"), {"optimizer.learning_rate": 1e-5})


def test_a_number_of_held_out_samples_is_no_share() -> None:
    expect(recipe("val_size: 100\n"), {"data.validation_share": None})
    expect(recipe("val_size: 0.1\n"), {"data.validation_share": 0.1})


def test_megatrons_sizes() -> None:
    expect(
        recipe("tensor_model_parallel_size: 2\nexpert_model_parallel_size: 4\n"),
        {"parallel.tp": 2, "parallel.ep": 4, "parallel.backend": "megatron"},
    )


def test_a_file_for_inference_states_the_model_alone() -> None:
    found = phase("model_name_or_path: a/b\ntemplate: qwen\ninfer_backend: vllm\n")
    assert set(found.facts) == {"model.name"}


def test_the_second_generation() -> None:
    expect(
        example("llama-factory/qwen-3-4b-full-v1.yaml"),
        {
            "model.name": "Qwen/Qwen3-4B",
            "model.attention.implementation": "flash_attention_2",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 1e-5,
            "optimizer.weight_decay": 0.1,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 50,
            "batch.micro_batch": 2,
            "batch.global_batch": 64,
            "batch.sequence_length": 4096,
            "budget.steps": 2000,
            "precision.compute": "bf16",
            "precision.bf16": True,
            "memory.recompute": "full",
            "parallel.backend": "fsdp2",
            "data.packing": True,
            "data.document_mask": True,
            "adapter.kind": "none",
            "checkpoint.save_interval": 500,
            "checkpoint.keep": 2,
            "run.seed": 42,
        },
    )


def test_an_adapter_of_the_second_generation() -> None:
    found = phase(
        "model: a/b\ntrain_dataset: d.yaml\n"
        "peft_config: {name: lora, r: 16, lora_alpha: 32, target_modules: all}\n"
    )
    expect(found, {"adapter.kind": "lora", "adapter.rank": 16, "adapter.targets": ("all-linear",)})


FIELDS = {
    "optimizer.learning_rate": "learning_rate",
    "optimizer.beta1": "adam_beta1",
    "optimizer.beta2": "adam_beta2",
    "optimizer.eps": "adam_epsilon",
    "optimizer.weight_decay": "weight_decay",
    "optimizer.grad_clip": "max_grad_norm",
    "batch.micro_batch": "per_device_train_batch_size",
    "batch.gradient_accumulation": "gradient_accumulation_steps",
    "batch.sequence_length": "cutoff_len",
    "budget.epochs": "num_train_epochs",
    "adapter.rank": "lora_rank",
    "adapter.alpha": "lora_alpha",
    "adapter.dropout": "lora_dropout",
    "checkpoint.save_interval": "save_steps",
    "run.seed": "seed",
    "schedule.warmup_ratio": "warmup_ratio",
}


@pytest.mark.parametrize("name", ["llama-factory/qwen-2.5-7b-lora-sft.yaml", "bare"])
def test_against_the_frameworks_own_parse(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`HfArgumentParser` fills LLaMA-Factory's dataclasses; stated facts and defaults agree."""
    omegaconf = pytest.importorskip("omegaconf")
    transformers = pytest.importorskip("transformers")
    monkeypatch.setenv("DISABLE_VERSION_CHECK", "1")
    hparams = pytest.importorskip("llamafactory.hparams", exc_type=ImportError)
    text = (EXAMPLES / name).read_text() if name != "bare" else START.format(stage="sft")
    found = phase(text)
    values = omegaconf.OmegaConf.to_container(omegaconf.OmegaConf.create(text))
    classes = (
        hparams.ModelArguments,
        hparams.DataArguments,
        hparams.TrainingArguments,
        hparams.FinetuningArguments,
    )
    values |= {"output_dir": str(tmp_path), "bf16": False}  # there is no GPU here
    parsed = transformers.HfArgumentParser(classes).parse_dict(values)
    merged = {key: value for part in parsed for key, value in vars(part).items()}
    merged["cutoff_len"] += bool(merged["packing"])  # it takes one off when it packs
    stated = {fact: merged[key] for fact, key in FIELDS.items() if found.value(fact) is not None}
    assert len(stated) >= 14
    expect(found, stated)
