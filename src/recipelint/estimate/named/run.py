"""Named estimates of the run: gradients, schedule, data."""

from __future__ import annotations

from recipelint.estimate import adapters, gradients
from recipelint.estimate import schedule as schedules
from recipelint.estimate.named import model
from recipelint.estimate.named.inputs import Inputs, Quantity, UnknownError
from recipelint.estimate.named.parallel import data_parallel


def rms_bound(inputs: Inputs) -> Quantity:
    """Largest RMS of a clipped gradient over the trained parameters."""
    clip = inputs.number("optimizer.grad_clip")
    trained = trained_parameters(inputs)
    return Quantity(
        gradients.rms_bound(clip, trained.value),
        "gradient",
        "clip / sqrt(parameters)",
        convention=trained.convention or "mean square over all parameters",
    )


def trained_parameters(inputs: Inputs) -> Quantity:
    """Parameters that receive gradients: the adapter's, or all."""
    return inputs.shared(_trained_parameters)


def _trained_parameters(inputs: Inputs) -> Quantity:
    kind = inputs.word("adapter.kind")
    if kind in (None, "none"):
        return model.total(inputs)
    if kind not in ("lora", "qlora", "dora"):
        raise UnknownError(f"the trained parameters of a {kind} adapter are not known")
    targets = inputs.words("adapter.targets")
    if not targets:
        raise UnknownError("adapter.targets is not known")
    count = adapters.dora_parameters if kind == "dora" else adapters.lora_parameters
    try:
        trained = count(inputs.architecture(), inputs.size("adapter.rank"), targets)
    except adapters.UnknownTargetError as error:
        raise UnknownError(str(error)) from None
    return Quantity(
        trained, "parameters", "rank * (in + out) per target", convention="the adapter's parameters"
    )


def tokens_per_step(inputs: Inputs) -> Quantity:
    """Tokens of one optimizer step."""
    return inputs.shared(_tokens_per_step)


def _tokens_per_step(inputs: Inputs) -> Quantity:
    if inputs.known("batch.global_tokens"):
        return Quantity(inputs.positive("batch.global_tokens"), "token", "stated")
    length = inputs.positive("batch.sequence_length")
    note = "" if sequences_are_full(inputs) else "at most: as if every sequence were full"
    if inputs.known("batch.global_batch"):
        sequences = inputs.positive("batch.global_batch")
        return Quantity(
            sequences * length, "token", "global_batch * sequence_length", convention=note
        )
    micro = inputs.positive("batch.micro_batch")
    rounds = inputs.positive("batch.gradient_accumulation")
    return Quantity(
        micro * rounds * data_parallel(inputs) * length,
        "token",
        "micro_batch * gradient_accumulation * dp * sequence_length",
        convention=note,
    )


def sequences_are_full(inputs: Inputs) -> bool:
    """Whether every sequence has the full length: packed, or a stage of pretraining."""
    if inputs.flag("data.packing"):
        return True
    return inputs.word("run.stage") in ("pretrain", "midtrain", "long-context")


def tokens(inputs: Inputs) -> Quantity:
    """Tokens of the phase."""
    return inputs.shared(_tokens)


def _tokens(inputs: Inputs) -> Quantity:
    if inputs.known("budget.tokens"):
        return Quantity(inputs.positive("budget.tokens"), "token", "stated")
    if not inputs.known("budget.steps") and inputs.known("budget.epochs"):
        passes, unique = inputs.positive("budget.epochs"), inputs.unique_tokens()
        return Quantity(passes * unique, "token", "epochs * tokens of all sources")
    if not inputs.known("budget.steps"):
        raise UnknownError("none of budget.tokens, budget.steps and budget.epochs is known")
    count = inputs.positive("budget.steps")
    _refuse_ramp(inputs)
    return Quantity(count * tokens_per_step(inputs).value, "token", "steps * tokens per step")


def steps(inputs: Inputs) -> Quantity:
    """Optimizer steps of the phase."""
    return inputs.shared(_steps)


def _steps(inputs: Inputs) -> Quantity:
    if inputs.known("budget.steps"):
        return Quantity(inputs.positive("budget.steps"), "step", "stated")
    if not inputs.known("budget.tokens") and not inputs.known("budget.epochs"):
        raise UnknownError("none of budget.steps, budget.tokens and budget.epochs is known")
    total = tokens(inputs).value
    _refuse_ramp(inputs)
    count = schedules.steps_from_tokens(total, tokens_per_step(inputs).value)
    return Quantity(count, "step", "tokens / tokens per step")


def _refuse_ramp(inputs: Inputs) -> None:
    if inputs.flag("batch.ramp"):
        raise UnknownError("the batch ramps, so steps and tokens are not proportional")


def tokens_per_parameter(inputs: Inputs) -> Quantity:
    """Tokens of the phase for each active parameter."""
    seen, size = tokens(inputs).value, model.active(inputs)
    if size.value <= 0:
        raise UnknownError("the number of parameters must be positive")
    return Quantity(
        seen / size.value,
        "token/parameter",
        "tokens / active parameters",
        convention=f"active parameters, {size.convention.split(';')[0]}",
    )


def warmup_steps(inputs: Inputs) -> float:
    """Length of the warmup in steps; raises Unknown where no fact says."""
    stated = inputs.maybe("schedule.warmup_steps")
    # A warmup of 0 steps beside a ratio means that the ratio holds, as in transformers' Trainer.
    if stated is not None and (stated > 0 or not inputs.known("schedule.warmup_ratio")):
        return stated
    if inputs.known("schedule.warmup_tokens"):
        return inputs.amount("schedule.warmup_tokens") / tokens_per_step(inputs).value
    if inputs.known("schedule.warmup_ratio"):
        return inputs.amount("schedule.warmup_ratio") * steps(inputs).value
    raise UnknownError("the warmup is not known")


def warmup_share(inputs: Inputs) -> Quantity:
    """Share of the phase's steps spent in warmup."""
    if inputs.known("schedule.warmup_ratio") and not inputs.maybe("schedule.warmup_steps"):
        return Quantity(inputs.amount("schedule.warmup_ratio"), "share", "stated")
    if inputs.known("schedule.warmup_tokens") and inputs.known("budget.tokens"):
        share = inputs.amount("schedule.warmup_tokens") / inputs.positive("budget.tokens")
        return Quantity(share, "share", "warmup_tokens / tokens")
    return Quantity(warmup_steps(inputs) / steps(inputs).value, "share", "warmup_steps / steps")


def decay_share(inputs: Inputs) -> Quantity:
    """Share of the phase spent in decay."""
    if inputs.known("schedule.decay_share"):
        return Quantity(inputs.amount("schedule.decay_share"), "share", "stated")
    if inputs.known("schedule.decay_tokens") and inputs.known("budget.tokens"):
        share = inputs.amount("schedule.decay_tokens") / inputs.positive("budget.tokens")
        return Quantity(share, "share", "decay_tokens / tokens")
    kind = inputs.word("schedule.kind")
    if kind == "constant":
        return Quantity(0.0, "share", "a constant schedule has no decay")
    if inputs.known("schedule.decay_steps"):
        length = inputs.amount("schedule.decay_steps")
        return Quantity(length / steps(inputs).value, "share", "decay_steps / steps")
    if inputs.known("schedule.decay_start"):
        total = steps(inputs).value
        left = total - inputs.amount("schedule.decay_start")
        return Quantity(max(0.0, left) / total, "share", "(steps - decay_start) / steps")
    if kind in ("cosine", "linear", "polynomial"):
        return Quantity(max(0.0, 1 - warmup_share(inputs).value), "share", "1 - warmup share")
    raise UnknownError("neither schedule.decay_steps nor schedule.decay_share is known")


def schedule(inputs: Inputs) -> schedules.Schedule:
    """The learning-rate schedule of the phase; raises Unknown where a part is not known."""
    return inputs.shared(_schedule)


def _schedule(inputs: Inputs) -> schedules.Schedule:
    kind = inputs.word("schedule.kind")
    if kind is None:
        raise UnknownError("schedule.kind is not known")
    if kind not in schedules.CONTINUOUS and kind != "inverse_sqrt":
        raise UnknownError(f"the facts do not determine a {kind} schedule")
    peak = inputs.number("optimizer.learning_rate")
    horizon = _horizon(inputs)
    needs_end = kind not in ("constant", "inverse_sqrt")
    return schedules.Schedule(
        kind=kind,
        peak=peak,
        steps=horizon,
        warmup_steps=warmup_steps(inputs),
        decay_start=inputs.maybe("schedule.decay_start"),
        decay_steps=_decay_steps(inputs, horizon) if kind == "wsd" else _stated_decay(inputs),
        decay_shape=inputs.word("schedule.decay_shape"),
        minimum=_minimum(inputs, peak) if needs_end else 0.0,
    )


def _horizon(inputs: Inputs) -> float:
    if inputs.known("schedule.horizon_steps"):
        return inputs.amount("schedule.horizon_steps")
    if inputs.known("schedule.horizon_tokens"):
        return inputs.amount("schedule.horizon_tokens") / tokens_per_step(inputs).value
    return steps(inputs).value


def _stated_decay(inputs: Inputs) -> float | None:
    if inputs.known("schedule.decay_steps"):
        return inputs.amount("schedule.decay_steps")
    if inputs.known("schedule.decay_tokens"):
        return inputs.amount("schedule.decay_tokens") / tokens_per_step(inputs).value
    return None


def _decay_steps(inputs: Inputs, horizon: float) -> float:
    stated = _stated_decay(inputs)
    if stated is not None:
        return stated
    if inputs.known("schedule.decay_share"):
        return inputs.amount("schedule.decay_share") * horizon
    if inputs.known("schedule.decay_start"):
        return max(0.0, horizon - inputs.amount("schedule.decay_start"))
    raise UnknownError("the length of the decay is not known")


def _minimum(inputs: Inputs, peak: float) -> float:
    if inputs.known("schedule.min_learning_rate"):
        return inputs.amount("schedule.min_learning_rate")
    if inputs.known("schedule.min_ratio"):
        return inputs.amount("schedule.min_ratio") * peak
    raise UnknownError("neither schedule.min_learning_rate nor schedule.min_ratio is known")


def final_learning_rate(inputs: Inputs) -> Quantity:
    """Rate after the last step of the phase."""
    kind = inputs.word("schedule.kind")
    peak = inputs.number("optimizer.learning_rate")
    if kind == "constant":
        return Quantity(peak, "rate", "the peak", convention="after warmup")
    if kind in schedules.CONTINUOUS and _ends_with_phase(inputs):
        return Quantity(_minimum(inputs, peak), "rate", "the end of the decay")
    plan, last = schedule(inputs), steps(inputs).value
    rate = schedules.learning_rate(last, plan)
    return Quantity(rate, "rate", f"{plan.kind} schedule at the last step")


def _ends_with_phase(inputs: Inputs) -> bool:
    """Whether the decay is as long as the phase whatever its length: no step count is stated."""
    names = ("horizon_steps", "horizon_tokens", "decay_start", "decay_steps", "decay_tokens")
    if inputs.flag("schedule.truncated") or inputs.flag("schedule.continues"):
        return False
    return not any(inputs.known(f"schedule.{name}") for name in names)


def mean_learning_rate(inputs: Inputs) -> Quantity:
    """Mean rate over the phase, as a share of the peak: the area under the schedule."""
    plan = schedule(inputs)
    stretches = schedules.stages(plan)
    length = sum(stage.length for stage in stretches)
    if length <= 0 or plan.peak <= 0:
        raise UnknownError("the schedule has no steps or no positive rate")
    area = sum(stage.area for stage in stretches)
    return Quantity(area / length / plan.peak, "share", "mean rate / peak rate")
