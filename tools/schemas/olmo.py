"""OLMo (the first trainer): dataclasses that OmegaConf fills strictly and with conversion.

The repository went on after the last release; what it added is written down here.
"""

from __future__ import annotations

from dataclasses import replace

from .fields import sections_from
from .modules import Index
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections

PACKAGE = "ai2_olmo"
VERSIONS = ("0.1.0", "0.2.0", "0.2.5", "0.3.0", "0.4.0", "0.5.1", "0.6.0")
PREFIXES = ("olmo/config.py", "olmo/util.py", "olmo/aliases.py")
MAIN_VERSION = "main"

ROOT_CLASS = "TrainConfig"

#: Enums of torch, by class name. Source: torch.distributed.fsdp.ShardingStrategy.
_EXTERNAL = {
    "ShardingStrategy": (
        "FULL_SHARD", "SHARD_GRAD_OP", "NO_SHARD", "HYBRID_SHARD", "_HYBRID_SHARD_ZERO2",
    ),
    "PathOrStr": (),
}  # fmt: skip

#: Keys of the repository after 0.6.0, by section, with the kind of their value. Source:
#: olmo/config.py at the last commit, classes of the same names.
_MAIN: dict[str, dict[str, str]] = {
    "": {"single": "SingleGPUConfig"},
    "SingleGPUConfig": {"device": "str"},
    "DataConfig": {"custom_dataset": "CustomDatasetConfig"},
    "CustomDatasetConfig": {
        "name": "str", "module": "str", "args": "map", "collate_fn": "str", "token_field": "str",
        "collate_config": "CustomDatasetCollatorConfig",
    },
    "CustomDatasetCollatorConfig": {
        "input_id_field": "str", "attention_mask_field": "str", "attention_bias_field": "str",
        "label_mask_field": "str", "index_field": "str", "instance_mask_field": "str",
        "doc_lens_field": "str", "metadata_field": "str",
    },
}  # fmt: skip

#: Where keys of older releases went. Source: the classes of the newer ones.
_MOVED = {
    ("OptimizerConfig", "no_decay_norm_and_bias"): "decay_norm_and_bias",
}


def read(release: Release) -> Sections:
    """The table of one release."""
    index = Index(release.files)
    reader = Reader(index, _EXTERNAL)
    root = next(found for found in index.all_classes() if found.name == ROOT_CLASS)
    sections = sections_from(reader, root, "", lambda _: "forbid")
    for section in sections.values():
        for name, key in section.keys.items():
            section.keys[name] = _converting(key)
    return sections


def _converting(key: Key) -> Key:
    """OmegaConf converts text by the field's type; old checkpointing switches are words too."""
    if key.choices == frozenset():
        key = replace(key, choices=None)
    if key.choices and "whole_layer" in key.choices:
        return replace(key, types=key.types | {"bool"}, coerces=True)
    if key.choices and "lionw" in key.choices:
        return replace(key, choices=key.choices | {"decoupled_lionw"}, coerces=True)
    return replace(key, coerces=True)


def read_main(newest: Sections) -> Sections:
    """The newest release with what the repository added after it."""
    sections = {
        name: Section(section.extra, dict(section.keys)) for name, section in newest.items()
    }
    for name, table in _MAIN.items():
        section = sections.setdefault(name, Section("forbid"))
        section.keys |= {key: _declared(kind) for key, kind in table.items()}
    strategy = sections[""].keys["distributed_strategy"]
    assert strategy.choices is not None
    sections[""].keys["distributed_strategy"] = replace(
        strategy, choices=strategy.choices | {"single"}
    )
    return sections


def _declared(kind: str) -> Key:
    if kind[:1].isupper():
        return Key(frozenset({"map"}), section=(kind,))
    return Key(frozenset({kind}), coerces=True)


def moved(sections: Sections) -> Sections:
    """Say where the keys of older releases went, and which unions convert nothing.

    A union of whole numbers and text takes no number with an exponent (omegaconf 2.3).
    """
    for section in sections.values():
        for name, facts in section.keys.items():
            if {"int", "str"} <= facts.types and "float" not in facts.types:
                section.keys[name] = replace(facts, coerces=False)
    for (label, old), new in _MOVED.items():
        key = sections[label].keys.get(old)
        if key is not None and key.last is not None:
            sections[label].keys[old] = replace(key, replaced_by=new)
    return sections
