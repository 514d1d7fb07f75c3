"""What the dialects built on Hugging Face's Trainer share: TrainingArguments and what they mean.

Read from transformers 4.36 to 5.23: training_args.py, optimization.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from recipelint.dialects.base import ABSENT, Reader, Row, plain_list
from recipelint.dialects.conversions import is_number, one_of, positive
from recipelint.document import Mapping, Sequence
from recipelint.recipe.facts import Absence, Fact, Phase

_FAMILIES = (
    ("muon", "muon"),
    ("lion", "lion"),
    ("adafactor", "adafactor"),
    ("galore", "other"),
    ("apollo", "other"),
    ("lomo", "other"),
    ("adam", "adam"),
    ("sgd", "sgd"),
)

schedule_kind = one_of(
    {
        "linear": "linear",
        "cosine": "cosine",
        "cosine_with_restarts": "cosine_restarts",
        "polynomial": "polynomial",
        "constant": "constant",
        "constant_with_warmup": "constant",
        "inverse_sqrt": "inverse_sqrt",
        "reduce_lr_on_plateau": "plateau",
        "cosine_with_min_lr": "cosine",
        "cosine_warmup_with_min_lr": "cosine",
        "warmup_stable_decay": "wsd",
        "one_cycle": "one_cycle",
        "rex": "other",
        "greedy": "other",
    }
)
"""The canonical schedule behind transformers' `lr_scheduler_type`."""


def optimizer_family(name: object) -> object:
    """The update rule behind an optimizer's name (`paged_adamw_8bit` is adam)."""
    if not isinstance(name, str):
        return ABSENT
    lowered = name.lower()
    return next((family for part, family in _FAMILIES if part in lowered), "other")


def eight_bit(name: object) -> object:
    """Whether the optimizer keeps block-scaled 8-bit states."""
    return "8bit" in name.lower() if isinstance(name, str) else ABSENT


TRAINING_ARGUMENTS = (
    Row("optimizer.name", "optim"),
    Row("optimizer.family", "optim", default="adam", convert=optimizer_family),
    Row("optimizer.eight_bit", "optim", convert=eight_bit),
    Row("optimizer.learning_rate", "learning_rate"),
    Row("optimizer.beta1", "adam_beta1", default=0.9),
    Row("optimizer.beta2", "adam_beta2", default=0.999),
    Row("optimizer.eps", "adam_epsilon", default=1e-8),
    Row("optimizer.weight_decay", "weight_decay", default=0.0),
    Row("optimizer.grad_clip", "max_grad_norm", default=1.0),
    Row("schedule.name", "lr_scheduler_type"),
    Row("schedule.kind", "lr_scheduler_type", default="linear", convert=schedule_kind),
    Row("schedule.warmup_steps", "warmup_steps"),
    Row("schedule.warmup_ratio", "warmup_ratio"),
    Row("schedule.min_learning_rate", "lr_scheduler_kwargs.min_lr"),
    Row("schedule.min_ratio", "lr_scheduler_kwargs.min_lr_rate"),
    Row("schedule.decay_steps", "lr_scheduler_kwargs.num_decay_steps"),
    Row("batch.micro_batch", "per_device_train_batch_size", default=8),
    Row("batch.gradient_accumulation", "gradient_accumulation_steps", default=1),
    Row("budget.steps", "max_steps", convert=positive),
    Row("budget.epochs", "num_train_epochs", default=3.0),
    Row("precision.bf16", "bf16"),
    Row("precision.fp16", "fp16"),
    Row("checkpoint.keep", "save_total_limit"),
    Row("checkpoint.load_best", "load_best_model_at_end"),
    Row("run.seed", "seed", default=42),
    Row("run.output", "output_dir"),
)


def with_own(shared: Iterable[Row], *own: Row) -> tuple[Row, ...]:
    """A shared key map, in which rows of a framework's own replace those of the same facts."""
    replaced = {row.fact for row in own}
    return (*(row for row in shared if row.fact not in replaced), *own)


def read_arguments(reader: Reader, rows: Iterable[Row]) -> None:
    """Take the facts of a trainer's key map; constant schedules are built without arguments."""
    reader.read(rows)
    if reader.phase.value("schedule.kind") == "constant":
        for name in ("schedule.min_learning_rate", "schedule.min_ratio", "schedule.decay_steps"):
            fact = reader.phase.facts.get(name)
            if fact is not None and str(fact.key).startswith("lr_scheduler_kwargs."):
                del reader.phase.facts[name]


def read_compute(reader: Reader) -> bool:
    """State the number format where one of the trainer's switches is on; else return False."""
    for precision in ("bf16", "fp16"):
        if reader.plain(precision) is True:
            reader.state("precision.compute", precision, precision)
            return True
    return False


def read_saving(reader: Reader, default: int | None = None) -> None:
    """`save_steps` counts only where the strategy is steps, and below 1 it is a share."""
    strategy, steps = reader.plain("save_strategy"), reader.plain("save_steps")
    if strategy in (False, "no"):
        reader.state("checkpoint.save_interval", 0, "save_strategy")
    elif strategy not in ("epoch", "best"):
        if is_number(steps) and steps >= 1:
            reader.state("checkpoint.save_interval", steps, "save_steps")
        elif steps in (ABSENT, None) and default is not None:
            reader.default("checkpoint.save_interval", default)


def read_evaluation(reader: Reader, default: str = "no") -> None:
    """Whether and how often the trainer evaluates; `eval_steps` is read by one strategy alone.

    `default` is the strategy where the file names none.
    """
    key = next((k for k in ("eval_strategy", "evaluation_strategy") if reader.has(k)), None)
    strategy = reader.plain(key) if key else default
    if key and isinstance(strategy, str | bool):
        reader.state("evaluation.enabled", strategy not in ("no", False), key)
    steps = reader.plain("eval_steps")
    if strategy == "steps" and is_number(steps) and steps >= 1:
        reader.state("evaluation.interval", steps, "eval_steps")


def read_sharding(reader: Reader) -> None:
    """FSDP or DeepSpeed, whichever the trainer's keys switch on, with DeepSpeed's own file."""
    if reader.has("fsdp") and reader.plain("fsdp") not in ("", False):
        reader.state("parallel.backend", "fsdp", "fsdp")
    elif reader.has("deepspeed"):
        reader.state("parallel.backend", "deepspeed", "deepspeed")
    link_deepspeed(reader)


def named_in_path(reader: Reader, words: Iterable[str]) -> str | None:
    """The last of some words that the file's path holds as a word of its own.

    Where the script that is started says what is trained, its folder or name often does too.
    """
    path = re.split(r"[/_.-]+", reader.document.path.lower())
    known = frozenset(words)
    return next((word for word in reversed(path) if word in known), None)


def link_deepspeed(reader: Reader) -> None:
    """Attach the DeepSpeed file or mapping at `deepspeed`, and take from it what only it says."""
    from recipelint.dialects import deepspeed

    if not reader.has("deepspeed"):
        return
    target = reader.linked("deepspeed")
    if target is None:
        for name in ("parallel.zero_stage", "memory.offload_optimizer"):
            reader.missing(name, Absence.ELSEWHERE, "in the `deepspeed` file, which was not found")
        return
    target.dialect = deepspeed.DIALECT
    linked = deepspeed.translate(target)[0]
    reader.phase.linked["deepspeed"] = linked
    inherit(
        reader.phase,
        linked,
        ("parallel.zero_stage", "memory.offload_optimizer", "memory.offload_parameters"),
    )


def inherit(phase: Phase, source: Phase, names: tuple[str, ...]) -> None:
    """Take facts from a linked file, keeping the place where they stand."""
    for name in names:
        fact = source.facts.get(name)
        if isinstance(fact, Fact):
            phase.add(fact)


def read_lora(reader: Reader, kind: str | None) -> None:
    """Facts on the adapter, in the key names that axolotl and TRL share."""
    if kind is None:
        return
    for fact, key in (
        ("adapter.rank", "lora_r"),
        ("adapter.alpha", "lora_alpha"),
        ("adapter.dropout", "lora_dropout"),
    ):
        if reader.has(key):
            reader.state(fact, reader.plain(key), key)
    _read_targets(reader)


def _read_targets(reader: Reader) -> None:
    """The modules that get an adapter; one name or pattern is a list of one."""
    key = "lora_target_modules"
    node = reader.node(key)
    if isinstance(node, Sequence):
        reader.state("adapter.targets", plain_list(node, reader.dialect.scalars), key)
    elif isinstance(reader.plain(key), str):
        reader.state("adapter.targets", (reader.plain(key),), key)
    elif reader.plain("lora_target_linear") is True:
        reader.state("adapter.targets", ("all-linear",), "lora_target_linear")


def is_mapping(reader: Reader, key: str) -> bool:
    """Whether a mapping stands at `key`."""
    return isinstance(reader.node(key), Mapping)
