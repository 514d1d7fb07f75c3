"""What the dialects built on Hugging Face's Trainer have in common."""

from __future__ import annotations

import pytest

from recipelint.recipe.facts import Value
from tests.dialects.test_translation import phase

TRL = """\
model_name_or_path: Qwen/Qwen2.5-1.5B
output_dir: out
per_device_train_batch_size: 2
gradient_accumulation_steps: 4
num_train_epochs: 1
learning_rate: 1.0e-6
"""


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("recipes/demo/sft.yaml", "sft"),
        ("recipes/demo/config_dpo.yaml", "preference"),
        ("recipes/sft/then-grpo.yaml", "rl"),
        ("recipes__demo__grpo__config.yaml", "rl"),
    ],
)
def test_the_last_trainer_that_the_path_names_tells_the_stage(name: str, stage: str) -> None:
    assert phase(TRL, name).value("run.stage") == stage


def test_a_trainers_name_within_a_word_tells_nothing() -> None:
    assert phase(TRL, "recipes/softsft/dposed.yaml").value("run.stage") is None


@pytest.mark.parametrize(("name", "group"), [("grpo.yaml", 8), ("rloo.yaml", 2)])
def test_the_group_is_that_of_the_trainer_that_the_path_names(name: str, group: int) -> None:
    found = phase(TRL + "max_completion_length: 512\n", name)
    assert found.value("rl.group_size") == group
    assert found.value("rl.algorithm") == name.removesuffix(".yaml")


@pytest.mark.parametrize(
    ("schedule", "least"), [("cosine_with_min_lr", 1e-7), ("constant_with_warmup", None)]
)
def test_a_constant_schedule_is_built_without_its_arguments(
    schedule: str, least: Value | None
) -> None:
    text = f"{TRL}lr_scheduler_type: {schedule}\nlr_scheduler_kwargs: {{min_lr: 1.0e-7}}\n"
    assert phase(text).value("schedule.min_learning_rate") == least


@pytest.mark.parametrize(
    ("saving", "interval"),
    [
        ("save_strategy: steps\nsave_steps: 200\n", 200),
        ("save_strategy: epoch\nsave_steps: 200\n", None),
        ("save_strategy: 'no'\nsave_steps: 200\n", 0),
        ("save_steps: 0.1\n", None),
    ],
)
def test_the_interval_counts_where_the_strategy_is_steps(saving: str, interval: int | None) -> None:
    assert phase(TRL + saving).value("checkpoint.save_interval") == interval


def test_axolotl_takes_the_arguments_of_the_schedule_as_well() -> None:
    found = phase(
        "base_model: Qwen/Qwen2.5-1.5B\n"
        "datasets: [{path: tatsu-lab/alpaca, type: alpaca}]\n"
        "micro_batch_size: 2\n"
        "learning_rate: 1.0e-5\n"
        "lr_scheduler: cosine_with_min_lr\n"
        "lr_scheduler_kwargs: {min_lr: 1.0e-6}\n"
    )
    assert found.value("schedule.min_learning_rate") == 1e-6
    assert found.value("checkpoint.keep") == 4


def test_an_adapter_that_a_service_trains_is_an_adapter() -> None:
    found = phase(
        "base_model: Qwen/Qwen3-8B\n"
        "plugins: [axolotl.integrations.hatchery.HatcheryPlugin]\n"
        "hatchery: {backend: tinker, lora_rank: 16}\n"
        "datasets: [{path: tatsu-lab/alpaca, type: alpaca}]\n"
        "micro_batch_size: 2\n"
    )
    assert found.value("adapter.kind") == "lora"
    assert found.value("adapter.rank") == 16
