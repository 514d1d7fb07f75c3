"""Named estimates of a model's components: parameters of one kind, over all layers."""

from __future__ import annotations

from recipelint.estimate.named.inputs import Inputs, Quantity


def attention(inputs: Inputs) -> Quantity:
    """Projections of queries, keys, values and output, with their biases, norms and sinks."""
    return _count(inputs.parameters().attention, "attention blocks")


def dense_ffn(inputs: Inputs) -> Quantity:
    """Feed-forward layers that are no experts."""
    return _count(inputs.parameters().dense_ffn, "feed-forward layers")


def experts(inputs: Inputs) -> Quantity:
    """Routed experts."""
    return _count(inputs.parameters().experts, "MoE layers * experts")


def shared_experts(inputs: Inputs) -> Quantity:
    """Experts that every token passes, and their gate."""
    return _count(inputs.parameters().shared_experts, "MoE layers * shared experts")


def router(inputs: Inputs) -> Quantity:
    """Routers, with a row for each identity expert."""
    return _count(inputs.parameters().router, "MoE layers * hidden_size * experts")


def norms(inputs: Inputs) -> Quantity:
    """Norms of the hidden width; those of queries and keys belong to attention."""
    return _count(inputs.parameters().norms, "norms * hidden_size")


def positions(inputs: Inputs) -> Quantity:
    """A learned table of positions."""
    return _count(inputs.parameters().positions, "rows * hidden_size")


def head(inputs: Inputs) -> Quantity:
    """The output matrix; 0 where it is the embedding's."""
    return _count(inputs.parameters().head, "vocab_size * hidden_size, 0 when tied")


def mtp(inputs: Inputs) -> Quantity:
    """Multi-token-prediction modules, which the total leaves out."""
    return _count(inputs.parameters().mtp, "modules * (layer + projection + norms)")


def _count(weights: int, formula: str) -> Quantity:
    return Quantity(float(weights), "parameters", formula)
