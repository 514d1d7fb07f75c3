"""Checks against the GPU that the recipe or the settings name: memory and number formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.findings import START
from recipelint.recipe.facts import Fact, Phase

_SIZE_FACTS = (
    "batch.micro_batch",
    "parallel.zero_stage",
    "parallel.dp",
    "model.name",
    "model.total_parameters",
    "model.layers",
)
"""Facts at which a finding on memory is placed: the first one that stands in a file."""


class Need(NamedTuple):
    """What a phase needs on one GPU and what the GPU has, in GiB."""

    phase: Phase
    low: float
    usual: float
    capacity: float


def _capacity(phase: Phase) -> float | None:
    """GiB of one GPU: stated, or looked up by the part's name."""
    stated = phase.value("cluster.gpu_memory")
    if isinstance(stated, int | float) and not isinstance(stated, bool):
        return float(stated)
    name = phase.value("cluster.gpu")
    if not isinstance(name, str):
        return None
    from recipelint.catalog import gpus

    try:
        return gpus.lookup(name).memory_gib
    except gpus.UnknownGpuError:
        return None


def _needs(context: CheckContext, estimate: str) -> Iterator[Need]:
    """The estimate of every phase for which it and the GPU's memory are known."""
    for phase in context.recipe.phases if context.recipe else ():
        capacity = _capacity(phase)
        if capacity is None or "adapter.kind" in phase.missing:
            continue  # where only a part is trained, states are smaller by an unknown share
        found = context.scope(phase).estimate(estimate)
        if found.value is not None:
            low = found.value if found.low is None else found.low
            yield Need(phase, low, found.value, capacity)


def _hit(context: CheckContext, need: Need) -> Hit:
    fact = _place(need.phase, _SIZE_FACTS)
    root = context.document.mapping
    first = root.entries[0].key_span if root and root.entries else START
    values = {
        "low": need.low,
        "usual": need.usual,
        "capacity": need.capacity,
        "gpu": need.phase.value("cluster.gpu") or "the GPU",
    }
    if fact is None or fact.span is None:
        return Hit(first, values, phase=need.phase)
    return Hit(fact.span, values, fact.key, fact.name, path=fact.path, phase=need.phase)


def _place(phase: Phase, names: tuple[str, ...]) -> Fact | None:
    facts = (phase.facts.get(name) for name in names)
    return next((f for f in facts if f is not None and f.span is not None), None)


def states_exceed(context: CheckContext) -> Iterator[Hit]:
    """Weights, gradients and optimizer states that at the least are larger than the GPU."""
    for need in _needs(context, "memory.model_states"):
        if need.low > need.capacity:
            yield _hit(context, need)


def total_exceeds(context: CheckContext) -> Iterator[Hit]:
    """Everything together at the least is larger than the GPU."""
    for need in _needs(context, "memory.per_gpu"):
        if need.low > need.capacity:
            yield _hit(context, need)


def total_straddles(context: CheckContext) -> Iterator[Hit]:
    """The range of the estimate holds the GPU's memory, and its middle lies above it."""
    for need in _needs(context, "memory.per_gpu"):
        if need.low <= need.capacity < need.usual:
            yield _hit(context, need)


def logits_large(context: CheckContext) -> Iterator[Hit]:
    """The logits take more than a share of the GPU, where the loss is known not to be chunked."""
    for need in _needs(context, "memory.logits"):
        if need.low > context.parameters["share"] * need.capacity:
            yield _hit(context, need)


def dtype_without_hardware(context: CheckContext) -> Iterator[Hit]:
    """bf16 or fp8 on a GPU whose tensor cores do not have the format."""
    from recipelint.catalog import gpus

    for phase in context.recipe.phases if context.recipe else ():
        name, dtype = phase.value("cluster.gpu"), phase.facts.get("precision.compute")
        if not isinstance(name, str) or dtype is None or dtype.span is None:
            continue
        try:
            gpu = gpus.lookup(name)
        except gpus.UnknownGpuError:
            continue
        if dtype.value in ("bf16", "fp8") and dtype.value not in gpu.tflops:
            values = {"dtype": dtype.value, "gpu": gpu.name}
            yield Hit(dtype.span, values, dtype.key, dtype.name, path=dtype.path, phase=phase)
