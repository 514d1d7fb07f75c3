"""Trainable parameters of low-rank adapters.

LoRA adds r (in + out) parameters to a matrix of in x out (Hu et al., arXiv 2106.09685, section
4.1); DoRA adds a magnitude per output as well (Liu et al., arXiv 2402.09353, section 4.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from recipelint.estimate.architecture import Architecture, Mla

Matrix = tuple[int, int]
"""Inputs and outputs of a linear layer."""

ALL_LINEAR = frozenset({"all-linear", "all_linear", "all", "linear"})
"""Words that frameworks use for every linear layer but the head."""

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "wq": "q_proj",
        "wk": "k_proj",
        "wv": "v_proj",
        "wo": "o_proj",
        "output_proj": "o_proj",
        "linear_qkv": "qkv_proj",
        "query_key_value": "qkv_proj",
        "c_attn": "qkv_proj",
        "linear_proj": "o_proj",
        "out_proj": "o_proj",
        "dense": "o_proj",
        "linear_fc1": "gate_up_proj",
        "linear_fc2": "down_proj",
        "w1": "gate_proj",
        "w2": "down_proj",
        "w3": "up_proj",
        "fc1": "up_proj",
        "fc2": "down_proj",
        "c_fc": "up_proj",
        "dense_h_to_4h": "up_proj",
        "dense_4h_to_h": "down_proj",
    }
)


class UnknownTargetError(ValueError):
    """A target module whose shape the architecture does not give."""


def lora_parameters(arch: Architecture, rank: int, targets: Iterable[str]) -> int:
    """Return the trainable parameters of LoRA of `rank` on `targets` in every layer.

    `targets` are module names as in PEFT's `target_modules`, or one word of `ALL_LINEAR`.

    Raises UnknownTargetError for a module that is not known, for feed-forward modules of MoE models
    (whether an adapter reaches fused experts depends on versions), and ValueError for a rank below
    1.
    """
    if rank < 1:
        raise ValueError("the rank of an adapter must be at least 1")
    return sum(
        copies * rank * (inputs + outputs) for (inputs, outputs), copies in _matrices(arch, targets)
    )


def dora_parameters(arch: Architecture, rank: int, targets: Iterable[str]) -> int:
    """Return LoRA's parameters and one magnitude per output. Raises as `lora_parameters`."""
    targets = tuple(targets)
    magnitudes = sum(copies * outputs for (_, outputs), copies in _matrices(arch, targets))
    return lora_parameters(arch, rank, targets) + magnitudes


def _matrices(arch: Architecture, targets: Iterable[str]) -> list[tuple[Matrix, int]]:
    """Every matrix that is adapted, with the number of its copies over the layers."""
    known = _layer_matrices(arch)
    found: list[tuple[Matrix, int]] = []
    for name in _named(targets, known):
        if name in ("embed_tokens", "lm_head", "wte", "output"):
            found.append((_ends(arch, name), 1))
        elif name in known:
            found.append((known[name], arch.layers * arch.attention_blocks_per_layer))
        else:
            raise UnknownTargetError(f"the shape of the adapter's target {name!r} is not known")
    return found


def _named(targets: Iterable[str], known: Mapping[str, Matrix]) -> list[str]:
    """Plain module names, without repeats."""
    complete = "up_proj" in known
    names: dict[str, None] = {}
    for target in targets:
        if target.lower() in ALL_LINEAR:
            if not complete:
                raise UnknownTargetError("whether adapters reach fused experts is not known")
            separate = [n for n in known if n not in ("qkv_proj", "gate_up_proj")]
            names.update(dict.fromkeys(separate))
            continue
        last = target.rsplit(".", 1)[-1]
        names[_ALIASES.get(last, last)] = None
    return list(names)


def _layer_matrices(arch: Architecture) -> dict[str, Matrix]:
    if arch.moe is not None:
        return _attention_matrices(arch)
    return _attention_matrices(arch) | _ffn_matrices(arch)


def _attention_matrices(arch: Architecture) -> dict[str, Matrix]:
    if arch.mla is not None:
        return _mla_matrices(arch, arch.mla)
    hidden, query = arch.hidden_size, arch.heads * arch.head_dim
    key = arch.kv_heads * arch.head_dim
    return {
        "q_proj": (hidden, query),
        "k_proj": (hidden, key),
        "v_proj": (hidden, key),
        "qkv_proj": (hidden, query + 2 * key),
        "o_proj": (query, hidden),
    }


def _mla_matrices(arch: Architecture, mla: Mla) -> dict[str, Matrix]:
    hidden, heads = arch.hidden_size, arch.heads
    query = heads * (mla.qk_nope_head_dim + mla.qk_rope_head_dim)
    values = heads * mla.v_head_dim
    matrices = {
        "kv_a_proj_with_mqa": (hidden, mla.kv_lora_rank + mla.qk_rope_head_dim),
        "kv_b_proj": (mla.kv_lora_rank, heads * mla.qk_nope_head_dim + values),
        "o_proj": (values, hidden),
    }
    if not mla.q_lora_rank:
        return matrices | {"q_proj": (hidden, query)}
    return matrices | {
        "q_a_proj": (hidden, mla.q_lora_rank),
        "q_b_proj": (mla.q_lora_rank, query),
    }


def _ffn_matrices(arch: Architecture) -> dict[str, Matrix]:
    hidden, width = arch.hidden_size, arch.ffn_size
    matrices = {"up_proj": (hidden, width), "down_proj": (width, hidden)}
    if not arch.gated_mlp:
        return matrices
    return matrices | {"gate_proj": (hidden, width), "gate_up_proj": (hidden, 2 * width)}


def _ends(arch: Architecture, name: str) -> Matrix:
    if name in ("embed_tokens", "wte"):
        return (arch.vocab_size, arch.hidden_size)
    return (arch.hidden_size, arch.vocab_size)
