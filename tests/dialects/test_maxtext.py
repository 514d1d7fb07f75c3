"""MaxText: overlays over `base.yml`, models alone, and axes of a device mesh."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter
from recipelint.recipe.facts import Absence, Origin
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

EXAMPLE = "maxtext/llama-1b-wsd.yml"
TEXT = (EXAMPLES / EXAMPLE).read_text()
BARE = "base_config: base.yml\nsteps: 1000\nper_device_batch_size: 4\n"
EXPERTS = """
base_emb_dim: 2048
base_num_query_heads: 16
base_num_decoder_layers: 27
decoder_block: deepseek
num_experts: 64
num_experts_per_tok: 6
base_moe_mlp_dim: 1408
shared_experts: 2
first_num_dense_layers: 1
attention_type: mla
kv_lora_rank: 512
"""


def test_a_dense_model_with_a_late_decay() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "pretrain",
            "run.name": "llama-1b-wsd",
            "model.layers": 16,
            "model.hidden_size": 2048,
            "model.attention.heads": 16,
            "model.attention.kv_heads": 8,
            "model.attention.head_dim": 128,
            "model.ffn_size": 8192,
            "model.gated_mlp": True,
            "model.activation": "silu",
            "model.tie_embeddings": True,
            "model.rope.theta": 500_000,
            "model.moe.experts": 0,  # one expert is none
            "model.dropout": 0.0,
            "optimizer.family": "adam",
            "optimizer.learning_rate": 4e-4,
            "optimizer.eps": 1e-8,
            "optimizer.weight_decay": 0.1,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "wsd",
            "schedule.warmup_ratio": 0.03,
            "schedule.warmup_steps": 1800,
            "schedule.decay_share": 0.2,
            "schedule.decay_shape": "linear",
            "schedule.min_ratio": 0.0,
            "batch.micro_batch": 4,
            "batch.gradient_accumulation": 2,
            "batch.sequence_length": 4096,
            "budget.steps": 60_000,
            "parallel.tp": 1,
            "parallel.zero_stage": 3,
            "precision.compute": "bf16",
            "precision.master_dtype": "fp32",
            "memory.recompute": "selective",
            "stability.z_loss": 1e-5,
            "checkpoint.save_interval": 1000,
            "checkpoint.keep": 5,
        },
    )


def test_base_yml_fills_in_what_is_absent() -> None:
    found = phase(BARE)
    expect(
        found,
        {
            "model.hidden_size": 2048,
            "model.ffn_size": 7168,
            "optimizer.learning_rate": 3e-5,
            "optimizer.beta2": 0.95,
            "schedule.kind": "cosine",
            "schedule.warmup_ratio": 0.1,
            "batch.sequence_length": 2048,
            "data.packing": True,
        },
    )
    assert found.facts["optimizer.learning_rate"].origin is Origin.DEFAULT


def test_the_parent_of_the_project_comes_before_the_packages(tmp_path: Path) -> None:
    (tmp_path / "base.yml").write_text("learning_rate: 1.e-3\nadam_b2: 0.99\nsteps: 5\n")
    found = phase(BARE, "run.yml", tmp_path)
    expect(found, {"optimizer.learning_rate": 1e-3, "optimizer.beta2": 0.99, "budget.steps": 1000})
    assert str(found.facts["optimizer.beta2"].path).endswith("base.yml")


def test_an_unread_parent_leaves_its_values_open(tmp_path: Path) -> None:
    found = phase(BARE.replace("base.yml", "team/base-large.yml"), "run.yml", tmp_path)
    assert found.missing["optimizer.learning_rate"].absence is Absence.ELSEWHERE
    assert found.value("budget.steps") == 1000


def test_a_named_model_is_in_another_file(tmp_path: Path) -> None:
    unknown = phase(BARE + "model_name: llama9-8b\n")
    assert unknown.missing["model.hidden_size"].absence is Absence.ELSEWHERE
    text = BARE + "model_name: llama3-8b\n"
    found = phase(text)
    expect(found, {"model.name": "meta-llama/Meta-Llama-3-8B", "model.hidden_size": 4096})
    assert found.facts["model.hidden_size"].origin is Origin.CATALOG
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "llama3-8b.yml").write_text("base_emb_dim: 4096\nvocab_size: 128256\n")
    expect(
        phase(text, "run.yml", tmp_path),
        {"model.hidden_size": 4096, "model.vocab_size": 128256},
    )


def test_a_model_alone_has_no_run() -> None:
    found = phase(EXPERTS, "deepseek2-16b.yml")
    expect(
        found,
        {
            "model.moe.experts": 64,
            "model.moe.top_k": 6,
            "model.moe.expert_ffn_size": 1408,
            "model.moe.shared_experts": 2,
            "model.moe.first_dense_layers": 1,
            "model.attention.kind": "mla",
            "model.attention.kv_lora_rank": 512,
        },
    )
    assert "optimizer.learning_rate" not in found.facts
    assert found.missing["model.moe.aux_loss_coefficient"].absence is Absence.ELSEWHERE


def test_the_schedule_may_be_longer_than_the_run() -> None:
    found = phase(BARE + "learning_rate_schedule_steps: 5000\nwarmup_steps_fraction: 0.1\n")
    expect(found, {"schedule.horizon_steps": 5000, "schedule.warmup_steps": 500})


@pytest.mark.parametrize(
    ("line", "fact", "value"),
    [
        ("ici_tensor_parallelism: 4", "parallel.tp", 4),
        ("dcn_pipeline_parallelism: 2", "parallel.pp", 2),
        ("ici_fsdp_parallelism: 1", "parallel.zero_stage", 0),
        ("quantization: fp8_full", "precision.compute", "fp8"),
        ("gradient_clipping_threshold: -1", "optimizer.grad_clip", 0),
        ("enable_checkpointing: false", "checkpoint.save_interval", 0),
        ("use_dpo: true", "run.stage", "preference"),
        ("load_parameters_path: gs://a/b", "run.stage", None),
        ("opt_type: muon", "optimizer.weight_decay", 0.0),
    ],
)
def test_single_keys(line: str, fact: str, value: object) -> None:
    assert phase(BARE + line + "\n").value(fact) == value


def test_a_share_of_a_sequence_is_no_micro_batch() -> None:
    text = BARE.replace("per_device_batch_size: 4", "per_device_batch_size: 0.25")
    assert phase(text).value("batch.micro_batch") is None


def test_unknown_keys_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.yml"
    path.write_text(TEXT + "num_epochs: 1\n", encoding="utf-8")
    found = {(f.rule, f.key) for f in Linter().check_file(str(path)).findings}
    assert found == {("CFG101", "num_epochs")}
