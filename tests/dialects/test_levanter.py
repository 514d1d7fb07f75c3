"""Levanter: shares up to one, policies of number formats, and data in a file of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter
from recipelint.dialects.levanter import policy
from recipelint.recipe.facts import Absence
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

EXAMPLE = "levanter/llama-600m.yaml"
TEXT = (EXAMPLES / EXAMPLE).read_text()
BARE = "model: {type: llama}\ntrainer: {num_train_steps: 1000, train_batch_size: 8}\n"


def test_a_model_from_scratch() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "pretrain",
            "run.seed": 0,
            "run.name": "llama-600m-demo",
            "model.family": "llama",
            "model.layers": 20,
            "model.hidden_size": 1536,
            "model.ffn_size": 4096,
            "model.attention.heads": 12,
            "model.attention.kv_heads": 4,
            "model.tie_embeddings": True,
            "model.rope.theta": 500000,
            "model.rope.scaling": "none",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 6e-4,  # PyYAML reads text, draccus converts it
            "optimizer.eps": 1e-8,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 1000,
            "schedule.min_ratio": 0.1,
            "batch.global_batch": 512,
            "batch.gradient_accumulation": 1,
            "batch.sequence_length": 4096,
            "budget.steps": 50_000,
            "precision.compute": "bf16",
            "precision.master_dtype": "fp32",
            "memory.recompute": "full",
            "stability.z_loss": 1e-5,
            "evaluation.interval": 1000,
            "data.tokenizer": "NousResearch/Llama-2-7b-hf",
            "data.sources.weight": (0.85, 0.15),
        },
    )


def test_the_classes_fill_in_what_is_absent() -> None:
    expect(
        phase(BARE),
        {
            "precision.compute": "fp32",  # the policy is f32 unless set
            "optimizer.learning_rate": 6e-4,
            "optimizer.beta2": 0.95,
            "optimizer.grad_clip": 1.0,
            "schedule.warmup_ratio": 0.01,
            "schedule.warmup_steps": 10,
            "batch.gradient_accumulation": 1,
        },
    )


@pytest.mark.parametrize(
    ("written", "fact", "value"),
    [
        ("1000", "schedule.warmup_steps", 1000),
        ("0.05", "schedule.warmup_ratio", 0.05),
        ("1", "schedule.warmup_ratio", 1),  # all of the run, not one step
    ],
)
def test_a_warmup_up_to_one_is_a_share(written: str, fact: str, value: float) -> None:
    assert phase(BARE + f"optimizer: {{warmup: {written}}}\n").value(fact) == value


def test_a_decay_makes_three_stages() -> None:
    found = phase(BARE + "optimizer: {lr_schedule: linear, decay: 0.2}\n")
    expect(
        found,
        {
            "schedule.kind": "wsd",
            "schedule.decay_share": 0.2,
            "schedule.decay_shape": "linear",
        },
    )


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("f32", {"params": "fp32", "compute": "fp32"}),
        ("p=f32,c=bfloat16", {"params": "fp32", "compute": "bf16"}),
        ("compute=bfloat16,params=float32,output=bfloat16", {"params": "fp32", "compute": "bf16"}),
        ("p=posit8", {}),
    ],
)
def test_policies(written: str, parts: dict[str, str]) -> None:
    assert policy(written) == parts


def test_data_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "web.yaml").write_text("tokenizer: gpt2\ntrain_urls: []\n")
    text = BARE + "data: !include data/web.yaml\n"
    assert phase(text, folder=tmp_path).value("data.tokenizer") == "gpt2"
    elsewhere = phase(BARE + "data: !include data/none.yaml\n", folder=tmp_path)
    assert elsewhere.missing["data.tokenizer"].absence is Absence.ELSEWHERE


def test_a_batch_with_a_schedule_is_a_ramp() -> None:
    text = BARE.replace("train_batch_size: 8", "train_batch_size: [{start: 0, value: 64}]")
    expect(phase(text), {"batch.ramp": True, "batch.global_batch": None})


def test_adapters_and_supervised_data_are_tuning() -> None:
    found = phase(BARE + "lora: {r: 16, alpha: 32.0}\ninitialize_from_hf: a/b\n")
    expect(found, {"run.stage": "sft", "adapter.kind": "lora", "adapter.rank": 16})


def test_keys_in_the_wrong_block_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    text = TEXT.replace("    project: levanter-demo\n", "    project: a\n    keep: []\n")
    path.write_text(text.replace("train_batch_size", "batch_size"), encoding="utf-8")
    found = {(f.rule, f.key) for f in Linter().check_file(str(path)).findings}
    assert {("CFG101", "trainer.batch_size"), ("CFG101", "trainer.tracker.keep")} <= found
