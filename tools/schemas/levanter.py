"""Levanter: nested dataclasses that draccus decodes strictly, with registries of kinds.

The package was released in 2023 and again, under the name marin-levanter, in 2026; what the
repository had in between is written down as bare declarations. The trainer and its trackers are
known throughout and closed; programs and registered models and optimizers are more than these
releases had, so the sections that they decode are open.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

from .fields import all_fields, to_key
from .modules import Found, Index, last_name
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections, merge_keys

PACKAGE = "levanter"
VERSIONS = ("1.0.1", "1.1")
LATER_PACKAGE = "marin_levanter"
LATER_VERSIONS = ("0.2.1.dev202605292307", "0.2.20.dev202606180959")
PREFIXES = ("levanter/",)

#: What stood in the repository in 2024 and 2025, as bare declarations.
MIDDLE_VERSION = "2025-09"
_MIDDLE_FIELDS = Path(__file__).with_name("levanter_2025.txt")

#: Keys whose section is one of a registry, told by `type`.
_REGISTRIES = {
    "model": "LmConfig",
    "optimizer": "OptimizerConfig",
    "tracker": "TrackerConfig",
    "rope": "RotaryEmbeddingsConfig",
    "model_averaging": "ModelAveragingConfig",
}
_TRAINER = "TrainerConfig"

#: Where keys went. Source: the classes of marin-levanter 0.2.20.
_MOVED = {
    ("model", "seq_len"): "max_seq_len",
    (_TRAINER, "batch_axis"): "mesh",
    (_TRAINER, "fsdp_axis"): "mesh",
    (_TRAINER, "tensor_parallel_axes"): "mesh",
    (_TRAINER, "axis_resources"): "mesh",
    (_TRAINER, "parameter_axis_resources"): "mesh",
    (_TRAINER, "model_axis_size"): "mesh",
    (_TRAINER, "replica_ici_axis_size"): "mesh",
    (_TRAINER, "replica_dcn_axis_size"): "mesh",
    (_TRAINER, "profiler_start_step"): "profiler.start_step",
    (_TRAINER, "profiler_num_steps"): "profiler.num_steps",
    (_TRAINER, "profiler_perfetto_link"): "profiler.perfetto_link",
}


def read(release: Release) -> Sections:
    """The table of one release."""
    return _read(Index(release.files))


def read_middle() -> Sections:
    """The table of the declarations written down from the repository."""
    return _read(Index({"levanter/middle.py": _MIDDLE_FIELDS.read_text(encoding="utf-8")}))


def later(version: str) -> str:
    """How the data file names a release of the later package: `marin-0.2.20`."""
    return "marin-" + version.partition(".dev")[0]


def _read(index: Index) -> Sections:
    reader = Reader(index, {})
    sections: Sections = {"": Section("open")}
    queue: list[Found] = []
    for found in index.all_classes():
        if _is_main(found):
            queue += _add(reader, found, sections[""])
    for key, base in _REGISTRIES.items():
        members = _members(index, base)
        if members:
            _registry(reader, key, members, sections, queue)
    _walk(reader, queue, sections)
    return sections


def _is_main(found: Found) -> bool:
    """The configuration of a program: a dataclass that has the trainer among its fields."""
    assert isinstance(found.node, ast.ClassDef)
    names = [
        statement.target.id
        for statement in found.node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]
    return "trainer" in names and found.name.endswith(("Config", "Args"))


def _add(reader: Reader, found: Found, section: Section) -> list[Found]:
    below: list[Found] = []
    for one in all_fields(reader, found).values():
        key = _open(one.name, to_key(one, _name))
        older = section.keys.get(one.name)
        section.keys[one.name] = key if older is None else merge_keys(older, key)
        if one.name not in _REGISTRIES:
            below += [*one.shape.sections, *one.shape.items]
    return below


def _open(name: str, key: Key) -> Key:
    """Text is converted by the field's type, and codecs of its own read many classes from text."""
    key = replace(key, required=False, coerces=True, choices=None, default=key.default)
    if name in _REGISTRIES:
        return Key(frozenset({"map", "list", "str"}), section=(name,), items=(name,))
    if name == "prompts":  # programs read it in shapes of their own
        return replace(key, types=frozenset({"any"}))
    if key.section or key.items:
        return replace(key, types=key.types | {"str", "list", "map", "bool"})
    if "any" in key.types or not key.types:
        return replace(key, types=frozenset({"any"}))
    return replace(key, types=_also_text(key.types))


def _also_text(types: frozenset[str]) -> frozenset[str]:
    """Durations (`15m`) and policies are text for fields of other kinds."""
    return types if types <= {"int", "bool", "str"} else types | {"str"}


def _members(index: Index, base: str) -> list[Found]:
    return [
        found
        for found in index.all_classes()
        if any(step.name == base for step in index.lineage(found))
    ]


def _registry(
    reader: Reader, key: str, members: list[Found], sections: Sections, queue: list[Found]
) -> None:
    policy = "forbid" if key == "tracker" else "open"
    section = Section(policy, {"type": Key(frozenset({"str"}))})
    for member in members:
        queue += _add(reader, member, section)
    sections[key] = section


def _walk(reader: Reader, queue: list[Found], sections: Sections) -> None:
    while queue:
        found = queue.pop()
        if found.name in sections or not isinstance(found.node, ast.ClassDef):
            continue
        closed = any("dataclass" in ast.dump(d) for d in found.node.decorator_list)
        section = Section("forbid" if closed and found.name == _TRAINER else "open")
        sections[found.name] = section
        queue += _add(reader, found, section)


def _name(found: Found) -> str:
    return last_name(ast.Name(found.name))


def join(tables: list[tuple[str, Sections]]) -> Sections:
    """One table of the releases (label, table), oldest first.

    A key is gone only from the trainer and where it is known what took its place: elsewhere a
    program or a class outside of these releases may still have it.
    """
    merged: Sections = {}
    for number, (label, table) in enumerate(tables):
        newest = number == len(tables) - 1
        for name, section in table.items():
            known = merged.setdefault(name, Section(section.extra))
            known.extra = section.extra
            for key, facts in section.keys.items():
                first = None if number == 0 else label
                older = known.keys.get(key, replace(facts, first=first))
                known.keys[key] = replace(merge_keys(older, facts), last=None if newest else label)
    for name, section in merged.items():
        for key, facts in section.keys.items():
            new = _MOVED.get((name, key))
            if facts.last is not None:
                gone = name == _TRAINER or new is not None
                section.keys[key] = replace(
                    facts, last=facts.last if gone else None, replaced_by=new
                )
    return merged
