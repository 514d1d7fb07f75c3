"""litgpt's `config.py`: a dataclass and the list `configs` of what each Hub id sets in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from catalog_sources.common import Entry, Wheel

FAMILIES: tuple[tuple[str, str], ...] = (
    (r"stablelm-(base|tuned)-alpha|stablecode|pythia", "gpt_neox"),
    (r"stablelm-3b-4e1t|stablelm-zephyr-3b|stable-code-3b", "stablelm"),
    (r"falcon-\d", "falcon"),
    (r"OLMo-(1B|7B)", "olmo"),
    (r"OLMo-2", "olmo2"),
    (r"gemma-3-1b", "gemma3_text"),
    (r"gemma-3", "gemma3"),  # with a vision tower, which no formula here counts
    (r"gemma-2-", "gemma2"),
    (r"(code)?gemma-", "gemma"),
    (r"phi-(1_5|2)$", "phi"),
    (r"(?i)phi-[34]", "phi3"),
    (r"Mixtral", "mixtral"),
    (r"(?i)mistral|mathstral", "mistral"),
    (r"Qwen2\.5|QwQ", "qwen2"),
    (r"Qwen3-\d+B-A", "qwen3_moe"),
    (r"Qwen3", "qwen3"),
    (
        r"(?i)llama|Falcon3|FreeWilly2|Platypus|salamandra|SmolLM2",
        "llama",
    ),
)
TIED = (
    r"falcon-\d|OLMo-1B|gemma|Llama-3\.2|SmolLM2|Phi-4-mini|"
    r"Qwen2\.5-(Coder-|Math-)?(0\.5|1\.5|3)B|Qwen3-(0\.6|1\.7|4)B"
)
"""litgpt keeps two matrices for every model. Tied on the Hub: arXiv 2412.15115, table 1 (Qwen2.5);
2505.09388, table 1 (Qwen3); 2403.08295, section 2 (Gemma); the classes' defaults (Falcon); the
counts in the names of the others."""
OTHER_LENGTHS = (
    r"(?i)mistral-7b-(instruct-)?v0\.[12]|mistral-large|CodeLlama-13b-Instruct|gemma-[27]b|"
    r"gemma-3-1b|Falcon3-1B|salamandra|pythia-(14|31)m"
)
"""litgpt's block_size stands for its own limit here, not for the file on the Hub."""


def entries(wheel: Wheel) -> Iterator[Entry]:
    """Every model of the list whose family is known here."""
    module = _load(wheel.text("litgpt/config.py"))
    for raw in module.configs:
        config = module.Config(**raw)
        name = f"{raw['hf_config']['org']}/{raw['hf_config']['name']}"
        kind = next((k for p, k in FAMILIES if re.search(p, name.split("/")[1])), None)
        if kind is None:
            continue
        yield Entry((name,), _config(config, kind, name), f"{wheel.title}, config.py")


def _load(source: str) -> ModuleType:
    module = ModuleType("litgpt_config")
    sys.modules[module.__name__] = module
    exec(compile(source, "litgpt/config.py", "exec"), module.__dict__)
    return module


def _config(c: Any, kind: str, name: str) -> dict[str, object]:
    config: dict[str, object] = {
        "model_type": kind,
        "num_hidden_layers": c.n_layer,
        "hidden_size": c.n_embd,
        "intermediate_size": c.intermediate_size,
        "ffn_hidden_size": c.intermediate_size,
        "vocab_size": c.padded_vocab_size,
        "num_attention_heads": c.n_head,
        "num_key_value_heads": c.n_query_groups,
        "head_dim": c.head_size,
        "rms_norm_eps": c.norm_eps,
        "rope_theta": c.rope_base,
        "tie_word_embeddings": re.search(TIED, name) is not None,
    }
    if not re.search(OTHER_LENGTHS, name):
        config["max_position_embeddings"] = c.block_size
    if c.rotary_percentage != 1.0:
        config["partial_rotary_factor"] = c.rotary_percentage
    if c.rope_adjustments:
        config["rope_scaling"] = _rope(c.rope_adjustments, c.rope_base)
    elif c.rope_condense_ratio != 1:
        config["rope_scaling"] = {"rope_type": "linear", "factor": c.rope_condense_ratio}
    _EXTRA.get(kind, _no_more)(config, c)
    return config


def _rope(adjustments: dict[str, Any], theta: float) -> dict[str, object]:
    original = adjustments.get("original_max_seq_len")
    if original is None:
        return {"rope_type": "linear", "factor": adjustments["factor"]}
    return {
        "rope_type": "llama3",
        "rope_theta": theta,
        "factor": adjustments["factor"],
        "original_max_position_embeddings": original,
    }


def _no_more(config: dict[str, object], c: Any) -> None:
    """Nothing beyond the sizes."""


def _biases(config: dict[str, object], c: Any) -> None:
    config["attention_bias"] = c.bias or c.attn_bias


def _stablelm(config: dict[str, object], c: Any) -> None:
    config |= {"use_qkv_bias": c.bias or c.attn_bias, "use_parallel_residual": c.parallel_residual}
    config["qk_layernorm"] = c.norm_qk


def _falcon(config: dict[str, object], c: Any) -> None:
    del config["num_key_value_heads"]
    new = not c.shared_attention_norm
    config |= {"bias": c.bias, "new_decoder_architecture": new, "parallel_attn": True}
    config |= {"multi_query": not new, "num_kv_heads": c.n_query_groups}


def _phi(config: dict[str, object], c: Any) -> None:
    config["qk_layernorm"] = c.norm_qk


def _experts(config: dict[str, object], c: Any) -> None:
    config |= {"num_experts": c.n_expert, "num_experts_per_tok": c.n_expert_per_token}
    config["moe_intermediate_size"] = c.moe_intermediate_size
    config["decoder_sparse_step"] = 1


def _window(config: dict[str, object], c: Any) -> None:
    config |= {"sliding_window": c.sliding_window_size, "attn_logit_softcapping": None}
    config["attn_logit_softcapping"] = c.attention_logit_softcapping
    indices = (c.sliding_window_indices or [])[: c.n_layer]
    config["layer_types"] = ["sliding_attention" if i else "full_attention" for i in indices]
    config["rope_local_base_freq"] = c.rope_local_base_freq


_EXTRA: dict[str, Callable[[dict[str, object], Any], None]] = {
    "gpt_neox": _biases,
    "stablelm": _stablelm,
    "falcon": _falcon,
    "phi": _phi,
    "mixtral": _experts,
    "qwen3_moe": _experts,
    "gemma2": _window,
    "gemma3": _window,
    "gemma3_text": _window,
}
