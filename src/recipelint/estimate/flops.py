"""Floating-point operations of one token.

A multiply-add counts as two operations, and only matrix products count: norms, activations, softmax
and rotary embedding are below 0.2 % even in tiny models. All results are FLOPs per token of one
sequence; batch size does not enter.

Sources: 2 operations per weight forward and 4 backward, Kaplan et al., arXiv 2001.08361, section
2.1; attention's two products per key, Narayanan et al., arXiv 2104.04473, section 5.1 (there
without the causal half).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from recipelint.estimate.architecture import Architecture, Moe
from recipelint.estimate.parameters import moe_layer_count

Recompute = Literal["none", "selective", "full"]


class Forward(NamedTuple):
    """FLOPs of one token's forward pass, by part."""

    body: float
    """Weights of attention, feed-forward layers and routers."""
    attention: float
    """Products of queries with keys and of weights with values; grows with the length."""
    head: float
    """Logits."""

    @property
    def total(self) -> float:
        """All parts."""
        return self.body + self.attention + self.head


class Training(NamedTuple):
    """FLOPs of one token's forward and backward pass."""

    model: float
    """What the mathematics needs: the numerator of model FLOPs utilisation (MFU)."""
    hardware: float
    """What the GPUs execute, recomputation included: the numerator of HFU."""


def forward_per_token(arch: Architecture, length: float) -> Forward:
    """Return the mean over a causal sequence of `length` tokens, as in training or prefill."""
    return _forward(arch, causal_keys(length, 0), causal_keys(length, arch.window))


def unmasked_per_token(arch: Architecture, length: float) -> Forward:
    """Return the mean when every token is multiplied with every key, masked or not.

    That is what an eager or SDPA-math kernel executes, and what most published figures count
    (PaLM's MFU, arXiv 2204.02311, appendix B). A sliding window saves nothing here.
    """
    return _forward(arch, length, length)


def decode_per_token(arch: Architecture, position: float) -> Forward:
    """Return the cost of generating the token at `position`, with all earlier keys cached.

    For MLA these are the products of the paper's formulation, with per-head keys; an engine that
    absorbs the up-projections computes more (`absorbed_decode_per_token`).
    """
    local = min(position, arch.window) if arch.window else position
    return _forward(arch, position, local)


def absorbed_decode_per_token(arch: Architecture, position: float) -> Forward:
    """Return the cost of decoding with MLA's up-projections absorbed into queries and outputs.

    Each head then works on the latent itself: kv_lora_rank + rope dimensions for the scores,
    kv_lora_rank for the values (DeepSeek-V2, arXiv 2405.04434, section 2.1.2 and appendix C).
    The absorbed projections cost as much as those that they replace.

    Raises ValueError when the attention is not MLA.
    """
    if arch.mla is None:
        raise ValueError("only MLA has up-projections that can be absorbed")
    plain = decode_per_token(arch, position)
    width = 2 * arch.mla.kv_lora_rank + arch.mla.qk_rope_head_dim
    attention = 2.0 * attention_layers(arch) * arch.heads * width * position
    return Forward(plain.body, attention, plain.head)


def training_per_token(
    arch: Architecture, length: float, recompute: Recompute = "none"
) -> Training:
    """Return the training cost per token at sequence length `length`.

    Backward costs twice the forward pass. Full recomputation runs every layer forward again (not
    the logits), selective recomputation only attention's two products (Korthikanti et al., arXiv
    2205.05198, section 5). Multi-token-prediction modules are part of the model here: each runs
    one more layer, a 2h -> h projection and the head.
    """
    forward = forward_per_token(arch, length)
    mtp = _mtp(arch, forward)
    model = 3 * (forward.total + mtp)
    if recompute == "full":
        return Training(model, model + forward.body + forward.attention)
    if recompute == "selective":
        return Training(model, model + forward.attention)
    return Training(model, model)


def adapter_training_per_token(
    arch: Architecture, length: float, adapter: float, recompute: Recompute = "none"
) -> Training:
    """Return the training cost per token when `adapter` parameters train and the rest is frozen.

    A frozen weight costs 2 FLOPs forward and 2 for the gradient of its input, none for its own;
    attention's products have no weights and cost what they always do; an adapter's parameter costs
    6. Derived from the chain rule; input gradients below the first adapted layer, which frameworks
    skip, are counted. Recomputation as in `training_per_token`.
    """
    forward = forward_per_token(arch, length)
    model = 2 * (forward.body + forward.head) + 3 * forward.attention + 6 * adapter
    if recompute == "full":
        return Training(model, model + forward.body + forward.attention + 2 * adapter)
    if recompute == "selective":
        return Training(model, model + forward.attention)
    return Training(model, model)


def training_total(parameters: float, tokens: float) -> float:
    """Return 6 N D, the usual short form without the attention term.

    It is 3.5 % low for Llama 3 405B at 8192 tokens, whose report prints exactly this number
    (3.8e25; arXiv 2407.21783, section 1). Source: Kaplan et al., arXiv 2001.08361, section 2.1.
    """
    return 6 * parameters * tokens


def published_decode(
    active: float, layers: int, heads: int, length: float, head_dim: int = 128
) -> float:
    """Return 2 N + 4 L a d s: inference FLOPs per token as the Kimi K2 report counts them.

    With K2's skeleton (61 layers, 384 experts) at s = 131072, going from 64 heads (32.6e9 active
    parameters) to 128 (37.8e9) gives the published +83 % (arXiv 2507.20534, section 2.3). The
    figure needs this convention: 128 dimensions for both products although queries and keys have
    192, and every key at full length. With the real dimensions it is +86 %, with absorbed MLA
    +95 %, as the mean of a causal prefill +77 %.
    """
    return 2 * active + 4.0 * layers * heads * head_dim * length


def causal_keys(length: float, window: int) -> float:
    """Return the mean number of keys that a token of a causal sequence attends to.

    Half the length; with a window w < length, w - w (w - 1) / (2 length), from summing
    min(position, w) over the sequence.
    """
    if window and length > window:
        return window - window * (window - 1) / (2 * length)
    return length / 2


def attention_layers(arch: Architecture) -> int:
    """Return the number of attention blocks of the whole model."""
    return arch.layers * arch.attention_blocks_per_layer


def global_attention_layers(arch: Architecture) -> int:
    """Return how many attention blocks see the whole sequence; the others see the window.

    A pattern of n local layers and one global one ends on the global one (Gemma 3, arXiv
    2503.19786, section 2: 26 layers at 5:1 hold 4 global ones).
    """
    blocks = attention_layers(arch)
    if not arch.window:
        return blocks
    if not arch.local_per_global:
        return 0
    return int(blocks / (arch.local_per_global + 1))


def expected_experts(moe: Moe) -> float:
    """Return how many experts with weights a token passes, identity experts left out.

    Without a stated target, identity experts are taken to be chosen as often as others:
    LongCat-Flash (arXiv 2509.01322, section 2.1) steers towards 12 * 512 / 768 = 8.
    """
    if moe.zero_experts and moe.target_experts is not None:
        return moe.target_experts
    return moe.top_k * moe.experts / (moe.experts + moe.zero_experts)


def attention_matmul_weights(arch: Architecture) -> int:
    """Return the weights of one attention block that multiply a token: no biases, no norms."""
    mla = arch.mla
    if mla is None:
        return 2 * arch.hidden_size * (arch.heads + arch.kv_heads) * arch.head_dim
    key = mla.qk_nope_head_dim + mla.qk_rope_head_dim
    if mla.q_lora_rank:
        query = mla.q_lora_rank * (arch.hidden_size + arch.heads * key)
    else:
        query = arch.hidden_size * arch.heads * key
    down = arch.hidden_size * (mla.kv_lora_rank + mla.qk_rope_head_dim)
    up = mla.kv_lora_rank * arch.heads * (mla.qk_nope_head_dim + mla.v_head_dim)
    return query + down + up + arch.heads * mla.v_head_dim * arch.hidden_size


def moe_matmul_weights(arch: Architecture, moe: Moe) -> float:
    """Return the weights of one MoE layer that a token passes on average, router included."""
    matrices = 3 if moe.gated_experts else 2
    routed = expected_experts(moe) * matrices * arch.hidden_size * moe.expert_ffn_size
    shared = (3 if arch.gated_mlp else 2) * arch.hidden_size * moe.shared_ffn_size
    gate = arch.hidden_size if moe.shared_gate else 0
    return routed + shared + gate + arch.hidden_size * (moe.experts + moe.zero_experts)


def _forward(arch: Architecture, global_keys: float, local_keys: float) -> Forward:
    everywhere = global_attention_layers(arch)
    keys = everywhere * global_keys + (attention_layers(arch) - everywhere) * local_keys
    return Forward(
        body=2.0 * _body_weights(arch),
        attention=2.0 * arch.heads * _head_widths(arch) * keys,
        head=2.0 * arch.vocab_size * arch.hidden_size,
    )


def _body_weights(arch: Architecture) -> float:
    blocks = arch.attention_blocks_per_layer
    moe_layers = moe_layer_count(arch)
    dense = arch.layers * blocks if blocks > 1 else arch.layers - moe_layers
    weights = float(arch.layers * blocks * attention_matmul_weights(arch))
    weights += dense * _dense_weights(arch)
    if arch.moe is not None:
        weights += moe_layers * moe_matmul_weights(arch, arch.moe)
    return weights


def _dense_weights(arch: Architecture) -> int:
    return (3 if arch.gated_mlp else 2) * arch.hidden_size * arch.ffn_size


def _head_widths(arch: Architecture) -> int:
    """Width of a query-key product plus width of a value, per head."""
    if arch.mla is None:
        return 2 * arch.head_dim
    return arch.mla.qk_nope_head_dim + arch.mla.qk_rope_head_dim + arch.mla.v_head_dim


def _mtp(arch: Architecture, forward: Forward) -> float:
    """Forward FLOPs of multi-token prediction (DeepSeek-V3, section 2.2, equations 21 to 23)."""
    if not arch.mtp_layers:
        return 0.0
    moe = arch.moe
    ffn = _dense_weights(arch) if moe is None else moe_matmul_weights(arch, moe)
    weights = attention_matmul_weights(arch) + ffn + 2 * arch.hidden_size**2
    attention = forward.attention / attention_layers(arch)
    return arch.mtp_layers * (2 * weights + attention + forward.head)
