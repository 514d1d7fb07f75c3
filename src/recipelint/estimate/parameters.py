"""Parameter counts by component, total and active.

The formulas restate the weight shapes of the published model classes; they agree with
transformers' own classes to the last parameter (`tests/estimate/test_parameters_oracle.py`). Where
a formula has a paper, the function names it. All results are counts of parameters.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from recipelint.estimate.architecture import Architecture, Mla, Moe


class Convention(Enum):
    """What published "active parameters" include. Reports differ, and few say which they use."""

    ALL = "all"
    """Embedding and head counted (Mixtral, arXiv 2401.04088; Qwen3, arXiv 2505.09388)."""
    WITHOUT_INPUT_EMBEDDING = "without_input_embedding"
    """Head counted, lookup table not (gpt-oss, arXiv 2508.10925, table 1; LongCat-Flash)."""
    WITHOUT_EMBEDDINGS = "without_embeddings"
    """Neither counted (Moonlight, arXiv 2502.16982, section 3.3)."""


class ActiveRange(NamedTuple):
    """Active parameters of one token: fewest, expected and most."""

    low: float
    expected: float
    high: float


class Parameters(NamedTuple):
    """Counts by component.

    `embedding` and `head` count a tied matrix once, under `embedding`. `positions` is a learned
    position table. `mtp` are multi-token-prediction modules without the embedding and head that
    they share with the model.
    """

    attention: int
    dense_ffn: int
    experts: int
    shared_experts: int
    router: int
    norms: int
    embedding: int
    positions: int
    head: int
    mtp: int
    unembedding: int
    """Weights that make the logits: the head, or the embedding where it is tied."""
    active_experts: ActiveRange
    """Routed-expert weights that one token passes through, over all layers."""

    @property
    def body(self) -> int:
        """Everything between the embedding and the head, MTP excluded."""
        ffn = self.dense_ffn + self.experts + self.shared_experts + self.router
        return self.attention + ffn + self.norms

    @property
    def non_embedding(self) -> int:
        """The same as `body`, under the name most reports use."""
        return self.body

    @property
    def total(self) -> int:
        """All parameters but MTP's, as in DeepSeek-V3's 671B (arXiv 2412.19437, section 1)."""
        return self.body + self.embedding + self.positions + self.head

    @property
    def total_with_mtp(self) -> int:
        """All parameters that are trained."""
        return self.total + self.mtp

    @property
    def active_all(self) -> float:
        """Expected active parameters, embedding and head counted."""
        return self.active_range(Convention.ALL).expected

    @property
    def active_without_input_embedding(self) -> float:
        """Expected active parameters, head counted and lookup tables not."""
        return self.active_range(Convention.WITHOUT_INPUT_EMBEDDING).expected

    @property
    def active_without_embeddings(self) -> float:
        """Expected active parameters of the body alone."""
        return self.active_range(Convention.WITHOUT_EMBEDDINGS).expected

    def active_range(self, convention: Convention) -> ActiveRange:
        """Active parameters under `convention`.

        The three ends are equal unless identity experts make the number of real experts vary
        from token to token (LongCat-Flash, arXiv 2509.01322, section 2.1).
        """
        always = self.body - self.experts + self._ends(convention)
        return ActiveRange(*(always + routed for routed in self.active_experts))

    def _ends(self, convention: Convention) -> int:
        if convention is Convention.ALL:
            return self.embedding + self.positions + self.head
        if convention is Convention.WITHOUT_INPUT_EMBEDDING:
            return self.unembedding
        return 0


def count(arch: Architecture) -> Parameters:
    """Count the parameters of `arch`, component by component."""
    layers, moe_layers = arch.layers, moe_layer_count(arch)
    blocks = arch.attention_blocks_per_layer
    embedding = arch.vocab_size * arch.hidden_size
    head_bias = arch.vocab_size if arch.head_bias else 0
    head = head_bias if arch.tie_embeddings else embedding + head_bias
    dense_ffns = layers * blocks if blocks > 1 else layers - moe_layers
    moe = arch.moe
    experts = moe_layers * expert_weights(arch, moe) * moe.experts if moe else 0
    return Parameters(
        attention=layers * blocks * attention_weights(arch),
        dense_ffn=dense_ffns * ffn_weights(arch, arch.ffn_size),
        experts=experts,
        shared_experts=moe_layers * _shared(arch, moe) if moe else 0,
        router=moe_layers * router_weights(arch, moe) if moe else 0,
        norms=_norms(arch),
        embedding=embedding,
        positions=arch.learned_positions * arch.hidden_size,
        head=head,
        mtp=arch.mtp_layers * _mtp_module(arch),
        unembedding=embedding + head_bias,
        active_experts=_active_experts(experts, moe),
    )


def moe_layer_count(arch: Architecture) -> int:
    """Layers with experts: every `layer_interval`-th of those after the first dense ones."""
    if arch.moe is None:
        return 0
    return max(0, arch.layers - arch.moe.first_dense_layers) // arch.moe.layer_interval


def attention_weights(arch: Architecture) -> int:
    """Weights of one attention block: projections, their biases, QK norms and sinks."""
    if arch.mla is not None:
        return _mla(arch, arch.mla)
    query, key = arch.heads * arch.head_dim, arch.kv_heads * arch.head_dim
    weights = arch.hidden_size * (2 * query + 2 * key)
    if arch.qkv_bias:
        weights += query + 2 * key
    if arch.output_bias:
        weights += arch.hidden_size
    if arch.attention_sinks:
        weights += arch.heads
    return weights + _qk_norm(arch) + _differential(arch)


def ffn_weights(arch: Architecture, width: int) -> int:
    """Weights of one feed-forward block: gate and up (or up alone), down, biases."""
    inner = 2 * width if arch.gated_mlp else width
    weights = arch.hidden_size * (inner + width)
    if arch.mlp_bias:
        weights += inner + arch.hidden_size
    return weights + arch.activation_weights


def expert_weights(arch: Architecture, moe: Moe) -> int:
    """Weights of one routed expert."""
    inner = (2 if moe.gated_experts else 1) * moe.expert_ffn_size
    weights = arch.hidden_size * (inner + moe.expert_ffn_size)
    if moe.expert_bias:
        weights += inner + arch.hidden_size
    return weights


def router_weights(arch: Architecture, moe: Moe) -> int:
    """Weights of one router: a row per expert, identity experts included."""
    rows = moe.experts + moe.zero_experts
    return rows * arch.hidden_size + (rows if moe.router_bias else 0)


def _mla(arch: Architecture, mla: Mla) -> int:
    """DeepSeek-V2, arXiv 2405.04434, section 2.1 and appendix C; the latents carry an RMSNorm."""
    heads, key_dim = arch.heads, mla.qk_nope_head_dim + mla.qk_rope_head_dim
    if mla.q_lora_rank:
        query = mla.q_lora_rank * (arch.hidden_size + 1 + heads * key_dim)
    else:
        query = arch.hidden_size * heads * key_dim
    down = arch.hidden_size * (mla.kv_lora_rank + mla.qk_rope_head_dim)
    up = mla.kv_lora_rank * (1 + heads * (mla.qk_nope_head_dim + mla.v_head_dim))
    return query + down + up + heads * mla.v_head_dim * arch.hidden_size


def _qk_norm(arch: Architecture) -> int:
    if arch.qk_norm == "head":
        return 2 * arch.head_dim * arch.qk_norm_weights
    if arch.qk_norm == "full":
        return (arch.heads + arch.kv_heads) * arch.head_dim * arch.qk_norm_weights
    return 0


def _differential(arch: Architecture) -> int:
    lambdas = 4 * arch.head_dim if arch.differential else 0
    return lambdas + (2 * arch.head_dim if arch.differential_norm else 0)


def _shared(arch: Architecture, moe: Moe) -> int:
    if not moe.shared_ffn_size:
        return 0
    gate = arch.hidden_size if moe.shared_gate else 0
    return ffn_weights(arch, moe.shared_ffn_size) + gate


def _norms(arch: Architecture) -> int:
    vectors = arch.layers * arch.norms_per_layer + arch.final_norm + arch.embedding_norm
    return vectors * arch.norm_weights * arch.hidden_size


def _mtp_module(arch: Architecture) -> int:
    """One layer, a 2h -> h projection and three norms (DeepSeek-V3, section 2.2, eqs. 21-23).

    The layer is of the kind of the model's last one; embedding and head are shared, not copied.
    """
    moe = arch.moe
    if moe is None:
        ffn = ffn_weights(arch, arch.ffn_size)
    else:
        routed = moe.experts * expert_weights(arch, moe)
        ffn = routed + _shared(arch, moe) + router_weights(arch, moe)
    norms = (arch.norms_per_layer + 3) * arch.norm_weights * arch.hidden_size
    return attention_weights(arch) + ffn + 2 * arch.hidden_size**2 + norms


def _active_experts(experts: int, moe: Moe | None) -> ActiveRange:
    """Routed weights per token; with identity experts between none and all of the top k are real.

    Unless a target is stated, the expectation assumes that identity experts are chosen as often
    as real ones (LongCat-Flash, arXiv 2509.01322, section 2.1: 8 of 12 from 512 + 256 experts).
    """
    if moe is None:
        return ActiveRange(0.0, 0.0, 0.0)
    all_real = experts * moe.top_k / moe.experts
    if not moe.zero_experts:
        return ActiveRange(all_real, all_real, all_real)
    low = experts * max(0, moe.top_k - moe.zero_experts) / moe.experts
    share = moe.experts / (moe.experts + moe.zero_experts)
    if moe.target_experts is not None:
        share = moe.target_experts / moe.top_k
    return ActiveRange(low, all_real * share, all_real)
