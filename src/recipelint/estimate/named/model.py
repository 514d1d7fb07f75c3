"""Named estimates of the model itself: parameters, FLOPs, KV cache, RoPE."""

from __future__ import annotations

from recipelint.estimate import flops, kv_cache, rope
from recipelint.estimate.architecture import Architecture
from recipelint.estimate.named.inputs import Inputs, Quantity, UnknownError
from recipelint.estimate.parameters import Convention

_COUNT = "parameters"
_EACH = "FLOP/token"


_RECOMPUTE: dict[str, flops.Recompute] = {"selective": "selective", "full": "full"}


def total(inputs: Inputs) -> Quantity:
    """All parameters, MTP modules left out."""
    try:
        return Quantity(inputs.parameters().total, _COUNT, "sum over the weights of every layer")
    except UnknownError:
        if not inputs.known("model.total_parameters"):
            raise
        return _declared(inputs, "model.total_parameters")


def _declared(inputs: Inputs, name: str) -> Quantity:
    return Quantity(inputs.positive(name), _COUNT, "stated", convention="as declared")


def active(inputs: Inputs) -> Quantity:
    """Parameters that one token passes through."""
    try:
        counts = inputs.parameters()
    except UnknownError:
        if not inputs.known("model.active_parameters"):
            raise
        return _declared(inputs, "model.active_parameters")
    spread = counts.active_range(Convention.ALL)
    return Quantity(
        spread.expected,
        _COUNT,
        "total - experts not chosen",
        low=counts.active_range(Convention.WITHOUT_EMBEDDINGS).low,
        high=spread.high,
        convention="embedding and head counted; low: neither counted",
    )


def active_without_input_embedding(inputs: Inputs) -> Quantity:
    """Active parameters as gpt-oss and LongCat-Flash count them."""
    return _active_by(inputs, Convention.WITHOUT_INPUT_EMBEDDING, "head counted, lookup table not")


def active_without_embeddings(inputs: Inputs) -> Quantity:
    """Active parameters as Moonlight and GLM-4.5 count them."""
    return _active_by(inputs, Convention.WITHOUT_EMBEDDINGS, "neither embedding nor head counted")


def _active_by(inputs: Inputs, convention: Convention, text: str) -> Quantity:
    low, expected, high = inputs.parameters().active_range(convention)
    varies = low < high
    return Quantity(
        expected,
        _COUNT,
        "total - experts not chosen - embeddings not counted",
        low=low if varies else None,
        high=high if varies else None,
        convention=f"{text}; range: identity experts" if varies else text,
    )


def embedding(inputs: Inputs) -> Quantity:
    """Parameters of the input embedding and, where untied, of the head."""
    try:
        counts = inputs.parameters()
    except UnknownError:
        if not inputs.known("model.embedding_parameters"):
            raise
        return _declared(inputs, "model.embedding_parameters")
    return Quantity(
        counts.total - counts.non_embedding,
        _COUNT,
        "vocab_size * hidden_size, twice when untied, + positions",
    )


def non_embedding(inputs: Inputs) -> Quantity:
    """Parameters between embedding and head."""
    return Quantity(inputs.parameters().non_embedding, _COUNT, "total - embedding - head")


def forward(inputs: Inputs) -> Quantity:
    """FLOPs of a forward pass, mean over a causal sequence."""
    length = inputs.positive("batch.sequence_length")
    arch = inputs.architecture()
    return Quantity(
        flops.forward_per_token(arch, length).total,
        _EACH,
        "2 * matrix weights + 2 * heads * (qk + v width) * keys per layer",
        high=flops.unmasked_per_token(arch, length).total,
        convention="causal mean; high: every token against every key",
    )


def training(inputs: Inputs) -> Quantity:
    """FLOPs of training on one token, recomputation left out of the value."""
    return inputs.shared(_training)


def _training(inputs: Inputs) -> Quantity:
    length = inputs.positive("batch.sequence_length")
    arch = inputs.architecture()
    extra = _RECOMPUTE.get(inputs.word("memory.recompute") or "none", "none")
    if _is_adapter(inputs):
        return _adapter_training(inputs, arch, length, extra)
    cost = flops.training_per_token(arch, length, extra)
    return Quantity(
        cost.model,
        _EACH,
        "3 * forward",
        high=cost.hardware,
        convention="causal mean, model FLOPs; high: with recomputation",
    )


def _adapter_training(
    inputs: Inputs, arch: Architecture, length: float, mode: flops.Recompute
) -> Quantity:
    from recipelint.estimate.named.run import trained_parameters

    trained = trained_parameters(inputs).value
    cost = flops.adapter_training_per_token(arch, length, trained, mode)
    return Quantity(
        cost.model,
        _EACH,
        "2 * (body + head) + 3 * attention + 6 * adapter",
        high=cost.hardware,
        convention="causal mean; frozen weights take no gradient; high: with recomputation",
    )


def weights_only(inputs: Inputs) -> Quantity:
    """FLOPs of a forward pass that do not depend on the length."""
    arch = inputs.architecture()
    forward = flops.forward_per_token(arch, 1.0)
    return Quantity(
        forward.body + forward.head,
        _EACH,
        "2 * matrix weights",
        convention="attention's keys left out: they grow with the length",
    )


def decode(inputs: Inputs) -> Quantity:
    """FLOPs of generating the last token of a sequence, all earlier keys cached."""
    length = inputs.positive("batch.sequence_length")
    arch = inputs.architecture()
    plain = flops.decode_per_token(arch, length).total
    return Quantity(
        plain,
        _EACH,
        "2 * matrix weights + 2 * heads * (qk + v width) * position per layer",
        high=flops.absorbed_decode_per_token(arch, length).total if arch.mla else None,
        convention="at batch.sequence_length"
        + ("; high: MLA with absorbed up-projections" if arch.mla else ""),
    )


def cache_per_token(inputs: Inputs) -> Quantity:
    """Bytes that a token adds to the KV cache."""
    return Quantity(
        kv_cache.bytes_per_token(inputs.architecture()),
        "byte/token",
        "layers * 2 * kv_heads * head_dim * 2",
        convention="bf16, while the sequence is within every window",
    )


def cache_per_sequence(inputs: Inputs) -> Quantity:
    """Bytes of the KV cache of one full sequence."""
    length = inputs.positive("batch.sequence_length")
    return Quantity(
        kv_cache.bytes_at(inputs.architecture(), length),
        "byte",
        "bytes per token * min(length, window) over the layers",
        convention="bf16, one sequence of batch.sequence_length",
    )


def longest_length(inputs: Inputs) -> Quantity:
    """Longest context for which the RoPE base keeps S(m) >= 0."""
    base = inputs.number("model.rope.theta")
    if inputs.word("model.attention.kind") == "mla" or inputs.known("model.attention.kv_lora_rank"):
        raise UnknownError(
            "the bound does not hold for MLA, where a part of each head is not rotated"
        )
    partial = inputs.maybe("model.rope.partial")
    if partial is not None and partial < 1:
        raise UnknownError("the bound does not hold where a part of each head is not rotated")
    scaling = inputs.word("model.rope.scaling")
    if scaling not in (None, "none"):
        raise UnknownError(f"the bound is not known with {scaling} scaling")
    length = rope.longest_length(base, _head_dim(inputs))
    return Quantity(length, "token", "first m with sum cos(m * theta ** (-2i/d)) < 0")


def _head_dim(inputs: Inputs) -> int:
    stated = inputs.maybe("model.attention.head_dim")
    if stated is not None:
        return int(stated)
    return inputs.architecture().head_dim


def _is_adapter(inputs: Inputs) -> bool:
    return inputs.word("adapter.kind") not in (None, "none")
