"""Keys of one file whose values have to agree: equal lengths, batches that fill a pipeline."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator

from recipelint.dialects.base import Reader
from recipelint.dialects.overlays import attach, names_in
from recipelint.document import Scalar
from recipelint.engine.checks.base import CheckContext, Hit


def differ(context: CheckContext) -> Iterator[Hit]:
    """Pairs of keys, `a.b = c.d` in the rule's `pairs`, that both stand here and differ."""
    yield from _pairs(context, "=", operator.ne)


def exceeds(context: CheckContext) -> Iterator[Hit]:
    """Pairs of keys, `a.b <= c.d` in the rule's `pairs`, of which the first is the larger."""
    yield from _pairs(context, "<=", operator.gt)


def _pairs(
    context: CheckContext, sign: str, broken: Callable[[float, float], bool]
) -> Iterator[Hit]:
    reader = _reader(context)
    for pair in context.parameters["pairs"]:
        first, second = (key.strip() for key in pair.split(sign))
        one, other = _any_number(reader, first), _any_number(reader, second)
        entry = reader.own(second)
        if one is None or other is None or not broken(one, other) or entry is None:
            continue
        values: dict[str, object] = {"first": first, "first_value": one, "second": second}
        values |= {"second_value": other, "framework": context.dialect.title}
        yield Hit(entry.value.span, values, key=second)


_LOCAL = "step_scheduler.local_batch_size"


def local_micro_batches(context: CheckContext) -> Iterator[Hit]:
    """NeMo AutoModel: a local batch of fewer micro-batches than the pipeline has stages.

    A teacher with a pipeline of its own gets the same local batch.
    """
    reader = _reader(context)
    entry = reader.own(_LOCAL)
    local = _number(reader, _LOCAL)
    if entry is None or local is None:
        return
    for section in ("distributed", "teacher_distributed", "teacher_model.distributed"):
        stages = _number(reader, f"{section}.pp_size")
        micro = _number(reader, f"{section}.pipeline.pp_microbatch_size") or 1
        if stages is None or stages <= 1 or local // micro >= stages:
            continue
        values = {"key": _LOCAL, "local": local, "micro": micro, "count": local // micro}
        yield Hit(entry.value.span, {**values, "stages": stages}, key=_LOCAL)
        return


def same(context: CheckContext) -> Iterator[Hit]:
    """Pairs of keys, `a.b = c.d` in the rule's `pairs`, that both stand here and are one text."""
    reader = _reader(context)
    for pair in context.parameters["pairs"]:
        first, second = (key.strip() for key in pair.split("="))
        one, other = _text(reader, first), _text(reader, second)
        entry = reader.own(second)
        if one and one == other and entry is not None:
            values = {"first": first, "second": second, "value": one}
            yield Hit(entry.value.span, values, key=second)


def companion_missing(context: CheckContext) -> Iterator[Hit]:
    """NeMo RL: generation on machines of its own without the number of their GPUs.

    The base files are read as well; where one is missing nothing is said.
    """
    reader = _reader(context)
    attach(reader, names_in(reader, "defaults"), "defaults", "_override_")
    key = "policy.generation.colocated."
    entry = reader.own(key + "enabled")
    if entry is None or reader.unread or reader.plain(key + "enabled") is not False:
        return
    if not reader.has(key + "resources.gpus_per_node"):
        missing = key + "resources.gpus_per_node"
        yield Hit(entry.value.span, {"missing": missing}, key=missing)


def _text(reader: Reader, key: str) -> str | None:
    """The text at a key as it is written, interpolations and all; None for one to be given."""
    node = reader.node(key) if reader.own(key) else None
    text = node.text.strip() if isinstance(node, Scalar) else ""
    return text if text not in ("", "null", "~", "???") else None


def _reader(context: CheckContext) -> Reader:
    return Reader(context.document, context.dialect, context.workspace, context.location)


def _number(reader: Reader, key: str) -> int | None:
    found = reader.plain(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _any_number(reader: Reader, key: str) -> int | float | None:
    found = reader.plain(key)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None
