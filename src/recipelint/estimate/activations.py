"""Bytes of activations that one GPU keeps for the backward pass.

Two models of a layer: the published one of Korthikanti et al. (Reducing Activation Recomputation in
Large Transformer Models, arXiv 2205.05198, section 4), which holds for GPT blocks with 16-bit
activations, a 4h ungated MLP and dropout; and one derived here that counts the tensors of gated,
grouped-query, latent-attention and expert layers with a fused attention kernel and no dropout.
"""

from __future__ import annotations

from recipelint.estimate.architecture import Architecture, Moe
from recipelint.estimate.flops import attention_layers, expected_experts
from recipelint.estimate.memory import Layout
from recipelint.estimate.parameters import moe_layer_count

_ELEMENT = 2.0
"""Bytes of one bf16 or fp16 activation."""

FUSED = 0.65
"""Share of the derived count below which no framework keeps: fused kernels drop products that they
can make again. Judgement: a fused SwiGLU alone saves 0.2."""
UNFUSED = 2.2
"""Multiple that unfused modules keep at most. Measured on transformers' classes in bf16 with
saved-tensor hooks: Llama 1.45, Qwen3 1.67, Gemma 3 2.09 (norms work in fp32, rotary embedding and
activation keep their inputs)."""


def gpt_layer(tokens: float, hidden: int, heads: int, length: float, tp: int = 1) -> float:
    """Return a layer's bytes with nothing recomputed: s b h (10 + 24/t + 5 a s / (h t)).

    `tokens` is the micro-batch times the length, s b. Source: Korthikanti et al., equation 2; at
    t = 1 equation 1.
    """
    scores = 5 * heads * length / (hidden * tp)
    return tokens * hidden * (10 + 24 / tp + scores)


def gpt_layer_sequence_parallel(
    tokens: float, hidden: int, heads: int, length: float, tp: int
) -> float:
    """Return the same with sequence parallelism: s b h / t (34 + 5 a s / h), equation 4."""
    return tokens * hidden / tp * (34 + 5 * heads * length / hidden)


def gpt_layer_selective(tokens: float, hidden: int, tp: int) -> float:
    """Return the same, scores recomputed, with sequence parallelism: 34 s b h / t, table 2."""
    return tokens * hidden / tp * 34


def gpt_layer_full(tokens: float, hidden: int) -> float:
    """Return the layer's input, all that full recomputation keeps: 2 s b h, table 2."""
    return tokens * hidden * 2


def replicated_width(arch: Architecture) -> float:
    """Return the elements per token and layer that tensor parallelism alone does not split.

    Inputs of the norms and of the two blocks' first products. Sequence parallelism splits them.
    """
    return arch.attention_blocks_per_layer * 2 * arch.hidden_size + (
        arch.norms_per_layer * arch.hidden_size
    )


def attention_width(arch: Architecture) -> float:
    """Return the elements per token of one attention block: queries, keys, values, output.

    A fused kernel keeps the output and one fp32 number per head, left out here; without one, the
    scores come on top.
    """
    mla = arch.mla
    if mla is None:
        return 2 * (arch.heads + arch.kv_heads) * arch.head_dim
    key = mla.qk_nope_head_dim + mla.qk_rope_head_dim
    latents = 2 * (mla.q_lora_rank + mla.kv_lora_rank) + mla.qk_rope_head_dim
    return arch.heads * (2 * key + 2 * mla.v_head_dim) + latents


def ffn_width(arch: Architecture, width: int) -> float:
    """Return the elements per token inside an MLP: gate, up and product, or input and output."""
    return (3 if arch.gated_mlp else 2) * width


def moe_width(arch: Architecture, moe: Moe) -> float:
    """Return the elements per token inside an MoE layer whose load is balanced.

    Each chosen expert keeps its inner activations, a copy of the token and its output.
    """
    inner = (3 if moe.gated_experts else 2) * moe.expert_ffn_size
    routed = expected_experts(moe) * (inner + 2 * arch.hidden_size)
    return routed + ffn_width(arch, moe.shared_ffn_size) + moe.experts + moe.zero_experts


def layer_bytes_per_token(arch: Architecture, layout: Layout) -> float:
    """Return the mean bytes per token and layer on one GPU, nothing recomputed.

    For SwiGLU with grouped queries on one GPU: 8 h + 2 (2 a + 2 k) d + 6 f; Llama 3 8B 139,264 =
    34.0 h, so the published 34 h holds there although its layer is another one. Derived from the
    tensors that autograd saves; fused norms or activations save less.
    """
    blocks = arch.attention_blocks_per_layer
    moe_layers = moe_layer_count(arch)
    dense = blocks if blocks > 1 else (arch.layers - moe_layers) / arch.layers
    inside = blocks * attention_width(arch) + dense * ffn_width(arch, arch.ffn_size)
    if arch.moe is not None:
        inside += moe_layers / arch.layers * moe_width(arch, arch.moe)
    outside = replicated_width(arch)
    if layout.sequence_parallel:
        outside /= layout.tp
    return _ELEMENT * (outside + inside / layout.tp)


def checkpoint_bytes_per_token(arch: Architecture, layout: Layout) -> float:
    """Return the bytes per token that a fully recomputed layer keeps: its input."""
    split = layout.tp if layout.sequence_parallel else 1
    return _ELEMENT * arch.hidden_size / split


def score_bytes_per_token(arch: Architecture, layout: Layout, length: float) -> float:
    """Return the bytes per token and layer that an unfused attention keeps for scores.

    A softmax in fp32 and its 16-bit copy, per head and key: 6 a s. That is what transformers'
    eager attention saves (6.4 measured); Korthikanti et al. count 5 a s, softmax in 16 bits with
    dropout.
    """
    blocks = attention_layers(arch) / arch.layers
    return blocks * (4.0 + _ELEMENT) * arch.heads * length / layout.tp


def logits(tokens: float, vocab_size: int, layout: Layout, element_bytes: float = 10.0) -> float:
    """Return the bytes of logits and their gradient on the last stage, for `tokens` of one GPU.

    10 bytes per entry: bf16 logits, an fp32 copy, an fp32 gradient, as a loss in fp32 makes them;
    derived. A chunked or fused loss never holds them whole. `tokens` is already divided by cp.
    """
    return tokens * vocab_size / layout.tp * element_bytes


def held(arch: Architecture, layout: Layout, in_flight: float, per_layer: float) -> float:
    """Return the bytes per token of one stage's layers, for `in_flight` micro-batches."""
    return arch.layers / layout.pp * in_flight * per_layer
