"""open-instruct: files that its parser hands on without converting anything."""

from __future__ import annotations

import pytest

from recipelint.recipe.facts import Absence, Phase
from tests.dialects.test_translation import example, expect, phase

START = "model_name_or_path: a/b\nuse_slow_tokenizer: false\nmax_seq_length: 2048\n"


def recipe(text: str = "", name: str = "recipe.yaml") -> Phase:
    """The phase of a recipe that says this, beside what every recipe says."""
    return phase(START + text, name)


def test_a_recipe() -> None:
    expect(
        example("open-instruct/llama-3.1-8b-sft.yaml"),
        {
            "run.stage": "sft",  # from the file's name
            "run.seed": 8,
            "run.output": "output/llama3.1-8b-sft",
            "model.name": "meta-llama/Llama-3.1-8B",
            "model.attention.implementation": "flash_attention_2",
            "optimizer.name": "adamw",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 5e-6,
            "optimizer.weight_decay": 0.0,
            "optimizer.eight_bit": False,
            "schedule.kind": "linear",
            "schedule.warmup_ratio": 0.03,
            "batch.micro_batch": 1,
            "batch.gradient_accumulation": 2,
            "batch.sequence_length": 4096,
            "budget.epochs": 2,
            "data.packing": False,
            "data.tokenizer": "meta-llama/Llama-3.1-8B",
            "data.sources.name": ("allenai/tulu-3-sft-mixture", "allenai/coconot"),
            "data.sources.weight": (1.0, 0.5),
            "memory.recompute": "full",
            "adapter.kind": "none",
            "checkpoint.save_interval": 500,
            "checkpoint.keep": 2,
        },
    )


def test_an_exponent_without_a_dot_stays_a_text() -> None:
    found = recipe("learning_rate: 6e-06\n")
    assert found.value("optimizer.learning_rate") is None
    expect(recipe("learning_rate: 6.0e-06\n"), {"optimizer.learning_rate": 6e-6})


def test_gradients_are_not_clipped_by_the_script() -> None:
    assert recipe().missing["optimizer.grad_clip"].absence is Absence.ELSEWHERE
    assert recipe("clip_grad_norm: -1\n").value("optimizer.grad_clip") is None
    expect(recipe("clip_grad_norm: 1.0\n"), {"optimizer.grad_clip": 1.0})


@pytest.mark.parametrize(("name", "loss"), [("dpo", "sigmoid"), ("dpo_norm", "dpo_norm")])
def test_preference_tuning(name: str, loss: str) -> None:
    expect(
        recipe(f"loss_type: {name}\nbeta: 5\nnum_epochs: 1\n"),
        {
            "run.stage": "preference",
            "preference.loss": loss,
            "preference.beta": 5,
            "budget.epochs": 1,
        },
    )


def test_no_default_is_taken_for_beta_which_changed_between_versions() -> None:
    assert recipe(name="configs/dpo/a.yaml").value("preference.beta") is None


def test_four_bits_alone_add_no_adapter() -> None:
    expect(recipe("use_qlora: true\n"), {"adapter.kind": "none", "quantization.bits": 4})
    both = recipe("use_qlora: true\nuse_lora: true\nlora_rank: 32\n")
    expect(both, {"adapter.kind": "qlora", "adapter.rank": 32, "adapter.alpha": 16})


def test_counts_of_samples_are_no_weights() -> None:
    counts = recipe("dataset_mixer:\n  a/x: 5000\n  a/y: 1.0\n")
    expect(counts, {"data.sources.name": ("a/x", "a/y"), "data.sources.weight": None})
    shares = recipe("dataset_mixer:\n  a/x: 0.5\n  a/y: 1.0\n")
    expect(shares, {"data.sources.weight": (0.5, 1.0)})


def test_the_balancing_loss_counts_where_it_is_switched_on() -> None:
    on = recipe("load_balancing_loss: true\nload_balancing_weight: 0.01\n")
    expect(on, {"model.moe.aux_loss_coefficient": 0.01, "model.moe.aux_loss_active": True})
    expect(recipe("load_balancing_weight: 0.01\n"), {"model.moe.aux_loss_coefficient": None})


def test_checkpoints_by_epoch_have_no_interval_in_steps() -> None:
    expect(recipe("checkpointing_steps: epoch\n"), {"checkpoint.save_interval": None})
    expect(recipe("checkpointing_steps: '1000'\n"), {"checkpoint.save_interval": 1000})
