"""OLMo-core: the configuration that a run saves as `config.json`, or the same in YAML.

Read from ai2-olmo-core 3.0.0: train/config.py, train/train_module/transformer/config.py,
optim/{adamw,scheduler}.py, nn/transformer/config.py. Recipes are Python; the saved form names the
class of each section in `_CLASS_` or its registered name in `type`. Batches are in tokens.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import (
    decide,
    has_mapping,
    is_null,
    number,
    own_kv_heads,
    read_betas,
    read_world,
    text,
)
from recipelint.dialects.conversions import dtype, one_of
from recipelint.dialects.omegaconf import interpolate
from recipelint.document import Mapping
from recipelint.recipe.facts import Absence, Phase

_M = "model."
_B = "model.block."
_T = "train_module."
_S = "train_module.scheduler."
_E = "model.block.feed_forward_moe."
_backend = one_of({"fsdp": "fsdp2", "hsdp": "fsdp2", "ddp": "ddp"})
_zero_stage = one_of({"fsdp": 3, "hsdp": 3, "ddp": 0})
_SCHEDULES = {
    "CosWithWarmup": "cosine",
    "cos_with_warmup": "cosine",
    "HalfCosWithWarmup": "cosine",
    "half_cos_with_warmup": "cosine",
    "LinearWithWarmup": "linear",
    "linear_with_warmup": "linear",
    "WSD": "wsd",
    "wsd": "wsd",
    "ConstantWithWarmup": "constant",
    "constant_with_warmup": "constant",
    "InvSqrtWithWarmup": "inverse_sqrt",
    "inv_sqrt_with_warmup": "inverse_sqrt",
    "ExponentialScheduler": "exponential",
    "exponential": "exponential",
}
_OPTIMIZERS = {
    "AdamWConfig": "adam",
    "SkipStepAdamWConfig": "adam",
    "adamw": "adam",
    "skip_step_adamw": "adam",
    "LionConfig": "lion",
    "SkipStepLionConfig": "lion",
    "lion": "lion",
    "skip_step_lion": "lion",
    "MuonConfig": "muon",
    "muon": "muon",
}


def _lower(name: object) -> object:
    return name.lower() if isinstance(name, str) else ABSENT


def _zero(found: object) -> object:
    return found if isinstance(found, int | float) else 0


ROWS = (
    Row("model.layers", _M + "n_layers"),
    Row("model.hidden_size", _M + "d_model"),
    Row("model.vocab_size", _M + "vocab_size"),
    Row("model.tie_embeddings", _M + "tie_word_embeddings", default=False),
    Row("model.init_std", _M + "init_std", default=0.02),
    Row("model.dtype", _M + "dtype", convert=dtype),
    Row("model.ffn_size", _B + "feed_forward.hidden_size"),
    Row("model.mlp_bias", _B + "feed_forward.bias"),
    Row("model.activation", _B + "feed_forward.activation"),
    Row("model.dropout", _B + "dropout"),
    Row("model.norm.eps", _B + "layer_norm.eps"),
    Row("model.norm.bias", _B + "layer_norm.bias"),
    Row("model.moe.experts", _E + "num_experts"),
    Row("model.moe.top_k", _E + "router.top_k"),
    Row("model.moe.expert_ffn_size", _E + "hidden_size"),
    Row("model.moe.shared_expert_ffn_size", _E + "shared_mlp.hidden_size"),
    Row("model.moe.aux_loss_coefficient", _E + "lb_loss_weight"),
    Row("model.moe.router_z_loss", _E + "z_loss_weight"),
    Row("model.moe.bias_update_rate", _E + "router.bias_gamma"),
    Row("model.moe.capacity_factor", _E + "capacity_factor"),
    Row("optimizer.learning_rate", _T + "optim.lr", default=1e-3),
    Row("optimizer.weight_decay", _T + "optim.weight_decay", default=0.01),
    Row("optimizer.eps", _T + "optim.eps"),
    Row("batch.global_tokens", "data_loader.global_batch_size"),
    Row("batch.sequence_length", "dataset.sequence_length"),
    Row("data.document_mask", "dataset.generate_doc_lengths", default=False),
    Row("data.tokenizer", "dataset.tokenizer.identifier"),
    Row("model.tokenizer_size", "dataset.tokenizer.vocab_size"),
    Row("precision.compute", _T + "autocast_precision", convert=dtype),
    Row("precision.compute", _T + "dp_config.param_dtype", convert=dtype),
    Row("parallel.backend", _T + "dp_config.name", convert=_backend),
    Row("parallel.zero_stage", _T + "dp_config.name", convert=_zero_stage),
    Row("parallel.dp_replicate", _T + "dp_config.num_replicas"),
    Row("parallel.tp", _T + "tp_config.degree"),
    Row("parallel.cp", _T + "cp_config.degree"),
    Row("parallel.pp", _T + "pp_config.degree"),
    Row("parallel.ep", _T + "ep_config.degree"),
    Row("parallel.pipeline_schedule", _T + "pp_config.schedule", convert=_lower),
    Row("cluster.nodes", "launch.num_nodes"),
    Row("cluster.gpus_per_node", "launch.num_gpus"),
    Row("checkpoint.save_interval", "trainer.callbacks.checkpointer.save_interval"),
    Row("run.name", "run_name"),
    Row("run.seed", "init_seed"),
    Row("run.output", "trainer.save_folder"),
)


def recognise(root: Mapping, name: str) -> bool:
    """A train module with its optimizer or micro-batch, beside a trainer or a model."""
    module = has_mapping(root, "train_module")
    if module is None or not {"rank_microbatch_size", "optim"} & {e.key for e in module.entries}:
        return False
    return has_mapping(root, "trainer") is not None or has_mapping(root, "model") is not None


def translate(reader: Reader) -> list[Phase]:
    """One phase."""
    reader.read(ROWS)
    _attention(reader)
    _optimizer(reader)
    _schedule(reader)
    _batch(reader)
    _length(reader)
    _absences(reader)
    _run(reader)
    return [reader.phase]


def class_name(reader: Reader, key: str) -> str | None:
    """The registered name or the class of the section at `key`, without its module."""
    found = text(reader, key + ".type") or text(reader, key + "._CLASS_")
    return found.rsplit(".", 1)[-1] if found else None


def _attention(reader: Reader) -> None:
    """The attention stands under `attention`, since 3.0 under `sequence_mixer`."""
    where = next((k for k in ("sequence_mixer", "attention") if reader.has(_B + k)), None)
    if where is None:
        return
    at = _B + where + "."
    reader.read(
        (
            Row("model.attention.heads", at + "n_heads", default=16),
            Row("model.attention.kv_heads", at + "n_kv_heads"),
            Row("model.attention.head_dim", at + "head_dim"),
            Row("model.attention.qkv_bias", at + "bias"),
            Row("model.attention.output_bias", at + "bias"),
            Row("model.attention.dropout", at + "dropout"),
            Row("model.attention.sinks", at + "attention_sinks"),
            Row("model.rope.theta", at + "rope.theta"),
            Row("model.rope.factor", at + "rope.scaling.factor"),
            Row("model.rope.original_max_position", at + "rope.scaling.old_context_len"),
        )
    )
    own_kv_heads(reader)
    if reader.has(at + "qk_norm"):
        per_head = reader.plain(at + "use_head_qk_norm") is True
        reader.state("model.norm.qk_norm", "head" if per_head else "full", at + "qk_norm")
    elif is_null(reader, at + "qk_norm"):
        reader.state("model.norm.qk_norm", "none", at + "qk_norm")
    norm = text(reader, _B + "layer_norm.name")
    if norm is not None:
        kind = "rmsnorm" if "rms" in norm else "layernorm"
        reader.state("model.norm.kind", kind, _B + "layer_norm.name")


def _optimizer(reader: Reader) -> None:
    name = class_name(reader, _T + "optim")
    if name is None:
        return
    key = _T + "optim"
    reader.state("optimizer.name", name.removesuffix("Config"), key)
    reader.state("optimizer.family", _OPTIMIZERS.get(name, "other"), key)
    adam = _OPTIMIZERS.get(name) == "adam"
    read_betas(reader, key + ".betas", (0.9, 0.999) if adam else None)
    if adam and not reader.has(key + ".eps"):
        reader.default("optimizer.eps", 1e-8)


def _schedule(reader: Reader) -> None:
    name = class_name(reader, _T + "scheduler")
    if name is None:
        if not reader.has(_T + "scheduler"):
            reader.derive("schedule.kind", "constant", "there is no scheduler")
        return
    kind = _SCHEDULES.get(name, "other")
    reader.state("schedule.name", name, _T + "scheduler")
    reader.state("schedule.kind", kind, _T + "scheduler")
    units = text(reader, _S + "units") or "steps"
    if units not in ("steps", "tokens"):
        return
    reader.read(
        (
            Row(f"schedule.warmup_{units}", _S + "warmup"),
            Row("schedule.warmup_steps", _S + "warmup_steps"),
            Row("schedule.warmup_ratio", _S + "warmup_fraction"),
        )
    )
    if kind in ("cosine", "linear"):
        reader.read(
            (
                Row("schedule.min_ratio", _S + "alpha_f", default=0.1),
                Row(f"schedule.horizon_{units}", _S + "t_max"),
            )
        )
    elif kind == "wsd":
        _decay(reader, units)


def _decay(reader: Reader, units: str) -> None:
    lengths = (_S + "decay", _S + "decay_steps")
    reader.read(
        (
            Row(f"schedule.decay_{units}", lengths[0]),
            Row("schedule.decay_steps", lengths[1]),
            Row("schedule.min_learning_rate", _S + "decay_min_lr", default=0.0),
        )
    )
    if not any(reader.has(key) for key in lengths):
        reader.read((Row("schedule.decay_share", _S + "decay_fraction", default=0.1),))


def _batch(reader: Reader) -> None:
    """`rank_microbatch_size` counts tokens; a micro-batch is that many over the length."""
    key = _T + "rank_microbatch_size"
    tokens = number(reader, key)
    length = number(reader, "dataset.sequence_length")
    if length is None:
        length = number(reader, _T + "max_sequence_length")
        reader.read((Row("batch.sequence_length", _T + "max_sequence_length"),))
    if tokens and length and tokens % length == 0:
        reader.state("batch.micro_batch", tokens // length, key)


def _length(reader: Reader) -> None:
    units = {"epochs": "epochs", "steps": "steps", "tokens": "tokens"}
    key = "trainer.max_duration"
    unit = units.get(text(reader, key + ".unit") or "")
    if not reader.has(key):
        reader.default("budget.epochs", 1)
    elif unit is not None:
        reader.read((Row(f"budget.{unit}", key + ".value"),))
    stop = "trainer.hard_stop"
    unit = units.get(text(reader, stop + ".unit") or "")
    if unit in ("steps", "tokens"):
        planned = reader.phase.value(f"budget.{unit}")
        if isinstance(planned, int | float):
            reader.derive(f"schedule.horizon_{unit}", planned, "the schedule spans max_duration")
        for other in units:
            reader.phase.facts.pop(f"budget.{other}", None)
        reader.read((Row(f"budget.{unit}", stop + ".value"),))
        reader.state("schedule.truncated", True, stop)


def _absences(reader: Reader) -> None:
    """Optional sections that are null or left out switch their feature off."""
    for key, fact in (
        (_T + "max_grad_norm", "optimizer.grad_clip"),
        (_T + "z_loss_multiplier", "stability.z_loss"),
    ):
        value = _zero(number(reader, key))
        if reader.entry(key) is not None:
            reader.state(fact, value, key)
        else:
            reader.default(fact, value)
    mode = text(reader, _T + "ac_config.mode")
    if mode is not None:
        recompute = "full" if mode == "full" else "selective"
        reader.state("memory.recompute", recompute, _T + "ac_config.mode")
    elif not reader.has(_T + "ac_config"):
        decide(reader, "memory.recompute", _T + "ac_config", "none")
    if not reader.has(_B + "feed_forward_moe"):
        reader.derive("model.moe.experts", 0, "the blocks have no experts")
    for degree in ("tp", "cp", "pp", "ep"):
        if not reader.has(f"{_T}{degree}_config"):
            reader.derive(f"parallel.{degree}", 1, f"there is no `{degree}_config`")


def _run(reader: Reader) -> None:
    read_world(reader)
    if reader.has("trainer.load_path"):
        reader.state("run.resume", True, "trainer.load_path")
        reader.missing("run.stage", Absence.UNKNOWN, "the run loads a checkpoint")
    elif reader.has("dataset.label_mask_paths"):
        reader.state("run.stage", "sft", "dataset.label_mask_paths")
    else:
        reader.derive("run.stage", "pretrain", "OLMo-core trains from pre-tokenised text")
    if reader.plain("trainer.no_checkpoints") is True:
        reader.state("checkpoint.save_interval", 0, "trainer.no_checkpoints")


DIALECT = Dialect(
    name="olmo-core",
    title="OLMo-core",
    version="3.0.0",
    recognise=recognise,
    translate=translate,
    schema="olmo-core",
    keys=frozenset({"train_module", "data_loader", "trainer", "dataset"}),
    interpolate=interpolate,
)
