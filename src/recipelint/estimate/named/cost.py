"""Named estimates of time and of the traffic between GPUs."""

from __future__ import annotations

from recipelint.estimate import communication
from recipelint.estimate import cost as costs
from recipelint.estimate.named import cluster, model, run
from recipelint.estimate.named.inputs import Inputs, Quantity, UnknownError
from recipelint.estimate.named.parallel import layout, micro_batches, world

MFU, PRICE = "assumed.mfu", "assumed.price"
"""What a caller may add to the facts: a utilisation (share of the dense 16-bit peak) in place of
the published range, and the price of one GPU-hour."""

_ASSUMED = "MFU 0.40 of the dense bf16 peak, 0.30 to 0.50, as published for LLM training"


def training_total(inputs: Inputs) -> Quantity:
    """FLOPs of the phase."""
    return inputs.shared(_training_total)


def _training_total(inputs: Inputs) -> Quantity:
    stage = inputs.word("run.stage")
    if stage in ("rl", "distill", "preference"):
        raise UnknownError(f"the other models that a {stage} step runs are not counted")
    seen, each = run.tokens(inputs).value, model.training(inputs)
    high = None if each.high is None else each.high * seen
    return Quantity(
        each.value * seen,
        "FLOP",
        "FLOPs per token * tokens",
        high=high,
        convention=each.convention,
    )


def gpu_hours(inputs: Inputs) -> Quantity:
    """GPU-hours of the phase on the cluster's GPU."""
    return inputs.shared(_gpu_hours)


def _gpu_hours(inputs: Inputs) -> Quantity:
    peak, total = cluster.peak(inputs).value, training_total(inputs)
    given = inputs.maybe(MFU)
    low_mfu, usual, high_mfu = costs.PUBLISHED_MFU if given is None else (given, given, given)
    return Quantity(
        costs.gpu_hours(total.value, peak, usual),
        "GPU-hour",
        "FLOPs / (peak * MFU)",
        low=costs.gpu_hours(total.value, peak, high_mfu),
        high=costs.gpu_hours(total.value, peak, low_mfu),
        convention=_ASSUMED if given is None else f"MFU {given:g} of the dense bf16 peak, as given",
    )


def days(inputs: Inputs) -> Quantity:
    """Days of the phase on the whole cluster."""
    hours, gpus = gpu_hours(inputs), world(inputs)
    low, high = (hours.low or 0.0), (hours.high or 0.0)
    return Quantity(
        costs.days(hours.value, gpus),
        "day",
        "GPU-hours / GPUs / 24",
        low=costs.days(low, gpus),
        high=costs.days(high, gpus),
        convention=hours.convention,
    )


def price(inputs: Inputs) -> Quantity:
    """Cost of the phase at a given price of one GPU-hour."""
    each = inputs.maybe(PRICE)
    if each is None:
        raise UnknownError("no price of a GPU-hour is given")
    if each < 0:
        raise UnknownError(f"a GPU-hour costs {each:g}, below 0")
    hours = gpu_hours(inputs)
    return Quantity(
        costs.price(hours.value, each),
        "currency",
        "GPU-hours * price",
        low=costs.price(hours.low or 0.0, each),
        high=costs.price(hours.high or 0.0, each),
        convention=f"{each:g} per GPU-hour; {hours.convention}",
    )


def needed_mfu(inputs: Inputs) -> Quantity:
    """MFU that the stated GPU-hours ask for; above 1 the budget cannot be kept."""
    budget = inputs.positive("budget.gpu_hours")
    value = costs.utilisation(training_total(inputs).value, budget, cluster.peak(inputs).value)
    return Quantity(value, "share", "FLOPs / (GPU-hours * peak)", convention="dense bf16 peak")


def interruptions(inputs: Inputs) -> Quantity:
    """Unexpected interruptions of the phase."""
    hours = gpu_hours(inputs)
    return Quantity(
        costs.interruptions(hours.value),
        "interruption",
        "GPU-hours / 50,700",
        low=costs.interruptions(hours.low or 0.0),
        high=costs.interruptions(hours.high or 0.0),
        convention="rate of Llama 3 405B on 16,384 H100; other clusters differ several times",
    )


def tensor_traffic(inputs: Inputs) -> Quantity:
    """Bytes that one GPU sends for tensor parallelism in one step."""
    sent = communication.tensor_parallel(
        inputs.architecture(), layout(inputs), _tokens_of_gpu(inputs)
    )
    return _bytes(sent, "4 * 2 (tp - 1)/tp * tokens * hidden_size * 2 per layer")


def pipeline_traffic(inputs: Inputs) -> Quantity:
    """Bytes that one GPU sends to neighbouring stages in one step."""
    sent = communication.pipeline_parallel(
        inputs.architecture(), layout(inputs), _tokens_of_gpu(inputs)
    )
    return _bytes(sent, "2 * vpp * tokens * hidden_size * 2")


def expert_traffic(inputs: Inputs) -> Quantity:
    """Bytes that one GPU sends in all-to-alls in one step."""
    sent = communication.expert_parallel(
        inputs.architecture(), layout(inputs), _tokens_of_gpu(inputs)
    )
    return _bytes(sent, "4 * top_k * tokens * hidden_size * 2 (ep - 1)/ep per MoE layer")


def context_traffic(inputs: Inputs) -> Quantity:
    """Bytes of keys and values that one GPU sends in one step."""
    sent = communication.context_parallel(
        inputs.architecture(), layout(inputs), _tokens_of_gpu(inputs)
    )
    return _bytes(sent, "3 (cp - 1) * tokens * key and value width * 2 per layer")


def data_traffic(inputs: Inputs) -> Quantity:
    """Bytes that one GPU sends for gradients and sharded weights in one step."""
    plan = layout(inputs)
    trained = run.trained_parameters(inputs).value / (plan.tp * plan.pp)
    if inputs.architecture().moe is not None:
        counts = inputs.parameters()
        dense = (counts.total - counts.experts) / (plan.tp * plan.pp)
        trained = dense + counts.experts / (plan.pp * plan.ep)
    sent = communication.data_parallel(trained, plan)
    return _bytes(sent, "2 (dp - 1)/dp * parameters * 2; ZeRO-3 half as much again")


def _bytes(sent: float, formula: str) -> Quantity:
    return Quantity(sent, "byte/step", formula, convention="sent by one GPU; bf16; ring algorithms")


def _tokens_of_gpu(inputs: Inputs) -> float:
    """Tokens that pass one GPU's stage in one step."""
    micro = inputs.size("batch.micro_batch") * inputs.positive("batch.sequence_length")
    return micro * micro_batches(inputs) / layout(inputs).cp
