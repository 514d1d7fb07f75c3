"""Checks of a rented task: the recipe that it starts against what it rents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recipelint.document import Entry, Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import value
from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.findings import Span
from recipelint.recipe.facts import Fact, Phase

_DURATION = re.compile(r"(\d+) *([smhdw])?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) *(mb|gb|tb)?", re.IGNORECASE)
_GIB = {"mb": 1 / 1024, "gb": 1.0, "tb": 1024.0}
_RENTED = ("cluster.gpus_per_node", "cluster.gpu", "cluster.gpu_memory", "cluster.nodes")


# --- memory and time of the linked recipe


def states_exceed(context: CheckContext) -> Iterator[Hit]:
    """Model states of the recipe that at the least are larger than the GPU that is rented."""
    for phase, recipe, capacity in _rented(context):
        found = context.scope(recipe).estimate("memory.model_states")
        low = found.value if found.low is None else found.low
        if low is not None and low > capacity:
            yield _at_rented(context, phase, {"low": low, "capacity": capacity})


def total_exceeds(context: CheckContext) -> Iterator[Hit]:
    """Everything together at the least is larger than the GPU, though the states would fit."""
    for phase, recipe, capacity in _rented(context):
        scope = context.scope(recipe)
        states, total = scope.estimate("memory.model_states"), scope.estimate("memory.per_gpu")
        low = total.value if total.low is None else total.low
        floor = states.value if states.low is None else states.low
        if low is not None and low > capacity and (floor is None or floor <= capacity):
            yield _at_rented(context, phase, {"low": low, "capacity": capacity})


def _rented(context: CheckContext) -> Iterator[tuple[Phase, Phase, float]]:
    """Each phase with its recipe and the GiB of one rented GPU."""
    for phase in context.recipe.phases if context.recipe else ():
        recipe = phase.linked.get("recipe")
        if recipe is None:
            continue
        capacity = context.scope(recipe).estimate("memory.capacity")
        if capacity.value is not None:
            yield phase, recipe, capacity.value


def _at_rented(context: CheckContext, phase: Phase, values: dict[str, object]) -> Hit:
    fact = _stated(phase)
    gpu = phase.value("cluster.gpu") or "the GPU"
    span = fact.span if fact and fact.span else _first(context)
    key, name = (fact.key, fact.name) if fact else (None, None)
    return Hit(span, {"gpu": gpu, **values}, key, name, phase=phase)


def _stated(phase: Phase) -> Fact | None:
    facts = (phase.facts.get(name) for name in _RENTED)
    return next((fact for fact in facts if fact is not None and fact.span is not None), None)


def _first(context: CheckContext) -> Span:
    root = context.document.mapping
    assert root is not None
    return root.entries[0].key_span


def ends_too_early(context: CheckContext) -> Iterator[Hit]:
    """`max_duration` in which the recipe's arithmetic cannot be done, even at the GPUs' peak."""
    limit = _entry(context, "max_duration")
    seconds = _seconds(context, limit)
    if limit is None or seconds is None:
        return
    for phase in context.recipe.phases if context.recipe else ():
        recipe = phase.linked.get("recipe")
        ranks = _ranks(phase)
        if recipe is None or ranks is None:
            continue
        scope = context.scope(recipe)
        flops, peak = scope.estimate("flops.training_total"), scope.estimate("cluster.peak")
        if flops.value is None or not peak.value:
            continue
        least = flops.value / (peak.value * ranks)
        if least > seconds:
            values = {"least": least / 3600, "hours": seconds / 3600, "ranks": ranks}
            yield Hit(limit.value.span, values, key="max_duration", phase=phase)


def _ranks(phase: Phase) -> int | None:
    """GPUs that are rented in all."""
    nodes, each = phase.value("cluster.nodes"), phase.value("cluster.gpus_per_node")
    return nodes * each if isinstance(nodes, int) and isinstance(each, int) else None


# --- interruptions


def spot_without_retry(context: CheckContext) -> Iterator[Hit]:
    """Spot machines whose interruption ends the run for good."""
    policy = _entry(context, "spot_policy")
    if policy is None or _plain(context, policy) not in ("spot", "auto"):
        return
    if _entry(context, "retry_policy") is not None or _retries(context):
        return
    yield Hit(policy.value.span, {"policy": _plain(context, policy)}, key="spot_policy")


def _retries(context: CheckContext) -> bool:
    """Whether an interruption is retried: `retry: true`, or events that do not leave it out."""
    entry = _entry(context, "retry")
    node = follow(entry.value) if entry else None
    if not isinstance(node, Mapping):
        return entry is not None and bool(_plain(context, entry))
    events = follow(node.get("on_events"))
    if not isinstance(events, Sequence):
        return True
    texts = [item.text for item in map(follow, events.items) if isinstance(item, Scalar)]
    return "interruption" in texts or any("$" in text for text in texts)


def spot_without_checkpoint(context: CheckContext) -> Iterator[Hit]:
    """Spot machines and a recipe that saves nothing on the way."""
    policy = _entry(context, "spot_policy")
    if policy is None or _plain(context, policy) not in ("spot", "auto"):
        return
    for phase in context.recipe.phases if context.recipe else ():
        recipe = phase.linked.get("recipe")
        fact = recipe.facts.get("checkpoint.save_interval") if recipe else None
        if fact is not None and fact.value == 0 and fact.span is not None:
            values = {"policy": _plain(context, policy), "file": fact.path, "line": fact.span.line}
            yield Hit(policy.value.span, values, key="spot_policy", phase=phase)


def short_retry(context: CheckContext) -> Iterator[Hit]:
    """A window for retries that is short beside the length of the run."""
    length = _seconds(context, _entry(context, "max_duration"))
    window = _entry(context, "retry.duration")
    seconds = _seconds(context, window)
    if window is None or seconds is None or length is None:
        return
    if seconds < context.parameters["window"] and length > context.parameters["run"]:
        values = {"window": seconds / 60, "length": length / 3600}
        yield Hit(window.value.span, values, key="retry.duration")


# --- shared memory and disk


def no_shared_memory(context: CheckContext) -> Iterator[Hit]:
    """Several GPUs on a node and no size for /dev/shm."""
    if _entry(context, "resources.shm_size") is not None:
        return
    for phase in context.recipe.phases if context.recipe else ():
        fact = phase.facts.get("cluster.gpus_per_node")
        if fact is not None and fact.span is not None and _above(fact.value, 1):
            yield Hit(fact.span, {"gpus": fact.value}, fact.key, fact.name, phase=phase)


def _above(found: object, bound: float) -> bool:
    return isinstance(found, int | float) and found > bound


def small_disk(context: CheckContext) -> Iterator[Hit]:
    """A disk that does not hold the weights that are downloaded, where nothing else is mounted."""
    if _entry(context, "volumes") is not None or not context.recipe:
        return
    entry = _entry(context, "resources.disk")
    disk = context.parameters["default"] if entry is None else _gib(context, entry)
    for phase in context.recipe.phases:
        recipe = phase.linked.get("recipe")
        name = recipe.facts.get("model.name") if recipe else None
        if recipe is None or name is None or disk is None:
            continue
        count = context.scope(recipe).estimate("parameters.total")
        needed = (count.value or 0) * context.parameters["bytes"] / 2**30
        if needed > disk:
            fact = _stated(phase)
            span = entry.value.span if entry else fact.span if fact else None
            key = "resources.disk" if entry else "resources.gpu"
            values = {"model": name.value, "needed": needed, "disk": disk}
            yield Hit(span or _first(context), values, key=key, phase=phase)


# --- reading


def _entry(context: CheckContext, key: str) -> Entry | None:
    node: object = context.document.mapping
    found: Entry | None = None
    for part in key.split("."):
        if not isinstance(node, Mapping):
            return None
        found = node.find(part)
        node = follow(found.value) if found else None
    return found


def _plain(context: CheckContext, entry: Entry) -> object:
    node = follow(entry.value)
    return value(node, context.dialect.scalars) if isinstance(node, Scalar) else None


def _seconds(context: CheckContext, entry: Entry | None) -> int | None:
    """A duration as dstack reads it: a number of seconds, or a number with a unit."""
    match = _DURATION.fullmatch(str(_plain(context, entry))) if entry else None
    return int(match[1]) * _SECONDS[match[2] or "s"] if match else None


def _gib(context: CheckContext, entry: Entry) -> float | None:
    """The lower end of a size: what is certain to be there."""
    low = str(_plain(context, entry)).partition("..")[0]
    match = _SIZE.fullmatch(low.strip())
    return float(match[1]) * _GIB[(match[2] or "gb").lower()] if match else None
