"""Checks of adapters that need more than a comparison of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.recipe.facts import Phase

_ATTENTION = frozenset(
    {
        *("q_proj", "k_proj", "v_proj", "o_proj", "qkv_proj", "out_proj", "query_key_value"),
        *("wqkv", "Wqkv", "wo", "c_attn", "query", "key", "value", "dense", "q", "k", "v", "o"),
        *("q_a_proj", "q_b_proj", "kv_a_proj_with_mqa", "kv_b_proj"),
    }
)
"""Names of attention's matrices in the model classes of transformers."""


def attention_only(context: CheckContext) -> Iterator[Hit]:
    """Adapters whose targets are all attention projections."""
    for phase in context.recipe.phases if context.recipe else ():
        fact = phase.facts.get("adapter.targets")
        if fact is None or fact.span is None or not isinstance(fact.value, tuple):
            continue
        names = {str(target).rsplit(".", 1)[-1] for target in fact.value}
        if names and names <= _ATTENTION and _is_lora(phase):
            shown = ", ".join(sorted(str(t) for t in fact.value))
            yield Hit(fact.span, {"targets": shown}, key=fact.key, fact=fact.name, phase=phase)


def _is_lora(phase: Phase) -> bool:
    return phase.value("adapter.kind") in ("lora", "qlora", "dora")
