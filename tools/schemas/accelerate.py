"""accelerate: the configuration file that ``accelerate launch --config_file`` reads.

The top level is a dataclass that refuses other keys. Every sub-mapping is copied onto the
launcher's options, so a sub-key counts only if it is the name of one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from .fields import own_fields, to_key
from .launcher import launch_options
from .modules import Index, literal_or_none
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections

PACKAGE = "accelerate"
VERSIONS = (
    "0.20.3", "0.24.1", "0.26.1", "0.28.0", "0.30.1", "0.32.1", "0.34.2", "1.0.1", "1.2.1", "1.4.0",
    "1.6.0", "1.8.1", "1.10.1", "1.12.0", "1.13.0", "1.14.0", "1.15.0",
)  # fmt: skip
PREFIXES = ("accelerate/commands/", "accelerate/utils/")

CONFIG_MODULE = "accelerate.commands.config.config_args"
QUESTIONS_MODULE = "accelerate.commands.config.cluster"

#: Sub-mapping -> the launcher's group of options, and the prefix that the launcher puts before a
#: bare sub-key (``launch.py``, ``_validate_launch_command``).
GROUPS: dict[str, tuple[str, str]] = {
    "deepspeed_config": ("deepspeed_args", ""),
    "dynamo_config": ("resource_args", "dynamo_"),
    "fp8_config": ("fp8_args", "fp8_"),
    "fsdp_config": ("fsdp_args", "fsdp_"),
    "ipex_config": ("resource_args", ""),
    "megatron_lm_config": ("megatron_lm_args", ""),
    "mpirun_config": ("mpirun_args", ""),
    "parallelism_config": ("parallelism_config_args", ""),
}

#: Keys of older files, taken over while loading (``config_args.py``).
_CONVERTED = {"fp16": "mixed_precision", "dynamo_backend": "dynamo_config.dynamo_backend"}

#: Top-level keys of forks that frameworks start in accelerate's place (LLaMA-Factory's accelerate
#: for KTransformers); the file alone does not tell which of them reads it.
_FORKS = ("kt_config",)

#: The loader fills in every other field that has no default of its own.
_REQUIRED = frozenset({"distributed_type"})


def read(release: Release) -> Sections:
    """The table of one accelerate release."""
    index = Index(release.files)
    root = _root(Reader(index), index)
    sections: Sections = {"": root}
    for name in GROUPS:
        if name in root.keys:
            sections[name] = _sub_section(release, index, name)
            root.keys[name] = replace(root.keys[name], section=(name,))
    return sections


def _root(reader: Reader, index: Index) -> Section:
    root = Section("forbid")
    for found in index.all_classes():
        if found.module.name == CONFIG_MODULE:
            for one in own_fields(reader, found):
                key = to_key(one, lambda below: below.name)
                root.keys[one.name] = _plain_dataclass(one.name, key)
    for old, new in _CONVERTED.items():
        root.keys.setdefault(old, Key(frozenset({"any"}), replaced_by=new))
    for name in _FORKS:
        root.keys.setdefault(name, Key(frozenset({"map"})))
    return root


def _plain_dataclass(name: str, key: Key) -> Key:
    """A dataclass checks no types, and most values end as text in an environment variable."""
    types = set(key.types)
    if types & {"bool", "int", "float", "str"}:
        types |= {"bool", "str"} if "bool" in types else {"str"}
    if name in {"distributed_type", "gpu_ids", "mixed_precision"} or name.endswith("_version"):
        types |= {"bool", "int", "float"}
    required = name in _REQUIRED
    return replace(key, types=frozenset(types), section=(), required=required, nullable=True)


def _sub_section(release: Release, index: Index, name: str) -> Section:
    group, prefix = GROUPS[name]
    section = Section("ignore")
    for option in launch_options(release):
        if option.group == group and option.name.startswith(_own_prefix(name)):
            # Sub-keys are passed on as text, whatever kind the option converts to.
            key = replace(option.key, types=option.key.types | {"str"})
            for spelt in (option.name, option.name.removeprefix(prefix)):
                section.keys[spelt] = key
    for asked in _asked_keys(index, name):
        section.keys.setdefault(asked, Key(frozenset({"any"})))
    return section


def _own_prefix(name: str) -> str:
    return {"dynamo_config": "dynamo_", "ipex_config": "ipex"}.get(name, "")


def _asked_keys(index: Index, name: str) -> Iterator[str]:
    """Keys that the questions of ``accelerate config`` write into a sub-mapping."""
    module = index.modules.get(QUESTIONS_MODULE)
    for node in ast.walk(module.tree) if module else ():
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            key = literal_or_none(node.slice)
            if node.value.id == name and isinstance(key, str):
                yield key
