"""ms-swift's key maps: the trainer's names, Megatron's, and those of preference and RL."""

from __future__ import annotations

from recipelint.dialects import megatron
from recipelint.dialects.base import ABSENT, Row
from recipelint.dialects.conversions import dtype, recompute
from recipelint.dialects.huggingface import (
    TRAINING_ARGUMENTS,
    schedule_kind,
    with_own,
)

_ATTENTION = {
    "flash_attn": "flash_attention_2",
    "flash_attention_2": "flash_attention_2",
    "flash_attention_3": "flash_attention_3",
    "sdpa": "sdpa",
    "eager": "eager",
}


def _attention(name: object) -> object:
    return _ATTENTION.get(name, name) if isinstance(name, str) else ABSENT


def _shard(on: object) -> object:
    """The distributed optimizer shards the optimizer's states: ZeRO's first stage."""
    return int(on) if isinstance(on, bool) else ABSENT


COMMON = (
    Row("model.name", "model"),
    Row("model.dtype", "torch_dtype", convert=dtype),
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
TRAINER = with_own(
    TRAINING_ARGUMENTS,
    *COMMON,
    Row("schedule.kind", "lr_scheduler_type", default="cosine", convert=schedule_kind),
    Row("batch.micro_batch", "per_device_train_batch_size", default=1),
    Row("batch.gradient_accumulation", "gradient_accumulation_steps"),
    Row("parallel.cp", "sequence_parallel_size", default=1),
    Row("model.attention.implementation", "attn_impl", convert=_attention),
    Row("model.moe.aux_loss_coefficient", "router_aux_loss_coef", default=0.0),
    Row("memory.recompute", "gradient_checkpointing", default="full", convert=recompute),
)
MEGATRON = with_own(
    (*megatron.OPTIMIZER, *megatron.SCHEDULE, *megatron.PARALLEL),
    *COMMON,
    Row("optimizer.name", "optimizer"),
    Row("optimizer.state_dtype", "exp_avg_dtype", default="fp32"),
    Row("optimizer.second_moment_dtype", "exp_avg_sq_dtype", default="fp32"),
    Row("schedule.name", "lr_decay_style"),
    Row("schedule.kind", "lr_decay_style", default="cosine", convert=megatron.schedule_kind),
    Row("schedule.warmup_ratio", "lr_warmup_fraction"),
    Row("schedule.decay_steps", "lr_wsd_decay_iters"),
    Row("schedule.decay_shape", "lr_wsd_decay_style", convert=megatron.decay_shape),
    Row("batch.micro_batch", "micro_batch_size", default=1),
    Row("batch.global_batch", "global_batch_size", default=16),
    Row("budget.steps", "train_iters"),
    Row("budget.epochs", "num_train_epochs"),
    Row("parallel.vpp", "virtual_pipeline_model_parallel_size"),
    Row("parallel.zero_stage", "use_distributed_optimizer", default=1, convert=_shard),
    Row("precision.gradient_dtype", "main_grads_dtype", default="fp32"),
    Row("memory.recompute", "recompute_granularity", default="selective"),
    Row("model.moe.aux_loss_coefficient", "moe_aux_loss_coeff", default=0.0),
    Row("model.moe.router_z_loss", "moe_z_loss_coeff"),
    Row("model.moe.capacity_factor", "moe_expert_capacity_factor"),
    Row("model.moe.router_dtype", "moe_router_dtype", convert=dtype),
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
