"""Size of the key-value cache that inference and rollouts need."""

from __future__ import annotations

from recipelint.estimate.architecture import Architecture
from recipelint.estimate.flops import attention_layers, global_attention_layers


def bytes_per_token_and_layer(arch: Architecture, element_bytes: float = 2.0) -> float:
    """Return the bytes that one token keeps in one attention block.

    Keys and values of every KV head, 2 k d; for MLA the latent and the shared rotary key,
    kv_lora_rank + qk_rope_head_dim, whatever the number of heads (DeepSeek-V2, arXiv 2405.04434,
    section 2.1.3, table 1). `element_bytes` is 2 for bf16.
    """
    if arch.mla is not None:
        return (arch.mla.kv_lora_rank + arch.mla.qk_rope_head_dim) * element_bytes
    return 2 * arch.kv_heads * arch.head_dim * element_bytes


def bytes_per_token(arch: Architecture, element_bytes: float = 2.0) -> float:
    """Return the bytes that one more token adds while the sequence is within every window."""
    return attention_layers(arch) * bytes_per_token_and_layer(arch, element_bytes)


def bytes_at(arch: Architecture, length: float, element_bytes: float = 2.0) -> float:
    """Return the bytes of one sequence's cache at `length` tokens.

    Sliding-window layers keep the window alone: Gemma 3 27B at 32768 tokens keeps 5.3 times less
    than with global layers only (derived; Gemma 3, arXiv 2503.19786, section 5.2 measures the
    effect on a 2B model).
    """
    everywhere = global_attention_layers(arch)
    windowed = min(length, arch.window) if arch.window else length
    tokens = everywhere * length + (attention_layers(arch) - everywhere) * windowed
    return tokens * bytes_per_token_and_layer(arch, element_bytes)
