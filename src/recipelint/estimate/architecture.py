"""The architecture numbers that parameter, FLOP and memory formulas take."""

from __future__ import annotations

from typing import NamedTuple


class Mla(NamedTuple):
    """Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1). Sizes per head."""

    q_lora_rank: int
    """0 when queries are not compressed."""
    kv_lora_rank: int
    qk_nope_head_dim: int
    qk_rope_head_dim: int
    v_head_dim: int


class Moe(NamedTuple):
    """Mixture-of-experts layers. Widths are of one gate/up projection."""

    experts: int
    top_k: int
    expert_ffn_size: int
    shared_ffn_size: int = 0
    """Width of all shared experts together."""
    shared_gate: bool = False
    """A one-column gate on the shared expert (Qwen2-MoE)."""
    first_dense_layers: int = 0
    layer_interval: int = 1
    """Every n-th layer after the dense ones is MoE."""
    gated_experts: bool = True
    zero_experts: int = 0
    """Identity experts: router rows, no weights (LongCat-Flash)."""
    target_experts: float | None = None
    """Real experts per token that training aims at, where identity experts let it vary."""
    expert_bias: bool = False
    router_bias: bool = False


class Architecture(NamedTuple):
    """A decoder-only transformer. Sizes are counts; `ffn_size` is one gate/up projection."""

    layers: int
    hidden_size: int
    ffn_size: int
    vocab_size: int
    """Rows of the embedding, padding included."""
    heads: int
    kv_heads: int
    head_dim: int
    tie_embeddings: bool
    gated_mlp: bool = True
    mlp_bias: bool = False
    qkv_bias: bool = False
    output_bias: bool = False
    head_bias: bool = False
    """A bias on the output head (phi-1/2)."""
    attention_sinks: bool = False
    qk_norm: str = "none"
    """none, head (width head_dim) or full (width of the projection)."""
    qk_norm_weights: int = 1
    """Vectors per QK norm, counted as in norm_weights."""
    norms_per_layer: int = 2
    """Norms of width hidden_size in one layer, over all of its attention blocks."""
    norm_weights: int = 1
    """Vectors per norm: 1 for RMSNorm, 2 for LayerNorm with bias, 0 for none."""
    final_norm: bool = True
    embedding_norm: bool = False
    """A norm right after the embedding (BLOOM)."""
    activation_weights: int = 0
    """Learned scalars of one MLP's activation (xIELU in Apertus has two)."""
    learned_positions: int = 0
    differential: bool = False
    """Differential attention (arXiv 2410.05258, eq. 2): four lambda vectors of width head_dim."""
    differential_norm: bool = False
    """A weighted norm of width 2 * head_dim on the pairs' outputs, shared by all pairs."""
    attention_blocks_per_layer: int = 1
    """2 in LongCat-Flash's ScMoE layers, each block with its own dense FFN."""
    mla: Mla | None = None
    moe: Moe | None = None
    mtp_layers: int = 0
    window: int = 0
    """Sliding window in tokens; 0 is none. No parameters, changes FLOPs and KV cache."""
    local_per_global: float = 0.0
    """Sliding-window layers for each global one; 0 with a window means every layer is local."""
