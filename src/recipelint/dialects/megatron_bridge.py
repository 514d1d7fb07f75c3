"""Megatron-Bridge: YAML that overrides a recipe written in Python.

Read from the package megatron-bridge 0.6: training/config.py (ConfigContainer and the classes
below it), training/utils/omegaconf_utils.py. What the file leaves out is set by the recipe in
Python that the command line names, so an absent key says nothing. A key that the recipe does
not have is skipped with a warning.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.megatron import (
    ARCHITECTURE,
    MLA,
    MOE,
    OPTIMIZER,
    PARALLEL,
    SCHEDULE,
    SHARDING,
    STABLE_AND_DECAY,
    layer_frequency,
    under,
)
from recipelint.dialects.omegaconf import interpolate
from recipelint.document import Mapping, follow
from recipelint.document.scalars import omegaconf
from recipelint.recipe.facts import Absence, Phase

_SECTIONS = (
    "model", "train", "optimizer", "scheduler", "dataset", "checkpoint", "ddp", "dist", "logger",
    "rng", "peft", "mixed_precision", "validation", "comm_overlap", "tokenizer", "profiling",
)  # fmt: skip


def _precision(name: object) -> object:
    """`bf16_mixed`, `bf16_with_fp8_current_scaling_mixed`, `fp16_mixed` …"""
    return name[:4] if isinstance(name, str) and name[:4] in ("bf16", "fp16") else ABSENT


ROWS = (
    *under("model.", ARCHITECTURE),
    *under("model.", PARALLEL),
    *under("optimizer.", OPTIMIZER),
    *under("scheduler.", SCHEDULE),
    *under("scheduler.", STABLE_AND_DECAY),
    Row("model.gated_mlp", "model.gated_linear_unit"),
    Row("model.mlp_bias", "model.add_bias_linear"),
    Row("model.tie_embeddings", "model.share_embeddings_and_output_weights"),
    Row("model.vocab_size", "model.vocab_size"),
    Row("model.attention.kv_heads", "model.num_query_groups"),
    Row("model.attention.qkv_bias", "model.add_qkv_bias"),
    Row("model.norm.eps", "model.layernorm_epsilon"),
    Row("model.rope.theta", "model.rotary_base"),
    Row("model.rope.partial", "model.rotary_percent"),
    Row("model.moe.experts", "model.num_moe_experts"),
    Row("batch.micro_batch", "train.micro_batch_size"),
    Row("batch.global_batch", "train.global_batch_size"),
    Row("batch.sequence_length", "model.seq_length"),
    Row("budget.steps", "train.train_iters"),
    Row("budget.epochs", "train.num_epochs"),
    Row("parallel.vpp", "model.virtual_pipeline_model_parallel_size"),
    Row("precision.compute", "mixed_precision", convert=_precision),
    Row(
        "precision.gradient_dtype", "ddp.grad_reduce_in_fp32",
        convert=lambda on: {True: "fp32", False: "bf16"}[on] if isinstance(on, bool) else ABSENT,
    ),
    Row("memory.recompute", "model.recompute_granularity"),
    Row("memory.offload_activations", "model.cpu_offloading"),
    Row("checkpoint.save_interval", "checkpoint.save_interval"),
    Row("checkpoint.keep", "checkpoint.most_recent_k"),
    Row("run.output", "checkpoint.save"),
    Row("run.seed", "rng.seed"),
    Row("data.tokenizer", "tokenizer.tokenizer_model"),
    Row("evaluation.interval", "validation.eval_interval"),
    Row("evaluation.interval", "train.eval_interval"),
    Row("adapter.rank", "peft.dim"),
    Row("adapter.alpha", "peft.alpha"),
    Row("adapter.dropout", "peft.dropout"),
    Row("distillation.loss", "model.kd_config.kd_loss"),
)  # fmt: skip


def recognise(root: Mapping, _name: str) -> bool:
    """Three sections of `ConfigContainer`, with Megatron's names in `train` or `optimizer`."""
    present = [key for key in _SECTIONS if isinstance(follow(root.get(key)), Mapping)]
    if len(present) < 3 or "policy" in root or "step_scheduler" in root:
        return False
    return _has(root, "train", "train_iters", "train_samples", "global_batch_size") and (
        _has(root, "model", "seq_length", "tensor_model_parallel_size", "_target_")
        or _has(root, "optimizer", "lr", "min_lr", "adam_beta1", "clip_grad")
        or _has(root, "scheduler", "lr_warmup_iters", "lr_decay_style")
    )


def _has(root: Mapping, section: str, *keys: str) -> bool:
    mapping = follow(root.get(section))
    return isinstance(mapping, Mapping) and any(key in mapping for key in keys)


def translate(reader: Reader) -> list[Phase]:
    """One phase; all that is not written stands in the recipe in Python."""
    reader.unread = "in the Python recipe that this file overrides"
    reader.read(ROWS)
    reader.read(under("model.", MLA))
    if reader.phase.value("model.moe.experts"):
        reader.read(under("model.", MOE))
        layer_frequency(reader, "model.moe_layer_freq", None)
    if reader.plain("model.multi_latent_attention") is True:
        reader.state("model.attention.kind", "mla", "model.multi_latent_attention")
    reader.derive("parallel.backend", "megatron", "Megatron-Bridge runs Megatron Core")
    for key in ("dataset.seq_length", "dataset.sequence_length"):
        if reader.phase.value("batch.sequence_length") is None and reader.has(key):
            reader.state("batch.sequence_length", reader.plain(key), key)
    _zero(reader)
    _kind(reader)
    return [reader.phase]


def _zero(reader: Reader) -> None:
    strategy = reader.plain("ddp.data_parallel_sharding_strategy")
    if reader.plain("dist.use_megatron_fsdp") is True and isinstance(strategy, str):
        key = "ddp.data_parallel_sharding_strategy"
        reader.state("parallel.zero_stage", SHARDING.get(strategy, ABSENT), key)
    elif reader.plain("optimizer.use_distributed_optimizer") is True:
        reader.state("parallel.zero_stage", 1, "optimizer.use_distributed_optimizer")


def _kind(reader: Reader) -> None:
    """Adapters and a teacher tell the purpose; nothing in an override tells pretraining."""
    if reader.has("peft"):
        target = reader.plain("peft._target_")
        scheme = target if isinstance(target, str) else reader.plain("peft.peft_scheme")
        name = str(scheme).lower() if isinstance(scheme, str) else ""
        kind = "dora" if "dora" in name else "lora" if "lora" in name else "other"
        if name:
            key = "peft._target_" if isinstance(target, str) else "peft.peft_scheme"
            reader.state("adapter.kind", kind, key)
    if reader.has("model.kd_config") or reader.has("model.teacher"):
        key = "model.kd_config" if reader.has("model.kd_config") else "model.teacher"
        reader.state("run.stage", "distill", key)
    else:
        reader.missing("run.stage", Absence.ELSEWHERE, str(reader.unread))
    if reader.plain("checkpoint.finetune") is True or reader.has(
        "checkpoint.pretrained_checkpoint"
    ):
        key = (
            "checkpoint.finetune"
            if reader.has("checkpoint.finetune")
            else ("checkpoint.pretrained_checkpoint")
        )
        reader.state("run.resume", True, key)


DIALECT = Dialect(
    name="megatron-bridge",
    title="Megatron-Bridge",
    version="0.6",
    recognise=recognise,
    translate=translate,
    schema="megatron-bridge",
    scalars=omegaconf,
    duplicates_refused=True,
    interpolate=interpolate,
    keys=frozenset({"scheduler", "train", "ddp", "dist"}),
    unknown_keys="it is skipped with a warning, and the run goes on without it",
)
