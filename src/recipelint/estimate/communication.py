"""Bytes that one GPU sends for one optimizer step, by kind of parallelism.

Ring algorithms are assumed: an all-reduce over n ranks sends 2 (n - 1)/n of the buffer, an
all-gather or reduce-scatter half of that. Sources: Narayanan et al., arXiv 2104.04473, sections 2
and 3 (tensor and pipeline), Rajbhandari et al., arXiv 1910.02054, section 7 (ZeRO), the all-to-all
of experts derived.
"""

from __future__ import annotations

from recipelint.estimate.architecture import Architecture
from recipelint.estimate.flops import expected_experts
from recipelint.estimate.memory import Layout
from recipelint.estimate.parameters import moe_layer_count

_ELEMENT = 2.0
"""Bytes of one bf16 activation or gradient."""


def tensor_parallel(arch: Architecture, layout: Layout, tokens: float) -> float:
    """Return bytes of tensor parallelism for `tokens` passing one GPU's stage, both passes.

    Four all-reduces of the hidden state per layer: after attention and MLP, forward and backward.
    Sequence parallelism turns each into an all-gather and a reduce-scatter of the same volume.
    """
    ring = 2 * (layout.tp - 1) / layout.tp
    layers = arch.layers * arch.attention_blocks_per_layer / layout.pp
    return layers * 4 * ring * tokens * arch.hidden_size * _ELEMENT


def pipeline_parallel(arch: Architecture, layout: Layout, tokens: float) -> float:
    """Return bytes sent to neighbouring stages: once per chunk and direction."""
    if layout.pp == 1:
        return 0.0
    return 2 * layout.vpp * tokens * arch.hidden_size * _ELEMENT


def data_parallel(parameters: float, layout: Layout, gradient_bytes: float = 2.0) -> float:
    """Return bytes of gradient reduction, and of weight gathering where ZeRO shards.

    `parameters` are those that one GPU holds before ZeRO. Stages 0 to 2 send twice the gradients
    (ZeRO-1 and 2 gather bf16 weights in place of the second half), stage 3 three times: weights
    are gathered for the forward and the backward pass.
    """
    ranks = layout.dp * layout.cp
    share = (ranks - 1) / ranks
    if layout.zero_stage == 0:
        return 2 * share * parameters * gradient_bytes
    gathers = 2 if layout.zero_stage == 3 else 1
    return share * parameters * (gradient_bytes + gathers * _ELEMENT)


def expert_parallel(arch: Architecture, layout: Layout, tokens: float) -> float:
    """Return bytes of the all-to-alls for `tokens` of one GPU's stage, both passes.

    Dispatch and combine send each token to its experts and back, backward as forward; a share
    (e - 1)/e leaves the rank. An upper bound where several experts of a token are on one rank.
    """
    if arch.moe is None or layout.ep == 1:
        return 0.0
    layers = moe_layer_count(arch) / layout.pp
    return layers * 2 * all_to_all_per_token(arch, layout.ep) * tokens


def all_to_all_per_token(arch: Architecture, ep: int, dispatch_bytes: float = 2.0) -> float:
    """Return bytes of one token's dispatch and combine in one MoE layer's forward pass.

    `dispatch_bytes` is 1 where tokens are sent in fp8 (DeepSeek-V3, arXiv 2412.19437, section
    3.3); the combine stays in bf16. Raises ValueError without experts.
    """
    if arch.moe is None:
        raise ValueError("a dense model has no experts to send tokens to")
    width = expected_experts(arch.moe) * arch.hidden_size
    return width * (dispatch_bytes + _ELEMENT) * (ep - 1) / ep


def context_parallel(arch: Architecture, layout: Layout, tokens: float) -> float:
    """Return bytes of keys and values that travel the context-parallel ring, both passes.

    Each rank sends its own keys and values to the others once forward, and with their gradients
    twice as much backward. `tokens` are those of one rank. Ring attention (Liu et al., arXiv
    2310.01889, section 3), and all-gather (Llama 3, arXiv 2407.21783, section 3.3.2), alike.
    """
    if layout.cp == 1:
        return 0.0
    if arch.mla is not None:
        width = arch.heads * (
            arch.mla.qk_nope_head_dim + arch.mla.qk_rope_head_dim + arch.mla.v_head_dim
        )
    else:
        width = 2 * arch.kv_heads * arch.head_dim
    blocks = arch.layers * arch.attention_blocks_per_layer / layout.pp
    return 3 * (layout.cp - 1) * blocks * tokens * width / layout.tp * _ELEMENT
