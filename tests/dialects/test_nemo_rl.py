"""NeMo RL: chains of base files, and two backends of which one is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint.recipe.facts import Absence

from .test_translation import EXAMPLES, example, expect, phase

BASE = (EXAMPLES / "nemo-rl/grpo-base.yaml").read_text()


def over(tmp_path: Path, text: str) -> object:
    """The phase of a file that lies over the shipped base."""
    (tmp_path / "base.yaml").write_text(BASE)
    return phase("defaults: base.yaml\ngrpo: {val_period: 5}\n" + text, folder=tmp_path)


def test_the_shipped_example() -> None:
    found = example("nemo-rl/grpo-qwen2.5-7b-2n8g.yaml")
    expect(
        found,
        {
            "run.stage": "rl",
            "run.seed": 42,
            "rl.algorithm": "grpo",
            "rl.group_size": 16,
            "rl.generation_batch": 512,
            "rl.kl_coefficient": 0.01,
            "rl.clip_low": 0.2,
            "rl.clip_high": 0.2,
            "rl.temperature": 1.0,
            "rl.max_completion": 1536,
            "model.name": "Qwen/Qwen2.5-7B-Instruct",
            "model.layers": 28,  # from the catalogue
            "optimizer.family": "adam",
            "optimizer.learning_rate": 1e-6,
            "optimizer.beta2": 0.999,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "constant",
            "schedule.warmup_steps": 20,
            "batch.global_batch": 512,  # ${mul:…}
            "batch.micro_batch": 1,
            "batch.sequence_length": 2048,
            "budget.steps": 500,
            "parallel.tp": 2,
            "parallel.backend": "fsdp2",
            "parallel.world_size": 16,
            "cluster.gpus_per_node": 8,
            "precision.compute": "bf16",
            "memory.recompute": "full",
            "data.packing": True,
            "checkpoint.save_interval": 25,
        },
    )
    assert str(found.facts["run.seed"].path).endswith("grpo-base.yaml")


def test_null_replaces_the_whole_block(tmp_path: Path) -> None:
    found = over(tmp_path, "policy: {optimizer: null}\n")
    assert found.value("optimizer.learning_rate") is None  # type: ignore[attr-defined]


def test_a_block_may_replace_instead_of_merge(tmp_path: Path) -> None:
    found = over(tmp_path, "loss_fn: {_override_: true, ratio_clip_min: 0.1}\n")
    assert found.value("rl.clip_low") == 0.1  # type: ignore[attr-defined]
    assert found.value("rl.kl_coefficient") is None  # type: ignore[attr-defined]


def test_the_backend_that_is_off_says_nothing(tmp_path: Path) -> None:
    found = over(
        tmp_path,
        "policy:\n  dtensor_cfg: {enabled: false}\n  megatron_cfg:\n    enabled: true\n"
        "    tensor_model_parallel_size: 4\n    optimizer: {lr: 3e-7, optimizer: adam}\n",
    )
    expect(
        found,  # type: ignore[arg-type]
        {
            "parallel.tp": 4,
            "parallel.backend": "megatron",
            "optimizer.learning_rate": 3e-7,
        },
    )


def test_a_base_file_that_is_not_there() -> None:
    found = phase("defaults: missing.yaml\ngrpo: {val_period: 5}\npolicy: {max_grad_norm: 0.5}\n")
    expect(found, {"optimizer.grad_clip": 0.5})
    assert found.missing["batch.global_batch"].absence is Absence.ELSEWHERE


def test_several_optimizer_steps_for_a_step_of_the_algorithm(tmp_path: Path) -> None:
    found = over(tmp_path, "policy: {train_global_batch_size: 64}\n")
    assert found.missing["budget.steps"].absence is Absence.UNKNOWN  # type: ignore[attr-defined]


def test_preference_optimisation() -> None:
    found = phase(
        "dpo: {reference_policy_kl_penalty: 0.05, max_num_steps: 150}\n"
        "policy: {train_global_batch_size: 128, dtensor_cfg: {enabled: true}}\n"
        "cluster: {gpus_per_node: 8, num_nodes: 1}\n"
    )
    expect(
        found,
        {
            "run.stage": "preference",
            "preference.loss": "dpo",
            "preference.beta": 0.05,
            "budget.steps": 150,
            "parallel.world_size": 8,
        },
    )


@pytest.mark.parametrize("section", ["sft", "rm", "distillation", "ppo"])
def test_each_algorithm_is_a_stage(section: str) -> None:
    stages = {"sft": "sft", "rm": "reward", "distillation": "distill", "ppo": "rl"}
    found = phase(f"{section}: {{seed: 1}}\npolicy: {{model_name: a/b}}\ncluster: {{}}\n")
    expect(found, {"run.stage": stages[section], "run.seed": 1})


def test_inheritance_agrees_with_omegaconf() -> None:
    """OmegaConf's own merge and resolution of the two shipped files."""
    omegaconf = pytest.importorskip("omegaconf")
    config = omegaconf.OmegaConf
    config.register_new_resolver("mul", lambda a, b: a * b, replace=True)
    folder = EXAMPLES / "nemo-rl"
    child = config.load(folder / "grpo-qwen2.5-7b-2n8g.yaml")
    del child["defaults"]
    merged = config.to_container(
        config.merge(config.load(folder / "grpo-base.yaml"), child), resolve=True
    )
    policy = merged["policy"]
    expect(
        example("nemo-rl/grpo-qwen2.5-7b-2n8g.yaml"),
        {
            "batch.global_batch": policy["train_global_batch_size"],
            "batch.micro_batch": policy["train_micro_batch_size"],
            "data.tokenizer": policy["tokenizer"]["name"],
            "optimizer.learning_rate": policy["optimizer"]["kwargs"]["lr"],
            "optimizer.weight_decay": policy["optimizer"]["kwargs"]["weight_decay"],
            "parallel.tp": policy["dtensor_cfg"]["tensor_parallel_size"],
            "rl.group_size": merged["grpo"]["num_generations_per_prompt"],
            "cluster.nodes": merged["cluster"]["num_nodes"],
        },
    )
