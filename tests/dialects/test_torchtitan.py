"""torchtitan: TOML of three layouts, and the schedule against torchtitan's own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from recipelint.recipe.facts import Absence, Origin, Phase
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

EXAMPLE = "torchtitan/llama-3.1-8b.toml"
SMALL = """
[job]
dump_folder = "out"
[model]
name = "llama3"
flavor = "8B"
"""
OLD = """
[job]
dump_folder = "out"
[model]
name = "llama3"
flavor = "70B"
norm_type = "rmsnorm"
[optimizer]
name = "AdamW"
lr = 1.5e-4
[training]
batch_size = 4
seq_len = 8192
warmup_steps = 500
steps = 10_000
data_parallel_shard_degree = 16
tensor_parallel_degree = 8
[experimental]
pipeline_parallel_degree = 1
[checkpoint]
enable_checkpoint = true
interval = 250
[float8]
enable_float8_linear = true
"""


def titan(text: str) -> Phase:
    """The phase of a job."""
    return phase(text, "job.toml")


def test_a_job_of_the_last_layout() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "pretrain",
            "run.seed": 1234,
            "run.output": "./runs/llama-3.1-8b",
            "model.name": "meta-llama/Llama-3.1-8B",
            "model.layers": 32,
            "optimizer.name": "AdamW",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 3e-4,
            "optimizer.beta2": 0.95,
            "optimizer.eps": 1e-8,
            "optimizer.weight_decay": 0.1,
            "optimizer.decay_embeddings": True,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "wsd",
            "schedule.warmup_steps": 2000,
            "schedule.decay_steps": 24_000,
            "schedule.decay_start": 96_000,
            "schedule.decay_shape": "1-sqrt",
            "schedule.min_ratio": 0.0,
            "batch.micro_batch": 2,
            "batch.global_batch": 512,
            "batch.gradient_accumulation": 4,  # 512 / (2 x 64)
            "batch.sequence_length": 8192,
            "budget.steps": 120_000,
            "parallel.dp": 64,
            "parallel.zero_stage": 3,
            "parallel.backend": "fsdp2",
            "precision.compute": "bf16",
            "precision.master_dtype": "fp32",
            "precision.gradient_dtype": "fp32",
            "memory.recompute": "selective",
            "checkpoint.save_interval": 1000,
            "checkpoint.keep": 3,
            "evaluation.enabled": True,
            "evaluation.interval": 1000,
        },
    )


def test_defaults_of_an_almost_empty_job() -> None:
    expect(
        titan(SMALL + "[training]\nseq_len = 2048\n"),
        {
            "optimizer.learning_rate": 8e-4,
            "schedule.warmup_steps": 200,
            "schedule.kind": "linear",
            "schedule.decay_start": 200,
            "schedule.decay_steps": 9800,
            "batch.micro_batch": 8,
            "batch.gradient_accumulation": 1,
            "budget.steps": 10_000,
            "checkpoint.save_interval": 0,
            "evaluation.enabled": False,
            "parallel.zero_stage": 3,
            "memory.recompute": "selective",
        },
    )


def test_sharding_that_takes_the_ranks_left_over_is_automatic() -> None:
    missing = titan(SMALL + "[training]\n").missing["parallel.dp"]
    assert missing.absence is Absence.AUTOMATIC


def test_the_names_of_2024() -> None:
    expect(
        titan(OLD),
        {
            "model.name": "meta-llama/Llama-3.1-70B",
            "batch.micro_batch": 4,
            "schedule.warmup_steps": 500,
            "parallel.dp": 16,
            "parallel.tp": 8,
            "parallel.world_size": 128,
            "checkpoint.save_interval": 250,
            "precision.compute": "fp8",
        },
    )


def test_a_pipeline_cuts_the_local_batch_into_micro_batches() -> None:
    found = titan(
        SMALL
        + "[training]\nlocal_batch_size = 16\n[parallelism]\npipeline_parallel_degree = 4\n"
        + "pipeline_parallel_microbatch_size = 2\n"
    )
    expect(found, {"batch.micro_batch": 2, "batch.gradient_accumulation": 8})


def test_a_table_of_float8_without_its_converter_is_inert() -> None:
    table = "[training]\n[quantize.linear.float8]\nrecipe_name = 'rowwise'\n"
    assert titan(SMALL + table).value("precision.compute") == "bf16"
    listed = SMALL.replace("[model]", '[model]\nconverters = ["float8"]')
    assert titan(listed + table).value("precision.compute") == "fp8"


def test_a_decay_over_none_of_the_run_is_no_decay() -> None:
    text = SMALL + "[training]\n[lr_scheduler]\ndecay_ratio = 0.0\n"
    assert titan(text).value("schedule.kind") == "constant"


def test_a_job_from_a_checkpoint_has_no_known_stage() -> None:
    found = titan(SMALL + "[training]\n[checkpoint]\ninitial_load_path = '/ckpt/step_1'\n")
    expect(found, {"run.resume": True, "run.resume_optimizer": False, "run.stage": None})


def test_replicas_alone_are_ddp() -> None:
    text = SMALL + (
        "[training]\n[parallelism]\ndata_parallel_replicate_degree = 8\n"
        "data_parallel_shard_degree = 1\n"
    )
    expect(titan(text), {"parallel.zero_stage": 0, "parallel.backend": "ddp", "parallel.dp": 8})


def torchtitans(name: str) -> Any:
    """A module of torchtitan; it also wants a GPU's compiler, which not every machine has."""
    try:
        return import_module(f"torchtitan.{name}")
    except Exception as error:
        pytest.skip(f"torchtitan cannot be imported: {error}")


class TestAgainstTorchtitan:
    """The same file, read by torchtitan's own configuration manager."""

    FACTS = (
        ("optimizer.learning_rate", "optimizer", "lr"),
        ("optimizer.beta1", "optimizer", "beta1"),
        ("optimizer.beta2", "optimizer", "beta2"),
        ("optimizer.eps", "optimizer", "eps"),
        ("optimizer.weight_decay", "optimizer", "weight_decay"),
        ("optimizer.grad_clip", "training", "max_norm"),
        ("schedule.warmup_steps", "lr_scheduler", "warmup_steps"),
        ("schedule.min_ratio", "lr_scheduler", "min_lr_factor"),
        ("batch.micro_batch", "training", "local_batch_size"),
        ("batch.sequence_length", "training", "seq_len"),
        ("budget.steps", "training", "steps"),
        ("parallel.tp", "parallelism", "tensor_parallel_degree"),
        ("parallel.pp", "parallelism", "pipeline_parallel_degree"),
        ("parallel.cp", "parallelism", "context_parallel_degree"),
        ("parallel.ep", "parallelism", "expert_parallel_degree"),
        ("parallel.dp_replicate", "parallelism", "data_parallel_replicate_degree"),
        ("memory.recompute", "activation_checkpoint", "mode"),
        ("checkpoint.keep", "checkpoint", "keep_latest_k"),
        ("run.output", "job", "dump_folder"),
        ("evaluation.enabled", "validation", "enable"),
    )

    @pytest.fixture(params=["example", "defaults"])
    def path(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        if request.param == "example":
            return EXAMPLES / EXAMPLE
        target = tmp_path / "job.toml"
        target.write_text(SMALL + "[training]\n")
        return target

    def test_every_fact_is_what_torchtitan_reads(self, path: Path) -> None:
        manager = torchtitans("config.manager")
        config = manager.ConfigManager()._dict_to_dataclass(
            manager.JobConfig,
            manager.ConfigManager()._maybe_load_toml(["--job.config_file", str(path)]),
        )
        found = phase(path.read_text(), path.name, path.parent)
        stated = {fact: getattr(getattr(config, table), key) for fact, table, key in self.FACTS}
        expect(found, stated)

    @pytest.mark.parametrize("ratio", [0.1, 0.2, 0.5, 0.8])
    def test_the_decay_begins_where_torchtitans_does(self, ratio: float) -> None:
        torch = pytest.importorskip("torch")
        module = torchtitans("components.lr_scheduler")
        config = torchtitans("config.job_config")
        steps, warmup = 1000, 100
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        settings = config.LRScheduler(warmup_steps=warmup, decay_ratio=ratio)
        scheduler = module.build_lr_schedulers([optimizer], settings, steps)
        rates = []
        for _ in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        first = next(i for i in range(warmup, steps) if rates[i] < 1.0)
        found = titan(
            SMALL + f"[training]\nsteps = {steps}\n"
            f"[lr_scheduler]\nwarmup_steps = {warmup}\ndecay_ratio = {ratio}\n"
        )
        # a virtual last step keeps the rate above zero, so the decay comes one step later
        assert found.value("schedule.decay_start") == first - 1


def test_a_missing_key_of_an_unread_value_is_a_default() -> None:
    fact = titan(SMALL + "[training]\n").facts["optimizer.eps"]
    assert fact.origin is Origin.DEFAULT
    assert "0.2.2" in fact.detail
