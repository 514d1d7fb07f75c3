"""Named estimates of the parallel layout, and what other estimates need to know of it."""

from __future__ import annotations

from recipelint.estimate import pipeline
from recipelint.estimate.memory import Layout
from recipelint.estimate.named.inputs import Inputs, Quantity, UnknownError

_PLAIN_BACKENDS = frozenset({"ddp", "deepspeed", "fsdp", "fsdp2", "none"})
"""Backends whose recipes name model parallelism only where there is some."""


def world(inputs: Inputs) -> int:
    """GPUs of the run; raises Unknown where neither the recipe nor the cluster says."""
    if inputs.known("parallel.world_size"):
        return inputs.size("parallel.world_size")
    if inputs.known("cluster.nodes") and inputs.known("cluster.gpus_per_node"):
        return inputs.size("cluster.nodes") * inputs.size("cluster.gpus_per_node")
    if inputs.known("parallel.dp"):
        return inputs.size("parallel.dp") * model_parallel(inputs)
    raise UnknownError("parallel.world_size is not known")


def axis(inputs: Inputs, name: str) -> int:
    """A parallel size; 1 on one GPU, and where a silent recipe's backend has no such axis."""
    if inputs.known(name):
        return inputs.size(name)
    if _alone(inputs) or inputs.word("parallel.backend") in _PLAIN_BACKENDS:
        return 1
    raise UnknownError(f"{name} is not known")


def _alone(inputs: Inputs) -> bool:
    """Whether the run is known to have one GPU, which leaves nothing to split."""
    return inputs.maybe("parallel.world_size") == 1


def model_parallel(inputs: Inputs) -> int:
    """Ranks that share one copy of the data: tp x pp x cp."""
    return axis(inputs, "parallel.tp") * axis(inputs, "parallel.pp") * axis(inputs, "parallel.cp")


def data_parallel(inputs: Inputs) -> int:
    """Data-parallel ranks: stated, or world / (tp pp cp)."""
    if inputs.known("parallel.dp"):
        return inputs.size("parallel.dp")
    ranks, group = world(inputs), model_parallel(inputs)
    if ranks % group:
        raise UnknownError(f"{ranks} GPUs are not a multiple of tp x pp x cp = {group}")
    return ranks // group


def layout(inputs: Inputs) -> Layout:
    """The parallel layout; raises Unknown where a size that matters is not known."""
    return inputs.shared(_layout)


def _layout(inputs: Inputs) -> Layout:
    return Layout(
        tp=axis(inputs, "parallel.tp"),
        pp=axis(inputs, "parallel.pp"),
        cp=axis(inputs, "parallel.cp"),
        ep=_expert_parallel(inputs),
        dp=data_parallel(inputs),
        vpp=inputs.size("parallel.vpp", 1),
        dp_replicate=inputs.size("parallel.dp_replicate", 1),
        zero_stage=_zero_stage(inputs),
        sequence_parallel=inputs.flag("parallel.sequence_parallel") is True,
    )


def _expert_parallel(inputs: Inputs) -> int:
    if inputs.known("parallel.ep"):
        return inputs.size("parallel.ep")
    if inputs.architecture().moe is None:
        return 1
    return axis(inputs, "parallel.ep")


def _zero_stage(inputs: Inputs) -> int:
    stage = inputs.maybe("parallel.zero_stage")
    if stage is not None:
        return int(stage)
    if _alone(inputs) or inputs.word("parallel.backend") in ("ddp", "none"):
        return 0
    raise UnknownError("parallel.zero_stage is not known")


def micro_batches(inputs: Inputs) -> int:
    """Micro-batches of one optimizer step and pipeline: the accumulation steps."""
    if inputs.known("batch.gradient_accumulation"):
        return inputs.size("batch.gradient_accumulation")
    sequences = inputs.size("batch.global_batch")
    per_round = inputs.size("batch.micro_batch") * data_parallel(inputs)
    if sequences % per_round:
        raise UnknownError(
            f"a global batch of {sequences} is not a multiple of micro batch x dp = {per_round}"
        )
    return sequences // per_round


def bubble(inputs: Inputs) -> Quantity:
    """Share of a step that pipeline stages idle."""
    stages = axis(inputs, "parallel.pp")
    if stages == 1:
        return Quantity(0.0, "share", "no pipeline")
    schedule = (inputs.word("parallel.pipeline_schedule") or "").lower()
    count = micro_batches(inputs)
    if "dualpipe" in schedule:
        idle = pipeline.dualpipe(stages, count)
        return Quantity(idle.of_step, "share", "idle / step, DualPipe", convention=_SPLIT)
    if "zero" in schedule or schedule.startswith("zb"):
        idle = pipeline.zero_bubble(stages, count)
        return Quantity(idle.of_step, "share", "idle / step, ZB1P", low=0.0, convention=_SPLIT)
    if inputs.known("parallel.vpp") or schedule in ("1f1b", "afab", "gpipe"):
        idle = pipeline.bubble(stages, count, inputs.size("parallel.vpp", 1))
        return Quantity(idle.of_step, "share", "(pp - 1) / (vpp * micro_batches + pp - 1)")
    raise UnknownError("parallel.vpp is not known, and interleaving divides the bubble")


_SPLIT = "backward = 2 forward, half of it for weights; communication hidden"
