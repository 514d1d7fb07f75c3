"""torchtune: YAML in which a section names the callable that it configures (`_component_`).

Read from torchtune 0.6: the recipes (recipes/*.py), config/_instantiate.py, config/_validate.py
and the builders in models/. The file is loaded by OmegaConf, so `2e-5` is a number and a repeated
key stops the run. What a recipe script reads with `cfg.get` has the default given there.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, ELSEWHERE, Dialect, Reader, Row, plain_list
from recipelint.dialects.builders import torchtune_model
from recipelint.dialects.common import read_betas
from recipelint.dialects.conversions import dtype, last_part, recompute
from recipelint.dialects.huggingface import eight_bit, optimizer_family
from recipelint.dialects.omegaconf import interpolate
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import omegaconf, value
from recipelint.recipe.facts import Absence, Phase

_TRAINED = ("model", "policy_model")
"""Sections that hold the model that is trained; PPO calls it the policy."""
_PREFERENCE = {"DPOLoss": "sigmoid", "RSOLoss": "hinge", "SimPOLoss": "simpo", "IPOLoss": "ipo"}
_CHUNKED = ("CEWithChunkedOutputLoss", "LinearCrossEntropyLoss")
_TEXT = ("text_completion_dataset",)
_FFN = ("w1", "w2", "w3")
"""The matrices of torchtune's FeedForward, which `apply_lora_to_mlp` adds to the targets."""


ROWS = (
    Row("optimizer.name", "optimizer._component_", convert=last_part),
    Row("optimizer.family", "optimizer._component_", convert=optimizer_family),
    Row("optimizer.eight_bit", "optimizer._component_", convert=eight_bit),
    Row("optimizer.learning_rate", "optimizer.lr"),
    Row("optimizer.eps", "optimizer.eps"),
    Row("optimizer.weight_decay", "optimizer.weight_decay"),
    Row("optimizer.momentum", "optimizer.momentum"),
    Row("schedule.name", "lr_scheduler._component_", convert=last_part),
    Row("schedule.warmup_steps", "lr_scheduler.num_warmup_steps"),
    Row("batch.micro_batch", "batch_size"),
    Row("batch.gradient_accumulation", "gradient_accumulation_steps"),
    Row("batch.sequence_length", "tokenizer.max_seq_len"),
    Row("budget.epochs", "epochs"),
    Row("precision.compute", "dtype", convert=dtype),
    Row("precision.master_dtype", "dtype", convert=dtype),
    Row("precision.gradient_dtype", "dtype", convert=dtype),
    Row("model.dtype", "dtype", convert=dtype),
    Row("memory.recompute", "enable_activation_checkpointing", "none", recompute),
    Row("memory.offload_activations", "enable_activation_offloading", default=False),
    Row("memory.offload_parameters", "fsdp_cpu_offload", default=False),
    Row("parallel.tp", "tensor_parallel_dim", default=1),
    Row("parallel.cp", "context_parallel_dim", default=1),
    Row("parallel.dp_replicate", "data_parallel_replicate_dim"),
    Row("evaluation.interval", "run_val_every_n_steps"),
    Row("checkpoint.save_interval", "save_every_n_steps"),
    Row("run.resume_optimizer", "resume_from_checkpoint"),
    Row("run.seed", "seed"),
    Row("run.output", "output_dir"),
    Row("data.tokenizer", "tokenizer.path"),
    Row("data.packing", "dataset.packed"),
    Row("rl.group_size", "grpo_samples"),
    Row("rl.kl_coefficient", "kl_coeff"),
    Row("rl.max_completion", "max_generated_tokens"),
    Row("preference.beta", "loss.beta"),
    Row("preference.label_smoothing", "loss.label_smoothing"),
)
_NUMBERS = (
    ("model.layers", "num_layers"),
    ("model.hidden_size", "embed_dim"),
    ("model.ffn_size", "intermediate_dim"),
    ("model.vocab_size", "vocab_size"),
    ("model.max_position", "max_seq_len"),
    ("model.attention.heads", "num_heads"),
    ("model.attention.kv_heads", "num_kv_heads"),
    ("model.attention.dropout", "attn_dropout"),
    ("model.norm.eps", "norm_eps"),
    ("model.rope.theta", "rope_base"),
    ("model.tie_embeddings", "tie_word_embeddings"),
)
"""Arguments of the component builders, which take the architecture's own numbers."""


def recognise(root: Mapping, name: str) -> bool:
    """A section at the top that names a `_component_`."""
    for entry in root.entries:
        section = follow(entry.value)
        if isinstance(section, Mapping) and "_component_" in section:
            return True
    return False


def translate(reader: Reader) -> list[Phase]:
    """One phase; files that only evaluate, generate or quantise state few facts."""
    reader.read(ROWS)
    trains = reader.has("optimizer")
    _model(reader)
    if trains:
        _stage(reader)
        _optimizer(reader)
        _schedule(reader)
        _budget(reader)
        _data(reader)
        _evaluation(reader)
    return [reader.phase]


def _component(reader: Reader, section: str) -> str:
    found = reader.plain(f"{section}._component_")
    return str(last_part(found)) if isinstance(found, str) else ""


def _flag(reader: Reader, key: str) -> bool:
    return reader.plain(key) is True


# --- what is trained


def _stage(reader: Reader) -> None:
    loss = _component(reader, "loss")
    if reader.has("grpo_samples"):
        reader.state("run.stage", "rl", "grpo_samples")
        reader.derive("rl.algorithm", "grpo", "`grpo_samples` is read by the GRPO recipe alone")
    elif reader.has("ppo_epochs"):
        reader.state("run.stage", "rl", "ppo_epochs")
        reader.derive("rl.algorithm", "ppo", "`ppo_epochs` is read by the PPO recipe")
    elif loss in _PREFERENCE:
        reader.state("run.stage", "preference", "loss._component_")
        reader.state("preference.loss", _PREFERENCE[loss], "loss._component_")
        if loss == "DPOLoss":
            reader.default("preference.beta", 0.1)
            reader.default("preference.label_smoothing", 0.0)
    elif reader.has("kd_loss") or reader.has("teacher_model"):
        reader.state("run.stage", "distill", "teacher_model")
        reader.state("distillation.loss", _component(reader, "kd_loss"), "kd_loss._component_")
    elif _component(reader, "dataset") in _TEXT:
        reader.missing("run.stage", Absence.UNKNOWN, "plain text may be pre-training or tuning")
    elif reader.has("dataset"):
        reader.state("run.stage", "sft", "dataset")
    if reader.phase.value("run.stage") == "rl":
        reader.read([Row("rl.temperature", "temperature")])
    if _flag(reader, "resume_from_checkpoint"):
        reader.state("run.resume", True, "resume_from_checkpoint")


def _model(reader: Reader) -> None:
    section = next((s for s in _TRAINED if reader.has(f"{s}._component_")), None)
    if section is None:
        return
    key = f"{section}._component_"
    builder = _component(reader, section)
    reader.read(Row(fact, f"{section}.{name}") for fact, name in _NUMBERS)
    found = torchtune_model(builder)
    if found is not None and builder:
        reader.derive("model.name", found, f"the model that `{builder}` builds")
    _adapter(reader, section, key, builder)


def _adapter(reader: Reader, section: str, key: str, builder: str) -> None:
    low_rank = builder.startswith(("lora_", "qlora_", "dora_"))
    if not low_rank:
        if reader.has("optimizer"):
            reader.default("adapter.kind", "none")
        return
    quantised = builder.startswith("qlora_") or _flag(reader, f"{section}.quantize_base")
    if quantised:
        place = f"{section}.quantize_base" if _flag(reader, f"{section}.quantize_base") else key
        reader.state("adapter.kind", "qlora", key)
        reader.state("quantization.bits", 4, place)
        reader.derive("quantization.method", "nf4", "torchao's NF4 tensors")
    else:
        dora = builder.startswith("dora_") or _flag(reader, f"{section}.use_dora")
        reader.state("adapter.kind", "dora" if dora else "lora", key)
    reader.read(
        (
            Row("adapter.rank", f"{section}.lora_rank"),
            Row("adapter.alpha", f"{section}.lora_alpha"),
            Row("adapter.dropout", f"{section}.lora_dropout"),
        )
    )
    _targets(reader, section)


def _targets(reader: Reader, section: str) -> None:
    key = f"{section}.lora_attn_modules"
    node = reader.node(key)
    if not isinstance(node, Sequence):
        return
    names = tuple(str(item) for item in plain_list(node, reader.dialect.scalars))
    if _flag(reader, f"{section}.apply_lora_to_mlp"):
        names = (*names, *_FFN)
    if _flag(reader, f"{section}.apply_lora_to_output"):
        names = (*names, "output")
    reader.state("adapter.targets", names, key)


# --- how it is trained


def _optimizer(reader: Reader) -> None:
    path = reader.plain("optimizer._component_")
    if path == "torch.optim.AdamW":
        _adam_defaults(reader)
    read_betas(reader, "optimizer.betas", (0.9, 0.999) if path == "torch.optim.AdamW" else None)
    if isinstance(path, str) and path.endswith("CPUOffloadOptimizer"):
        reader.state("memory.offload_optimizer", True, "optimizer._component_")
    kept = dtype(reader.plain("dtype"))
    if isinstance(kept, str) and reader.phase.value("optimizer.eight_bit") is False:
        reader.derive("optimizer.state_dtype", kept, f"states are kept in `dtype: {kept}`")
    _clipping(reader)


def _adam_defaults(reader: Reader) -> None:
    """torch.optim.AdamW's own arguments (torch 2.x, optim/adamw.py)."""
    detail = (
        ("optimizer.learning_rate", 1e-3, "lr"),
        ("optimizer.eps", 1e-8, "eps"),
        ("optimizer.weight_decay", 0.01, "weight_decay"),
    )
    for fact, standard, argument in detail:
        if reader.node(f"optimizer.{argument}") is None:
            reader.default(fact, standard)


def _clipping(reader: Reader) -> None:
    """The recipes clip only where `clip_grad_norm` is set; absent and null are the same."""
    key = "clip_grad_norm"
    node = reader.node(key)
    if node is None:
        reader.default("optimizer.grad_clip", 0.0)
    elif isinstance(node, Scalar) and value(node, reader.dialect.scalars) is None:
        reader.state("optimizer.grad_clip", 0.0, key)
    elif reader.plain(key) is ELSEWHERE:
        reader.missing("optimizer.grad_clip", Absence.ELSEWHERE, f"`{key}` is filled in at start")
    else:
        reader.state("optimizer.grad_clip", reader.plain(key), key)


def _schedule_end(reader: Reader) -> None:
    """get_cosine_schedule_with_warmup ends at zero for its default of half a cycle."""
    cycles = reader.plain("lr_scheduler.num_cycles")
    if cycles in (ABSENT, 0.5):
        reader.default("schedule.min_ratio", 0.0)


def _schedule(reader: Reader) -> None:
    """The decay is planned for all epochs' steps; without a scheduler the rate is constant."""
    if not reader.has("lr_scheduler"):
        reader.default("schedule.kind", "constant")
        reader.default("schedule.warmup_steps", 0)
        return
    key = "lr_scheduler._component_"
    kind = _schedule_kind(reader.plain(key))
    reader.state("schedule.kind", kind, key)
    if kind == "cosine":
        _schedule_end(reader)


def _schedule_kind(path: object) -> object:
    return _schedule_name(path) if isinstance(path, str) else ABSENT


def _schedule_name(path: str) -> str:
    last = path.rsplit(".", 1)[-1].lower()
    known = ("cosine", "linear", "constant", "exponential", "polynomial", "inverse_sqrt")
    return next((kind for kind in known if kind in last), "other")


def _budget(reader: Reader) -> None:
    """`max_steps_per_epoch` counts optimizer steps in every epoch."""
    steps, epochs = reader.plain("max_steps_per_epoch"), reader.plain("epochs")
    if _count(steps) and _count(epochs):
        total = int(str(steps)) * int(str(epochs))
        reader.state("budget.steps", total, "max_steps_per_epoch")


def _count(found: object) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and found > 0


def _data(reader: Reader) -> None:
    if isinstance(reader.node("dataset"), Mapping) and reader.node("dataset.packed") is None:
        reader.default("data.packing", False)
    if reader.phase.value("data.packing") is True:
        reader.derive("data.document_mask", True, "PackedDataset builds block-causal masks")
    length = reader.node("tokenizer.max_seq_len")
    if isinstance(length, Scalar) and value(length, reader.dialect.scalars) is None:
        reader.missing("batch.sequence_length", Absence.UNKNOWN, "`max_seq_len` is null")
    if _component(reader, "loss") in _CHUNKED:
        reader.state("memory.chunked_loss", True, "loss._component_")


def _evaluation(reader: Reader) -> None:
    key = "run_val_every_n_steps"
    if reader.has(key):
        reader.state("evaluation.enabled", True, key)
    else:
        reader.default("evaluation.enabled", False)


DIALECT = Dialect(
    name="torchtune",
    title="torchtune",
    version="0.6",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf,
    duplicates_refused=True,
    schema="torchtune",
    interpolate=interpolate,
    keys=frozenset({"tokenizer", "checkpointer", "metric_logger", "optimizer_in_bwd"}),
)
