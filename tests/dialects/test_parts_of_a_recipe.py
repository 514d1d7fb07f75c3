"""Facts of launcher and DeepSpeed files that rules hold against the recipe."""

from __future__ import annotations

import json

import pytest

from recipelint import Linter
from recipelint.dialects import get
from recipelint.document import parse
from recipelint.recipe.facts import Origin, Phase
from recipelint.workspace import Workspace

LINTER = Linter()


def phase(dialect: str, text: str, name: str) -> Phase:
    """The only phase of a text in a dialect."""
    recipe = LINTER.translate(parse(text, name), get(dialect), Workspace("."), None)
    assert recipe is not None
    return recipe.phases[0]


def mesh(**sizes: int) -> Phase:
    """An accelerate file for 8 processes with these sizes of its mesh."""
    section = {f"parallelism_config_{k}_size": v for k, v in sizes.items()}
    return phase(
        "accelerate",
        json.dumps({"distributed_type": "FSDP", "num_processes": 8, "parallelism_config": section}),
        "accelerate.json",
    )


def test_replicas_and_shards_are_both_data_parallel() -> None:
    facts = mesh(dp_replicate=2, dp_shard=2, tp=2).facts
    assert facts["parallel.dp"].value == 4
    assert facts["parallel.dp"].origin is Origin.STATED


def test_sizes_that_are_left_out_are_one() -> None:
    found = mesh(dp_shard=8)
    assert [found.value(f"parallel.{n}") for n in ("tp", "pp", "cp")] == [1, 1, 1]


@pytest.mark.parametrize("sizes", [{"tp": 1}, {"dp_shard": 2, "sp": 4}])
def test_a_mesh_that_is_filled_in_later_says_nothing(sizes: dict[str, int]) -> None:
    """All ones: accelerate sets the replicas itself. Sequence parallelism has its own groups."""
    assert "parallel.dp" not in mesh(**sizes).facts


def test_betas_of_a_deepspeed_optimizer_are_two_facts() -> None:
    params = {"lr": 1e-4, "betas": [0.8, 0.99]}
    found = phase(
        "deepspeed",
        json.dumps({"zero_optimization": {"stage": 1}, "optimizer": {"params": params}}),
        "ds.json",
    )
    assert (found.value("optimizer.beta1"), found.value("optimizer.beta2")) == (0.8, 0.99)


@pytest.mark.parametrize(("flag", "dtype"), [("true", "fp32"), ("false", "bf16")])
def test_nanotron_accumulates_in_fp32_or_in_the_models_format(flag: str, dtype: str) -> None:
    text = (
        "model: {dtype: bfloat16}\n"
        "tokens: {micro_batch_size: 1}\n"
        f"optimizer: {{accumulate_grad_in_fp32: {flag}}}\n"
    )
    assert phase("nanotron", text, "config.yaml").value("precision.gradient_dtype") == dtype


@pytest.mark.parametrize("peft", ["true", "false"])
def test_trl_loads_quantised_weights_with_and_without_an_adapter(peft: str) -> None:
    text = f"model_name_or_path: a/b\nload_in_4bit: true\nuse_peft: {peft}\n"
    assert phase("trl", text, "sft.yaml").value("quantization.bits") == 4
