"""Named estimates of memory on one GPU, in GiB."""

from __future__ import annotations

from recipelint.estimate import activations as keeps
from recipelint.estimate import memory, pipeline
from recipelint.estimate.architecture import Architecture
from recipelint.estimate.memory import GIB, Layout, StateBytes
from recipelint.estimate.named import model, run
from recipelint.estimate.named.inputs import Inputs, Quantity, UnknownError
from recipelint.estimate.named.parallel import axis, layout, micro_batches
from recipelint.estimate.named.precision import Range, Spread, frozen_bytes, state_bytes
from recipelint.estimate.stages import mtp_experts, stage_parameters

_UNIT = "GiB"
_COMPRESSED = ("8bit", "4bit", "fp8", "galore", "apollo", "lomo")
OVERHEAD = Range(0.4, 2.0, 5.0)
"""GiB of CUDA context, library workspaces, communication buffers and allocator slack. Judgement: a
bare context takes 0.3 to 0.6, each communicator some hundred MB."""


_ALL = StateBytes(1, 1, 1)
_WEIGHTS, _GRADIENTS, _OPTIMIZER = StateBytes(1, 0, 0), StateBytes(0, 1, 0), StateBytes(0, 0, 1)
"""Which of the states to count."""


def model_states(inputs: Inputs) -> Quantity:
    """Weights, gradients and optimizer states of one GPU."""
    return inputs.shared(_model_states)


def _model_states(inputs: Inputs) -> Quantity:
    return _states(inputs, _ALL)


def weights(inputs: Inputs) -> Quantity:
    """Weights of one GPU, an adapter's frozen base included."""
    return _states(inputs, _WEIGHTS)


def gradients(inputs: Inputs) -> Quantity:
    """Gradients of one GPU."""
    return _states(inputs, _GRADIENTS)


def optimizer_states(inputs: Inputs) -> Quantity:
    """Moments and master weights of one GPU."""
    return _states(inputs, _OPTIMIZER)


def _states(inputs: Inputs, part: StateBytes) -> Quantity:
    if inputs.word("adapter.kind") not in (None, "none"):
        return _adapter_states(inputs, part)
    spread, plan = _part_of(state_bytes(inputs), part), layout(inputs)
    dense, experts = _split(inputs, plan)
    # Some frameworks split experts by tp as well, and no fact says so: the low end allows for it.
    split_experts = plan.ep * plan.tp <= plan.world / plan.pp
    least = plan._replace(expert_tp=plan.tp) if split_experts else plan
    usual = _on_gpu(inputs, dense, experts, plan, _twice_under_dualpipe(inputs, spread.usual))
    low = _on_gpu(inputs, dense, experts, least, _surely_on_gpu(inputs, spread.low))
    high = _fullest(inputs, dense, experts, plan, _twice_under_dualpipe(inputs, spread.high))
    return Quantity(
        usual,
        _UNIT,
        "parameters / (tp pp ep) * bytes per parameter / ZeRO shards",
        # Of a part alone, as of optimizer states, the three ends need not be in order.
        low=min(low, usual),
        high=max(high, usual),
        convention=_bytes_text(spread) + "; stages hold equal shares, high: the fullest stage",
    )


def _part_of(spread: Spread, part: StateBytes) -> Spread:
    """The bytes of the states that `part` marks with 1, and 0 for those that it does not."""
    low, usual, high = (
        StateBytes(
            size.weight * part.weight,
            size.gradient * part.gradient,
            size.optimizer * part.optimizer,
        )
        for size in spread
    )
    return Spread(low, usual, high)


def _bytes_text(spread: Spread) -> str:
    """In words. A part may be smallest where the whole is largest."""
    low, usual, high = (size.total for size in spread)
    if low == high:
        return f"{usual:g} bytes per parameter"
    ends = sorted((low, usual, high))
    return f"{usual:g} ({ends[0]:g} to {ends[-1]:g}) bytes per parameter"


def _on_gpu(inputs: Inputs, dense: float, experts: float, plan: Layout, size: StateBytes) -> float:
    """GiB of the states that are not moved to the CPU."""
    states = memory.model_states(dense, experts, plan, size)
    total = states.gradients
    if not inputs.flag("memory.offload_optimizer"):
        total += states.optimizer
    if not inputs.flag("memory.offload_parameters"):
        total += states.weights
    return total / GIB


def _twice_under_dualpipe(inputs: Inputs, size: StateBytes) -> StateBytes:
    """Two copies of weights and gradients (Kimi K2, arXiv 2507.20534, section 2.4.2)."""
    if "dualpipe" not in (inputs.word("parallel.pipeline_schedule") or "").lower():
        return size
    return StateBytes(2 * size.weight, 2 * size.gradient, size.optimizer)


def _surely_on_gpu(inputs: Inputs, size: StateBytes) -> StateBytes:
    """Leave out what may be elsewhere or smaller than the optimizer's family says.

    Gradients go to the CPU with offloaded states, paged states on demand; some optimizers' names
    tell of compressed or projected states that no fact describes.
    """
    offloads = ("memory.offload_optimizer", "memory.offload_parameters")
    gradient = 0.0 if any(inputs.flag(name) for name in offloads) else size.gradient
    name = (inputs.word("optimizer.name") or "").lower()
    small = not inputs.flag("optimizer.eight_bit") and any(word in name for word in _COMPRESSED)
    elsewhere = "paged" in name or small
    return StateBytes(size.weight, gradient, 0.0 if elsewhere else size.optimizer)


def _split(inputs: Inputs, plan: Layout) -> tuple[float, float]:
    """Parameters that are trained: routed experts apart from all others."""
    try:
        counts = inputs.parameters()
    except UnknownError:
        if plan.ep > 1:
            raise
        return inputs.positive("model.total_parameters"), 0.0
    experts = counts.experts + mtp_experts(inputs.architecture())
    return counts.total_with_mtp - experts, experts


def _fullest(inputs: Inputs, dense: float, experts: float, plan: Layout, size: StateBytes) -> float:
    """GiB on the pipeline stage that holds most."""
    try:
        held = stage_parameters(inputs.architecture(), inputs.parameters(), plan.pp)
    except UnknownError:
        return _on_gpu(inputs, dense, experts, plan, size)
    # A stage's own parameters, times pp because `model_states` divides by it.
    return max(
        _on_gpu(inputs, stage.dense * plan.pp, stage.experts * plan.pp, plan, size)
        for stage in held
    )


def _adapter_states(inputs: Inputs, part: StateBytes) -> Quantity:
    trained = run.trained_parameters(inputs).value
    frozen, plan = model.total(inputs).value, layout(inputs)
    sizes, states = frozen_bytes(inputs), _part_of(state_bytes(inputs), part)
    dense = max(0.0, frozen - _never_quantized(inputs, frozen))
    values = []
    for size, per_parameter in zip(sizes, states, strict=True):
        base = part.weight * (dense * size + (frozen - dense) * max(size, 2))
        share = memory.frozen_weights(base, plan, 1.0) / GIB
        if inputs.flag("memory.offload_parameters"):
            share = 0.0
        values.append(share + _on_gpu(inputs, trained, 0.0, plan, per_parameter))
    return Quantity(
        values[1],
        _UNIT,
        "frozen weights + adapter * bytes per parameter",
        low=min(values),
        high=max(values),
        convention=f"{sizes.usual:.3g} bytes per frozen weight; embedding and head in 16 bits",
    )


def _never_quantized(inputs: Inputs, total: float) -> float:
    """Embedding and head stay in 16 bits when the linear layers are quantised."""
    try:
        counts = inputs.parameters()
    except UnknownError:
        return 0.0
    return min(total, counts.total - counts.non_embedding)


def activations(inputs: Inputs) -> Quantity:
    """Activations kept for the backward pass, on the fullest stage."""
    return inputs.shared(_activations)


def _activations(inputs: Inputs) -> Quantity:
    arch, plan = inputs.architecture(), layout(inputs)
    tokens = _tokens_per_gpu(inputs, plan)
    flying = _in_flight(inputs, plan)
    kept = _kept(inputs, arch, plan, flying)
    bounds = _by_mode(inputs, *(tokens * each for each in kept))
    if inputs.flag("parallel.sequence_parallel") is None and plan.tp > 1:
        split = plan._replace(sequence_parallel=True)
        least = _kept(inputs, arch, split, flying)
        bounds = bounds._replace(low=_by_mode(inputs, *(tokens * each for each in least)).low)
    if inputs.flag("memory.offload_activations"):
        one = tokens * keeps.layer_bytes_per_token(arch, plan)
        bounds = Range(0.0, min(one, bounds.usual), bounds.high)
    mode = inputs.word("memory.recompute") or "unknown"
    return Quantity(
        bounds.usual / GIB,
        _UNIT,
        "micro_batch * sequence / cp * layers / pp * in flight * bytes per token and layer",
        low=bounds.low / GIB if run.sequences_are_full(inputs) else 0.0,
        high=bounds.high / GIB,
        convention=f"recomputation {mode}; 16-bit; {flying:g} micro-batches in flight",
    )


def _kept(
    inputs: Inputs, arch: Architecture, plan: Layout, flying: float
) -> tuple[float, float, float]:
    """Bytes per token with full recomputation, with none, and with none and unfused attention."""
    everything = keeps.layer_bytes_per_token(arch, plan)
    checkpoint = keeps.checkpoint_bytes_per_token(arch, plan)
    scores = keeps.score_bytes_per_token(arch, plan, inputs.positive("batch.sequence_length"))
    full = keeps.held(arch, plan, flying, checkpoint) + everything
    none = keeps.held(arch, plan, flying, everything)
    return full, none, keeps.held(arch, plan, flying, everything + scores)


def _by_mode(inputs: Inputs, full: float, none: float, eager: float) -> Range:
    mode = inputs.word("memory.recompute")
    implementation = (inputs.word("model.attention.implementation") or "").lower()
    # Unfused attention is rare enough today to be counted only where a recipe asks for it.
    scores = eager - none if "eager" in implementation else 0.0
    most = keeps.UNFUSED * none + scores
    full = min(full, none)
    if mode == "full":
        return Range(0.5 * full, full, min(most, keeps.UNFUSED * full + scores))
    if mode == "selective":
        # Anything between keeping layer inputs alone and dropping scores alone goes by this name.
        return Range(0.5 * full, none, keeps.UNFUSED * none)
    if mode == "none":
        return Range(keeps.FUSED * none, none, most)
    return Range(0.5 * full, none, most)


def _tokens_per_gpu(inputs: Inputs, plan: Layout) -> float:
    length = inputs.positive("batch.sequence_length")
    return inputs.size("batch.micro_batch") * length / plan.cp


def _in_flight(inputs: Inputs, plan: Layout) -> float:
    if plan.pp == 1:
        return 1.0
    schedule = (inputs.word("parallel.pipeline_schedule") or "").lower()
    count = micro_batches(inputs)
    if schedule in ("afab", "gpipe", "all_forward_all_backward"):
        return pipeline.in_flight_all_forward(count)
    if "dualpipe" in schedule:
        # One more than 1F1B in each of two directions: DeepSeek-V3, table 2, PP + 1.
        return min(plan.pp + 1, count)
    return pipeline.in_flight(plan.pp, count, plan.vpp)


def logits(inputs: Inputs) -> Quantity:
    """Logits and their gradient on the last stage."""
    return inputs.shared(_logits)


def _logits(inputs: Inputs) -> Quantity:
    if inputs.flag("memory.chunked_loss"):
        return Quantity(0.0, _UNIT, "chunked loss: never held whole", high=1.0)
    plan = Layout(tp=axis(inputs, "parallel.tp"), cp=axis(inputs, "parallel.cp"))
    rows = inputs.size("model.vocab_size")
    tokens = _tokens_per_gpu(inputs, plan)
    # 4 bytes: bf16 logits and gradient; 14: an fp32 softmax and its input beside both.
    low, usual, high = (keeps.logits(tokens, rows, plan, size) / GIB for size in (4, 10, 14))
    chunks_unknown = inputs.flag("memory.chunked_loss") is None
    return Quantity(
        usual,
        _UNIT,
        "micro_batch * sequence / cp * vocab_size / tp * 10",
        low=0.0 if chunks_unknown or not run.sequences_are_full(inputs) else low,
        high=high,
        convention="bf16 logits, fp32 copy and gradient; low: fused loss"
        if chunks_unknown
        else "bf16 logits, fp32 copy and gradient",
    )


def gathered(inputs: Inputs) -> Quantity:
    """Layers that ZeRO-3 or FSDP holds whole for a moment."""
    low, usual, high = _gathered(inputs)
    return Quantity(
        usual,
        _UNIT,
        "parameters / layers / tp * 2 bytes, twice",
        low=low,
        high=high,
        convention="one layer and the next one fetched ahead",
    )


def _overhead() -> Quantity:
    """What the runtime takes beside the tensors: the same for every recipe."""
    return Quantity(
        OVERHEAD.usual,
        _UNIT,
        "CUDA context, workspaces, communication buffers",
        low=OVERHEAD.low,
        high=OVERHEAD.high,
        convention="assumed",
    )


def parts(inputs: Inputs) -> dict[str, Quantity]:
    """What `per_gpu` adds up, by name, for drawing; the usual values sum to its own."""
    top = logits(inputs)
    low, usual, high = _last_stage(inputs, top)
    return {
        "weights": weights(inputs),
        "gradients": gradients(inputs),
        "optimizer": optimizer_states(inputs),
        "activations": activations(inputs),
        "logits": top._replace(value=usual, low=low, high=high),
        "gathered": gathered(inputs),
        "overhead": _overhead(),
    }


def model_states_low(inputs: Inputs) -> Quantity:
    """The least that the states can take: what a certain finding is held against."""
    return _low_end(model_states(inputs))


def per_gpu_low(inputs: Inputs) -> Quantity:
    """The least that a GPU needs."""
    return _low_end(per_gpu(inputs))


def per_gpu_high(inputs: Inputs) -> Quantity:
    """The most that a GPU may need."""
    whole = per_gpu(inputs)
    high = whole.value if whole.high is None else whole.high
    return Quantity(high, _UNIT, "high end of " + whole.formula, convention=whole.convention)


def _low_end(whole: Quantity) -> Quantity:
    low = whole.value if whole.low is None else whole.low
    return Quantity(low, _UNIT, "low end of " + whole.formula, convention=whole.convention)


def per_gpu(inputs: Inputs) -> Quantity:
    """Everything on the fullest GPU, as a range."""
    return inputs.shared(_per_gpu)


def _per_gpu(inputs: Inputs) -> Quantity:
    states, kept = model_states(inputs), activations(inputs)
    top, whole = logits(inputs), _gathered(inputs)
    parts = [_range(states), _range(kept), _last_stage(inputs, top), whole, OVERHEAD]
    low, usual, high = (sum(part[i] for part in parts) for i in range(3))
    return Quantity(
        usual,
        _UNIT,
        "states + activations + logits + gathered layers + overhead",
        low=low,
        high=high * 1.1,
        convention=_per_gpu_text(inputs),
    )


def _per_gpu_text(inputs: Inputs) -> str:
    text = "overhead 0.4 to 5 GiB; high adds 10 % fragmentation"
    if inputs.word("run.stage") in ("rl", "distill", "preference"):
        return text + "; the trained model alone, no reference, teacher or rollouts"
    return text


def _range(quantity: Quantity) -> Range:
    value = quantity.value
    low = value if quantity.low is None else quantity.low
    return Range(low, value, value if quantity.high is None else quantity.high)


def _last_stage(inputs: Inputs, top: Quantity) -> Range:
    """With a pipeline, the stage with the logits is not the one with the most activations."""
    bounds = _range(top)
    if layout(inputs).pp == 1:
        return bounds
    return Range(0.0, 0.0, bounds.high)


def _gathered(inputs: Inputs) -> Range:
    """Layers that ZeRO-3 or FSDP holds whole for a moment: one at least, two when prefetching."""
    plan = layout(inputs)
    if plan.zero_stage < 3 or plan.shards == 1:
        return Range(0.0, 0.0, 0.0)
    total = model.total(inputs).value
    one = memory.gathered_layer(total / inputs.architecture().layers, plan) / GIB
    return Range(0.5 * one, 2 * one, 4 * one)
