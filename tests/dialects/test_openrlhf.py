"""OpenRLHF: options kept in a file, in the flat names and in those with dots."""

from __future__ import annotations

from recipelint.recipe.facts import Absence
from tests.dialects.test_translation import example, expect, phase


def test_nested_options() -> None:
    expect(
        example("openrlhf/llama-3-8b-ppo.yaml"),
        {
            "run.stage": "rl",
            "run.seed": 42,
            "run.output": "./checkpoint/llama3-8b-rlhf",
            "model.name": "meta-llama/Meta-Llama-3-8B-Instruct",
            "rl.algorithm": "grpo",
            "rl.group_size": 8,
            "rl.generation_batch": 1024,
            "rl.kl_coefficient": 0.001,
            "rl.clip_low": 0.2,
            "rl.ratio_level": "token",
            "rl.temperature": 1.0,
            "rl.max_completion": 2048,
            "optimizer.family": "adam",
            "optimizer.learning_rate": 5e-7,
            "optimizer.beta2": 0.95,
            "optimizer.weight_decay": 0.0,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_ratio": 0.03,
            "schedule.min_ratio": 0.1,
            "batch.global_batch": 1024,
            "batch.micro_batch": 2,
            "batch.sequence_length": 3072,
            "data.packing": True,
            "parallel.backend": "deepspeed",
            "parallel.zero_stage": 3,
            "precision.compute": "bf16",
            "memory.recompute": "full",
            "cluster.nodes": 1,
            "cluster.gpus_per_node": 8,
            "checkpoint.save_interval": 50,
            "adapter.kind": "none",
        },
    )


def test_names_with_dots_say_the_same_as_mappings() -> None:
    found = phase(
        "model.model_name_or_path: a/b\nds.zero_stage: 3\nds.lora.rank: 16\ntrain.batch_size: 64\n"
        "train.micro_batch_size: 4\nadam.lr: 2e-5\ndata.max_len: 4096\nmodel.beta: 0.1\n"
    )
    expect(
        found,
        {
            "run.stage": "preference",
            "preference.beta": 0.1,
            "model.name": "a/b",
            "parallel.zero_stage": 3,
            "adapter.kind": "lora",
            "adapter.rank": 16,
            "adapter.alpha": 16,
            "batch.global_batch": 64,
            "batch.micro_batch": 4,
            "batch.sequence_length": 4096,
            "optimizer.learning_rate": 2e-5,
        },
    )


def test_flat_names_of_older_releases() -> None:
    found = phase(
        "pretrain: a/b\ntrain_batch_size: 128\nmicro_train_batch_size: 8\n"
        "actor_learning_rate: 5e-7\nrollout_batch_size: 256\nn_samples_per_prompt: 4\n"
        "init_kl_coef: 0.01\nzero_stage: 3\n"
        "bf16: true\ngenerate_max_len: 1024\nprompt_max_len: 512\nadvantage_estimator: rloo\n"
    )
    expect(
        found,
        {
            "run.stage": "rl",
            "rl.algorithm": "rloo",
            "rl.generation_batch": 1024,
            "rl.max_prompt": 512,
            "rl.max_completion": 1024,
            "optimizer.learning_rate": 5e-7,
            "optimizer.beta1": 0.9,
            "precision.compute": "bf16",
            "checkpoint.save_interval": 0,  # never, by default
        },
    )


def test_which_program_runs_is_not_in_a_file_of_supervised_tuning() -> None:
    found = phase("pretrain: a/b\nmicro_train_batch_size: 1\nmax_len: 2048\n")
    assert found.missing["run.stage"].absence is Absence.ELSEWHERE
