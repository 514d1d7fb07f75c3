"""LLaMA-Factory's second generation: flat YAML with a mapping for each plug-in.

Read from LLaMA-Factory 0.9.5: v1/config/*.py, v1/core/base_trainer.py. Values of the plug-ins'
mappings are turned from texts into numbers; those of the top level are taken as OmegaConf reads
them.
"""

from __future__ import annotations

from recipelint.dialects import omegaconf
from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.conversions import recompute
from recipelint.dialects.huggingface import optimizer_family, schedule_kind
from recipelint.document import Mapping
from recipelint.document.scalars import omegaconf as omegaconf_scalars
from recipelint.recipe.facts import Phase

ROWS = (
    Row("model.name", "model"),
    Row("model.attention.implementation", "flash_attn"),
    Row("optimizer.name", "optim_config.name"),
    Row("optimizer.family", "optim_config.name", default="adam", convert=optimizer_family),
    Row("optimizer.learning_rate", "learning_rate", default=1e-4),
    Row("optimizer.grad_clip", "max_grad_norm", default=1.0),
    Row("optimizer.weight_decay", "optim_config.weight_decay"),
    Row("schedule.name", "lr_scheduler_config.name"),
    Row("schedule.kind", "lr_scheduler_config.name", convert=schedule_kind),
    Row("schedule.warmup_steps", "lr_scheduler_config.num_warmup_steps"),
    Row("batch.micro_batch", "micro_batch_size", default=1),
    Row("batch.global_batch", "global_batch_size"),
    Row("batch.sequence_length", "cutoff_len", default=2048),
    Row("budget.steps", "max_steps"),
    Row("memory.recompute", "enable_activation_checkpointing", "full", recompute),
    Row("precision.bf16", "bf16", default=True),
    Row("parallel.cp", "dist_config.cp_size"),
    Row("parallel.cp", "cp_size"),
    Row("parallel.ep", "dist_config.ep_size"),
    Row("parallel.dp_replicate", "dist_config.mp_replicate_size"),
    Row("checkpoint.save_interval", "save_steps"),
    Row("checkpoint.keep", "save_total_limit"),
    Row("quantization.bits", "quant_config.quantization_bit"),
    Row("quantization.method", "quant_config.name"),
    Row("run.seed", "seed", default=42),
    Row("run.output", "output_dir"),
)
_BACKENDS = {"fsdp2": "fsdp2", "fsdpturbo": "fsdp2", "deepspeed": "deepspeed"}
_MARKS = ("train_dataset", "dist_config", "kernel_config", "sample_backend")


def recognise(root: Mapping, name: str) -> bool:
    """`model` beside a plug-in's mapping or the data set file of this generation."""
    if "model" not in root or isinstance(root.get("model"), Mapping):
        return False
    return any(key in root for key in _MARKS) and "rlhf_type" not in root


def translate(reader: Reader) -> list[Phase]:
    """One phase. Which trainer runs is said on the command line, so the stage is not known."""
    if not reader.has("train_dataset"):
        reader.read(ROWS[:1])
        return [reader.phase]
    reader.read(ROWS)
    if not reader.has("max_steps"):
        reader.read((Row("budget.epochs", "num_train_epochs", default=3),))
    bf16 = reader.phase.value("precision.bf16")
    if bf16 is True:
        reader.derive("precision.compute", "bf16", "bf16 is on")
    _packing(reader)
    _adapter(reader)
    backend = reader.plain("dist_config.name")
    if isinstance(backend, str) and backend in _BACKENDS:
        reader.state("parallel.backend", _BACKENDS[backend], "dist_config.name")
    return [reader.phase]


def _packing(reader: Reader) -> None:
    """Padding-free batches join samples, with the documents' boundaries kept."""
    strategy = reader.plain("batching_strategy")
    if strategy in (ABSENT, None):
        reader.default("data.packing", False)
    elif isinstance(strategy, str):
        joined = strategy in ("padding_free", "dynamic_padding_free")
        reader.state("data.packing", joined, "batching_strategy")
        if joined:
            reader.state("data.document_mask", True, "batching_strategy")


def _adapter(reader: Reader) -> None:
    if not reader.has("peft_config"):
        reader.default("adapter.kind", "none")
        return
    name = reader.plain("peft_config.name")
    kind = ("qlora" if reader.has("quant_config") else "lora") if name == "lora" else "other"
    reader.state("adapter.kind", kind, "peft_config.name")
    reader.read(
        (
            Row("adapter.rank", "peft_config.r"),
            Row("adapter.alpha", "peft_config.lora_alpha"),
            Row("adapter.dropout", "peft_config.lora_dropout"),
        )
    )
    targets = reader.plain("peft_config.target_modules")
    if isinstance(targets, str):
        shown = "all-linear" if targets == "all" else targets
        reader.state("adapter.targets", (shown,), "peft_config.target_modules")


DIALECT = Dialect(
    name="llama-factory-v1",
    title="LLaMA-Factory",
    version="0.9.5",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf_scalars,
    duplicates_refused=True,
    schema="llama-factory-v1",
    keys=frozenset({"model_class", "kernel_config", "dist_config", "train_dataset"}),
    interpolate=omegaconf.interpolate,
)
