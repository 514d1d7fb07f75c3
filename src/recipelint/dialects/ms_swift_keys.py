"""ms-swift's key maps: the trainer's names, Megatron's, and those of preference and RL."""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Row
from recipelint.dialects.huggingface import eight_bit, optimizer_family, schedule_kind

_DECAYS = {
    "constant": "constant",
    "linear": "linear",
    "cosine": "cosine",
    "inverse-square-root": "inverse_sqrt",
    "WSD": "wsd",
}
_WSD_SHAPES = {
    "linear": "linear",
    "cosine": "cosine",
    "exponential": "exponential",
    "minus_sqrt": "1-sqrt",
}
_DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
_ATTENTION = {
    "flash_attn": "flash_attention_2",
    "flash_attention_2": "flash_attention_2",
    "flash_attention_3": "flash_attention_3",
    "sdpa": "sdpa",
    "eager": "eager",
}


def _shape(name: object) -> object:
    return _WSD_SHAPES.get(name, ABSENT) if isinstance(name, str) else ABSENT


def _decay(name: object) -> object:
    return _DECAYS.get(name, ABSENT) if isinstance(name, str) else ABSENT


def _attention(name: object) -> object:
    return _ATTENTION.get(name, name) if isinstance(name, str) else ABSENT


def stored(name: object) -> object:
    return _DTYPES.get(name, ABSENT) if isinstance(name, str) else ABSENT


def _shard(on: object) -> object:
    """The distributed optimizer shards the optimizer's states: ZeRO's first stage."""
    return int(on) if isinstance(on, bool) else ABSENT


COMMON = (
    Row("model.name", "model"),
    Row("model.dtype", "torch_dtype", convert=stored),
    Row("optimizer.beta1", "adam_beta1", default=0.9),
    Row("optimizer.beta2", "adam_beta2", default=0.95),
    Row("optimizer.weight_decay", "weight_decay", default=0.1),
    Row("batch.sequence_length", "max_length"),
    Row("data.packing", "packing", default=False),
    Row("data.validation_share", "split_dataset_ratio", default=0.0),
    Row("precision.bf16", "bf16"),
    Row("precision.fp16", "fp16"),
    Row("checkpoint.keep", "save_total_limit"),
    Row("quantization.bits", "quant_bits"),
    Row("quantization.method", "quant_method"),
    Row("run.seed", "seed", default=42),
    Row("run.output", "output_dir"),
)
TRAINER = (
    Row("optimizer.name", "optim"),
    Row("optimizer.family", "optim", default="adam", convert=optimizer_family),
    Row("optimizer.eight_bit", "optim", convert=eight_bit),
    Row("optimizer.learning_rate", "learning_rate"),
    Row("optimizer.eps", "adam_epsilon", default=1e-8),
    Row("optimizer.grad_clip", "max_grad_norm", default=1.0),
    Row("schedule.name", "lr_scheduler_type"),
    Row("schedule.kind", "lr_scheduler_type", default="cosine", convert=schedule_kind),
    Row("schedule.warmup_steps", "warmup_steps"),
    Row("schedule.warmup_ratio", "warmup_ratio"),
    Row("schedule.min_learning_rate", "lr_scheduler_kwargs.min_lr"),
    Row("schedule.min_ratio", "lr_scheduler_kwargs.min_lr_rate"),
    Row("batch.micro_batch", "per_device_train_batch_size", default=1),
    Row("batch.gradient_accumulation", "gradient_accumulation_steps"),
    Row("budget.epochs", "num_train_epochs", default=3.0),
    Row("parallel.cp", "sequence_parallel_size", default=1),
    Row("model.attention.implementation", "attn_impl", convert=_attention),
    Row("model.moe.aux_loss_coefficient", "router_aux_loss_coef", default=0.0),
    Row("checkpoint.load_best", "load_best_model_at_end"),
)
MEGATRON = (
    Row("optimizer.name", "optimizer"),
    Row("optimizer.family", "optimizer", default="adam", convert=optimizer_family),
    Row("optimizer.learning_rate", "lr"),
    Row("optimizer.eps", "adam_eps", default=1e-8),
    Row("optimizer.grad_clip", "clip_grad", default=1.0),
    Row("optimizer.state_dtype", "exp_avg_dtype", default="fp32"),
    Row("optimizer.second_moment_dtype", "exp_avg_sq_dtype", default="fp32"),
    Row("schedule.name", "lr_decay_style"),
    Row("schedule.kind", "lr_decay_style", default="cosine", convert=_decay),
    Row("schedule.warmup_steps", "lr_warmup_iters"),
    Row("schedule.warmup_ratio", "lr_warmup_fraction"),
    Row("schedule.min_learning_rate", "min_lr", default=0.0),
    Row("schedule.horizon_steps", "lr_decay_iters"),
    Row("schedule.decay_steps", "lr_wsd_decay_iters"),
    Row("schedule.decay_shape", "lr_wsd_decay_style", convert=_shape),
    Row("batch.micro_batch", "micro_batch_size", default=1),
    Row("batch.global_batch", "global_batch_size", default=16),
    Row("budget.steps", "train_iters"),
    Row("budget.epochs", "num_train_epochs"),
    Row("parallel.tp", "tensor_model_parallel_size", default=1),
    Row("parallel.pp", "pipeline_model_parallel_size", default=1),
    Row("parallel.vpp", "virtual_pipeline_model_parallel_size"),
    Row("parallel.cp", "context_parallel_size", default=1),
    Row("parallel.ep", "expert_model_parallel_size", default=1),
    Row("parallel.sequence_parallel", "sequence_parallel", default=False),
    Row("parallel.zero_stage", "use_distributed_optimizer", default=1, convert=_shard),
    Row("precision.gradient_dtype", "main_grads_dtype", default="fp32"),
    Row("precision.master_dtype", "main_params_dtype", default="fp32"),
    Row("memory.recompute", "recompute_granularity", default="selective"),
    Row("memory.offload_optimizer", "optimizer_cpu_offload", default=False),
    Row("model.moe.aux_loss_coefficient", "moe_aux_loss_coeff", default=0.0),
    Row("model.moe.router_z_loss", "moe_z_loss_coeff"),
    Row("model.moe.capacity_factor", "moe_expert_capacity_factor"),
    Row(
        "model.moe.router_dtype", "moe_router_dtype", convert=lambda d: ABSENT if d != "fp32" else d
    ),
    Row("model.mtp_layers", "mtp_num_layers"),
)
SAMPLING = (
    Row("rl.max_completion", "max_completion_length", default=512),
    Row("rl.temperature", "temperature", default=0.9),
)
GROUPS = (
    Row("rl.group_size", "num_generations", default=8),
    Row("rl.generation_batch", "generation_batch_size"),
    Row("rl.clip_low", "epsilon", default=0.2),
    Row("rl.clip_high", "epsilon_high"),
    Row(
        "rl.ratio_level",
        "importance_sampling_level",
        default="token",
        convert=lambda level: level if level in ("token", "sequence") else ABSENT,
    ),
)
