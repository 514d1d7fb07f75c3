"""MaxText: flat YAML over `base.yml`, read by OmegaConf and checked by pydantic.

Read from maxtext 0.2.5: configs/base.yml, configs/types.py, configs/pyconfig.py. A recipe names
its parent in `base_config`; `model_name` lays a model's file over it, and a model's file alone
(`base_emb_dim` …) says nothing about the run.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import number, text
from recipelint.dialects.conversions import dtype, one_of, or_zero
from recipelint.dialects.maxtext_model import read_model
from recipelint.dialects.omegaconf import interpolate
from recipelint.document import Mapping, Scalar, follow
from recipelint.document.scalars import omegaconf
from recipelint.recipe.facts import Absence, Phase

_MAX_PARENTS = 4
_MARKS = frozenset(
    {
        "base_emb_dim",
        "base_num_query_heads",
        "base_num_kv_heads",
        "base_mlp_dim",
        "base_num_decoder_layers",
        "per_device_batch_size",
        "max_target_length",
        "max_prefill_predict_length",
        "decoder_block",
        "remat_policy",
        "ici_fsdp_parallelism",
        "ici_tensor_parallelism",
        "dcn_data_parallelism",
        "mlp_activations",
        "logits_via_embedding",
        "normalization_layer_epsilon",
        "async_checkpointing",
        "enable_checkpointing",
    }
)
_RUN = ("steps", "learning_rate", "per_device_batch_size", "dataset_type", "opt_type")
_family = one_of({"adamw": "adam", "adam_pax": "adam", "sgd": "sgd", "muon": "muon"})
_INFERENCE = ("prefill_cache_axis_order", "ar_cache_axis_order", "inference_server")


def _whole(found: object) -> object:
    """A share of a sequence on each device (0.25) is no micro-batch."""
    if isinstance(found, int | float) and found >= 1 and found == int(found):
        return int(found)
    return ABSENT


def _remat(name: object) -> object:
    if not isinstance(name, str):
        return ABSENT
    return {"full": "full", "none": "none"}.get(name, "selective")


ROWS = (
    Row("optimizer.name", "opt_type", default="adamw"),
    Row("optimizer.family", "opt_type", default="adam", convert=_family),
    Row("optimizer.learning_rate", "learning_rate", default=3e-5),
    Row("optimizer.beta1", "adam_b1", default=0.9),
    Row("optimizer.beta2", "adam_b2", default=0.95),
    Row("optimizer.eps", "adam_eps", default=1e-8),
    Row("optimizer.grad_clip", "gradient_clipping_threshold", default=1.0, convert=or_zero),
    Row("schedule.name", "lr_schedule_type", default="cosine"),
    Row("schedule.kind", "lr_schedule_type", default="cosine"),
    Row("schedule.min_ratio", "learning_rate_final_fraction"),
    Row("schedule.min_ratio", "cosine_learning_rate_final_fraction"),
    Row("batch.micro_batch", "per_device_batch_size", default=12, convert=_whole),
    Row("batch.gradient_accumulation", "gradient_accumulation_steps", default=1),
    Row("batch.sequence_length", "max_target_length", default=2048),
    Row("data.packing", "packing", default=True),
    Row("data.tokenizer", "tokenizer_path"),
    Row("memory.recompute", "remat_policy", default="full", convert=_remat),
    Row("memory.offload_optimizer", "optimizer_memory_host_offload", default=False),
    Row("memory.offload_parameters", "parameter_memory_host_offload", default=False),
    Row("precision.master_dtype", "weight_dtype", default="fp32", convert=dtype),
    Row("precision.gradient_dtype", "grad_dtype", default="fp32", convert=dtype),
    Row("model.attention.implementation", "attention", default="autoselected"),
    Row("stability.z_loss", "z_loss_multiplier", default=0.0),
    Row("checkpoint.keep", "max_num_checkpoints_to_keep"),
    Row("run.seed", "init_weights_seed", default=0),
    Row("run.name", "run_name"),
    Row("run.output", "base_output_directory"),
    Row("preference.label_smoothing", "dpo_label_smoothing"),
    Row("rl.group_size", "num_generations"),
    Row("rl.group_size", "rl.num_generations"),
    Row("rl.kl_coefficient", "grpo_beta"),
    Row("rl.kl_coefficient", "rl.grpo_beta"),
    Row("rl.clip_low", "grpo_epsilon"),
    Row("rl.clip_low", "rl.grpo_epsilon"),
    Row("rl.temperature", "decode_sampling_temperature"),
)


def recognise(root: Mapping, name: str) -> bool:
    """A YAML parent in `base_config` or two of MaxText's own keys at the top level."""
    if any(key in root for key in ("trainer", "train", "model")):
        return False
    own = sum(key in root for key in _MARKS)
    parent = follow(root.get("base_config"))
    if isinstance(parent, Scalar) and parent.text.endswith((".yml", ".yaml")):
        return own >= 1 or len(root.entries) >= 3
    return own >= 2


def translate(reader: Reader) -> list[Phase]:
    """One phase; a model's file alone has no run and therefore no defaults."""
    _parents(reader)
    runs = "base_config" in reader.root or any(reader.has(key) for key in _RUN)
    if not runs:
        reader.unread = "the run's own file is another one"
    read_model(reader, _parent_reason(reader))
    if not runs:
        return [reader.phase]
    reader.unread = _parent_reason(reader)
    reader.read(ROWS)
    _decay(reader)
    _precision(reader)
    _length(reader)
    _schedule(reader)
    _parallel(reader)
    _checkpoint(reader)
    _stage(reader)
    return [reader.phase]


def _parents(reader: Reader) -> None:
    """The chain of `base_config`; MaxText's own `base.yml` is known by its defaults."""
    current, steps = reader, 0
    while steps < _MAX_PARENTS:
        parent = current.own("base_config")
        node = follow(parent.value) if parent else None
        if not isinstance(node, Scalar) or not node.text:
            return
        opened = current.opened(node.text)
        if opened is None or opened.location in {current.location, reader.location}:
            return
        reader.parents.append(opened)
        current, steps = opened, steps + 1


def _parent_reason(reader: Reader) -> str | None:
    """Why the defaults are not those of `base.yml`, or None where they are."""
    last = reader.parents[-1] if reader.parents else reader
    entry = last.own("base_config")
    node = follow(entry.value) if entry else None
    if isinstance(node, Scalar) and node.text and not node.text.endswith("base.yml"):
        return f"`base_config` {node.text} could not be read"
    return None


def _decay(reader: Reader) -> None:
    key = "muon_weight_decay" if text(reader, "opt_type") == "muon" else "adam_weight_decay"
    default = 0.0 if key.startswith("muon") else 0.1
    reader.read((Row("optimizer.weight_decay", key, default=default),))
    if key.startswith("muon"):
        reader.read(
            (
                Row("optimizer.momentum", "muon_beta", default=0.95),
                Row("optimizer.rms_scale", "muon_consistent_rms"),
            )
        )


def _precision(reader: Reader) -> None:
    quantization = text(reader, "quantization") or ""
    for prefix, kind in (("fp8", "fp8"), ("nanoo_fp8", "fp8"), ("int8", "int8")):
        if quantization.startswith(prefix):
            reader.state("precision.compute", kind, "quantization")
            return
    reader.read((Row("precision.compute", "dtype", default="bf16", convert=dtype),))


def _length(reader: Reader) -> None:
    steps = number(reader, "steps")
    planned = number(reader, "learning_rate_schedule_steps")
    if steps == -1:
        if planned is not None and planned > 0:
            reader.state("budget.steps", planned, "learning_rate_schedule_steps")
        return
    reader.read((Row("budget.steps", "steps", default=150_001),))


def _schedule(reader: Reader) -> None:
    """Shares are of the schedule's steps, which are the run's unless set (base.yml)."""
    if not any(reader.has(k) for k in ("cosine_learning_rate_final_fraction",)):
        reader.read((Row("schedule.min_ratio", "learning_rate_final_fraction", default=0.1),))
    planned = number(reader, "learning_rate_schedule_steps")
    key = "warmup_steps_fraction"
    share = number(reader, key)
    if planned is not None and planned > 0:
        reader.state("schedule.horizon_steps", planned, "learning_rate_schedule_steps")
        share = 0.1 if share is None and not reader.has(key) else share
        if share is not None:
            detail = f"warmup_steps_fraction {share:g} x learning_rate_schedule_steps {planned:g}"
            reader.derive("schedule.warmup_steps", int(share * planned), detail)
    else:
        reader.read((Row("schedule.warmup_ratio", key, default=0.1),))
    if text(reader, "lr_schedule_type") == "wsd":
        reader.read(
            (
                Row("schedule.decay_share", "wsd_decay_steps_fraction", default=0.1),
                Row("schedule.decay_shape", "wsd_decay_style", default="linear"),
            )
        )


def _axis(reader: Reader, axis: str) -> int | None:
    """The degree of an axis over both networks; None where one fills what is left."""
    product = 1
    for network in ("ici", "dcn"):
        found = number(reader, f"{network}_{axis}_parallelism")
        if found is None:
            filled = (network, axis) in (("ici", "fsdp"), ("dcn", "data"))
            found = -1 if filled else 1
        if found < 0:
            return None
        product *= int(found)
    return product


def _parallel(reader: Reader) -> None:
    if reader.unread:
        return
    axes = (("tp", "tensor"), ("cp", "context"), ("ep", "expert"), ("pp", "pipeline"))
    for fact, axis in axes:
        degree = _axis(reader, axis)
        if degree is not None and degree >= 1:
            reader.derive(f"parallel.{fact}", degree, f"ici and dcn {axis} parallelism")
    sharded = _axis(reader, "fsdp")
    if sharded is None or sharded > 1:
        reader.derive("parallel.zero_stage", 3, "weights are sharded over the fsdp axis")
    elif sharded == 1:
        reader.derive("parallel.zero_stage", 0, "the fsdp axis has one device")


def _checkpoint(reader: Reader) -> None:
    if reader.plain("enable_checkpointing") is False:
        reader.state("checkpoint.save_interval", 0, "enable_checkpointing")
    else:
        reader.read((Row("checkpoint.save_interval", "checkpoint_period", default=10_000),))
    interval = number(reader, "eval_interval")
    if interval is not None and interval > 0:
        reader.state("evaluation.interval", interval, "eval_interval")
        reader.state("evaluation.enabled", True, "eval_interval")
    elif interval == -1:
        reader.state("evaluation.enabled", False, "eval_interval")
    else:
        reader.default("evaluation.enabled", False)


def _stage(reader: Reader) -> None:
    loads = ("load_parameters_path", "load_full_state_path")
    for key, stage in (("use_dpo", "preference"), ("use_grpo", "rl"), ("use_sft", "sft")):
        if reader.plain(key) is True:
            reader.state("run.stage", stage, key)
            if stage == "preference":
                reader.read((Row("preference.beta", "dpo_beta", default=0.1),))
            return
    for key, stage in (("rl", "rl"), ("student_overrides", "distill")):
        if reader.node(key) is not None:
            reader.state("run.stage", stage, key)
            return
    serves = any(reader.has(key) for key in _INFERENCE)
    if serves or text(reader, "model_call_mode") == "inference":
        reader.missing("run.stage", Absence.UNKNOWN, "the file configures inference")
    elif any(text(reader, key) for key in loads):
        reader.missing("run.stage", Absence.UNKNOWN, "the run starts from trained weights")
    elif reader.unread or not any(reader.has(key) for key in _RUN):
        reader.missing("run.stage", Absence.ELSEWHERE, "the file says little about the run")
    else:
        reader.derive("run.stage", "pretrain", "no weights are loaded")


DIALECT = Dialect(
    name="maxtext",
    title="MaxText",
    version="0.2.5",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf,
    coerces=True,
    duplicates_refused=True,
    schema="maxtext",
    keys=frozenset({"base_config", "per_device_batch_size", "remat_policy", "max_target_length"}),
    interpolate=interpolate,
)
