"""DeepSpeed JSON: a part of a recipe, named by the recipe or by an accelerate file.

`auto` is filled in by Hugging Face's integration from the trainer's arguments; a key that is
absent is not (transformers/integrations/deepspeed.py, `fill_match`).
"""

from __future__ import annotations

from recipelint.dialects.base import Dialect, Reader, Row
from recipelint.dialects.common import read_betas
from recipelint.dialects.conversions import offloaded, one_of
from recipelint.dialects.huggingface import optimizer_family
from recipelint.document import Mapping
from recipelint.recipe.facts import Absence, Phase

_schedule = one_of(
    {
        "WarmupLR": "constant",
        "WarmupDecayLR": "linear",
        "WarmupCosineLR": "cosine",
        "OneCycle": "one_cycle",
    }
)


ROWS = (
    Row("batch.global_batch", "train_batch_size"),
    Row("batch.micro_batch", "train_micro_batch_size_per_gpu"),
    Row("batch.gradient_accumulation", "gradient_accumulation_steps"),
    Row("optimizer.grad_clip", "gradient_clipping"),
    Row("precision.bf16", "bf16.enabled"),
    Row("precision.fp16", "fp16.enabled"),
    Row("precision.loss_scale", "fp16.loss_scale"),
    Row("optimizer.name", "optimizer.type"),
    Row("optimizer.family", "optimizer.type", convert=optimizer_family),
    Row("optimizer.learning_rate", "optimizer.params.lr"),
    Row("optimizer.eps", "optimizer.params.eps"),
    Row("optimizer.weight_decay", "optimizer.params.weight_decay"),
    Row("schedule.kind", "scheduler.type", convert=_schedule),
    Row("schedule.warmup_steps", "scheduler.params.warmup_num_steps"),
    Row("schedule.horizon_steps", "scheduler.params.total_num_steps"),
    Row("parallel.zero_stage", "zero_optimization.stage", default=0),
    Row(
        "memory.offload_optimizer", "zero_optimization.offload_optimizer.device", convert=offloaded
    ),
    Row("memory.offload_parameters", "zero_optimization.offload_param.device", convert=offloaded),
)


_NEOX = frozenset(
    {
        "num_layers",
        "hidden_size",
        "pipe_parallel_size",
        "model_parallel_size",
        "train_iters",
        "tokenizer_type",
        "attention_config",
    }
)
"""gpt-neox files hold DeepSpeed's keys beside the model's own, spelt with dashes or underscores."""


def recognise(root: Mapping, name: str) -> bool:
    """`zero_optimization`, or batch keys that only DeepSpeed has."""
    keys = {e.key for e in root.entries}
    if keys & {"model_name_or_path", "base_model", "compute_environment"}:
        return False
    if {k.replace("-", "_") for k in keys} & _NEOX:
        return False
    if isinstance(root.get("zero_optimization"), Mapping):
        return True
    if "autotuning" in keys and isinstance(root.get("autotuning"), Mapping):
        return bool(keys & {"train_micro_batch_size_per_gpu", "train_batch_size", "fp16", "bf16"})
    precision = bool(keys & {"fp16", "bf16", "optimizer", "gradient_clipping", "steps_per_print"})
    if "train_micro_batch_size_per_gpu" in keys:
        return precision or "train_batch_size" in keys
    return "train_batch_size" in keys and precision and name.endswith(".json")


def translate(reader: Reader) -> list[Phase]:
    """One phase with the facts of the file."""
    reader.read(ROWS)
    key = "optimizer.params.betas"
    read_betas(reader, key)
    if reader.plain(key) == "auto":
        for name in ("optimizer.beta1", "optimizer.beta2"):
            reader.missing(name, Absence.AUTOMATIC, f"`{key}` is auto", reader.entry(key))
    return [reader.phase]


DIALECT = Dialect(
    name="deepspeed",
    title="DeepSpeed",
    version="0.19.6",
    recognise=recognise,
    translate=translate,
    schema="deepspeed",
    purpose="part",
    keys=frozenset({"zero_optimization"}),
)
