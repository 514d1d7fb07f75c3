"""TRL, transformers and accelerate, where installed, read the shipped examples as we do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.dialects.test_translation import example

EXAMPLES = Path(__file__).parents[2] / "examples"

TRAINER = {
    "optimizer.learning_rate": "learning_rate",
    "optimizer.beta1": "adam_beta1",
    "optimizer.beta2": "adam_beta2",
    "optimizer.eps": "adam_epsilon",
    "optimizer.weight_decay": "weight_decay",
    "optimizer.grad_clip": "max_grad_norm",
    "schedule.name": "lr_scheduler_type",
    "schedule.warmup_steps": "warmup_steps",
    "batch.micro_batch": "per_device_train_batch_size",
    "batch.gradient_accumulation": "gradient_accumulation_steps",
    "precision.bf16": "bf16",
    "checkpoint.save_interval": "save_steps",
    "run.seed": "seed",
    "run.output": "output_dir",
}
SFT = TRAINER | {
    "batch.sequence_length": "max_length",
    "data.packing": "packing",
    "budget.epochs": "num_train_epochs",
}
GRPO = TRAINER | {
    "rl.group_size": "num_generations",
    "rl.max_completion": "max_completion_length",
    "rl.temperature": "temperature",
    "rl.kl_coefficient": "beta",
    "budget.steps": "max_steps",
}
MODEL = {
    "model.name": "model_name_or_path",
    "model.attention.implementation": "attn_implementation",
}


def parsed(config: str, recipe: str) -> tuple[Any, Any]:
    """What TRL's own parser makes of a file: the trainer's and the model's arguments."""
    trl = pytest.importorskip("trl")
    script = trl.ScriptArguments
    if config == "GRPOConfig":
        script = pytest.importorskip("trl.scripts.grpo").GRPOScriptArguments
    parser = trl.TrlParser((script, getattr(trl, config), trl.ModelConfig))
    arguments = ["--config", str(EXAMPLES / recipe), "--use_cpu", "true", "--bf16", "true"]
    found = parser.parse_args_and_config(
        arguments, return_remaining_strings=True, fail_with_unknown_args=False
    )
    return found[1], found[2]


@pytest.mark.parametrize(
    ("config", "recipe", "keys"),
    [
        ("SFTConfig", "trl/smollm3-3b-sft.yaml", SFT),
        ("GRPOConfig", "trl/qwen-2.5-1.5b-grpo.yaml", GRPO),
    ],
)
def test_trl_reads_the_same_values(
    config: str, recipe: str, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES)
    trainer, model = parsed(config, recipe)
    phase = example(recipe)
    theirs = {fact: getattr(trainer, key) for fact, key in keys.items()}
    theirs |= {fact: getattr(model, key) for fact, key in MODEL.items()}
    theirs["schedule.name"] = getattr(theirs["schedule.name"], "value", theirs["schedule.name"])
    ours = {fact: phase.value(fact) for fact in theirs}
    assert {f: v for f, v in ours.items() if v is not None} == {
        f: v for f, v in theirs.items() if ours[f] is not None
    }
    assert sum(v is not None for v in ours.values()) >= len(theirs) - 2


def test_accelerate_reads_the_same_values() -> None:
    module = pytest.importorskip("accelerate.commands.config.config_args")
    config = module.load_config_from_file(str(EXAMPLES / "accelerate/zero3-8gpu.yaml"))
    phase = example("accelerate/zero3-8gpu.yaml")
    assert phase.value("parallel.world_size") == config.num_processes
    assert phase.value("cluster.nodes") == config.num_machines
    assert phase.value("precision.compute") == str(config.mixed_precision)
    assert str(config.distributed_type).rsplit(".", 1)[-1].lower() == phase.value(
        "parallel.backend"
    )
    assert phase.value("parallel.zero_stage") == config.deepspeed_config["zero_stage"]
    assert phase.value("optimizer.grad_clip") == config.deepspeed_config["gradient_clipping"]
