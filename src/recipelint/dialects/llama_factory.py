"""LLaMA-Factory: flat YAML of `llamafactory-cli`, fields of five dataclasses.

Read from LLaMA-Factory 0.9.5: hparams/*.py, train/trainer_utils.py. Since 0.9.4 the file is read
by OmegaConf, which refuses repeated keys; before, PyYAML did and `2e-5` was a text. The fields are
handed to the dataclasses as they are. A file without a key that only training reads is one for
inference, evaluation or export: of those only the model is stated.
"""

from __future__ import annotations

from recipelint.dialects import omegaconf
from recipelint.dialects.base import ABSENT, Dialect, Reader, Row, plain_list
from recipelint.dialects.conversions import negated, one_of, recompute
from recipelint.dialects.huggingface import (
    TRAINING_ARGUMENTS,
    read_arguments,
    read_compute,
    read_evaluation,
    read_saving,
    read_sharding,
    with_own,
)
from recipelint.document import Mapping, Sequence
from recipelint.document.scalars import number_in
from recipelint.document.scalars import omegaconf as omegaconf_scalars
from recipelint.recipe.facts import Absence, Phase

_STAGES = {
    "sft": "sft",
    "rm": "reward",
    "ppo": "rl",
    "dpo": "preference",
    "kto": "preference",
    "orpo": "preference",
}
_ATTENTION = {
    "fa2": "flash_attention_2",
    "fa3": "flash_attention_3",
    "sdpa": "sdpa",
    "disabled": "eager",
}
_TRAINING = (
    "stage",
    "do_train",
    "learning_rate",
    "per_device_train_batch_size",
    "num_train_epochs",
    "max_steps",
)
_MEGATRON = (
    "tensor_model_parallel_size",
    "pipeline_model_parallel_size",
    "expert_model_parallel_size",
    "virtual_pipeline_model_parallel_size",
)
_SWITCHES = (
    ("use_muon", "muon", "muon"),
    ("use_galore", "galore", "other"),
    ("use_apollo", "apollo", "other"),
    ("use_badam", "badam", "other"),
    ("use_adam_mini", "adam-mini", "other"),
)
"""Keys that replace the trainer's optimizer, with its name and its family."""


rope_kind = one_of({name: name for name in ("linear", "dynamic", "yarn", "llama3")})
"""The canonical name of a `rope_scaling` method."""


def _recompute(off: object) -> object:
    return recompute(negated(off))


MODEL_ROWS = (
    Row("model.name", "model_name_or_path"),
    Row("model.rope.scaling", "rope_scaling", convert=rope_kind),
    Row("quantization.bits", "quantization_bit"),
    Row("quantization.method", "quantization_method"),
)
ROWS = (
    *with_own(TRAINING_ARGUMENTS, Row("optimizer.learning_rate", "learning_rate", default=5e-5)),
    Row("batch.sequence_length", "cutoff_len", default=2048),
    Row("memory.recompute", "disable_gradient_checkpointing", "full", _recompute),
    Row("model.moe.aux_loss_coefficient", "moe_aux_loss_coef"),
    Row("parallel.tp", "tensor_model_parallel_size"),
    Row("parallel.pp", "pipeline_model_parallel_size"),
    Row("parallel.vpp", "virtual_pipeline_model_parallel_size"),
    Row("parallel.ep", "expert_model_parallel_size"),
    Row("parallel.cp", "context_parallel_size"),
    Row("parallel.sequence_parallel", "sequence_parallel"),
)


def recognise(root: Mapping, name: str) -> bool:
    """The model under transformers' name, beside a key that only LLaMA-Factory has."""
    keys = {entry.key for entry in root.entries}
    if "model_name_or_path" not in keys:
        return False
    if keys & {"finetuning_type", "infer_backend", "export_dir", "cutoff_len"}:
        return True
    return "template" in keys and bool(keys & {"stage", "dataset", "trust_remote_code", "do_train"})


def translate(reader: Reader) -> list[Phase]:
    """One phase; the DeepSpeed file that the recipe names is linked."""
    reader.read(MODEL_ROWS)
    if not any(reader.has(key) for key in _TRAINING) or reader.plain("do_train") is False:
        return [reader.phase]
    _optimizer(reader)
    read_arguments(reader, ROWS)
    stage = _stage(reader)
    _schedule(reader)
    _data(reader, stage)
    _precision(reader)
    _attention(reader)
    _adapter(reader)
    _preference(reader, stage)
    read_saving(reader, default=500)
    read_evaluation(reader)
    _parallel(reader)
    return [reader.phase]


def _stage(reader: Reader) -> str:
    stage = reader.plain("stage")
    if stage == "pt":
        kind = "pretrain" if reader.plain("train_from_scratch") is True else "midtrain"
        reader.state("run.stage", kind, "stage")
        return "pt"
    if isinstance(stage, str) and stage in _STAGES:
        reader.state("run.stage", _STAGES[stage], "stage")
        return stage
    if stage is ABSENT or stage is None:
        reader.default("run.stage", "sft")
        return "sft"
    return ""


def _optimizer(reader: Reader) -> None:
    for key, name, family in _SWITCHES:
        if reader.plain(key) is True:
            reader.state("optimizer.name", name, key)
            reader.state("optimizer.family", family, key)
            return


def _schedule(reader: Reader) -> None:
    """Without lengths, a third of what follows the warmup is stable and two thirds decay."""
    known = reader.has("lr_scheduler_kwargs") or reader.unread
    if reader.plain("lr_scheduler_type") == "warmup_stable_decay" and not known:
        warmup = reader.phase.value("schedule.warmup_ratio")
        share = warmup if isinstance(warmup, float) else 0.0
        if not reader.has("warmup_steps"):
            detail = "LLaMA-Factory fills two thirds of the steps after the warmup"
            reader.derive("schedule.decay_share", (1.0 - share) * 2 / 3, detail)


def _data(reader: Reader, stage: str) -> None:
    neat = reader.plain("neat_packing") is True
    packing = reader.plain("packing")
    if neat:
        reader.state("data.packing", True, "neat_packing")
    elif isinstance(packing, bool):
        reader.state("data.packing", packing, "packing")
    elif packing in (ABSENT, None):
        reader.default("data.packing", stage == "pt")
    if reader.phase.value("data.packing") is True:
        if neat:
            reader.state("data.document_mask", True, "neat_packing")
        else:
            reader.default("data.document_mask", False)
    _mixture(reader)
    share = reader.plain("val_size")
    if reader.has("eval_dataset"):
        reason = "`eval_dataset` is given"
        reader.missing("data.validation_share", Absence.UNKNOWN, reason)
    elif isinstance(share, float) and 0 < share < 1:
        reader.state("data.validation_share", share, "val_size")
    elif share in (ABSENT, None):
        reader.default("data.validation_share", 0.0)


def _mixture(reader: Reader) -> None:
    """`dataset` and `interleave_probs` are lists written with commas."""
    names = _items(reader, "dataset")
    if names:
        reader.state("data.sources.name", names, "dataset")
    shares = tuple(number_in(str(item)) for item in _items(reader, "interleave_probs"))
    if shares and None not in shares:
        reader.state("data.sources.weight", shares, "interleave_probs")


def _items(reader: Reader, key: str) -> tuple[object, ...]:
    """The items of a list, or of a text with commas; nothing where it is filled in at start."""
    node = reader.node(key)
    if isinstance(node, Sequence):
        return plain_list(node, reader.dialect.scalars)
    found = reader.plain(key)
    if not isinstance(found, str):
        return ()
    return tuple(part.strip() for part in found.split(",") if part.strip())


def _precision(reader: Reader) -> None:
    if reader.plain("fp8") is True:
        reader.state("precision.compute", "fp8", "fp8")
    elif reader.plain("pure_bf16") is True:
        reader.state("precision.compute", "bf16", "pure_bf16")
        reader.state("precision.master_dtype", "bf16", "pure_bf16")
    elif not read_compute(reader):
        reason = "neither bf16 nor fp16 is set: the model's own dtype decides"
        reader.missing("precision.compute", Absence.AUTOMATIC, reason)


def _attention(reader: Reader) -> None:
    kind = reader.plain("flash_attn")
    name = "model.attention.implementation"
    if isinstance(kind, str) and kind in _ATTENTION:
        reader.state(name, _ATTENTION[kind], "flash_attn")
    elif kind in (ABSENT, None, "auto"):
        reader.missing(name, Absence.AUTOMATIC, "`flash_attn` is auto")


def _adapter(reader: Reader) -> None:
    kind = reader.plain("finetuning_type")
    if kind in ("full", "freeze", "oft"):
        reader.state("adapter.kind", "none" if kind == "full" else "other", "finetuning_type")
        return
    if kind not in ("lora", ABSENT, None):
        return
    name = "qlora" if reader.has("quantization_bit") else "lora"
    if reader.plain("use_dora") is True:
        name = "dora"
    if kind == "lora":
        reader.state("adapter.kind", name, "finetuning_type")
    else:
        reader.default("adapter.kind", name)
    reader.read(
        (
            Row("adapter.rank", "lora_rank", default=8),
            Row("adapter.alpha", "lora_alpha"),
            Row("adapter.dropout", "lora_dropout", default=0.0),
            Row("adapter.rslora", "use_rslora"),
        )
    )
    rank = reader.phase.value("adapter.rank")
    if not reader.has("lora_alpha") and isinstance(rank, int):
        reader.default("adapter.alpha", 2 * rank)
    _targets(reader)


def _targets(reader: Reader) -> None:
    names = _items(reader, "lora_target")
    if names:
        shown = tuple("all-linear" if name == "all" else name for name in names)
        reader.state("adapter.targets", shown, "lora_target")
    elif not reader.has("lora_target"):
        reader.default("adapter.targets", ("all-linear",))


def _preference(reader: Reader, stage: str) -> None:
    if stage == "ppo":
        reader.state("rl.algorithm", "ppo", "stage")
    elif stage == "kto":
        reader.state("preference.loss", "kto", "stage")
    elif stage == "dpo":
        reader.read((Row("preference.loss", "pref_loss", default="sigmoid"),))
        reader.read((Row("preference.label_smoothing", "dpo_label_smoothing", default=0.0),))
    if stage in ("dpo", "kto"):
        reader.read((Row("preference.beta", "pref_beta", default=0.1),))


def _parallel(reader: Reader) -> None:
    if reader.has("ray_num_workers"):
        reader.state("parallel.world_size", reader.plain("ray_num_workers"), "ray_num_workers")
    megatron = next((key for key in _MEGATRON if reader.has(key)), None)
    if megatron is not None:
        reader.state("parallel.backend", "megatron", megatron)
    read_sharding(reader)


DIALECT = Dialect(
    name="llama-factory",
    title="LLaMA-Factory",
    version="0.9.5",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf_scalars,
    duplicates_refused=True,
    schema="llama-factory",
    keys=frozenset({"model_name_or_path", "finetuning_type", "template", "cutoff_len", "stage"}),
    interpolate=omegaconf.interpolate,
)
