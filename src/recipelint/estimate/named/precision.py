"""Bytes per parameter that the precision and optimizer facts of a recipe imply."""

from __future__ import annotations

from typing import NamedTuple

from recipelint.estimate.memory import (
    DTYPE_BYTES,
    EIGHT_BIT_STATE,
    QUANTIZED_4BIT,
    QUANTIZED_4BIT_SINGLE,
    StateBytes,
    optimizer_bytes,
)
from recipelint.estimate.named.inputs import Inputs, UnknownError


class Spread(NamedTuple):
    """Bytes per parameter: least, usual and most, where a recipe leaves room."""

    low: StateBytes
    usual: StateBytes
    high: StateBytes


class Range(NamedTuple):
    """A number of bytes: least, usual and most."""

    low: float
    usual: float
    high: float


def state_bytes(inputs: Inputs) -> Spread:
    """Return the bytes of the states of one trained parameter.

    Frameworks keep bf16 training in one of three ways, and few recipes say which: bf16 weights
    with fp32 masters (Megatron, DeepSpeed), fp32 weights under autocast (PyTorch, accelerate), or
    bf16 alone. What is not stated widens the range between them.
    """
    return inputs.shared(_state_bytes)


def _state_bytes(inputs: Inputs) -> Spread:
    weights = _weights(inputs)
    gradients = _gradients(inputs, weights)
    states = _optimizer(inputs, weights)
    masters = _masters(inputs, weights)
    low, usual, high = (
        StateBytes(weight, gradient, state + master)
        for weight, gradient, state, master in zip(weights, gradients, states, masters, strict=True)
    )
    return Spread(low, usual, high)


def weight_bytes(inputs: Inputs) -> Range:
    """Return the bytes of one weight of the model as computed with."""
    return _weights(inputs)


def frozen_bytes(inputs: Inputs) -> Range:
    """Return the bytes of one frozen weight under an adapter, quantised or not."""
    bits = inputs.maybe("quantization.bits")
    if bits is None and inputs.word("adapter.kind") == "qlora":
        bits = 4
    if bits == 4:
        return Range(QUANTIZED_4BIT, QUANTIZED_4BIT, QUANTIZED_4BIT_SINGLE)
    if bits is not None:
        return Range(bits / 8, bits / 8, bits / 8)
    stored = inputs.word("model.dtype")
    if stored is not None and stored in DTYPE_BYTES:
        return _exactly(DTYPE_BYTES[stored])
    return Range(2, 2, 4)


def _compute(inputs: Inputs) -> str:
    dtype = inputs.word("precision.compute")
    if dtype is not None:
        return dtype
    if inputs.flag("precision.bf16"):
        return "bf16"
    if inputs.flag("precision.fp16"):
        return "fp16"
    raise UnknownError("precision.compute is not known")


def _exactly(size: float) -> Range:
    return Range(size, size, size)


def _weights(inputs: Inputs) -> Range:
    compute = _compute(inputs)
    if compute in ("fp32", "tf32"):
        return _exactly(4)
    master = inputs.word("precision.master_dtype")
    stored = inputs.word("model.dtype")
    if master in ("bf16", "fp16") or stored in ("bf16", "fp16"):
        return _exactly(2)
    return Range(2, 2, 4)


def _gradients(inputs: Inputs, weights: Range) -> Range:
    dtype = inputs.word("precision.gradient_dtype")
    if dtype is not None and dtype in DTYPE_BYTES:
        return _exactly(DTYPE_BYTES[dtype])
    return Range(weights.low, weights.usual, 4)


def _masters(inputs: Inputs, weights: Range) -> Range:
    """Master weights that are kept beside the weights themselves."""
    if weights.low == 4:
        return _exactly(0)
    master = inputs.word("precision.master_dtype")
    if master in ("bf16", "fp16"):
        return _exactly(0)
    if master == "fp32":
        # At least the 4 bytes themselves: bf16 copies may live only while they are used, so the
        # low end has 2 + 2 and the high end, fp32 weights under autocast, has 4 + 0.
        return Range(2, 4, 4 if weights.high == 2 else 2)
    return Range(0, 4, 4 if weights.high == 2 else 2)


def _optimizer(inputs: Inputs, weights: Range) -> Range:
    family = inputs.word("optimizer.family")
    if family is None:
        raise UnknownError("optimizer.family is not known")
    if inputs.flag("optimizer.eight_bit"):
        return _exactly(_family_bytes(family, EIGHT_BIT_STATE))
    dtype = inputs.word("optimizer.state_dtype")
    if dtype is not None and dtype in DTYPE_BYTES:
        return _exactly(_family_bytes(family, DTYPE_BYTES[dtype]))
    low = 2.0 if weights.low == 2 and inputs.word("precision.master_dtype") != "fp32" else 4.0
    usual = 2.0 if inputs.word("precision.master_dtype") in ("bf16", "fp16") else 4.0
    least = 0.0 if family == "sgd" else _family_bytes(family, low)
    # Matrices alone belong to Muon; what Adam keeps for embeddings and vectors is the high end.
    most = 8.0 if family == "muon" else _family_bytes(family, 4.0)
    return Range(least, _family_bytes(family, usual), most)


def _family_bytes(family: str, size: float) -> float:
    try:
        return optimizer_bytes(family, size)
    except ValueError as error:
        raise UnknownError(str(error)) from None
