"""The key tables of GPT-NeoX, Megatron and NeMo: well formed, and true on keys one can look up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recipelint.dialects.schema import Section, load

DATA = Path(__file__).parents[2] / "src/recipelint/dialects/schemas"
DIALECTS = ("gpt-neox", "megatron-bridge", "megatron-lm", "nemo", "nemo-automodel", "nemo-rl")


def section(dialect: str, name: str = "") -> Section:
    """A section of a dialect's table."""
    schema = load(dialect)
    assert schema is not None
    found = schema.section([name])
    assert found is not None
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sections_that_keys_name_exist_and_are_reached(dialect: str) -> None:
    data: dict[str, Any] = json.loads((DATA / f"{dialect}.json").read_text(encoding="utf-8"))
    named = {
        below
        for body in data["sections"].values()
        for facts in body["keys"].values()
        for below in (*facts.get("section", []), *facts.get("items", []))
    }
    callables = {
        name
        for name, body in data["sections"].items()
        if "_target_" in body["keys"] and "." in name
    }
    assert named | {""} == set(data["sections"]) - callables


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_key_that_is_gone_names_a_release_that_was_read(dialect: str) -> None:
    data: dict[str, Any] = json.loads((DATA / f"{dialect}.json").read_text(encoding="utf-8"))
    read = {f"{s['package']} {v}" for s in data["sources"] for v in s["versions"]}
    marks = {
        facts[mark]
        for body in data["sections"].values()
        for facts in body["keys"].values()
        for mark in ("first", "last")
        if mark in facts
    }
    assert marks <= read


def test_gpt_neox_takes_dashes_for_underscores_and_remembers_old_names() -> None:
    keys = section("gpt-neox").keys
    assert keys["num-layers"] is keys["num_layers"]
    assert keys["save-interval"]["replaced_by"] == "checkpoint_factor"
    assert "rotary" in keys["pos_emb"]["choices"]
    assert section("gpt-neox").extra == "forbid"


def test_megatron_lm_has_each_argument_in_both_spellings() -> None:
    flags, names = section("megatron-lm", "MODEL_ARGS").keys, section("megatron-lm", "ARGS").keys
    for name in ("lr", "micro-batch-size", "num-experts", "use-distributed-optimizer"):
        assert f"--{name}" in flags
        assert name.replace("-", "_") in names
    assert flags["--bf16"]["type"] == ["bool"]
    assert len(flags) > 700


def test_megatron_bridge_knows_what_the_optimizer_inherits() -> None:
    keys = section("megatron-bridge", "OptimizerConfig").keys
    assert {"lr", "min_lr", "adam_eps", "clip_grad"} <= set(keys)
    assert "finetune_lr" not in keys


def test_nemo_knows_the_trainers_of_several_lightnings() -> None:
    keys = section("nemo", "Trainer").keys
    assert "last" in keys["replace_sampler_ddp"]
    assert "first" in keys["use_distributed_sampler"]
    assert section("nemo", "CallbackParams").extra == "forbid"


def test_nemo_automodel_refuses_what_is_no_field() -> None:
    steps = section("nemo-automodel", "step_scheduler")
    assert steps.extra == "forbid"
    assert {"local_batch_size", "ckpt_every_steps", "grad_acc_steps"} <= set(steps.keys)


def test_nemo_rl_remembers_the_old_lengths() -> None:
    assert section("nemo-rl", "sft").keys["num_steps"]["replaced_by"] == "max_num_steps"
    assert section("nemo-rl", "sft").extra == "open"
