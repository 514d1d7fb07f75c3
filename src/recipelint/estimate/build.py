"""From canonical facts to an `Architecture`.

A trait comes from the facts first and from the model's family second. Where neither knows it, the
architecture is unknown: a wrong count would be worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from recipelint.catalog.families import Family, family
from recipelint.estimate.architecture import Architecture, Mla, Moe

_NORM_WEIGHTS = {"rmsnorm": 1, "none": 0}
_UNCOVERED_ATTENTION = ("linear", "hybrid")


class UnknownArchitectureError(Exception):
    """The facts do not determine an architecture that the formulas cover."""

    def __init__(self, missing: tuple[str, ...], reason: str) -> None:
        super().__init__(reason)
        self.missing = missing
        """Names of the facts that are needed and not known."""
        self.reason = reason


def architecture(facts: Mapping[str, object]) -> Architecture:
    """The architecture that `facts` (canonical name to plain value) describe.

    Raises UnknownArchitectureError when a needed fact is missing, or the family is one whose layers
    the formulas do not cover.
    """
    known = _family(facts)
    reader = _Reader(facts, known)
    built = _architecture(reader)
    reader.check()
    return built


def _family(facts: Mapping[str, object]) -> Family | None:
    name = facts.get("model.family")
    if name is None:
        return None
    known = family(str(name))
    if known is None:
        raise UnknownArchitectureError(
            ("model.family",), f"the layers of model family {name!r} are not covered"
        )
    return known


class _Reader:
    """Reads facts, then traits of the family, and notes what neither knows."""

    def __init__(self, facts: Mapping[str, object], known: Family | None) -> None:
        self.known = known
        self.internal: Mapping[str, int] = known.internal if known else {}
        self._values = {**(known.traits if known else {}), **facts}
        self._missing: list[str] = []

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def size(self, name: str, default: int | None = None) -> int:
        value = self._values.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if value is None and default is not None:
            return default
        return self._miss(name, 1)

    def number(self, name: str, default: float) -> float:
        value = self._values.get(name)
        return float(value) if isinstance(value, int | float) else default

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        return value if isinstance(value, bool) else bool(self._miss(name, 0))

    def word(self, name: str) -> str:
        value = self._values.get(name)
        return value if isinstance(value, str) else str(self._miss(name, 0))

    def _miss(self, name: str, stand_in: int) -> int:
        self._missing.append(name)
        return stand_in

    def check(self) -> None:
        """Raise when anything that was read is not known; until then stand-ins were returned."""
        if not self._missing:
            return
        missing = tuple(dict.fromkeys(self._missing))
        if self.known is None:
            missing = ("model.family", *missing)
        raise UnknownArchitectureError(missing, "not known: " + ", ".join(missing))


def _architecture(read: _Reader) -> Architecture:
    _refuse_uncovered(read)
    heads = read.size("model.attention.heads")
    moe = _moe(read)
    internal = read.internal
    mla = _mla(read)
    return Architecture(
        layers=read.size("model.layers"),
        hidden_size=read.size("model.hidden_size"),
        ffn_size=_ffn_size(read, moe),
        vocab_size=read.size("model.vocab_size"),
        heads=heads,
        kv_heads=_kv_heads(read, heads, mla),
        head_dim=_head_dim(read, heads, mla),
        tie_embeddings=read.flag("model.tie_embeddings"),
        gated_mlp=read.flag("model.gated_mlp"),
        mlp_bias=read.flag("model.mlp_bias"),
        qkv_bias=read.flag("model.attention.qkv_bias"),
        output_bias=read.flag("model.attention.output_bias"),
        attention_sinks=read.flag("model.attention.sinks"),
        qk_norm=_qk_norm(read, mla),
        norms_per_layer=read.size("model.norm.per_layer"),
        norm_weights=_norm_weights(read),
        learned_positions=read.size("model.learned_positions"),
        attention_blocks_per_layer=read.size("model.attention.blocks_per_layer", 1),
        head_bias=bool(internal.get("head_bias", 0)),
        qk_norm_weights=internal.get("qk_norm_weights", 1),
        embedding_norm=bool(internal.get("embedding_norm", 0)),
        activation_weights=internal.get("activation_weights", 0),
        differential=bool(internal.get("differential", 0)),
        differential_norm=bool(internal.get("differential_norm", 0)),
        mla=mla,
        moe=moe,
        mtp_layers=read.size("model.mtp_layers", 0),
        window=read.size("model.attention.window", 0),
        local_per_global=read.number("model.attention.local_per_global", 0.0),
    )


def _refuse_uncovered(read: _Reader) -> None:
    if not read.has("model.attention.kind"):
        return
    kind = read.word("model.attention.kind")
    if kind in _UNCOVERED_ATTENTION:
        _uncovered("model.attention.kind", f"{kind} attention is not covered")
    if kind == "differential" and not read.internal.get("differential"):
        _uncovered("model.family", "differential attention differs between models: name the family")


def _uncovered(name: str, reason: str) -> NoReturn:
    raise UnknownArchitectureError((name,), reason)


def _ffn_size(read: _Reader, moe: Moe | None) -> int:
    """Not needed where every layer is MoE and has no dense block beside its experts."""
    all_moe = moe is not None and moe.layer_interval == 1 and not moe.first_dense_layers
    if all_moe and read.size("model.attention.blocks_per_layer", 1) == 1:
        return read.size("model.ffn_size", 0)
    if not read.has("model.ffn_size") and read.known and read.known.ffn_ratio:
        return read.known.ffn_ratio * read.size("model.hidden_size")
    return read.size("model.ffn_size")


def _kv_heads(read: _Reader, heads: int, mla: Mla | None) -> int:
    kind = read.word("model.attention.kind") if read.has("model.attention.kind") else ""
    if mla is not None or kind == "mha" or (read.known and read.known.always_mha):
        return read.size("model.attention.kv_heads", heads)
    if kind == "mqa":
        return read.size("model.attention.kv_heads", 1)
    return read.size("model.attention.kv_heads")


def _head_dim(read: _Reader, heads: int, mla: Mla | None) -> int:
    """hidden / heads is the rule only in families whose class has no head_dim of its own."""
    if mla is not None:
        return mla.qk_nope_head_dim + mla.qk_rope_head_dim
    fixed = read.known is None or read.known.defaults.get("head_dim") is not None
    hidden = read.size("model.hidden_size")
    if not (fixed or (read.has("model.hidden_size") and read.has("model.attention.heads"))):
        return read.size("model.attention.head_dim", 1)
    if fixed or not heads or hidden % heads:
        return read.size("model.attention.head_dim")
    return read.size("model.attention.head_dim", hidden // heads)


def _qk_norm(read: _Reader, mla: Mla | None) -> str:
    kind = read.word("model.norm.qk_norm")
    if kind == "latent" and mla is None:
        _uncovered("model.attention.kv_lora_rank", "a latent QK norm without latent attention")
    return kind


def _norm_weights(read: _Reader) -> int:
    kind = read.word("model.norm.kind")
    if kind == "layernorm":
        return 2 if read.flag("model.norm.bias") else 1
    return _NORM_WEIGHTS.get(kind, 0)


def _mla(read: _Reader) -> Mla | None:
    latent = read.has("model.attention.kind") and read.word("model.attention.kind") == "mla"
    if not latent and not read.has("model.attention.kv_lora_rank"):
        return None
    return Mla(
        q_lora_rank=read.size("model.attention.q_lora_rank"),
        kv_lora_rank=read.size("model.attention.kv_lora_rank"),
        qk_nope_head_dim=read.size("model.attention.qk_nope_head_dim"),
        qk_rope_head_dim=read.size("model.attention.qk_rope_head_dim"),
        v_head_dim=read.size("model.attention.v_head_dim"),
    )


def _moe(read: _Reader) -> Moe | None:
    experts = read.size("model.moe.experts")
    if not experts or not read.has("model.moe.experts"):
        return None
    width = read.size("model.moe.expert_ffn_size")
    return Moe(
        experts=experts,
        top_k=read.size("model.moe.top_k"),
        expert_ffn_size=width,
        shared_ffn_size=_shared_width(read, width),
        shared_gate=bool(read.internal.get("shared_gate", 0)),
        first_dense_layers=read.size("model.moe.first_dense_layers"),
        layer_interval=max(1, read.size("model.moe.layer_interval")),
        zero_experts=read.size("model.moe.zero_experts"),
        target_experts=_target(read),
        expert_bias=read.flag("model.moe.expert_bias"),
        router_bias=read.flag("model.moe.router_bias"),
        gated_experts=read.flag("model.gated_mlp"),
    )


def _target(read: _Reader) -> float | None:
    stated = read.number("model.moe.target_experts", 0.0)
    return stated or None


def _shared_width(read: _Reader, width: int) -> int:
    if not read.has("model.moe.shared_expert_ffn_size") and read.has("model.moe.shared_experts"):
        return read.size("model.moe.shared_experts") * width
    return read.size("model.moe.shared_expert_ffn_size")
