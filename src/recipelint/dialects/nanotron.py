"""nanotron: sections in YAML, read by PyYAML and dacite, which refuses unknown keys and strings.

Read from nanotron 0.4: config/config.py, config/models_config.py, helpers.py.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row, plain_list
from recipelint.dialects.common import child, own_kv_heads
from recipelint.dialects.conversions import dtype, is_number, one_of, recompute
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import value
from recipelint.recipe.facts import Absence, Origin, Phase

_MODEL = "model.model_config."
_RATE = "optimizer.learning_rate_scheduler."
_family = one_of({"adamW": "adam", "sgd": "sgd", "muon": "muon"}, otherwise="other")
_SECTIONS = ("model", "tokens", "optimizer", "parallelism", "general")


def _sequence_parallel(mode: object) -> object:
    return mode == "REDUCE_SCATTER" if isinstance(mode, str) else ABSENT


def _seconds(flag: object) -> object:
    return ABSENT if flag is True else flag


ROWS = (
    Row("model.layers", _MODEL + "num_hidden_layers"),
    Row("model.hidden_size", _MODEL + "hidden_size"),
    Row("model.ffn_size", _MODEL + "intermediate_size"),
    Row("model.vocab_size", _MODEL + "vocab_size"),
    Row("model.max_position", _MODEL + "max_position_embeddings"),
    Row("model.tie_embeddings", _MODEL + "tie_word_embeddings", default=False),
    Row("model.attention.heads", _MODEL + "num_attention_heads"),
    Row("model.attention.kv_heads", _MODEL + "num_key_value_heads"),
    Row("model.attention.window", _MODEL + "sliding_window_size"),
    Row("model.attention.implementation", _MODEL + "_attn_implementation"),
    Row("model.norm.eps", _MODEL + "rms_norm_eps", default=1e-6),
    Row("model.rope.theta", _MODEL + "rope_theta", default=10000.0),
    Row("model.moe.experts", _MODEL + "moe_config.num_experts"),
    Row("model.moe.top_k", _MODEL + "moe_config.top_k"),
    Row("model.moe.expert_ffn_size", _MODEL + "moe_config.moe_intermediate_size"),
    Row("model.moe.aux_loss_coefficient", _MODEL + "moe_config.router_aux_loss_coef"),
    Row("model.init_std", "model.init_method.std"),
    Row("model.mup", "model.init_method.use_mup"),
    Row("precision.compute", "model.dtype", default="bf16", convert=dtype),
    Row("stability.z_loss", _MODEL + "z_loss_coefficient"),
    Row("stability.z_loss_active", _MODEL + "z_loss_enabled", default=False),
    Row("optimizer.name", "optimizer.optimizer_factory.name", default="adamW"),
    Row("optimizer.family", "optimizer.optimizer_factory.name", default="adam", convert=_family),
    Row("optimizer.learning_rate", _RATE + "learning_rate"),
    Row("optimizer.beta1", "optimizer.optimizer_factory.adam_beta1"),
    Row("optimizer.beta2", "optimizer.optimizer_factory.adam_beta2"),
    Row("optimizer.eps", "optimizer.optimizer_factory.adam_eps"),
    Row("optimizer.weight_decay", "optimizer.weight_decay"),
    Row("optimizer.grad_clip", "optimizer.clip_grad"),
    Row("schedule.warmup_steps", _RATE + "lr_warmup_steps", default=0),
    Row("schedule.decay_start", _RATE + "lr_decay_starting_step"),
    Row("schedule.decay_steps", _RATE + "lr_decay_steps"),
    Row("schedule.decay_shape", _RATE + "lr_decay_style", default="linear"),
    Row("schedule.min_learning_rate", _RATE + "min_decay_lr"),
    Row("batch.micro_batch", "tokens.micro_batch_size"),
    Row("batch.gradient_accumulation", "tokens.batch_accumulation_per_replica"),
    Row("batch.sequence_length", "tokens.sequence_length"),
    Row("budget.steps", "tokens.train_steps"),
    Row("parallel.dp", "parallelism.dp"),
    Row("parallel.tp", "parallelism.tp"),
    Row("parallel.pp", "parallelism.pp"),
    Row("parallel.cp", "parallelism.context_parallel_size", default=1),
    Row("parallel.ep", "parallelism.expert_parallel_size", default=1),
    Row("parallel.pipeline_schedule", "parallelism.pp_engine", default="1f1b"),
    Row("parallel.sequence_parallel", "parallelism.tp_mode", convert=_sequence_parallel),
    Row("parallel.zero_stage", "optimizer.zero_stage"),
    Row("memory.recompute", "parallelism.recompute_layer", default="none", convert=recompute),
    Row("checkpoint.save_interval", "checkpoints.checkpoint_interval"),
    Row("checkpoint.save_final", "checkpoints.save_final_state", default=True),
    Row("evaluation.interval", "lighteval.eval_interval"),
    Row("run.seed", "general.seed", default=42, convert=_seconds),
    Row("run.name", "general.run"),
    Row("data.tokenizer", "tokenizer.tokenizer_name_or_path"),
    Row("data.document_mask", _MODEL + "_use_doc_masking", default=False),
)


def recognise(root: Mapping, name: str) -> bool:
    """At least four of nanotron's sections, or the nested scheduler that only it has."""
    present = [key for key in _SECTIONS if isinstance(follow(root.get(key)), Mapping)]
    tokens = follow(root.get("tokens"))
    if not isinstance(tokens, Mapping):
        return False
    own = "micro_batch_size" in tokens or "batch_accumulation_per_replica" in tokens
    return own and len(present) >= 3


def translate(reader: Reader) -> list[Phase]:
    """One phase for the whole run; data stages only change the mixture, not the schedule."""
    reader.read(ROWS)
    _null_is_no_clipping(reader)
    _precision(reader)
    _model(reader)
    _schedule(reader)
    _data(reader)
    _checkpoint(reader)
    return [reader.phase]


def _null_is_no_clipping(reader: Reader) -> None:
    node = reader.node("optimizer.clip_grad")
    if isinstance(node, Scalar) and value(node, reader.dialect.scalars) is None:
        reader.state("optimizer.grad_clip", 0.0, "optimizer.clip_grad")


def _precision(reader: Reader) -> None:
    reader.derive("run.stage", "pretrain", "nanotron trains from pre-tokenised text")
    stages = reader.node("data_stages")
    first = follow(stages.items[0]) if isinstance(stages, Sequence) and stages.items else None
    dataset = child(first, "data", "dataset")
    if isinstance(dataset, Mapping) and ("sft_dataloader" in dataset or "conversation" in dataset):
        reader.phase.facts.pop("run.stage")
        reader.missing("run.stage", Absence.UNKNOWN, "the data set is one of conversations")
    elif reader.has("checkpoints.resume_checkpoint_path"):
        reader.phase.facts.pop("run.stage")
        reader.missing("run.stage", Absence.UNKNOWN, "resumes from a checkpoint")
    accumulate = reader.plain("optimizer.accumulate_grad_in_fp32")
    if accumulate is True:
        reader.state("precision.gradient_dtype", "fp32", "optimizer.accumulate_grad_in_fp32")
        reader.state("precision.master_dtype", "fp32", "optimizer.accumulate_grad_in_fp32")
    elif accumulate is False and reader.phase.value("precision.compute") == "bf16":
        reader.state("precision.gradient_dtype", "bf16", "optimizer.accumulate_grad_in_fp32")


def _model(reader: Reader) -> None:
    if reader.plain(_MODEL + "is_llama_config") is True:
        reader.state("model.family", "llama", _MODEL + "is_llama_config")
    elif reader.plain(_MODEL + "is_qwen2_config") is True:
        reader.missing("model.family", Absence.UNKNOWN, "nanotron's qwen2 has options of its own")
    moe = reader.node(_MODEL + "moe_config")
    if not isinstance(moe, Mapping) and reader.plain(_MODEL + "is_llama_config") is True:
        reader.default("model.moe.experts", 0)
    own_kv_heads(reader)
    if reader.has(_MODEL + "rope_scaling"):
        reader.state("model.rope.scaling", "other", _MODEL + "rope_scaling")


def _schedule(reader: Reader) -> None:
    """Nanotron's Config fills decay_steps with train_steps - warmup, whatever the start is.

    `min_decay_lr: null` becomes the learning rate itself (config.py, LRSchedulerArgs).
    """
    style = reader.plain(_RATE + "lr_decay_style")
    start = reader.phase.number("schedule.decay_start")
    warmup = reader.phase.number("schedule.warmup_steps") or 0
    steps = reader.phase.number("budget.steps")
    if not reader.has(_RATE + "lr_decay_steps") and steps is not None:
        reader.derive(
            "schedule.decay_steps",
            max(0, steps - warmup),
            f"train_steps {steps} - lr_warmup_steps {warmup}, filled in by nanotron",
        )
    if start is None:
        reader.derive("schedule.decay_start", warmup, "the end of the warmup")
    if start is not None and start > warmup:
        reader.derive("schedule.kind", "wsd", "decay starts after the warmup has ended")
    elif style in ("cosine", "linear"):
        reader.state("schedule.kind", style, _RATE + "lr_decay_style")
    if not reader.has(_RATE + "min_decay_lr") and reader.has(_RATE + "learning_rate"):
        peak = reader.phase.value("optimizer.learning_rate")
        if is_number(peak):
            reader.default("schedule.min_learning_rate", peak)


def _data(reader: Reader) -> None:
    stages = reader.node("data_stages")
    entry = reader.entry("data_stages")
    if not isinstance(stages, Sequence) or entry is None:
        return
    maps = [m for m in (follow(item) for item in stages.items) if isinstance(m, Mapping)]
    starts = []
    for stage in maps:
        start = follow(stage.get("start_training_step"))
        if isinstance(start, Scalar):
            starts.append(value(start, reader.dialect.scalars))
    if starts and all(map(is_number, starts)):
        reader.state("data.stage_starts", tuple(starts), "data_stages", entry)
    if len(maps) == 1:
        weights = child(maps[0], "data", "dataset", "dataset_weights")
        if isinstance(weights, Sequence):
            items = plain_list(weights, reader.dialect.scalars)
            if items and all(map(is_number, items)):
                reader.state("data.sources.weight", items, "data_stages", entry)
    reader.default("data.weights_normalized", True)


def _checkpoint(reader: Reader) -> None:
    if reader.has("checkpoints.resume_checkpoint_path"):
        reader.state("run.resume", True, "checkpoints.resume_checkpoint_path")
    loads = reader.plain("checkpoints.load_optimizer")
    if isinstance(loads, bool):
        reader.state("run.resume_optimizer", loads, "checkpoints.load_optimizer")
    fact = reader.phase.facts.get("evaluation.interval")
    if fact is not None and fact.origin is Origin.STATED:
        reader.derive("evaluation.enabled", True, "`lighteval` is configured")


DIALECT = Dialect(
    name="nanotron",
    title="nanotron",
    version="0.4",
    recognise=recognise,
    translate=translate,
    schema="nanotron",
    keys=frozenset({"parallelism", "tokens", "data_stages", "optimizer", "checkpoints"}),
)
