"""llm-foundry: times with units, interpolation, decoupled weight decay, and the run file."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter
from recipelint.recipe.facts import Absence
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

EXAMPLE = "llm-foundry/mpt-1b-c4.yaml"
RUN_FILE = "llm-foundry-mcli/mpt-1b-on-eight-gpus.yaml"
TEXT = (EXAMPLES / EXAMPLE).read_text()
HUB = """
max_seq_len: 4096
model:
  name: hf_causal_lm
  pretrained: true
  pretrained_model_name_or_path: meta-llama/Meta-Llama-3-8B
  peft_config: {peft_type: LORA, r: 16, lora_alpha: 32, lora_dropout: 0.05}
tokenizer: {name: meta-llama/Meta-Llama-3-8B}
train_loader:
  name: finetuning
  dataset: {hf_name: a/b, packing_ratio: auto, max_seq_len: 4096, shuffle: true}
scheduler: {name: linear_decay_with_warmup, t_warmup: 0.05dur}
optimizer: {name: decoupled_lionw, lr: 1e-5, betas: [0.9, 0.99], weight_decay: 0.0}
max_duration: 2
global_train_batch_size: 64
device_train_microbatch_size: auto
"""


def test_a_model_from_scratch() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "pretrain",
            "run.seed": 17,  # through ${variables.global_seed}
            "batch.sequence_length": 2048,
            "model.max_position": 2048,
            "model.layers": 24,
            "model.hidden_size": 2048,
            "model.ffn_size": 8192,
            "model.gated_mlp": False,
            "model.attention.kv_heads": 4,
            "model.rope.theta": 10000,
            "model.learned_positions": 0,
            "model.norm.kind": "layernorm",
            "model.norm.bias": False,
            "model.moe.experts": 0,
            "optimizer.family": "adam",
            "optimizer.learning_rate": 2e-4,
            "optimizer.beta2": 0.95,
            "optimizer.eps": 1e-8,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 1000,
            "schedule.min_ratio": 0.1,
            "batch.global_batch": 256,
            "batch.micro_batch": 8,
            "budget.steps": 50_000,
            "budget.tokens": 26_214_400_000,
            "precision.compute": "bf16",
            "parallel.zero_stage": 3,
            "memory.recompute": "none",
            "checkpoint.save_interval": 2000,
            "evaluation.interval": 1000,
            "adapter.kind": "none",
        },
    )


def test_decoupled_weight_decay_is_what_a_step_takes() -> None:
    """Composer multiplies weights by 1 - 2e-5; AdamW takes lr x 0.1 = 2e-5."""
    fact = example(EXAMPLE).facts["optimizer.weight_decay"]
    assert fact.value == pytest.approx(0.1)


def test_a_model_of_the_hub_with_an_adapter() -> None:
    found = phase(HUB)
    expect(
        found,
        {
            "run.stage": "sft",
            "model.name": "meta-llama/Meta-Llama-3-8B",
            "model.layers": 32,  # from the catalogue
            "adapter.kind": "lora",
            "adapter.rank": 16,
            "adapter.alpha": 32,
            "data.packing": True,
            "optimizer.family": "lion",
            "optimizer.weight_decay": 0.0,
            "schedule.warmup_ratio": 0.05,
            "schedule.min_ratio": 0.0,
            "budget.epochs": 2,  # a duration without a unit counts epochs
            "parallel.backend": "ddp",
            "optimizer.grad_clip": 0.0,
        },
    )
    assert found.missing["batch.micro_batch"].absence is Absence.AUTOMATIC


@pytest.mark.parametrize(
    ("written", "fact", "value"),
    [
        ("63900ba", "budget.steps", 63900),
        ("2ep", "budget.epochs", 2),
        ("1000000tok", "budget.tokens", 1_000_000),
    ],
)
def test_durations(written: str, fact: str, value: float) -> None:
    assert phase(HUB.replace("max_duration: 2", f"max_duration: {written}")).value(fact) == value


def test_experts_have_the_width_of_the_expansion() -> None:
    text = TEXT.replace(
        "  no_bias: true\n",
        "  no_bias: true\n  ffn_config: {ffn_type: mb_dmoe, moe_num_experts: 8, moe_top_k: 2,"
        " moe_loss_weight: 0.01}\n",
    )
    expect(
        phase(text),
        {
            "model.moe.experts": 8,
            "model.moe.top_k": 2,
            "model.moe.aux_loss_coefficient": 0.01,
            "model.moe.expert_ffn_size": 8192,
        },
    )


def test_a_run_file_holds_the_recipe_and_the_machines() -> None:
    expect(
        example(RUN_FILE),
        {
            "parallel.world_size": 8,
            "parallel.dp": None,
            "batch.global_batch": 256,
            "batch.sequence_length": 2048,
            "optimizer.learning_rate": 2e-4,
            "budget.steps": 50_000,
        },
    )


def test_keys_beside_the_configuration_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(TEXT + "global_seed: 17\nexpandeable_segments: true\n", encoding="utf-8")
    found = {(f.rule, f.key) for f in Linter().check_file(str(path)).findings}
    assert found == {("CFG101", "global_seed"), ("CFG101", "expandeable_segments")}
