"""A Hugging Face `config.json` as canonical facts.

Keys are those of transformers' configuration classes, in their current and their older spelling. A
key that the file leaves out has its class's default, as recorded in `families.json`. What the
canonical recipe cannot say (a vision tower, a list of layers of different kinds) makes the model's
family unknown, and with it every number that depends on the family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from recipelint.catalog.families import Family, family

KEYS: dict[str, tuple[str, ...]] = {
    "model.layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    "model.hidden_size": ("hidden_size", "n_embd", "d_model"),
    "model.ffn_size": ("intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size"),
    "model.vocab_size": ("vocab_size",),
    "model.tie_embeddings": ("tie_word_embeddings",),
    "model.activation": ("hidden_activation", "hidden_act", "activation_function", "activation"),
    "model.max_position": ("max_position_embeddings", "n_positions", "max_seq_len"),
    "model.init_std": ("initializer_range", "init_std"),
    "model.mtp_layers": ("num_nextn_predict_layers",),
    "model.attention.heads": ("num_attention_heads", "n_head", "n_heads", "num_heads"),
    "model.attention.kv_heads": ("num_key_value_heads", "num_kv_heads"),
    "model.attention.head_dim": ("head_dim",),
    "model.attention.logit_softcap": ("attn_logit_softcapping",),
    "model.attention.dropout": ("attention_dropout", "attn_pdrop"),
    "model.attention.q_lora_rank": ("q_lora_rank",),
    "model.attention.kv_lora_rank": ("kv_lora_rank",),
    "model.attention.qk_nope_head_dim": ("qk_nope_head_dim",),
    "model.attention.qk_rope_head_dim": ("qk_rope_head_dim",),
    "model.attention.v_head_dim": ("v_head_dim",),
    "model.moe.experts": ("num_local_experts", "num_experts", "n_routed_experts"),
    "model.moe.top_k": ("num_experts_per_tok", "moe_topk", "num_experts_per_token"),
    "model.moe.expert_ffn_size": ("moe_intermediate_size", "expert_ffn_hidden_size"),
    "model.moe.shared_experts": ("n_shared_experts",),
    "model.moe.first_dense_layers": ("first_k_dense_replace",),
    "model.moe.zero_experts": ("zero_expert_num",),
    "model.moe.aux_loss_coefficient": ("router_aux_loss_coef", "aux_loss_alpha"),
    "model.norm.eps": ("rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "norm_epsilon"),
    "model.rope.theta": ("rope_theta", "rotary_emb_base"),
    "model.rope.local_theta": ("rope_local_base_freq",),
    "model.rope.partial": ("partial_rotary_factor", "rotary_pct"),
}
"""Canonical fact to the keys that hold it, the current spelling first."""
_DTYPES = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16"}
_ROPE_KINDS = {"default": "none", "su": "longrope"}
_ROPE_NAMES = ("none", "linear", "dynamic", "yarn", "llama3", "longrope")

_OTHER_KEYS = {
    "alibi",
    "expansion_ratio",
    "multi_query",
    "new_decoder_architecture",
    "num_ln_in_parallel_attn",
    "parallel_attn",
    "sliding_window",
    "sliding_window_pattern",
    "use_sliding_window",
    "word_embed_proj_dim",
}

_OTHER_HEADS = ("Classification", "RewardModel", "QuestionAnswering", "Model")

Config = Mapping[str, object]
Facts = dict[str, object]


def keys_read(known: Family) -> set[str]:
    """Keys of `config.json` that say something about a model of this family."""
    common = {key for keys in KEYS.values() for key in keys} | _OTHER_KEYS
    return common | set(known.keys) | set(known.choices) | set(known.refuse)


def facts_of(config: Config) -> Facts:
    """Canonical facts that `config` states or, through its class's defaults, implies.

    `model.family` is among them only where the formulas cover the configuration; otherwise the
    other facts stand without it.
    """
    name = config.get("model_type")
    return facts_with(config, family(name) if isinstance(name, str) else None)


def facts_with(config: Config, known: Family | None) -> Facts:
    """The same for a family given by hand, such as one without defaults."""
    config = _with_defaults(config, known)
    facts = _plain(config)
    _add_dtype(facts, config)
    _add_rope(facts, config)
    _add_window(facts, config)
    if known is None:
        name = config.get("model_type")
        return facts | ({"model.family": name} if isinstance(name, str) else {})
    _add_keys(facts, config, known)
    _add_sizes(facts, known)
    _SPECIAL.get(known.name, _nothing)(facts, config)
    if _add_expert_layers(facts, config) and _covered(config, known):
        facts["model.family"] = known.name
    return facts


def _covered(config: Config, known: Family) -> bool:
    """No key outside what the formulas cover, and a language model's head on top."""
    built = config.get("architectures")
    if isinstance(built, list) and any(str(name).endswith(_OTHER_HEADS) for name in built):
        return False
    return all(config.get(key, allowed[0]) in allowed for key, allowed in known.refuse.items())


def _add_expert_layers(facts: Facts, config: Config) -> bool:
    """A list of each layer's kind of feed-forward; false if it is more than dense layers first."""
    kinds = config.get("mlp_layer_types")
    if not isinstance(kinds, list):
        return True
    dense = kinds.count("dense")
    facts["model.moe.first_dense_layers"] = dense
    return kinds == ["dense"] * dense + ["sparse"] * (len(kinds) - dense)


def _with_defaults(config: Config, known: Family | None) -> Config:
    """Add the class's defaults, leaving out those that the file states under another spelling."""
    if known is None:
        return config
    stated = {key for keys in KEYS.values() if any(k in config for k in keys) for key in keys}
    return {k: v for k, v in known.defaults.items() if k not in stated} | dict(config)


def _plain(config: Config) -> Facts:
    facts: Facts = {}
    for fact, keys in KEYS.items():
        value = next((config[key] for key in keys if config.get(key) is not None), None)
        if isinstance(value, bool | int | float | str):
            facts[fact] = value
    return facts


def _add_dtype(facts: Facts, config: Config) -> None:
    dtype = config.get("dtype") or config.get("torch_dtype")
    if isinstance(dtype, str) and dtype in _DTYPES:
        facts["model.dtype"] = _DTYPES[dtype]


def _add_rope(facts: Facts, config: Config) -> None:
    """`rope_parameters` since transformers 5, `rope_scaling` before."""
    rope = config.get("rope_parameters") or config.get("rope_scaling")
    if not isinstance(rope, Mapping):
        if facts.get("model.rope.theta") is not None:
            facts["model.rope.scaling"] = "none"
        return
    local = rope.get("sliding_attention")
    if isinstance(local, Mapping) and isinstance(local.get("rope_theta"), int | float):
        facts["model.rope.local_theta"] = local["rope_theta"]
    rope = rope.get("full_attention", rope)
    if not isinstance(rope, Mapping):
        return
    kind = str(rope.get("rope_type") or rope.get("type") or "default")
    kind = _ROPE_KINDS.get(kind, kind)
    facts["model.rope.scaling"] = kind if kind in _ROPE_NAMES else "other"
    for fact, key in (
        ("model.rope.theta", "rope_theta"),
        ("model.rope.factor", "factor"),
        ("model.rope.original_max_position", "original_max_position_embeddings"),
        ("model.rope.partial", "partial_rotary_factor"),
    ):
        if isinstance(rope.get(key), int | float):
            facts[fact] = rope[key]


def _add_window(facts: Facts, config: Config) -> None:
    kinds = config.get("layer_types")
    window = config.get("sliding_window")
    if isinstance(kinds, list):
        local = sum(kind == "sliding_attention" for kind in kinds)
        window = window if local else 0
        if 0 < local < len(kinds):
            facts["model.attention.local_per_global"] = local / (len(kinds) - local)
    elif config.get("use_sliding_window") is False:
        window = 0
    elif isinstance(pattern := config.get("sliding_window_pattern"), int) and pattern > 0:
        facts["model.attention.local_per_global"] = pattern - 1
    if isinstance(window, int):
        facts["model.attention.window"] = window
    elif "sliding_window" in config and window is None:
        facts["model.attention.window"] = 0


def _add_keys(facts: Facts, config: Config, known: Family) -> None:
    for key, targets in known.keys.items():
        if config.get(key) is not None:
            facts.update((target, config[key]) for target in targets)
    for key, outcomes in known.choices.items():
        value = config.get(key)
        for fact, results in outcomes.items():
            if isinstance(value, bool):
                facts[fact] = results["true" if value else "false"]


def _add_sizes(facts: Facts, known: Family) -> None:
    """Sizes that the classes work out when the file leaves them empty."""
    hidden, heads = facts.get("model.hidden_size"), facts.get("model.attention.heads")
    if isinstance(hidden, int):
        if known.ffn_ratio:
            facts.setdefault("model.ffn_size", known.ffn_ratio * hidden)
        if isinstance(heads, int) and heads:
            facts.setdefault("model.attention.head_dim", hidden // heads)
    if heads is not None and known.always_mha:
        facts["model.attention.kv_heads"] = heads
    elif heads is not None:
        facts.setdefault("model.attention.kv_heads", heads)
    if known.traits.get("model.attention.kind") == "mla":
        facts.setdefault("model.attention.q_lora_rank", 0)
    _add_shared_experts(facts)


def _add_shared_experts(facts: Facts) -> None:
    number, width = facts.get("model.moe.shared_experts"), facts.get("model.moe.expert_ffn_size")
    if isinstance(number, int) and isinstance(width, int):
        facts.setdefault("model.moe.shared_expert_ffn_size", number * width)


def _nothing(_facts: Facts, _config: Config) -> None:
    """Most families need no code of their own."""


def _falcon(facts: Facts, config: Config) -> None:
    """Key-value heads and norms hang on three switches (FalconAttention, FalconDecoderLayer)."""
    new, parallel = config.get("new_decoder_architecture"), config.get("parallel_attn")
    if not new:
        _share_keys(facts, config)
    two = (new and config.get("num_ln_in_parallel_attn") in (None, 2)) or not (new or parallel)
    facts["model.norm.per_layer"] = 2 if two else 1


def _share_keys(facts: Facts, config: Config) -> None:
    """Multi-query attention by a switch."""
    if config.get("multi_query"):
        facts["model.attention.kv_heads"] = 1
    elif "model.attention.heads" in facts:
        facts["model.attention.kv_heads"] = facts["model.attention.heads"]


def _four_times(facts: Facts, _config: Config) -> None:
    """BloomMLP and MptMLP are four times as wide as the model, whatever the file says."""
    hidden = facts.get("model.hidden_size")
    if isinstance(hidden, int):
        facts["model.ffn_size"] = 4 * hidden


def _helium(facts: Facts, _config: Config) -> None:
    """HeliumAttention's output projection is square, which only fits heads that fill the model."""
    heads, size = facts.get("model.attention.heads"), facts.get("model.attention.head_dim")
    width = heads * size if isinstance(heads, int) and isinstance(size, int) else None
    if width is None or width != facts.get("model.hidden_size"):
        facts.pop("model.attention.head_dim", None)


def _opt(facts: Facts, config: Config) -> None:
    """OPTLearnedPositionalEmbedding has two rows more than there are positions."""
    positions = facts.get("model.max_position")
    if isinstance(positions, int):
        facts["model.learned_positions"] = positions + 2
    if config.get("word_embed_proj_dim") not in (None, facts.get("model.hidden_size")):
        facts.pop("model.hidden_size", None)


_SPECIAL: dict[str, Callable[[Facts, Config], None]] = {
    "bloom": _four_times,
    "falcon": _falcon,
    "gpt_bigcode": _share_keys,
    "helium": _helium,
    "mpt": _four_times,
    "opt": _opt,
}
