"""LitGPT: the arguments of its training functions, which jsonargparse fills strictly.

A file does not say which function reads it, so the keys of all of them are known.
"""

from __future__ import annotations

from dataclasses import replace

from .callables import Callables
from .fields import sections_from
from .releases import Release
from .table import Key, Section, Sections, merge_keys

PACKAGE = "litgpt"
VERSIONS = (
    "0.2.0", "0.4.13", "0.5.0", "0.5.3", "0.5.5", "0.5.7", "0.5.9", "0.5.11", "0.5.13",
)  # fmt: skip
PREFIXES = (
    "litgpt/args.py", "litgpt/config.py", "litgpt/pretrain.py", "litgpt/finetune/",
    "litgpt/types.py",
)  # fmt: skip

_FUNCTIONS = (
    "litgpt.pretrain.setup",
    "litgpt.finetune.full.setup",
    "litgpt.finetune.lora.setup",
    "litgpt.finetune.lora_legacy.setup",
    "litgpt.finetune.adapter.setup",
    "litgpt.finetune.adapter_v2.setup",
)
_SECTIONS = {"train": "TrainArgs", "eval": "EvalArgs", "log": "LogArgs", "model_config": "Config"}


def read(release: Release) -> Sections:
    """The table of one release."""
    known = Callables(release.files)
    sections: Sections = {"": Section("forbid")}
    for found in known.index.all_classes():
        if found.name in _SECTIONS.values():
            sections |= sections_from(known.reader, found, found.name, lambda _: "forbid")
    for path in _FUNCTIONS:
        module_name, name = path.rsplit(".", 1)
        module = known.index.modules.get(module_name)
        target = known.resolve(module, name) if module is not None else None
        signature = known.signature(target) if target is not None else None
        if signature is not None:
            _add(sections, signature)
    _finish(sections)
    return sections


def _add(sections: Sections, signature: Section) -> None:
    for name, key in signature.keys.items():
        older = sections[""].keys.get(name)
        sections[""].keys[name] = (
            _key(name, key) if older is None else _both(older, _key(name, key))
        )


def _both(older: Key, newer: Key) -> Key:
    """One key of two functions: closed only where both close it."""
    merged = merge_keys(older, newer)
    choices = older.choices | newer.choices if older.choices and newer.choices else None
    return replace(merged, choices=choices)


def _key(name: str, key: Key) -> Key:
    section = _SECTIONS.get(name)
    if section is not None:
        return Key(frozenset({"map", "str"}), section=(section,))
    if name == "data":
        return Key(frozenset({"str", "map"}))
    return replace(key, coerces=True, required=False)


def _finish(sections: Sections) -> None:
    """jsonargparse converts text, and takes an option's own file path for a section."""
    for name, key in list(sections[""].keys.items()):
        if key.section and key.section[0] not in sections:
            sections[""].keys[name] = Key(frozenset({"map", "str"}))
    for label, section in sections.items():
        for name, key in section.keys.items():
            section.keys[name] = replace(key, coerces=True, required=False) if label else key
    config = sections.get("Config")
    if config is not None:
        # A model's configuration is a class with derived fields; files are only laid over it.
        config.extra = "open"
