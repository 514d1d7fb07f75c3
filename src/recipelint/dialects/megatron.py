"""What the dialects built on Megatron Core share: names, mixture-of-experts and MLA arguments.

Read from NVIDIA/Megatron-LM core 0.16: megatron/core/transformer/transformer_config.py
(TransformerConfig, MLATransformerConfig), megatron/core/optimizer_param_scheduler.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from recipelint.dialects.base import ABSENT, Reader, Row

SCHEDULES = {
    "constant": "constant", "linear": "linear", "cosine": "cosine",
    "inverse-square-root": "inverse_sqrt", "WSD": "wsd",
}  # fmt: skip
SHAPES = {
    "exponential": "exponential", "linear": "linear", "cosine": "cosine", "minus_sqrt": "1-sqrt",
}  # fmt: skip
FAMILIES = {
    "adam": "adam", "sgd": "sgd", "lion": "lion", "soap": "shampoo", "muon": "muon",
    "dist_muon": "muon", "adaptive_muon": "muon",
}  # fmt: skip
DTYPES = {"fp32": "fp32", "bf16": "bf16", "fp16": "fp16", "fp8": "fp8"}
SHARDING = {"no_shard": 0, "optim": 1, "optim_grads": 2, "optim_grads_params": 3}
BALANCED = ("aux_loss", "seq_aux_loss", "global_aux_loss")
_LAYERS = re.compile(r"^\(?\s*\[0\]\s*\*\s*(\d+)\s*\+\s*\[1\]\s*\*\s*\d+\s*\)?$")


def name_in(table: dict[str, str], value: object) -> object:
    """The canonical name behind a framework's, or ABSENT."""
    return table.get(value, ABSENT) if isinstance(value, str) else ABSENT


def negated(flag: object) -> object:
    """The opposite of a switch that turns something off."""
    return not flag if isinstance(flag, bool) else ABSENT


def norm_kind(name: object) -> object:
    """The canonical norm behind `normalization`."""
    return {"LayerNorm": "layernorm", "RMSNorm": "rmsnorm"}.get(str(name), ABSENT)


def switch(flag: object) -> object:
    """A truth value; anything else says nothing."""
    return flag if isinstance(flag, bool) else ABSENT


MLA = (
    Row("model.attention.q_lora_rank", "q_lora_rank", default=0),
    Row("model.attention.kv_lora_rank", "kv_lora_rank", default=512),
    Row("model.attention.qk_nope_head_dim", "qk_head_dim", default=128),
    Row("model.attention.qk_rope_head_dim", "qk_pos_emb_head_dim", default=64),
    Row("model.attention.v_head_dim", "v_head_dim", default=128),
)

MOE = (
    Row("model.moe.top_k", "moe_router_topk", default=2),
    Row("model.moe.expert_ffn_size", "moe_ffn_hidden_size"),
    Row("model.moe.shared_expert_ffn_size", "moe_shared_expert_intermediate_size", default=0),
    Row("model.moe.aux_loss_coefficient", "moe_aux_loss_coeff", default=0.0),
    Row(
        "model.moe.aux_loss_active", "moe_router_load_balancing_type", default=True,
        convert=lambda kind: kind in BALANCED if isinstance(kind, str) else ABSENT,
    ),
    Row("model.moe.router_z_loss", "moe_z_loss_coeff", default=0.0),
    Row("model.moe.router_dtype", "moe_router_dtype", convert=lambda n: name_in(DTYPES, n)),
    Row("model.moe.capacity_factor", "moe_expert_capacity_factor"),
    Row("model.moe.force_balance", "moe_router_force_load_balancing", default=False,
        convert=switch),
)  # fmt: skip


def under(prefix: str, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with their keys below `prefix` and without defaults, for files that override."""
    for row in rows:
        yield row._replace(key=prefix + row.key, default=ABSENT)


def layer_frequency(reader: Reader, key: str, default: int | None) -> None:
    """`moe_layer_freq` is a number n (each n-th layer), or a list such as ([0]*3+[1]*58)."""
    found = reader.plain(key)
    match = _LAYERS.match(found) if isinstance(found, str) else None
    if found is ABSENT and default is not None:
        reader.default("model.moe.layer_interval", default)
        reader.default("model.moe.first_dense_layers", 0)
    elif match:
        reader.state("model.moe.first_dense_layers", int(match.group(1)), key)
        reader.state("model.moe.layer_interval", 1, key)
    elif isinstance(found, int) and not isinstance(found, bool):
        reader.state("model.moe.layer_interval", found, key)
