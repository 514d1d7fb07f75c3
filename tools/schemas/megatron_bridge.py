"""Megatron-Bridge: the dataclasses under ``ConfigContainer``; it skips other keys with a warning.

The classes inherit from those of Megatron Core, so each release is read with the core release
that it was built on. Values are assigned without a check of their type.
"""

from __future__ import annotations

from dataclasses import replace

from .callables import Callables
from .fields import sections_from
from .modules import Found
from .releases import Release
from .shapes import Reader
from .table import Section, Sections

PACKAGE = "megatron-bridge"
VERSIONS = ("0.3.1", "0.4.2", "0.5.1", "0.6.2")
PREFIXES = ("megatron/bridge/",)
CORE = "megatron-core"
CORE_VERSIONS = ("0.16.1", "0.17.1", "0.18.2", "0.19.2")
CORE_PREFIXES = ("megatron/core/", "megatron/training/config/")

ROOT_CLASS = "ConfigContainer"
_HOME = "megatron.bridge.training.config"

#: Sections whose class the recipe in Python chooses; its own fields are not known here.
_CHOSEN = ("model", "dataset", "peft", "optimizer_config_override_provider", "mixed_precision")


def read(release: Release, core: Release) -> Sections:
    """The table of one release with the core it stands on."""
    # Both packages re-export classes from their folders, so their imports matter.
    index = Callables({**core.files, **release.files}).index
    root = next(f for f in index.all_classes() if f.name == ROOT_CLASS and f.module.name == _HOME)
    sections = sections_from(Reader(index), root, "", _policy)
    top = sections[""]
    for name in _CHOSEN:
        if name in top.keys:
            top.keys[name] = replace(top.keys[name], section=(), items=())
    for section in sections.values():
        for name, key in section.keys.items():
            section.keys[name] = replace(
                key, types=frozenset({"any"}), choices=None, required=False, items=()
            )
    return _reachable(sections)


def _policy(_: Found) -> str:
    return "warn"


def _reachable(sections: Sections) -> Sections:
    """Only what the root still leads to; fields of other classes stay with their own values."""
    kept: dict[str, Section] = {}
    queue = [""]
    while queue:
        name = queue.pop()
        if name in kept:
            continue
        kept[name] = sections[name]
        queue += [below for key in sections[name].keys.values() for below in key.section]
    return kept
