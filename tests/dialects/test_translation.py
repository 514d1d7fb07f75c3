"""What each dialect's file says, in canonical facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recipelint import Linter
from recipelint.dialects import recognise
from recipelint.document import parse
from recipelint.engine.rules import RuleSet
from recipelint.recipe.facts import Absence, Origin, Phase
from recipelint.workspace import Workspace

LINTER = Linter(rules=RuleSet({}))
EXAMPLES = Path(__file__).parents[2] / "examples"


def phase(text: str, name: str = "recipe.yaml", folder: Path | None = None) -> Phase:
    """The only phase of a recipe."""
    document = parse(text, name)
    dialect = recognise(document)
    assert dialect is not None, "not recognised"
    root = folder or Path("/nonexistent")
    recipe = LINTER.translate(document, dialect, Workspace(str(root)), str(root / name))
    assert recipe is not None
    [only] = recipe.phases
    return only


def example(name: str) -> Phase:
    """The only phase of a shipped example."""
    path = EXAMPLES / name
    return phase(path.read_text(), path.name, path.parent)


def expect(found: Phase, facts: dict[str, Any]) -> None:
    """Each of these facts is known and has that value."""
    assert {name: found.value(name) for name in facts} == facts


def test_axolotl_lora() -> None:
    expect(
        example("axolotl/llama-3-8b-qlora.yaml"),
        {
            "run.stage": "sft",
            "model.name": "meta-llama/Meta-Llama-3-8B",
            "model.layers": 32,  # from the catalogue
            "optimizer.family": "adam",
            "optimizer.learning_rate": 2e-4,
            "optimizer.beta1": 0.9,  # transformers' default
            "schedule.kind": "cosine",
            "schedule.warmup_ratio": 0.03,
            "batch.micro_batch": 2,
            "batch.gradient_accumulation": 4,
            "batch.sequence_length": 4096,
            "budget.epochs": 2,
            "data.packing": True,
            "data.validation_share": 0.02,
            "adapter.kind": "qlora",
            "adapter.rank": 32,
            "adapter.alpha": 16,
            "quantization.bits": 4,
            "precision.compute": "bf16",
            "memory.recompute": "full",
            "model.attention.implementation": "flash_attention_2",
            "evaluation.enabled": True,
        },
    )


def test_axolotl_links_the_deepspeed_file_it_names() -> None:
    found = example("axolotl/qwen-2.5-7b-full-zero3.yaml")
    stage = found.facts["parallel.zero_stage"]
    assert (stage.value, stage.path) == (3, "deepspeed/zero3-bf16.json") or str(
        stage.path
    ).endswith("deepspeed/zero3-bf16.json")
    linked = found.linked["deepspeed"]
    assert linked.missing["optimizer.grad_clip"].absence is Absence.AUTOMATIC
    assert linked.value("precision.bf16") is True


def test_a_deepspeed_file_that_is_not_there_is_elsewhere_not_absent() -> None:
    found = phase(
        "base_model: a/b\ndatasets: []\nmicro_batch_size: 1\ndeepspeed: missing/zero3.json\n"
    )
    assert found.linked == {}
    assert found.missing["parallel.zero_stage"].absence is Absence.ELSEWHERE


def test_trl_grpo() -> None:
    expect(
        example("trl/qwen-2.5-1.5b-grpo.yaml"),
        {
            "run.stage": "rl",
            "rl.algorithm": "grpo",
            "rl.group_size": 8,
            "rl.max_completion": 2048,
            "rl.kl_coefficient": 0.0,
            "rl.temperature": 1.0,
            "optimizer.learning_rate": 1e-6,
            "optimizer.eps": 1e-8,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "constant",
            "schedule.warmup_steps": 20,
            "budget.steps": 1000,
            "checkpoint.save_interval": 100,
            "batch.micro_batch": 8,
            "batch.gradient_accumulation": 8,
            "precision.compute": "bf16",
            "model.attention.heads": 12,  # from the catalogue
            "run.seed": 42,
        },
    )


def test_trl_sft() -> None:
    expect(
        example("trl/smollm3-3b-sft.yaml"),
        {
            "run.stage": "sft",
            "batch.sequence_length": 16384,
            "data.packing": True,
            "schedule.kind": "cosine",
            "schedule.min_ratio": 0.1,
            "schedule.min_learning_rate": pytest.approx(2e-6),
            "adapter.kind": "none",
        },
    )


def test_the_stage_of_a_trainer_recipe_is_unknown_where_nothing_tells() -> None:
    found = phase(
        "model_name_or_path: a/b\nlearning_rate: 1.0e-5\noutput_dir: out\n"
        "per_device_train_batch_size: 1\n"
    )
    assert found.value("run.stage") is None
    assert found.missing["run.stage"].absence is Absence.ELSEWHERE


def test_nanotron() -> None:
    found = example("nanotron/llama-1b-wsd.yaml")
    expect(
        found,
        {
            "run.stage": "pretrain",
            "model.family": "llama",
            "model.layers": 16,
            "model.attention.kv_heads": 8,
            "model.tie_embeddings": True,
            "model.rope.theta": 130000.0,
            "optimizer.eps": 1e-8,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "wsd",
            "schedule.decay_share": 0.2,
            "schedule.min_learning_rate": 0.0,
            "parallel.world_size": 64,
            "batch.global_batch": 512,
            "batch.global_tokens": 2_097_152,
            "budget.steps": 50_000,
            "budget.tokens": 104_857_600_000,
            "parallel.zero_stage": 1,
            "precision.compute": "bf16",
            "precision.gradient_dtype": "fp32",
            "data.stage_starts": (1,),
            "data.sources.weight": (0.85, 0.15),
        },
    )
    assert found.facts["batch.global_batch"].origin is Origin.DERIVED


def test_nanotron_fills_the_decay_from_the_warmup_even_when_a_start_is_given() -> None:
    """config.py: decay_steps = train_steps - lr_warmup_steps."""
    text = (EXAMPLES / "nanotron/llama-1b-wsd.yaml").read_text()
    found = phase(text.replace("    lr_decay_steps: 10000\n", ""))
    expect(found, {"schedule.decay_start": 40_000, "schedule.decay_steps": 48_000})


def test_nanotron_without_a_minimum_never_decays() -> None:
    text = (EXAMPLES / "nanotron/llama-1b-wsd.yaml").read_text()
    found = phase(text.replace("    min_decay_lr: 0.0\n", ""))
    fact = found.facts["schedule.min_learning_rate"]
    assert (fact.value, fact.origin) == (5e-4, Origin.DEFAULT)


def test_nanotron_reads_an_exponent_without_a_dot_as_text() -> None:
    text = (EXAMPLES / "nanotron/llama-1b-wsd.yaml").read_text()
    found = phase(text.replace("learning_rate: 5.0e-4", "learning_rate: 5e-4"))
    assert found.value("optimizer.learning_rate") is None


def test_axolotl_turns_the_same_text_into_a_number() -> None:
    found = phase("base_model: a/b\ndatasets: []\nmicro_batch_size: 1\nlearning_rate: 5e-4\n")
    assert found.value("optimizer.learning_rate") == 5e-4


def test_deepspeed() -> None:
    text = """{
      "train_batch_size": 64, "train_micro_batch_size_per_gpu": 4,
      "gradient_accumulation_steps": 2, "gradient_clipping": 1.0,
      "optimizer": {"type": "AdamW", "params": {"lr": 1e-5, "eps": 1e-8, "weight_decay": 0.1}},
      "scheduler": {"type": "WarmupDecayLR", "params": {"warmup_num_steps": 10,
                    "total_num_steps": 100}},
      "fp16": {"enabled": false, "loss_scale": 0}, "bf16": {"enabled": true},
      "zero_optimization": {"stage": 3, "offload_optimizer": {"device": "cpu"},
                            "offload_param": {"device": "none"}}
    }"""
    expect(
        phase(text, "ds.json"),
        {
            "batch.global_batch": 64,
            "batch.micro_batch": 4,
            "batch.gradient_accumulation": 2,
            "parallel.dp": 8,  # 64 / (4 x 2)
            "optimizer.grad_clip": 1.0,
            "optimizer.name": "AdamW",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 1e-5,
            "optimizer.eps": 1e-8,
            "optimizer.weight_decay": 0.1,
            "schedule.kind": "linear",
            "schedule.warmup_steps": 10,
            "schedule.horizon_steps": 100,
            "precision.bf16": True,
            "precision.fp16": False,
            "parallel.zero_stage": 3,
            "memory.offload_optimizer": True,
            "memory.offload_parameters": False,
        },
    )


def test_accelerate() -> None:
    expect(
        example("accelerate/zero3-8gpu.yaml"),
        {
            "parallel.backend": "deepspeed",
            "parallel.zero_stage": 3,
            "parallel.world_size": 8,
            "cluster.nodes": 1,
            "precision.compute": "bf16",
            "optimizer.grad_clip": 1.0,
            "memory.offload_optimizer": False,
        },
    )


def test_hf_config() -> None:
    """What the file leaves out has the class's default (transformers' LlamaConfig)."""
    text = """{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 512,
      "num_hidden_layers": 4, "num_attention_heads": 8, "num_key_value_heads": 2,
      "intermediate_size": 1024, "vocab_size": 1000, "rope_theta": 500000.0,
      "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
                       "original_max_position_embeddings": 2048}}"""
    found = phase(text, "config.json")
    expect(
        found,
        {
            "model.family": "llama",
            "model.layers": 4,
            "model.attention.kv_heads": 2,
            "model.rope.theta": 500000.0,
            "model.rope.scaling": "yarn",
            "model.rope.factor": 4.0,
            "model.rope.original_max_position": 2048,
            "model.tie_embeddings": False,
        },
    )
    assert found.facts["model.layers"].origin is Origin.STATED
    assert found.facts["model.tie_embeddings"].origin is Origin.DEFAULT


def test_hf_config_keeps_the_language_models_numbers_under_text_config() -> None:
    text = """{"model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"],
      "text_config": {"model_type": "gemma3_text", "hidden_size": 2560, "num_hidden_layers": 34,
                      "num_attention_heads": 8, "head_dim": 256, "sliding_window": 1024},
      "vision_config": {"hidden_size": 1152}}"""
    expect(
        phase(text, "config.json"),
        {
            "model.hidden_size": 2560,
            "model.layers": 34,
            "model.attention.heads": 8,
            "model.attention.head_dim": 256,
            "model.attention.window": 1024,
        },
    )


@pytest.mark.parametrize("text", ["${oc.env:LR}", "{{ lr }}", "$LR"])
def test_what_is_filled_in_at_start_is_elsewhere(text: str) -> None:
    found = phase(f"base_model: a/b\ndatasets: []\nmicro_batch_size: 1\nlearning_rate: '{text}'\n")
    assert found.missing["optimizer.learning_rate"].absence is Absence.ELSEWHERE


def test_axolotl_with_frozen_layers_is_neither_full_tuning_nor_an_adapter() -> None:
    """What is trained decides gradients and optimizer states, so their size is unknown."""
    found = phase(
        "base_model: meta-llama/Meta-Llama-3-8B\ndatasets: []\nmicro_batch_size: 1\n"
        "unfrozen_parameters: ['^lm_head.weight$']\n"
    )
    assert found.value("adapter.kind") is None
    assert found.missing["adapter.kind"].absence is Absence.UNKNOWN
