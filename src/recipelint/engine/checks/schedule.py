"""Checks of the schedule: continuity between phases, and the arguments of schedulers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recipelint.document import Entry, Mapping, Scalar, follow
from recipelint.document.scalars import value
from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.findings import START, Fix, Severity
from recipelint.recipe.facts import Fact, Phase

_CONTINUED = frozenset({"pretrain", "midtrain", "long-context"})

ACCEPTED_ARGUMENTS: dict[str, frozenset[str]] = {
    "linear": frozenset(),
    "cosine": frozenset({"num_cycles"}),
    "cosine_with_restarts": frozenset({"num_cycles"}),
    "polynomial": frozenset({"lr_end", "power"}),
    "inverse_sqrt": frozenset({"timescale"}),
    "cosine_with_min_lr": frozenset({"num_cycles", "min_lr", "min_lr_rate"}),
    "cosine_warmup_with_min_lr": frozenset(
        {"num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"}
    ),
}
"""Keyword arguments of transformers' schedule functions, the same in 4.57 and 5.23.

`warmup_stable_decay` changed its arguments between releases and is left out; plateau and greedy
pass theirs on; the constant ones drop them.
"""
_DROPPING = frozenset({"constant", "constant_with_warmup"})
_LAST_EPOCH = "last_epoch"
_WITH_MINIMUM = frozenset({"cosine_with_min_lr", "cosine_warmup_with_min_lr"})
_SCHEDULER_KEYS = ("lr_scheduler_type", "lr_scheduler")


# --- between phases


def continuity(context: CheckContext) -> Iterator[Hit]:
    """Phases that do not start at the rate at which the phase before them ends."""
    tolerance = float(context.parameters.get("tolerance", 0.05))
    for phase in context.recipe.phases if context.recipe else ():
        before = phase.previous
        if before is None or not {_stage(phase), _stage(before)} <= _CONTINUED:
            continue
        start = _starting_rate(phase)
        end = _ending_rate(before)
        if start is not None and end is not None:
            yield from _jump(phase, start, end, tolerance)


def _stage(phase: Phase) -> object:
    return phase.value("run.stage")


def _number(phase: Phase, name: str) -> float | None:
    found = phase.value(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _starting_rate(phase: Phase) -> Fact | None:
    for name in ("schedule.start_learning_rate", "optimizer.learning_rate"):
        if _number(phase, name) is not None:
            return phase.facts[name]
    return None


def _ending_rate(phase: Phase) -> float | None:
    """Rate after the last step: by the schedule where that is known, else as it is stated."""
    from recipelint.estimate.facade import Estimator

    computed = Estimator(phase.known()).get("schedule.final_learning_rate").value
    if computed is not None:
        return computed
    if phase.value("schedule.kind") == "constant":
        return _number(phase, "optimizer.learning_rate")
    cut = phase.value("schedule.truncated") is True or any(
        name in phase.facts for name in ("schedule.horizon_steps", "schedule.horizon_tokens")
    )
    return None if cut else _number(phase, "schedule.min_learning_rate")


def _jump(phase: Phase, start: Fact, end: float, tolerance: float) -> Iterator[Hit]:
    begin = _number(phase, start.name)
    if begin is None or abs(begin - end) <= tolerance * max(end, 0.0) or begin == end:
        return
    warms_up = (_number(phase, "schedule.warmup_steps") or 0) > 0
    severity = Severity.INFO
    if begin < end:
        what = f"a drop to {begin / end:.0%}"
    elif phase.value("schedule.rewarm") is True:
        what = f"a rise {_factor(begin, end)} that is declared"
    elif warms_up:
        what = f"a rise {_factor(begin, end)} after a new warmup"
    else:
        what, severity = f"a rise {_factor(begin, end)} without a warmup", Severity.WARNING
    yield Hit(
        start.span or START,
        {"start": begin, "end": end, "change": what},
        key=start.key,
        fact=start.name,
        severity=severity,
        path=start.path,
        phase=phase,
    )


def _factor(larger: float, smaller: float) -> str:
    return f"by {larger / smaller:.3g} times" if smaller > 0 else "from 0"


# --- arguments of the scheduler


def refused_arguments(context: CheckContext) -> Iterator[Hit]:
    """Keys of `lr_scheduler_kwargs` that the chosen schedule function does not take."""
    name = _scheduler(context)
    accepted = ACCEPTED_ARGUMENTS.get(name) if name is not None else None
    if accepted is None or _built_elsewhere(context):
        return
    for entry in _arguments(context):
        if entry.key not in accepted and entry.key != _LAST_EPOCH:
            yield _argument_hit(entry, {"argument": entry.key, "scheduler": name})


def dropped_arguments(context: CheckContext) -> Iterator[Hit]:
    """`lr_scheduler_kwargs` beside a constant schedule, which is built without them."""
    name = _scheduler(context)
    if name not in _DROPPING:
        return
    for entry in _arguments(context):
        hit = _argument_hit(entry, {"argument": entry.key, "scheduler": name})
        yield hit._replace(fix=_removal(context, entry))


def _removal(context: CheckContext, entry: Entry) -> Fix | None:
    """The argument without effect taken out, with its mapping if it is the only one there."""
    from recipelint.engine.remedies import removal

    root, key = context.document.mapping, "lr_scheduler_kwargs"
    holder = root.find(key) if root else None
    mapping = follow(holder.value) if holder else None
    if root is None or holder is None or not isinstance(mapping, Mapping):
        return None
    alone = len(mapping.entries) == 1
    parent, gone = (root, holder) if alone else (mapping, entry)
    return removal(context.document, parent, gone, safe=True)


def minimum_arguments(context: CheckContext) -> Iterator[Hit]:
    """A schedule with a minimum that has not exactly one of `min_lr` and `min_lr_rate`."""
    name = _scheduler(context)
    root = context.document.mapping
    if name not in _WITH_MINIMUM or root is None:
        return
    holder = root.find("lr_scheduler_kwargs")
    node = follow(holder.value) if holder else None
    if isinstance(node, Scalar) and value(node, context.dialect.scalars) is not None:
        return  # JSON text; not read here
    given = [e.key for e in _arguments(context) if e.key in ("min_lr", "min_lr_rate")]
    if len(given) == 1:
        return
    entry = holder or next((e for k in _SCHEDULER_KEYS if (e := root.find(k))), None)
    if entry is not None:
        count = "both of them" if given else "neither"
        yield Hit(entry.key_span, {"scheduler": name, "count": count}, key=entry.key)


def _scheduler(context: CheckContext) -> str | None:
    phase = context.recipe.phases[0] if context.recipe and context.recipe.phases else None
    name = phase.value("schedule.name") if phase else None
    return name if isinstance(name, str) else None


def _arguments(context: CheckContext) -> Iterator[Entry]:
    root = context.document.mapping
    node: Any = follow(root.get("lr_scheduler_kwargs")) if root else None
    if isinstance(node, Mapping):
        yield from node.effective()


def _argument_hit(entry: Entry, values: dict[str, object]) -> Hit:
    return Hit(entry.key_span, values, key=f"lr_scheduler_kwargs.{entry.key}")


def _built_elsewhere(context: CheckContext) -> bool:
    """Whether the framework, or a plugin of its user, builds the scheduler and not transformers."""
    root, own = context.document.mapping, context.dialect.own_scheduler
    return own is not None and root is not None and own(root)
