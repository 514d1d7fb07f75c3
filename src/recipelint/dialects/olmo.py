"""OLMo (the trainer of OLMo 1 and 2): YAML read by OmegaConf into typed sections.

Read from ai2-olmo 0.6.0: olmo/config.py, olmo/model.py, olmo/optim.py, olmo/train.py. Unknown and
repeated keys stop the run; which fields convert what is written is in the table of keys.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import (
    amount,
    decide,
    has_mapping,
    is_null,
    is_open,
    learned_positions,
    number,
    own_kv_heads,
    read_betas,
    replace_fact,
    text,
)
from recipelint.dialects.conversions import FSDP_STAGES, autocast, kept, one_of
from recipelint.dialects.omegaconf import interpolate
from recipelint.document import Entry, Mapping, Sequence
from recipelint.document.scalars import omegaconf
from recipelint.recipe.facts import Absence, Phase

_M = "model."
_family = one_of({"lionw": "lion", "adamw": "adam", "decoupled_lionw": "lion"})
_KINDS = {
    "cosine_with_warmup": "cosine",
    "linear_with_warmup": "linear",
    "inverse_sqrt_with_warmup": "inverse_sqrt",
    "constant": "constant",
    "constant_with_warmup": "constant",
    "max_scheduler": "other",
    "cosine_linear_envelope": "other",
}
_MARKS = frozenset(
    {
        "global_train_batch_size",
        "device_train_microbatch_size",
        "max_duration",
        "save_folder",
        "save_interval_unsharded",
        "evaluators",
        "data",
        "tokenizer",
    }
)


ROWS = (
    Row("model.layers", _M + "n_layers", default=12),
    Row("model.hidden_size", _M + "d_model", default=768),
    Row("model.attention.heads", _M + "n_heads", default=12),
    Row("model.activation", _M + "activation_type", default="swiglu"),
    Row("model.tie_embeddings", _M + "weight_tying", default=True),
    Row("model.tokenizer_size", _M + "vocab_size", default=50257),
    Row("model.max_position", _M + "max_sequence_length", default=1024),
    Row("model.dropout", _M + "residual_dropout", default=0.1),
    Row("model.attention.dropout", _M + "attention_dropout", default=0.1),
    Row("model.norm.eps", _M + "layer_norm_eps", default=1e-5),
    Row("model.attention.qkv_bias", _M + "include_bias", default=True),
    Row("model.attention.output_bias", _M + "include_bias", default=True),
    Row("model.mlp_bias", _M + "include_bias", default=True),
    Row("optimizer.name", "optimizer.name", default="lionw"),
    Row("optimizer.family", "optimizer.name", default="lion", convert=_family),
    Row("optimizer.learning_rate", "optimizer.learning_rate", default=1e-4),
    Row("optimizer.weight_decay", "optimizer.weight_decay", default=0.01),
    Row("optimizer.decay_embeddings", "optimizer.decay_embeddings", default=False),
    Row("schedule.name", "scheduler.name", default="cosine_with_warmup"),
    Row("schedule.kind", "scheduler.name", default="cosine", convert=one_of(_KINDS)),
    Row("batch.global_batch", "global_train_batch_size", default=512),
    Row("batch.micro_batch", "device_train_microbatch_size", default=16),
    Row("batch.sequence_length", _M + "max_sequence_length", default=1024),
    Row("precision.compute", "precision", convert=autocast),
    Row("parallel.dp_replicate", "fsdp.hybrid_sharding_num_model_replicas"),
    Row("stability.z_loss", "auxiliary_loss_multiplier", default=1e-4),
    Row("stability.z_loss_active", "softmax_auxiliary_loss", default=False),
    Row("checkpoint.keep", "save_num_checkpoints_to_keep", convert=kept),
    Row("evaluation.interval", "eval_interval", default=1000),
    Row("run.seed", "seed", default=6198),
    Row("run.name", "run_name"),
    Row("run.output", "save_folder", default="./"),
    Row("data.tokenizer", "tokenizer.identifier", default="gpt2"),
    Row("data.document_mask", "data.generate_doc_lengths", default=False),
)


def recognise(root: Mapping, name: str) -> bool:
    """A model by `d_model`, and three of the trainer's own keys beside it."""
    model = has_mapping(root, "model")
    if model is None or "d_model" not in model or "train_loader" in root:
        return False
    return sum(key in root for key in _MARKS) >= 3 and "trainer" not in root


def translate(reader: Reader) -> list[Phase]:
    """One phase: OLMo trains on pre-tokenised text with one schedule."""
    reader.read(ROWS)
    _stage(reader)
    _shape(reader)
    _norms(reader)
    _optimizer(reader)
    _schedule(reader)
    _length(reader)
    _sharding(reader)
    _saving(reader)
    _evaluation(reader)
    return [reader.phase]


def _stage(reader: Reader) -> None:
    loads = reader.has("load_path")
    if reader.has("data.label_mask_paths"):
        reader.state("run.stage", "sft", "data.label_mask_paths")
    elif loads or reader.truthy("try_load_latest_save"):
        reader.missing("run.stage", Absence.UNKNOWN, "the run loads a checkpoint")
    else:
        reader.derive("run.stage", "pretrain", "OLMo trains from pre-tokenised text")
    if loads:
        reader.state("run.resume", True, "load_path")
        resets = reader.plain("reset_optimizer_state")
        if resets is ABSENT:
            reader.default("run.resume_optimizer", True)
        elif isinstance(resets, bool):
            reader.state("run.resume_optimizer", not resets, "reset_optimizer_state")
    reader.derive("data.packing", True, "OLMo cuts the concatenated tokens into sequences")


def _shape(reader: Reader) -> None:
    activation = text(reader, _M + "activation_type") or "swiglu"
    gated = activation == "swiglu"
    decide(reader, "model.gated_mlp", _M + "activation_type", gated)
    if not any(entry.key.startswith("moe_") for entry in _model_entries(reader)):
        reader.default("model.moe.experts", 0)
    _width(reader, gated)
    _kv_heads(reader)
    if is_null(reader, _M + "embedding_size"):
        rows = number(reader, _M + "vocab_size")
        decide(reader, "model.vocab_size", _M + "vocab_size", 50257 if rows is None else rows)
    else:
        decide(
            reader,
            "model.vocab_size",
            _M + "embedding_size",
            number(reader, _M + "embedding_size") or 50304,
        )
    _positions(reader)
    if reader.plain(_M + "flash_attention") is True:
        reader.state("model.attention.implementation", "flash", _M + "flash_attention")
    if text(reader, _M + "init_fn") in (None, "normal"):
        reader.read((Row("model.init_std", _M + "init_std", default=0.02),))


def _model_entries(reader: Reader) -> list[Entry]:
    node = reader.node("model")
    return node.entries if isinstance(node, Mapping) else []


def _width(reader: Reader, gated: bool) -> None:
    """OLMo's `mlp_hidden_size` counts gate and up projection together (model.py, SwiGLU)."""
    key = _M + "mlp_hidden_size"
    halves = 2 if gated else 1
    width = number(reader, key)
    if width is not None:
        reader.state("model.ffn_size", width / halves, key)
        return
    hidden = reader.phase.value("model.hidden_size")
    ratio = 4 if not reader.has(_M + "mlp_ratio") else number(reader, _M + "mlp_ratio")
    if isinstance(hidden, int | float) and ratio is not None and not is_open(reader, key):
        reader.derive(
            "model.ffn_size", ratio * hidden / halves, f"mlp_ratio {ratio:g} x d_model {hidden:g}"
        )


def _kv_heads(reader: Reader) -> None:
    if reader.has(_M + "n_kv_heads"):
        reader.read((Row("model.attention.kv_heads", _M + "n_kv_heads"),))
    elif reader.plain(_M + "multi_query_attention") is True:
        reader.state("model.attention.kv_heads", 1, _M + "multi_query_attention")
    else:
        own_kv_heads(reader)


def _positions(reader: Reader) -> None:
    rotary = reader.plain(_M + "rope") is True
    if rotary:
        reader.read((Row("model.rope.theta", _M + "rope_theta", default=10000),))
        reader.default("model.rope.scaling", "none")
    learned = not rotary and reader.plain(_M + "alibi") is not True
    learned_positions(
        reader, learned, f"{'neither' if learned else 'one of'} `rope` and `alibi` is set"
    )


def _norms(reader: Reader) -> None:
    key = _M + "layer_norm_type"
    kind = {"rms": "rmsnorm"}.get(text(reader, key) or "", "layernorm")
    if reader.plain(_M + "layer_norm_with_affine") is False:
        reader.state("model.norm.kind", "none", _M + "layer_norm_with_affine")
    else:
        decide(reader, "model.norm.kind", key, kind)
    own = _M + "bias_for_layer_norm"
    biases = own if reader.has(own) else _M + "include_bias"
    flag = reader.plain(biases)
    decide(reader, "model.norm.bias", biases, flag if isinstance(flag, bool) else True)
    qk = reader.plain(_M + "attention_layer_norm") is True
    decide(reader, "model.norm.qk_norm", _M + "attention_layer_norm", "full" if qk else "none")


def _optimizer(reader: Reader) -> None:
    read_betas(reader, "optimizer.betas", (0.9, 0.95))
    if reader.phase.value("optimizer.family") == "adam":
        reader.read((Row("optimizer.eps", "optimizer.eps", default=1e-5),))
    if reader.has("max_grad_norm"):
        reader.read((Row("optimizer.grad_clip", "max_grad_norm"),))
    elif reader.has("max_grad_norm_ratio"):
        reader.missing("optimizer.grad_clip", Absence.UNKNOWN, "clipping follows a running average")
    elif is_null(reader, "max_grad_norm"):
        reader.state("optimizer.grad_clip", 0.0, "max_grad_norm")
    else:
        reader.default("optimizer.grad_clip", 0.0)


def _schedule(reader: Reader) -> None:
    """`t_warmup` and `t_max` are steps or tokens, as `units` says; `constant` reads neither."""
    name = text(reader, "scheduler.name") or "cosine_with_warmup"
    units = text(reader, "scheduler.units") or "steps"
    if name == "constant":
        reader.derive("schedule.warmup_steps", 0, "the scheduler `constant` has no warmup")
        return
    if units not in ("steps", "tokens") or is_open(reader, "scheduler.units"):
        return
    reader.read((Row(f"schedule.warmup_{units}", "scheduler.t_warmup", default=100),))
    if _KINDS.get(name) in ("cosine", "linear"):
        reader.read(
            (
                Row(f"schedule.horizon_{units}", "scheduler.t_max"),
                Row("schedule.min_ratio", "scheduler.alpha_f", default=0.1),
            )
        )


def _length(reader: Reader) -> None:
    """`max_duration`: a whole number is steps, `2e12T` tokens, `1ep` passes over the data."""
    key = "max_duration"
    if not reader.has(key):
        reader.default("budget.steps", 10_000)
    elif is_open(reader, key):
        reader.missing("budget.steps", Absence.ELSEWHERE, f"`{key}` is filled in at start")
    else:
        found = amount(reader.plain(key))
        unit = {"": "steps", "T": "tokens", "ep": "epochs"}.get(found[1]) if found else None
        if found is not None and unit is not None:
            reader.state(f"budget.{unit}", found[0], key)
    for stop in ("stop_at", "stop_after"):
        steps = number(reader, stop)
        if steps is not None and (stop == "stop_at" or not reader.has("load_path")):
            _keep_horizon(reader)
            for unit in ("steps", "tokens", "epochs"):
                reader.phase.facts.pop(f"budget.{unit}", None)
            reader.state("budget.steps", steps, stop)
            reader.state("schedule.truncated", True, stop)


def _keep_horizon(reader: Reader) -> None:
    """The schedule is planned for `max_duration` although the run stops before it."""
    if reader.phase.value("schedule.kind") not in ("cosine", "linear"):
        return
    for unit in ("steps", "tokens"):
        planned = reader.phase.facts.get(f"budget.{unit}")
        known = any(f"schedule.horizon_{u}" in reader.phase.facts for u in ("steps", "tokens"))
        if planned is not None and not known:
            replace_fact(
                reader, f"schedule.horizon_{unit}", planned.value, "the schedule spans max_duration"
            )


def _sharding(reader: Reader) -> None:
    strategy = text(reader, "distributed_strategy") or "fsdp"
    key = "distributed_strategy"
    backend = {"fsdp": "fsdp", "ddp": "ddp", "single": "none"}.get(strategy)
    if is_null(reader, key):
        reader.state("parallel.backend", "none", key)
        return
    decide(reader, "parallel.backend", key, backend)
    if strategy != "fsdp":
        reader.derive("parallel.zero_stage", 0, f"distributed_strategy {strategy}")
    else:
        sharding = text(reader, "fsdp.sharding_strategy") or "FULL_SHARD"
        stage = FSDP_STAGES.get(sharding.removeprefix("ShardingStrategy."))
        decide(reader, "parallel.zero_stage", "fsdp.sharding_strategy", stage)
    if reader.phase.value("precision.compute") in ("bf16", "fp16"):
        reader.derive("precision.master_dtype", "fp32", "automatic mixed precision keeps fp32")
    _recompute(reader)


def _recompute(reader: Reader) -> None:
    key = "activation_checkpointing"
    found = reader.plain(key)
    if found is True or found == "whole_layer":
        reader.state("memory.recompute", "full", key)
    elif isinstance(found, str):
        reader.state("memory.recompute", "selective", key)
    elif found is False or is_null(reader, key):
        reader.state("memory.recompute", "none", key)
    elif found is ABSENT:
        reader.default("memory.recompute", "none")


def _saving(reader: Reader) -> None:
    """Sharded checkpoints, and unsharded ones at an interval of their own; null is never."""
    keys = ("save_interval", "save_interval_unsharded")
    given = [(key, steps) for key in keys if (steps := number(reader, key)) is not None]
    if reader.entry("save_interval") is None:
        reader.default("checkpoint.save_interval", 1000)
    elif given:
        key, steps = min(given, key=lambda item: item[1])
        reader.state("checkpoint.save_interval", steps, key)
    elif is_null(reader, "save_interval"):
        reader.state("checkpoint.save_interval", 0, "save_interval")


def _evaluation(reader: Reader) -> None:
    node = reader.node("evaluators")
    if isinstance(node, Sequence):
        reader.state("evaluation.enabled", bool(node.items), "evaluators")
    elif node is None:
        reader.default("evaluation.enabled", False)


DIALECT = Dialect(
    name="olmo",
    title="OLMo",
    version="0.6.0",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf,
    duplicates_refused=True,
    schema="olmo",
    keys=frozenset({"run_name", "scheduler", "evaluators", "device_train_microbatch_size"}),
    interpolate=interpolate,
)
