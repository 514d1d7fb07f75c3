"""Configurations of every family, drawn by whoever chooses: hypothesis or a seeded generator.

Each is a `config.json` that the family's class accepts. Sizes are small and mostly without common
factors, so that a term that is wrong or missing shows in the count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Config = dict[str, Any]
Choose = Callable[[Sequence[Any]], Any]
"""Picks one of the values."""

FLAG = (False, True)
BIAS = {"attention_bias": FLAG}
BIASES = {"attention_bias": FLAG, "mlp_bias": FLAG}
ROUTED = {"num_experts_per_tok": (1, 2)}
SPARSE = {**ROUTED, "num_experts": (2, 5), "moe_intermediate_size": (12, 28)}
INTERLEAVED = {**SPARSE, "decoder_sparse_step": (1, 2, 3)}
LOCAL = {**ROUTED, "num_local_experts": (2, 5)}
GROUPED = {**ROUTED, "n_routed_experts": (4, 8), "n_group": (1,), "topk_group": (1,)}
SHARED = {**GROUPED, "moe_intermediate_size": (12, 28), "n_shared_experts": (1, 2)}
DENSE_FIRST = {**SHARED, "first_k_dense_replace": (0, 1, 2)}
LATENT = {
    "q_lora_rank": (None, 11, 24),
    "kv_lora_rank": (9, 20),
    "qk_nope_head_dim": (8, 14),
    "qk_rope_head_dim": (6, 10),
    "v_head_dim": (8, 18),
}

OPTIONS: dict[str, dict[str, Sequence[Any]]] = {
    "llama": BIASES,
    "mistral": {},
    "ministral": {"layer_types": (None,)},
    "ministral3": {},
    "qwen2": {},
    "qwen3": BIAS,
    "mixtral": LOCAL,
    "qwen2_moe": {**INTERLEAVED, "shared_expert_intermediate_size": (13, 30), "qkv_bias": FLAG},
    "qwen3_moe": {**INTERLEAVED, **BIAS},
    "gemma": BIAS,
    "gemma2": BIAS,
    "gemma3_text": BIAS,
    "vaultgemma": BIAS,
    "olmo": BIAS,
    "olmo2": BIAS,
    "olmo3": BIAS,
    "olmoe": {**ROUTED, "num_experts": (2, 5), **BIAS},
    "flex_olmo": {**ROUTED, "num_experts": (2, 5), **BIAS},
    "deepseek_v2": {**DENSE_FIRST, **LATENT, "topk_method": ("greedy",)},
    "deepseek_v3": {**DENSE_FIRST, **LATENT},
    "glm4_moe_lite": {**SHARED, **LATENT},
    "youtu": LATENT,
    "minicpm3": LATENT,
    "longcat_flash": {
        **LATENT,
        "q_lora_rank": (11, 24),
        "n_routed_experts": (4, 6),
        "zero_expert_num": (2, 3),
        "moe_topk": (1, 2),
        "expert_ffn_hidden_size": (12, 28),
        "router_bias": FLAG,
    },
    "glm": BIAS,
    "glm4": BIAS,
    "glm4_moe": {**DENSE_FIRST, **BIAS, "use_qk_norm": FLAG},
    "dots1": {**DENSE_FIRST, **BIAS},
    "solar_open": {**SHARED},
    "minimax_m2": LOCAL,
    "gpt_oss": {**LOCAL, **BIAS},
    "phimoe": {**LOCAL, **BIAS},
    "llama4_text": {**LOCAL, "interleave_moe_layer_step": (1, 2), "intermediate_size_mlp": (41,)},
    "granitemoe": {**LOCAL, **BIAS},
    "granitemoeshared": {**LOCAL, **BIAS, "shared_intermediate_size": (0, 19)},
    "phi3": {},
    "smollm3": BIASES,
    "granite": BIASES,
    "seed_oss": {**BIASES, "attention_out_bias": FLAG},
    "ernie4_5": {"use_bias": FLAG},
    "exaone4": {},
    "hunyuan_v1_dense": BIAS,
    "arcee": BIASES,
    "apertus": BIAS,
    "internlm3": BIAS,
    "helium": BIASES,
    "cwm": {"mlp_bias": FLAG},
    "diffllama": BIAS,
    "iquestcoder": BIASES,
    "cohere": {**BIAS, "use_qk_norm": FLAG},
    "cohere2": BIAS,
    "gpt_neox": {**BIAS, "use_parallel_residual": FLAG},
    "gpt2": {},
    "gpt_bigcode": {"multi_query": FLAG},
    "gpt_neo": {},
    "gptj": {"rotary_dim": (4,)},
    "codegen": {"rotary_dim": (4,)},
    "phi": {"qk_layernorm": FLAG},
    "persimmon": {"qk_layernorm": FLAG},
    "opt": {"enable_bias": FLAG},
    "bloom": {},
    "mpt": {},
    "falcon": {
        "bias": FLAG,
        "multi_query": FLAG,
        "parallel_attn": FLAG,
        "new_decoder_architecture": FLAG,
        "alibi": FLAG,
    },
    "stablelm": {"use_qkv_bias": FLAG, "qk_layernorm": FLAG, "use_parallel_residual": FLAG},
    "nemotron": BIASES,
    "starcoder2": {"use_bias": FLAG},
    "jais2": BIASES,
}
"""What a configuration may vary beside its sizes. `kimi_k2` has DeepSeek-V3's class."""

_FREE_HEAD_DIM_WORDS = (
    "llama mistral ministral ministral3 qwen3 mixtral qwen3_moe gemma gemma2 gemma3_text "
    "vaultgemma glm glm4 glm4_moe solar_open minimax_m2 gpt_oss llama4_text seed_oss ernie4_5 "
    "hunyuan_v1_dense arcee internlm3 cwm nemotron jais2 iquestcoder"
)
FREE_HEAD_DIM = frozenset(_FREE_HEAD_DIM_WORDS.split())
"""Classes whose head_dim need not be hidden_size / heads."""

_ALWAYS_MHA_WORDS = "gpt_neox gpt2 gpt_neo gptj codegen persimmon opt bloom mpt"
ALWAYS_MHA = frozenset(_ALWAYS_MHA_WORDS.split())
"""Classes without grouped queries."""

GPT_KEYS = {
    "num_hidden_layers": "n_layer",
    "hidden_size": "n_embd",
    "num_attention_heads": "n_head",
}
SPELLING: dict[str, dict[str, str]] = {
    "gpt2": {**GPT_KEYS, "intermediate_size": "n_inner"},
    "gpt_bigcode": {**GPT_KEYS, "intermediate_size": "n_inner"},
    "gptj": {**GPT_KEYS, "intermediate_size": "n_inner"},
    "codegen": {**GPT_KEYS, "intermediate_size": "n_inner"},
    "gpt_neo": {"num_hidden_layers": "num_layers", "num_attention_heads": "num_heads"},
    "bloom": {"num_hidden_layers": "n_layer", "num_attention_heads": "n_head"},
    "mpt": {
        "num_hidden_layers": "n_layers",
        "hidden_size": "d_model",
        "num_attention_heads": "n_heads",
    },
    "opt": {"intermediate_size": "ffn_dim"},
    "falcon": {"intermediate_size": "ffn_hidden_size", "num_key_value_heads": "num_kv_heads"},
}
POSITIONS = {
    "gpt2": "n_positions",
    "gpt_bigcode": "n_positions",
    "gpt_neo": "max_position_embeddings",
}
POSITIONS["opt"] = "max_position_embeddings"


def draw(family: str, choose: Choose) -> Config:
    """A configuration of `family`, every free value chosen by `choose`."""
    heads = choose((2, 4, 6))
    width = choose((8, 16))
    config: Config = {
        "num_hidden_layers": choose((1, 2, 3, 5)),
        "hidden_size": heads * width,
        "intermediate_size": choose((20, 36, 44)),
        "vocab_size": choose((97, 131)),
        "num_attention_heads": heads,
        "num_key_value_heads": choose((heads, heads // 2, 1 if heads != 6 else 3)),
        "tie_word_embeddings": choose(FLAG),
    }
    if family in FREE_HEAD_DIM:
        config["head_dim"] = choose((width, 12, 20))
    for key, values in OPTIONS[family].items():
        config[key] = choose(values)
    if family in POSITIONS:
        config[POSITIONS[family]] = choose((32, 50))
    spelling = SPELLING.get(family, {})
    renamed = {spelling.get(key, key): value for key, value in config.items()}
    return {"model_type": family, **_consistent(family, renamed)}


def _consistent(family: str, config: Config) -> Config:
    """Leave out what the classes take for granted."""
    if family == "gpt_neo":
        config["attention_types"] = [[["global"], config["num_layers"]]]
    if "kv_lora_rank" in config:
        config.pop("num_key_value_heads")
        if family == "longcat_flash":
            config["ffn_hidden_size"] = config.pop("intermediate_size")
            config["num_layers"] = config.pop("num_hidden_layers")
    if family in ALWAYS_MHA:
        config.pop("num_key_value_heads")
    if family in ("bloom", "mpt"):
        config.pop("intermediate_size")
    if family == "internlm3":
        config["mlp_bias"] = config["attention_bias"]
    if family == "helium":
        config["head_dim"] = config["hidden_size"] // config["num_attention_heads"]
    if family == "diffllama":
        config["num_key_value_heads"] = config["num_attention_heads"]
    if family == "apertus":
        config["hidden_act"] = "xielu"
    return config
