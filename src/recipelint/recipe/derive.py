"""Facts that follow from other facts, and facts that are known from the model's name.

Each derivation is an identity, never a guess: it runs only where all its inputs are known, and
its origin says which they were. Nothing that a file states is overwritten.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from recipelint.recipe.facts import Fact, Origin, Phase, Value, fact_types

Number = float | int


def complete(phase: Phase) -> None:
    """Add catalogue facts and everything that follows by arithmetic."""
    _from_catalog(phase)
    for _ in range(2):  # a second pass for what the first one made derivable
        for rule in _IDENTITIES:
            rule(phase)


def _from_catalog(phase: Phase) -> None:
    name = phase.value("model.name")
    if not isinstance(name, str):
        return
    from recipelint.catalog import models

    entry = models.lookup(name)
    if entry is None:
        return
    types = fact_types()
    source = str(entry.get("source", "catalogue"))
    for fact_name, value in entry.items():
        if fact_name in types and isinstance(value, bool | int | float | str):
            phase.add(Fact(fact_name, value, Origin.CATALOG, detail=source))


def _derive(phase: Phase, name: str, value: Value, detail: str) -> None:
    if name not in phase.facts and name not in phase.missing:
        phase.add(Fact(name, value, Origin.DERIVED, detail=detail))


def _product(result: str, *factors: str) -> Callable[[Phase], None]:
    """`result` is the product of `factors`; also solves for one unknown factor if it divides."""

    def rule(phase: Phase) -> None:
        values = {name: phase.number(name) for name in factors}
        whole = phase.number(result)
        unknown = [name for name, value in values.items() if value is None]
        known = [value for value in values.values() if value is not None]
        if not unknown and whole is None:
            _derive(phase, result, _integral(math.prod(known)), _sum(" x ", values))
        elif len(unknown) == 1 and whole is not None and math.prod(known) > 0:
            quotient = whole / math.prod(known)
            if quotient >= 1 and quotient == int(quotient):
                shown = {result: whole, **{n: v for n, v in values.items() if v is not None}}
                _derive(phase, unknown[0], int(quotient), _sum(" / ", shown))

    return rule


def _sum(operator: str, values: dict[str, Number | None] | dict[str, Number]) -> str:
    return operator.join(f"{name} {value:g}" for name, value in values.items() if value is not None)


def _integral(value: Number) -> Number:
    return int(value) if value == int(value) else value


def _family(phase: Phase) -> None:
    from recipelint.dialects.huggingface import optimizer_family

    name = phase.value("optimizer.name")
    family = optimizer_family(name) if isinstance(name, str) else None
    if isinstance(family, str):
        _derive(phase, "optimizer.family", family, f"optimizer.name {name}")


def _length(phase: Phase) -> None:
    """Steps and tokens of the phase, where the batch does not grow."""
    if phase.value("batch.ramp"):
        return
    tokens, per_step = phase.number("budget.tokens"), phase.number("batch.global_tokens")
    steps = phase.number("budget.steps")
    if per_step is None or per_step < 1:
        return
    if tokens is not None and steps is None:
        _derive(
            phase,
            "budget.steps",
            _integral(round(tokens / per_step)),
            f"budget.tokens {tokens:g} / batch.global_tokens {per_step:g}",
        )
    elif steps is not None and tokens is None:
        _derive(
            phase,
            "budget.tokens",
            _integral(steps * per_step),
            f"budget.steps {steps:g} x batch.global_tokens {per_step:g}",
        )


def _shares(phase: Phase) -> None:
    """Warmup and decay in steps, from shares or tokens, and the share that decay takes."""
    steps, per_step = phase.number("budget.steps"), phase.number("batch.global_tokens")
    tokens = phase.number("budget.tokens")
    ratio = phase.number("schedule.warmup_ratio")
    if steps and ratio is not None and 0 <= ratio <= 1:
        _derive(
            phase,
            "schedule.warmup_steps",
            math.ceil(steps * ratio),
            f"schedule.warmup_ratio {ratio:g} x budget.steps {steps:g}",
        )
    for stage in ("warmup", "decay"):
        length = phase.number(f"schedule.{stage}_tokens")
        if length is not None and per_step and per_step >= 1 and not phase.value("batch.ramp"):
            _derive(
                phase,
                f"schedule.{stage}_steps",
                _integral(round(length / per_step)),
                f"schedule.{stage}_tokens {length:g} / batch.global_tokens {per_step:g}",
            )
    decay_tokens, decay = (
        phase.number("schedule.decay_tokens"),
        phase.number("schedule.decay_steps"),
    )
    if decay_tokens is not None and tokens:
        _derive(
            phase,
            "schedule.decay_share",
            decay_tokens / tokens,
            f"schedule.decay_tokens {decay_tokens:g} / budget.tokens {tokens:g}",
        )
    elif decay is not None and steps:
        _derive(
            phase,
            "schedule.decay_share",
            decay / steps,
            f"schedule.decay_steps {decay:g} / budget.steps {steps:g}",
        )


def _minimum(phase: Phase) -> None:
    peak = phase.number("optimizer.learning_rate")
    ratio = phase.number("schedule.min_ratio")
    low = phase.number("schedule.min_learning_rate")
    if peak and ratio is not None:
        _derive(
            phase,
            "schedule.min_learning_rate",
            peak * ratio,
            f"schedule.min_ratio {ratio:g} x optimizer.learning_rate {peak:g}",
        )
    elif peak and low is not None:
        _derive(
            phase,
            "schedule.min_ratio",
            low / peak,
            f"schedule.min_learning_rate {low:g} / optimizer.learning_rate {peak:g}",
        )


def _second_moment(phase: Phase) -> None:
    dtype = phase.value("optimizer.state_dtype")
    if isinstance(dtype, str):
        _derive(phase, "optimizer.second_moment_dtype", dtype, f"optimizer.state_dtype {dtype}")


_IDENTITIES: tuple[Callable[[Phase], None], ...] = (
    _family,
    _product("parallel.world_size", "parallel.dp", "parallel.tp", "parallel.pp", "parallel.cp"),
    _product(
        "batch.global_batch", "batch.micro_batch", "batch.gradient_accumulation", "parallel.dp"
    ),
    _product("batch.global_tokens", "batch.global_batch", "batch.sequence_length"),
    _length,
    _shares,
    _minimum,
    _second_moment,
)
