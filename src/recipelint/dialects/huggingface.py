"""What the dialects built on Hugging Face's Trainer share: names of optimizers and schedules."""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Reader, plain_list
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

_SCHEDULES = {
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


def optimizer_family(name: object) -> object:
    """The update rule behind an optimizer's name (`paged_adamw_8bit` is adam)."""
    if not isinstance(name, str):
        return ABSENT
    lowered = name.lower()
    return next((family for part, family in _FAMILIES if part in lowered), "other")


def eight_bit(name: object) -> object:
    """Whether the optimizer keeps block-scaled 8-bit states."""
    return "8bit" in name.lower() if isinstance(name, str) else ABSENT


def schedule_kind(name: object) -> object:
    """The canonical schedule behind transformers' `lr_scheduler_type`."""
    return _SCHEDULES.get(name, ABSENT) if isinstance(name, str) else ABSENT


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
