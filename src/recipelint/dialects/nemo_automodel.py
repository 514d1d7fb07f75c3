"""NeMo AutoModel: one YAML with a `_target_` in most blocks.

Read from the package nemo-automodel 0.7: components/config/loader.py (loading),
recipes/_typed_config.py (which block becomes which class), recipes/llm/train_ft.py,
components/training/step_scheduler.py, components/optim/optimizer.py. Texts are evaluated as
Python literals, so `1e-5` is a number and `none` is None.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import read_betas
from recipelint.dialects.conversions import dtype, last_part
from recipelint.dialects.huggingface import optimizer_family
from recipelint.dialects.megatron import schedule_kind
from recipelint.document import Mapping, Scalar, follow
from recipelint.document.scalars import yaml_1_1
from recipelint.recipe.facts import Absence, Phase

_SYMBOLS = {"none": None, "None": None, "True": True, "False": False}
_STEPS = ("global_batch_size", "local_batch_size", "max_steps", "grad_acc_steps", "num_epochs")
_SHARDS = {"fsdp2": 3, "megatron_fsdp": 3, "ddp": 0}
_BACKENDS = {"fsdp2": "fsdp2", "megatron_fsdp": "fsdp", "ddp": "ddp"}
_MODEL = "model.pretrained_model_name_or_path"
_CONFIG = "model.config.pretrained_model_name_or_path"


def scalars(text: str) -> object:
    """PyYAML's value, and the words that the loader turns into None, True and False."""
    return _SYMBOLS.get(text, yaml_1_1(text)) if text in _SYMBOLS else yaml_1_1(text)


def _recompute(flag: object) -> object:
    if flag in ("full", "selective"):
        return flag
    return {True: "full", False: "none"}[flag] if isinstance(flag, bool) else ABSENT


def _strategy(table: dict[str, int] | dict[str, str], name: object) -> object:
    return table.get(name.lower(), ABSENT) if isinstance(name, str) else ABSENT


ROWS = (
    Row("model.attention.implementation", "model.attn_implementation"),
    Row("model.attention.implementation", "model.backend.attn"),
    Row("model.dtype", "model.torch_dtype", convert=dtype),
    Row("model.moe.force_balance", "model.backend.fake_balanced_gate"),
    Row("model.layers", "model.config.num_hidden_layers"),
    Row("model.hidden_size", "model.config.hidden_size"),
    Row("model.vocab_size", "model.config.vocab_size"),
    Row("optimizer.name", "optimizer._target_", convert=last_part),
    Row("optimizer.family", "optimizer._target_", convert=optimizer_family),
    Row("optimizer.learning_rate", "optimizer.lr"),
    Row("optimizer.eps", "optimizer.eps"),
    Row("optimizer.weight_decay", "optimizer.weight_decay"),
    Row("optimizer.momentum", "optimizer.momentum"),
    Row("optimizer.grad_clip", "clip_grad_norm.max_norm", default=1.0),
    Row("schedule.name", "lr_scheduler.lr_decay_style"),
    Row("schedule.kind", "lr_scheduler.lr_decay_style", convert=schedule_kind),
    Row("schedule.warmup_steps", "lr_scheduler.lr_warmup_steps"),
    Row("schedule.horizon_steps", "lr_scheduler.lr_decay_steps"),
    Row("schedule.decay_steps", "lr_scheduler.wsd_decay_steps"),
    Row("schedule.min_learning_rate", "lr_scheduler.min_lr"),
    Row("batch.micro_batch", "step_scheduler.local_batch_size", default=1),
    Row("batch.global_batch", "step_scheduler.global_batch_size", default=32),
    Row("budget.steps", "step_scheduler.max_steps"),
    Row("budget.epochs", "step_scheduler.num_epochs"),
    Row("parallel.dp", "distributed.dp_size"),
    Row("parallel.dp", "fsdp.dp_size"),
    Row("parallel.dp_replicate", "distributed.dp_replicate_size"),
    Row("parallel.tp", "distributed.tp_size", default=1),
    Row("parallel.cp", "distributed.cp_size", default=1),
    Row("parallel.pp", "distributed.pp_size", default=1),
    Row("parallel.ep", "distributed.ep_size", default=1),
    Row("parallel.sequence_parallel", "distributed.sequence_parallel", default=False),
    Row("parallel.pipeline_schedule", "distributed.pipeline.pp_schedule"),
    Row("parallel.zero_stage", "distributed.strategy", convert=lambda n: _strategy(_SHARDS, n)),
    Row("parallel.backend", "distributed.strategy", convert=lambda n: _strategy(_BACKENDS, n)),
    Row(
        "memory.recompute", "distributed.activation_checkpointing", default="none",
        convert=_recompute,
    ),
    Row("checkpoint.save_interval", "step_scheduler.ckpt_every_steps", default=100),
    Row("checkpoint.keep", "checkpoint.max_recent_checkpoints"),
    Row("run.output", "checkpoint.checkpoint_dir", default="checkpoints/"),
    Row("run.seed", "rng.seed"),
    Row("run.seed", "seed"),
    Row("data.tokenizer", "tokenizer.pretrained_model_name_or_path"),
    Row("evaluation.interval", "step_scheduler.val_every_steps"),
    Row("distillation.loss", "kd_loss_fn._target_"),
)  # fmt: skip


def recognise(root: Mapping, _name: str) -> bool:
    """The step scheduler with its batch sizes, or a block built from the package's classes."""
    model, steps = follow(root.get("model")), follow(root.get("step_scheduler"))
    if not isinstance(model, Mapping):
        return False
    if isinstance(steps, Mapping):
        return any(key in steps for key in _STEPS)
    own = any(_from_package(follow(entry.value)) for entry in root.entries)
    return own and ("optimizer" in root or "distributed" in root) and "inference" not in root


def _from_package(node: object) -> bool:
    target = follow(node.get("_target_")) if isinstance(node, Mapping) else None
    return isinstance(target, Scalar) and target.text.startswith("nemo_automodel.")


def translate(reader: Reader) -> list[Phase]:
    """One phase for the whole run."""
    reader.read(ROWS)
    _model(reader)
    _optimizer(reader)
    _schedule(reader)
    _length(reader)
    _adapter(reader)
    _stage(reader)
    return [reader.phase]


def _model(reader: Reader) -> None:
    config = reader.plain("model.config")
    if reader.has(_MODEL):
        reader.read([Row("model.name", _MODEL)])
    elif reader.has(_CONFIG):
        reader.read([Row("model.name", _CONFIG)])
    elif isinstance(config, str):
        reader.state("model.name", config, "model.config")
    torch_dtype = reader.plain("model.torch_dtype")
    if torch_dtype is ABSENT:
        reader.default("precision.compute", "bf16")
    elif reader.phase.value("parallel.backend") != "fsdp2":
        reader.state("precision.compute", dtype(torch_dtype), "model.torch_dtype")


def _optimizer(reader: Reader) -> None:
    """`torch.optim` fills in what is not given; other optimizers have defaults of their own."""
    target = reader.plain("optimizer._target_")
    adam = target in ("torch.optim.Adam", "torch.optim.AdamW")
    read_betas(reader, "optimizer.betas", (0.9, 0.999) if adam else None)
    if adam:
        reader.default("optimizer.eps", 1e-8)
        reader.default("optimizer.weight_decay", 0.0 if target == "torch.optim.Adam" else 0.01)


def _schedule(reader: Reader) -> None:
    """Without the block the rate is constant; with it, cosine down to a hundredth."""
    if not reader.has("lr_scheduler"):
        reader.default("schedule.kind", "constant")
        reader.default("schedule.warmup_steps", 0)
        return
    if not reader.has("lr_scheduler.lr_decay_style"):
        reader.default("schedule.kind", "cosine")
    peak = reader.phase.value("optimizer.learning_rate")
    if isinstance(peak, int | float) and not reader.has("lr_scheduler.min_lr"):
        reader.default("schedule.min_learning_rate", peak * 0.01)
    steps = reader.phase.value("budget.steps")
    if isinstance(steps, int) and not reader.has("step_scheduler.num_epochs"):
        if not reader.has("lr_scheduler.lr_warmup_steps"):
            reader.default("schedule.warmup_steps", min(1000, steps // 10))
        if not reader.has("lr_scheduler.lr_decay_steps"):
            reader.default("schedule.horizon_steps", steps)


def _length(reader: Reader) -> None:
    """The lower of steps and epochs ends a run; sequence lengths stand in the data's blocks."""
    if reader.has("step_scheduler.max_steps") and reader.has("step_scheduler.num_epochs"):
        reader.phase.facts.pop("budget.epochs", None)
        reader.missing("budget.epochs", Absence.UNKNOWN, "`max_steps` may end the run earlier")
    packed = reader.plain("packed_sequence.packed_sequence_size")
    size = packed if isinstance(packed, int) else 0
    if size > 0:
        reader.state("batch.sequence_length", size, "packed_sequence.packed_sequence_size")
        reader.state("data.packing", True, "packed_sequence.packed_sequence_size")
    else:
        reader.default("data.packing", False)
        for key in ("dataset.seq_length", "dataset.seq_len"):
            if reader.has(key):
                reader.state("batch.sequence_length", reader.plain(key), key)
    enabled = reader.plain("checkpoint.enabled")
    if enabled is False:
        reader.phase.facts.pop("checkpoint.save_interval", None)
        reader.state("checkpoint.save_interval", 0, "checkpoint.enabled")
    reader.derive("evaluation.enabled", reader.has("validation_dataset"), "`validation_dataset`")


def _adapter(reader: Reader) -> None:
    if not isinstance(reader.node("peft"), Mapping):
        reader.derive("adapter.kind", "none", "there is no `peft` block")
        return
    four_bit = reader.plain("quantization.load_in_4bit") is True
    kind = "dora" if reader.plain("peft.use_dora") is True else "qlora" if four_bit else "lora"
    reader.state("adapter.kind", kind, "peft")
    if four_bit:
        reader.state("quantization.bits", 4, "quantization.load_in_4bit")
    reader.read(
        [
            Row("adapter.rank", "peft.dim", default=8),
            Row("adapter.alpha", "peft.alpha", default=32),
            Row("adapter.dropout", "peft.dropout", default=0.0),
        ]
    )


def _stage(reader: Reader) -> None:
    """Recipes are called after what they do; a data set of plain text tells pretraining."""
    recipe = reader.plain("recipe")
    recipe = recipe if isinstance(recipe, str) else reader.plain("recipe._target_")
    name = recipe.rsplit(".", 1)[-1] if isinstance(recipe, str) else ""
    dataset = reader.plain("dataset._target_")
    built = str(dataset).rsplit(".", 1)[-1] if isinstance(dataset, str) else ""
    model = reader.plain("model._target_")
    scratch = isinstance(model, str) and model.endswith("from_config")
    if "KnowledgeDistillation" in name or reader.has("teacher_model"):
        reader.state("run.stage", "distill", "teacher_model" if reader.has("teacher_model")
                     else "recipe")  # fmt: skip
    elif built in ("MegatronPretraining", "NanogptDataset"):
        reader.state("run.stage", "pretrain" if scratch else "midtrain", "dataset._target_")
    elif name.startswith(("TrainFinetune", "Finetune")) and not scratch and "Mock" not in built:
        reader.state("run.stage", "sft", "recipe")
        reader.derive("run.resume", True, "the model is loaded with its weights")
    else:
        reader.missing("run.stage", Absence.UNKNOWN, "neither recipe nor data tell the purpose")


DIALECT = Dialect(
    name="nemo-automodel",
    title="NeMo AutoModel",
    version="0.7",
    recognise=recognise,
    translate=translate,
    schema="nemo-automodel",
    scalars=scalars,
    coerces=True,
    keys=frozenset({"step_scheduler", "dist_env", "distributed", "packed_sequence"}),
)
