"""verl: Hydra configurations over its own, of reinforcement learning and of tuning."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from recipelint.recipe.facts import Absence, Origin, Phase
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

START = "defaults: [{parent}, _self_]\nactor_rollout_ref:\n"


def recipe(text: str = "  actor: {}\n", parent: str = "ppo_trainer") -> Phase:
    """The phase of a configuration that says this of `actor_rollout_ref`."""
    return phase(START.format(parent=parent) + text)


def test_a_recipe() -> None:
    expect(
        example("verl/qwen-2.5-7b-grpo.yaml"),
        {
            "run.stage": "rl",
            "run.name": "qwen2.5-7b-grpo",
            "run.output": "checkpoints/math/qwen2.5-7b-grpo",
            "run.seed": 1,
            "model.name": "Qwen/Qwen2.5-7B",
            "rl.algorithm": "grpo",
            "rl.group_size": 8,
            "rl.generation_batch": 2048,
            "rl.kl_coefficient": 0.001,
            "rl.clip_low": 0.2,
            "rl.clip_high": 0.28,
            "rl.max_prompt": 1024,
            "rl.max_completion": 3072,
            "rl.temperature": 1.0,
            "optimizer.family": "adam",
            "optimizer.learning_rate": 1e-6,
            "optimizer.beta1": 0.9,  # verl's default
            "optimizer.weight_decay": 0.01,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "constant",
            "schedule.warmup_steps": 10,
            "batch.micro_batch": 8,
            "batch.global_batch": 2048,
            "batch.sequence_length": 4096,
            "budget.steps": 400,
            "parallel.backend": "fsdp2",
            "parallel.zero_stage": 3,
            "parallel.world_size": 8,
            "precision.compute": "bf16",
            "precision.master_dtype": "fp32",
            "memory.recompute": "full",
            "checkpoint.save_interval": 50,
            "evaluation.interval": 20,
        },
    )


def test_nothing_is_saved_or_evaluated_by_default() -> None:
    expect(recipe(), {"checkpoint.save_interval": 0, "evaluation.enabled": False})


def test_one_answer_a_prompt_is_the_default() -> None:
    expect(recipe(), {"rl.group_size": 1, "batch.global_batch": 256})


def test_steps_of_the_warmup_go_before_its_share() -> None:
    found = recipe("  actor: {optim: {lr_warmup_steps: 5, lr_warmup_steps_ratio: 0.1}}\n")
    expect(found, {"schedule.warmup_steps": 5, "schedule.warmup_ratio": None})
    unset = recipe("  actor: {optim: {lr_warmup_steps: -1, lr_warmup_steps_ratio: 0.1}}\n")
    expect(unset, {"schedule.warmup_steps": None, "schedule.warmup_ratio": 0.1})


def test_the_kl_term_in_the_loss_in_the_reward_or_nowhere() -> None:
    expect(recipe(), {"rl.kl_coefficient": 0.0})
    expect(recipe("  actor: {use_kl_loss: true}\n"), {"rl.kl_coefficient": 0.001})
    reward = recipe("  actor: {}\nalgorithm: {use_kl_in_reward: true, kl_ctrl: {kl_coef: 0.01}}\n")
    expect(reward, {"rl.kl_coefficient": 0.01})


def test_one_clip_for_both_sides() -> None:
    expect(recipe("  actor: {clip_ratio: 0.3}\n"), {"rl.clip_low": 0.3, "rl.clip_high": 0.3})


def test_megatron() -> None:
    found = recipe(
        "  actor: {megatron: {tensor_model_parallel_size: 4, expert_model_parallel_size: 8}}\n",
        "ppo_megatron_trainer",
    )
    expect(found, {"parallel.backend": "megatron", "parallel.tp": 4, "parallel.ep": 8})


def test_a_parent_in_the_project_is_laid_under(tmp_path: Path) -> None:
    (tmp_path / "actor").mkdir()
    (tmp_path / "base.yaml").write_text(
        "defaults: [{actor@actor_rollout_ref.actor: small}, _self_]\n"
        "actor_rollout_ref: {rollout: {n: 4}}\ndata: {train_batch_size: 32}\n"
    )
    (tmp_path / "actor/small.yaml").write_text("ppo_mini_batch_size: 16\noptim: {lr: 3e-6}\n")
    found = phase(START.format(parent="base") + "  rollout: {n: 8}\n", folder=tmp_path)
    expect(
        found,
        {
            "rl.group_size": 8,
            "rl.generation_batch": 256,
            "batch.global_batch": 128,
            "optimizer.learning_rate": 3e-6,
        },
    )
    assert str(found.facts["optimizer.learning_rate"].path).endswith("actor/small.yaml")


def test_of_a_parent_that_is_not_found_nothing_is_known() -> None:
    found = recipe(parent="our_base")
    assert found.value("optimizer.learning_rate") is None
    assert found.missing["optimizer.learning_rate"].absence is Absence.ELSEWHERE


def test_verls_own_parents_give_its_defaults() -> None:
    fact = recipe().facts["optimizer.learning_rate"]
    assert (fact.value, fact.origin) == (1e-6, Origin.DEFAULT)


def test_a_selection_with_a_default() -> None:
    text = "  rollout: {n: '${oc.select:data.answers,4}'}\n"
    expect(recipe(text), {"rl.group_size": 4})
    expect(recipe(text + "data: {answers: 16}\n"), {"rl.group_size": 16})


def test_tuning() -> None:
    found = phase(
        "defaults: [{optim: fsdp}, _self_]\n"
        "data: {train_batch_size: 64, micro_batch_size_per_gpu: 2, max_length: 2048}\n"
        "model: {partial_pretrain: a/b, lora_rank: 32, lora_alpha: 16, strategy: fsdp2}\n"
        "optim: {lr: 1e-5, betas: [0.9, 0.95], lr_warmup_steps_ratio: 0.1, lr_scheduler: cosine}\n"
        "trainer: {total_epochs: 4, nnodes: 1, n_gpus_per_node: 8, save_freq: 100}\n"
    )
    expect(
        found,
        {
            "run.stage": "sft",
            "batch.global_batch": 64,
            "batch.micro_batch": 2,
            "batch.sequence_length": 2048,
            "optimizer.learning_rate": 1e-5,
            "optimizer.beta2": 0.95,
            "schedule.kind": "cosine",
            "schedule.warmup_ratio": 0.1,
            "adapter.kind": "lora",
            "adapter.rank": 32,
            "parallel.backend": "fsdp2",
            "parallel.world_size": 8,
            "checkpoint.save_interval": 100,
            "budget.epochs": 4,
        },
    )


PATHS = {
    "model.name": "actor_rollout_ref.model.path",
    "optimizer.learning_rate": "actor_rollout_ref.actor.optim.lr",
    "optimizer.weight_decay": "actor_rollout_ref.actor.optim.weight_decay",
    "optimizer.beta1": "actor_rollout_ref.actor.optim.betas.0",
    "optimizer.beta2": "actor_rollout_ref.actor.optim.betas.1",
    "optimizer.grad_clip": "actor_rollout_ref.actor.optim.clip_grad",
    "schedule.kind": "actor_rollout_ref.actor.optim.lr_scheduler_type",
    "rl.algorithm": "algorithm.adv_estimator",
    "rl.group_size": "actor_rollout_ref.rollout.n",
    "rl.temperature": "actor_rollout_ref.rollout.temperature",
    "rl.clip_low": "actor_rollout_ref.actor.clip_ratio_low",
    "rl.clip_high": "actor_rollout_ref.actor.clip_ratio_high",
    "rl.max_prompt": "data.max_prompt_length",
    "rl.max_completion": "data.max_response_length",
    "batch.micro_batch": "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu",
    "parallel.backend": "actor_rollout_ref.actor.strategy",
    "parallel.cp": "actor_rollout_ref.actor.ulysses_sequence_parallel_size",
    "memory.offload_parameters": "actor_rollout_ref.actor.fsdp_config.param_offload",
    "memory.offload_optimizer": "actor_rollout_ref.actor.fsdp_config.optimizer_offload",
    "cluster.nodes": "trainer.nnodes",
    "cluster.gpus_per_node": "trainer.n_gpus_per_node",
    "run.output": "trainer.default_local_dir",
}


@pytest.mark.parametrize("bare", [False, True])
def test_against_hydras_own_composition(bare: bool, tmp_path: Path) -> None:
    """Hydra puts the recipe together with verl's files; stated facts and defaults agree."""
    hydra: Any = pytest.importorskip("hydra")
    if importlib.util.find_spec("verl") is None:
        pytest.skip("verl is not installed")
    source = EXAMPLES / "verl/qwen-2.5-7b-grpo.yaml"
    text = source.read_text() if not bare else START.format(parent="ppo_trainer") + "  actor: {}\n"
    folder = Path(str(importlib.util.find_spec("verl").origin)).parent / "trainer/config"  # type: ignore[union-attr]
    (tmp_path / "run.yaml").write_text(
        text.replace("pkg://verl.trainer.config", f"file://{folder}")
    )
    if bare:
        (tmp_path / "run.yaml").write_text(f"hydra: {{searchpath: ['file://{folder}']}}\n" + text)
    with hydra.initialize_config_dir(str(tmp_path), version_base=None):
        composed = hydra.compose("run")
    found = phase(text)
    omegaconf: Any = pytest.importorskip("omegaconf")
    whole = {
        fact: omegaconf.OmegaConf.select(composed, _listed(path)) for fact, path in PATHS.items()
    }
    known = {fact: value for fact, value in whole.items() if found.value(fact) is not None}
    assert len(known) >= 18
    expect(found, known)


def _listed(path: str) -> str:
    """`betas.0` as OmegaConf spells it."""
    head, _, last = path.rpartition(".")
    return f"{head}[{last}]" if last.isdigit() else path
