"""What the dialects built on Megatron Core share: names, mixture-of-experts and MLA arguments.

Read from NVIDIA/Megatron-LM core 0.16: megatron/core/transformer/transformer_config.py
(TransformerConfig, MLATransformerConfig), megatron/core/optimizer_param_scheduler.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from recipelint.dialects.base import ABSENT, Reader, Row
from recipelint.dialects.conversions import dtype, one_of, switch

schedule_kind = one_of({
    "constant": "constant", "linear": "linear", "cosine": "cosine",
    "inverse-square-root": "inverse_sqrt", "WSD": "wsd",
})  # fmt: skip
decay_shape = one_of({
    "exponential": "exponential", "linear": "linear", "cosine": "cosine", "minus_sqrt": "1-sqrt",
})  # fmt: skip
megatron_family = one_of({
    "adam": "adam", "sgd": "sgd", "lion": "lion", "soap": "shampoo", "muon": "muon",
    "dist_muon": "muon", "adaptive_muon": "muon",
})  # fmt: skip
SHARDING = {"no_shard": 0, "optim": 1, "optim_grads": 2, "optim_grads_params": 3}
norm_kind = one_of({"LayerNorm": "layernorm", "RMSNorm": "rmsnorm"})
BALANCED = ("aux_loss", "seq_aux_loss", "global_aux_loss")
_LAYERS = re.compile(r"^\(?\s*\[0\]\s*\*\s*(\d+)\s*\+\s*\[1\]\s*\*\s*\d+\s*\)?$")


ARCHITECTURE = (
    Row("model.layers", "num_layers"),
    Row("model.hidden_size", "hidden_size"),
    Row("model.ffn_size", "ffn_hidden_size"),
    Row("model.dropout", "hidden_dropout", default=0.1),
    Row("model.init_std", "init_method_std", default=0.02),
    Row("model.mtp_layers", "mtp_num_layers", default=0),
    Row("model.attention.heads", "num_attention_heads"),
    Row("model.attention.head_dim", "kv_channels"),
    Row("model.attention.dropout", "attention_dropout", default=0.1),
    Row("model.attention.implementation", "attention_backend"),
    Row("model.norm.kind", "normalization", default="layernorm", convert=norm_kind),
)

OPTIMIZER = (
    Row("optimizer.name", "optimizer", default="adam"),
    Row("optimizer.family", "optimizer", default="adam", convert=megatron_family),
    Row("optimizer.learning_rate", "lr"),
    Row("optimizer.beta1", "adam_beta1", default=0.9),
    Row("optimizer.beta2", "adam_beta2", default=0.999),
    Row("optimizer.eps", "adam_eps", default=1e-8),
    Row("optimizer.weight_decay", "weight_decay", default=0.01),
    Row("optimizer.grad_clip", "clip_grad", default=1.0),
    Row("optimizer.state_dtype", "exp_avg_dtype", convert=dtype),
    Row("optimizer.second_moment_dtype", "exp_avg_sq_dtype", convert=dtype),
    Row("schedule.min_learning_rate", "min_lr", default=0.0),
    Row("precision.bf16", "bf16", default=False, convert=switch),
    Row("precision.fp16", "fp16", default=False, convert=switch),
    Row("precision.master_dtype", "main_params_dtype", default="fp32", convert=dtype),
    Row("memory.offload_optimizer", "optimizer_cpu_offload", default=False, convert=switch),
)

SCHEDULE = (
    Row("schedule.name", "lr_decay_style", default="linear"),
    Row("schedule.kind", "lr_decay_style", default="linear", convert=schedule_kind),
    Row("schedule.horizon_steps", "lr_decay_iters"),
    Row("schedule.warmup_steps", "lr_warmup_iters"),
)

STABLE_AND_DECAY = (
    Row("schedule.decay_shape", "lr_wsd_decay_style", default="exponential", convert=decay_shape),
    Row("schedule.decay_steps", "lr_wsd_decay_iters"),
)

PARALLEL = (
    Row("parallel.tp", "tensor_model_parallel_size", default=1),
    Row("parallel.pp", "pipeline_model_parallel_size", default=1),
    Row("parallel.cp", "context_parallel_size", default=1),
    Row("parallel.ep", "expert_model_parallel_size", default=1),
    Row("parallel.sequence_parallel", "sequence_parallel", default=False, convert=switch),
)

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
    Row("model.moe.router_dtype", "moe_router_dtype", convert=dtype),
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
