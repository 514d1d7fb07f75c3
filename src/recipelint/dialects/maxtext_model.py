"""The architecture part of a MaxText file: `base_emb_dim`, `num_experts`, `rope_type` and so on.

Read from maxtext 0.2.5: configs/base.yml and configs/types.py. One expert means none, widths are
those of a `global_parameter_scale` of 1, and a named model is described in MaxText's own package.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Reader, Row, plain_list
from recipelint.dialects.common import decide, number, text
from recipelint.dialects.conversions import is_number, one_of, positive
from recipelint.document import Sequence
from recipelint.recipe.facts import Absence


def _dense(count: object) -> object:
    """One expert is MaxText's way of saying that there are none."""
    return 0 if count == 1 else count


_scaling = one_of({"default": "none", "llama3.1": "llama3", "yarn": "yarn"}, otherwise="other")
HUB_NAMES = {
    "llama2-7b": "meta-llama/Llama-2-7b-hf",
    "llama2-70b": "meta-llama/Llama-2-70b-hf",
    "llama3-8b": "meta-llama/Meta-Llama-3-8B",
    "llama3-70b": "meta-llama/Meta-Llama-3-70B",
    "llama3.1-8b": "meta-llama/Llama-3.1-8B",
    "llama3.1-405b": "meta-llama/Llama-3.1-405B",
    "mistral-7b": "mistralai/Mistral-7B-v0.1",
    "mixtral-8x7b": "mistralai/Mixtral-8x7B-v0.1",
    "gemma-7b": "google/gemma-7b",
    "gemma2-9b": "google/gemma-2-9b",
    "qwen3-8b": "Qwen/Qwen3-8B",
    "qwen3-30b-a3b": "Qwen/Qwen3-30B-A3B",
    "qwen3-235b-a22b": "Qwen/Qwen3-235B-A22B",
    "gpt-oss-20b": "openai/gpt-oss-20b",
    "deepseek3-671b": "deepseek-ai/DeepSeek-V3",
}
"""MaxText's names of models and those of the hub (configs/models/*.yml say which they follow)."""


MODEL_ROWS = (
    Row("model.layers", "base_num_decoder_layers", default=16),
    Row("model.hidden_size", "base_emb_dim", default=2048),
    Row("model.attention.heads", "base_num_query_heads", default=16),
    Row("model.attention.kv_heads", "base_num_kv_heads", default=16),
    Row("model.attention.head_dim", "head_dim", default=128),
    Row("model.attention.sinks", "attention_sink", default=False),
    Row("model.attention.qkv_bias", "attention_bias", default=False),
    Row("model.attention.window", "sliding_window_size", default=0),
    Row("model.attention.logit_softcap", "attn_logits_soft_cap"),
    Row("model.ffn_size", "base_mlp_dim", default=7168),
    Row("model.mlp_bias", "mlp_bias", default=False),
    Row("model.vocab_size", "vocab_size", default=32000),
    Row("model.tie_embeddings", "logits_via_embedding", default=False),
    Row("model.norm.eps", "normalization_layer_epsilon", default=1e-5),
    Row("model.mtp_layers", "mtp_num_layers", default=0),
    Row("model.learned_positions", "trainable_position_size", convert=positive),
    Row("model.rope.theta", "rope_max_timescale", default=10_000),
    Row("model.rope.local_theta", "local_rope_max_timescale", convert=positive),
    Row("model.rope.scaling", "rope_type", default="none", convert=_scaling),
    Row("model.moe.experts", "num_experts", default=0, convert=_dense),
    Row("model.moe.shared_experts", "shared_experts", default=0),
)

EXPERT_ROWS = (
    Row("model.moe.top_k", "num_experts_per_tok", default=1),
    Row("model.moe.expert_ffn_size", "base_moe_mlp_dim", convert=positive),
    Row("model.moe.first_dense_layers", "first_num_dense_layers", default=0),
    Row("model.moe.layer_interval", "interleave_moe_layer_step", default=1),
    Row("model.moe.aux_loss_coefficient", "load_balance_loss_weight", default=0.0),
    Row("model.moe.capacity_factor", "capacity_factor", convert=positive),
)

LATENT_ROWS = (
    Row("model.attention.q_lora_rank", "q_lora_rank", default=0),
    Row("model.attention.kv_lora_rank", "kv_lora_rank", default=512),
    Row("model.attention.qk_nope_head_dim", "qk_nope_head_dim", default=128),
    Row("model.attention.qk_rope_head_dim", "qk_rope_head_dim", default=64),
    Row("model.attention.v_head_dim", "v_head_dim", default=128),
)


def read_model(reader: Reader, reason: str | None) -> None:
    """The architecture; `reason` says why an absent key is not the default of `base.yml`."""
    named = text(reader, "model_name")
    if named in HUB_NAMES:
        reader.state("model.name", HUB_NAMES[named], "model_name")
    if named not in (None, "", "default"):
        overlay = reader.opened(f"models/{named}.yml")
        if overlay is not None:
            reader.parents.insert(0, overlay)
        else:
            reason = f"`model_name` {named} is described in MaxText's own files"
    scale = number(reader, "global_parameter_scale")
    if scale not in (None, 1):
        reader.missing("model.hidden_size", Absence.UNKNOWN, "`global_parameter_scale` is not 1")
        return
    before, reader.unread = reader.unread, reader.unread or reason
    reader.read(MODEL_ROWS)
    experts = reader.phase.value("model.moe.experts")
    if is_number(experts) and experts:
        _experts(reader)
    _attention(reader)
    _mlp(reader)
    reader.unread = before


def _experts(reader: Reader) -> None:
    reader.read(EXPERT_ROWS)
    if reader.plain("routed_bias") is True:
        reader.read((Row("model.moe.bias_update_rate", "routed_bias_update_rate", default=0.0),))
    elif reader.plain("routed_bias") in (ABSENT, False):
        decide(reader, "model.moe.bias_update_rate", "routed_bias", 0.0)
    width = reader.phase.value("model.ffn_size")
    if number(reader, "base_moe_mlp_dim") in (None, -1) and is_number(width):
        assert isinstance(width, int | float)
        reader.derive("model.moe.expert_ffn_size", width, "base_mlp_dim")


def _attention(reader: Reader) -> None:
    if text(reader, "attention_type") == "mla":
        reader.state("model.attention.kind", "mla", "attention_type")
        reader.read(LATENT_ROWS)
    normed = reader.plain("use_qk_norm")
    if isinstance(normed, bool) or normed is ABSENT:
        decide(reader, "model.norm.qk_norm", "use_qk_norm", "head" if normed is True else "none")
    if reader.phase.value("model.rope.scaling") == "yarn":
        reader.read(
            (
                Row("model.rope.factor", "rope_factor", default=40),
                Row("model.rope.original_max_position", "original_max_position_embeddings"),
                Row("model.max_position", "max_position_embeddings"),
            )
        )
    if reader.plain("enable_dropout") is False:
        reader.state("model.dropout", 0.0, "enable_dropout")
    else:
        reader.read((Row("model.dropout", "dropout_rate", default=0.0),))


def _mlp(reader: Reader) -> None:
    node = reader.node("mlp_activations")
    if isinstance(node, Sequence):
        names = plain_list(node, reader.dialect.scalars)
        reader.state("model.gated_mlp", len(names) == 2, "mlp_activations")
        if names and isinstance(names[0], str):
            reader.state("model.activation", names[0], "mlp_activations")
    else:
        reader.default("model.gated_mlp", True)
        reader.default("model.activation", "silu")
