"""The architecture's sections of the canonical recipe: attention, experts, positions, norms.

Sizes are counts, and per layer where a part stands in every layer.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from recipelint.recipe.section import Count, Dtype, Number, Positive, Rate, Section, Share


class Attention(Section):
    """One attention block. Sizes are per layer."""

    kind: Literal["mha", "gqa", "mqa", "mla", "differential", "hybrid", "linear"] | None = None
    heads: Positive | None = None
    kv_heads: Positive | None = None
    head_dim: Positive | None = None
    qkv_bias: bool | None = None
    output_bias: bool | None = None
    sinks: bool | None = Field(None, description="one learned sink logit per head (gpt-oss)")
    blocks_per_layer: Positive | None = Field(None, description="2 in LongCat's ScMoE layers")
    q_lora_rank: Count | None = Field(None, description="MLA; 0 when queries are not compressed")
    kv_lora_rank: Positive | None = None
    qk_nope_head_dim: Positive | None = None
    qk_rope_head_dim: Positive | None = None
    v_head_dim: Positive | None = None
    window: Count | None = Field(None, description="sliding window in tokens; 0 is no window")
    local_per_global: Number | None = Field(
        None, description="sliding-window layers for each global one; 5 in Gemma 3"
    )
    logit_softcap: Number | None = Field(None, description="cap on attention logits; 0 is none")
    qk_clip: Number | None = Field(None, description="QK-Clip threshold tau; 0 is off")
    implementation: str | None = Field(None, description="kernel: flash_attention_2, sdpa, eager")
    dropout: Share | None = None


class Moe(Section):
    """Mixture of experts. Absent means unknown; a dense model says `experts: 0`."""

    experts: Count | None = Field(None, description="routed experts with parameters")
    top_k: Positive | None = Field(None, description="experts chosen per token, identity included")
    shared_experts: Count | None = None
    expert_ffn_size: Positive | None = None
    shared_expert_ffn_size: Count | None = Field(None, description="width of all shared experts")
    first_dense_layers: Count | None = None
    layer_interval: Positive | None = Field(None, description="every n-th layer is MoE; 1 is all")
    zero_experts: Count | None = Field(None, description="identity experts (LongCat-Flash)")
    target_experts: Number | None = Field(None, description="expected real experts per token")
    expert_bias: bool | None = None
    router_bias: bool | None = Field(None, description="a trained bias on the router's projection")
    router_dtype: Dtype | None = None
    aux_loss_coefficient: Rate | None = Field(None, description="load-balancing loss; 0 is off")
    aux_loss_active: bool | None = Field(None, description="false where the loss is never added")
    bias_update_rate: Rate | None = Field(None, description="aux-loss-free router bias; 0 is off")
    router_z_loss: Rate | None = None
    capacity_factor: Rate | None = None
    balance_gradient_ratio: Rate | None = Field(
        None, description="target of |balance loss gradient| / |LM loss gradient| (LongCat R_g)"
    )
    force_balance: bool | None = Field(None, description="benchmark-only forced routing")


class Rope(Section):
    """Rotary position embedding."""

    theta: Number | None = None
    local_theta: Number | None = Field(None, description="base of sliding-window layers")
    scaling: Literal["none", "linear", "dynamic", "yarn", "llama3", "longrope", "other"] | None = (
        None
    )
    factor: Number | None = None
    original_max_position: Positive | None = None
    partial: Share | None = Field(None, description="share of head dimensions that rotate")


class Norm(Section):
    """Normalisation inside a layer."""

    kind: Literal["rmsnorm", "layernorm", "none"] | None = None
    eps: Rate | None = None
    per_layer: Count | None = Field(None, description="norms of width hidden_size in one layer")
    bias: bool | None = None
    qk_norm: Literal["none", "head", "full", "latent"] | None = Field(
        None, description="head: width head_dim; full: whole projection; latent: MLA's own norms"
    )


class Model(Section):
    """The architecture."""

    name: str | None = Field(None, description="Hugging Face id or path")
    family: str | None = Field(None, description="transformers model_type, e.g. llama, qwen3_moe")
    total_parameters: Number | None = Field(None, description="as declared or published")
    active_parameters: Number | None = Field(None, description="as declared or published")
    embedding_parameters: Number | None = Field(None, description="as declared or published")
    layers: Positive | None = None
    hidden_size: Positive | None = None
    ffn_size: Positive | None = Field(None, description="width of one gate/up projection")
    gated_mlp: bool | None = None
    mlp_bias: bool | None = None
    activation: str | None = None
    vocab_size: Positive | None = Field(None, description="rows of the embedding, padding included")
    tokenizer_size: Positive | None = Field(None, description="tokens that the tokenizer can emit")
    tie_embeddings: bool | None = None
    max_position: Positive | None = None
    learned_positions: Count | None = Field(None, description="rows of a learned position table")
    mtp_layers: Count | None = Field(None, description="multi-token-prediction modules")
    init_std: Rate | None = None
    mup: bool | None = Field(None, description="rates scale with width (maximal update)")
    dropout: Share | None = None
    dtype: Dtype | None = Field(None, description="dtype the weights are stored or loaded in")
    attention: Attention = Attention()
    moe: Moe = Moe()
    rope: Rope = Rope()
    norm: Norm = Norm()
