"""ms-swift: flat YAML or JSON that is rewritten to options of `swift sft`, `pt` and `rlhf`.

Read from ms-swift 4.6: arguments/*.py, trainers/arguments.py, megatron/arguments/megatron_args.py,
ray/megatron/driver_utils.py. Every value becomes a word of a command line and is converted by
argparse. The Megatron back end has names of its own; recipes for Ray group the options of each kind
of worker in a mapping, of which those for training are read here, above the shared ones.
"""

from __future__ import annotations

from recipelint.dialects.base import Dialect, Reader, Row, plain_list
from recipelint.dialects.conversions import dtype
from recipelint.dialects.huggingface import (
    link_deepspeed,
    named_in_path,
    read_arguments,
    read_compute,
    read_evaluation,
    read_saving,
)
from recipelint.dialects.ms_swift_keys import (
    GROUPS,
    MEGATRON,
    SAMPLING,
    TRAINER,
)
from recipelint.document import Mapping, Sequence
from recipelint.recipe.facts import Absence, Phase

_TUNER = ("tuner_type", "train_type", "sft_type")
_MEGATRON = ("micro_batch_size", "global_batch_size", "train_iters", "lr", "lr_decay_style")
_STAGES = {
    "dpo": "preference",
    "orpo": "preference",
    "simpo": "preference",
    "kto": "preference",
    "cpo": "preference",
    "rm": "reward",
    "ppo": "rl",
    "grpo": "rl",
    "gkd": "distill",
}
_BETAS = {"simpo": 2.0, "grpo": 0.04, "gkd": 0.5}
_PRESETS = {
    "zero0": (0, False, False),
    "zero1": (1, False, False),
    "zero2": (2, False, False),
    "zero3": (3, False, False),
    "zero2_offload": (2, True, False),
    "zero3_offload": (3, True, True),
}
"""Names of DeepSpeed files that ms-swift ships: stage, optimizer and weights on the CPU."""
_COMMANDS = {"sft": "sft", "pt": "midtrain", "pretrain": "midtrain"}
"""The stage behind the commands, which a file is often called after."""


def recognise(root: Mapping, name: str) -> bool:
    """`model` and data beside a key that only ms-swift has."""
    if "model" not in root or isinstance(root.get("model"), Mapping):
        return False
    keys = {entry.key for entry in root.entries}
    if keys & {"tuner_type", "train_type", "sft_type"}:
        return bool(keys & {"dataset", "cached_dataset", "train_dataset", "resume_from_checkpoint"})
    if "rlhf_type" in keys:
        return True
    marks = {"split_dataset_ratio", "dataset_num_proc", "lora_rank", "truncation_strategy"}
    trained = {"per_device_train_batch_size", "learning_rate", "lr", "micro_batch_size"}
    return "dataset" in keys and len(keys & marks) >= 2 and bool(keys & trained)


def translate(reader: Reader) -> list[Phase]:
    """One phase; what stands under `train` lies above the shared keys."""
    worker = reader.linked("train") if isinstance(reader.node("train"), Mapping) else None
    if worker is None:
        return [_translated(reader)]
    worker.parents = [reader]
    return [_translated(worker)]


def _translated(reader: Reader) -> Phase:
    kind = _stage(reader)
    if any(reader.has(key) for key in _MEGATRON):
        _megatron(reader)
    else:
        _trainer(reader, kind)
    _rate(reader)
    _precision(reader)
    _packing(reader)
    _adapter(reader)
    _losses(reader, kind)
    _mixture(reader)
    read_saving(reader, default=500)
    if reader.has("gpus"):
        reader.state("parallel.world_size", reader.plain("gpus"), "gpus")
    return reader.phase


def _stage(reader: Reader) -> str | None:
    kind = reader.plain("rlhf_type")
    if isinstance(kind, str) and kind in _STAGES:
        reader.state("run.stage", _STAGES[kind], "rlhf_type")
        return kind
    named = named_in_path(reader, _COMMANDS)
    if named:
        reader.derive("run.stage", _COMMANDS[named], f"`{named}` in the file's name")
    else:
        reader.missing("run.stage", Absence.ELSEWHERE, "chosen by the command that is started")
    return None


def _trainer(reader: Reader, kind: str | None) -> None:
    read_arguments(reader, TRAINER)
    if not reader.has("gradient_accumulation_steps"):
        if kind == "grpo":
            reader.default("batch.gradient_accumulation", 1)
        else:
            reason = "filled in from the number of GPUs, for a global batch of 16"
            reader.missing("batch.gradient_accumulation", Absence.AUTOMATIC, reason)
    read_evaluation(reader, default="steps")
    _sharding(reader)


def _sharding(reader: Reader) -> None:
    preset = reader.plain("deepspeed")
    if isinstance(preset, str) and preset in _PRESETS:
        stage, optimizer, weights = _PRESETS[preset]
        reader.state("parallel.backend", "deepspeed", "deepspeed")
        reader.state("parallel.zero_stage", stage, "deepspeed")
        reader.state("memory.offload_optimizer", optimizer, "deepspeed")
        reader.state("memory.offload_parameters", weights, "deepspeed")
    elif reader.has("deepspeed"):
        reader.state("parallel.backend", "deepspeed", "deepspeed")
        link_deepspeed(reader)
    elif reader.has("fsdp"):
        reader.state("parallel.backend", "fsdp2", "fsdp")


def _megatron(reader: Reader) -> None:
    reader.read(MEGATRON)
    key = next(key for key in _MEGATRON if reader.has(key))
    reader.state("parallel.backend", "megatron", key)


def _tuner(reader: Reader) -> tuple[str, str | None]:
    """The tuner and the key that names it; LoRA where none does."""
    for key in _TUNER:
        found = reader.plain(key)
        if isinstance(found, str):
            return found, key
    return "lora", None


def _rate(reader: Reader) -> None:
    if not (reader.has("learning_rate") or reader.has("lr")):
        full = _tuner(reader)[0] == "full"
        reader.default("optimizer.learning_rate", 1e-5 if full else 1e-4)


def _precision(reader: Reader) -> None:
    if read_compute(reader):
        return
    kind = dtype(reader.plain("torch_dtype"))
    if kind in ("bf16", "fp16"):
        reader.state("precision.compute", kind, "torch_dtype")
    else:
        reason = "taken from the model's config when `torch_dtype` is not set"
        reader.missing("precision.compute", Absence.AUTOMATIC, reason)


def _packing(reader: Reader) -> None:
    """Packing switches padding-free attention on, which keeps documents apart."""
    if reader.plain("packing") is True:
        reader.state("data.document_mask", True, "packing")


def _adapter(reader: Reader) -> None:
    kind, key = _tuner(reader)
    name = {"full": "none", "lora": "lora", "lora_llm": "lora"}.get(kind, "other")
    if name == "lora" and reader.has("quant_bits"):
        name = "qlora"
    if name == "lora" and reader.plain("use_dora") is True:
        name = "dora"
    if key is None:
        reader.default("adapter.kind", name)
    else:
        reader.state("adapter.kind", name, key)
    if name in ("none", "other"):
        return
    reader.read(
        (
            Row("adapter.rank", "lora_rank", default=8),
            Row("adapter.alpha", "lora_alpha", default=32),
            Row("adapter.dropout", "lora_dropout", default=0.05),
            Row("adapter.rslora", "use_rslora", default=False),
        )
    )
    node, single = reader.node("target_modules"), reader.plain("target_modules")
    if isinstance(node, Sequence):
        reader.state("adapter.targets", plain_list(node, reader.dialect.scalars), "target_modules")
    elif isinstance(single, str):
        reader.state("adapter.targets", tuple(single.split()), "target_modules")
    elif node is None and not reader.has("target_regex"):
        reader.default("adapter.targets", ("all-linear",))


def _losses(reader: Reader, kind: str | None) -> None:
    if kind is None:
        return
    stage, beta = _STAGES[kind], _BETAS.get(kind, 0.1)
    if stage == "preference":
        reader.read((Row("preference.beta", "beta", default=beta),))
        reader.read((Row("preference.label_smoothing", "label_smoothing", default=0.0),))
        reader.state("preference.loss", kind if kind != "dpo" else _dpo_loss(reader), "rlhf_type")
    elif stage == "rl":
        reader.state("rl.algorithm", kind, "rlhf_type")
        reader.read(SAMPLING)
        if kind == "grpo":
            reader.read((Row("rl.kl_coefficient", "beta", default=beta), *GROUPS))
    elif stage == "distill":
        reader.read((*SAMPLING, Row("distillation.top_k", "gkd_logits_topk")))
        share = reader.plain("lmbda")
        if isinstance(share, int | float) and share in (0, 1):
            reader.state("distillation.on_policy", share == 1, "lmbda")


def _dpo_loss(reader: Reader) -> str:
    found = reader.plain("loss_type")
    return found if isinstance(found, str) else "sigmoid"


def _mixture(reader: Reader) -> None:
    for fact, key in (
        ("data.sources.name", "dataset"),
        ("data.sources.weight", "interleave_prob"),
    ):
        node = reader.node(key)
        if isinstance(node, Sequence):
            reader.state(fact, plain_list(node, reader.dialect.scalars), key)
    if isinstance(reader.plain("dataset"), str):
        reader.state("data.sources.name", (reader.plain("dataset"),), "dataset")


DIALECT = Dialect(
    name="ms-swift",
    title="ms-swift",
    version="4.6",
    recognise=recognise,
    translate=translate,
    coerces=True,
    schema="ms-swift",
    keys=frozenset({"tuner_type", "train_type", "rlhf_type", "split_dataset_ratio", "model"}),
)
