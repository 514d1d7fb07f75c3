"""verl: the keys of its own Hydra files and of the dataclasses that these name as ``_target_``.

The files of ``trainer/config`` are put together as their defaults lists say, with every file of a
group at the group's place. A mapping with a ``_target_`` is turned into that dataclass, which
refuses other keys; any other mapping is read key by key, also by code of the user's own.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from .fields import all_fields, to_key
from .modules import Index, last_name, literal_or_none
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections, merge_keys, merge_releases

PACKAGE = "verl"
VERSIONS = (
    "0.2", "0.3.0.post1", "0.4.0", "0.4.1", "0.5.0", "0.6.0", "0.6.1", "0.7.0", "0.7.1", "0.8.0",
    "0.9.0", "0.9.1",
)  # fmt: skip
PREFIXES = ("verl/",)

_CONFIG = "verl/trainer/config/"
#: Sections of which code reads keys through an object called just ``config``.
_SHARED = frozenset({"", "algorithm", "data", "reward_model", "trainer"})
#: Mappings without a class of their own whose keys verl's programs read; users' programs add to
#: the others.
_CLOSED = frozenset({"", "actor_rollout_ref", "data", "trainer"})
_EVERY = frozenset({"bool", "int", "float", "str", "list", "map"})
_NUMBER = frozenset({"int", "float"})

#: Mappings that tell nothing of training: what stands in them is not looked at.
_OPAQUE = frozenset(
    {
        "custom_async_server", "custom_cls", "engine_kwargs", "global_profiler",
        "mm_processor_kwargs", "npu_profile", "override_ddp_config",
        "override_transformer_config", "profiler", "prometheus", "qat", "ray_init", "ray_kwargs",
        "tool_config", "trace", "transfer_queue", "turbo_config",
    }
)  # fmt: skip

#: Keys of the repository's own files between two releases.
_BETWEEN: Mapping[str, str] = {"checkpoint_engine": "actor_rollout_ref"}

#: Kinds of keys whose default is null or a sentinel, so that the files do not tell.
_KINDS: Mapping[str, frozenset[str]] = {
    "trainer.total_training_steps": _NUMBER,
    "trainer.max_actor_ckpt_to_keep": _NUMBER,
    "data.seed": _NUMBER,
    "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu": _NUMBER,
}

#: New names of keys, from warnings and assertions of ``workers/config`` and ``trainer``.
RENAMES: Mapping[str, str] = {
    "warmup_style": "lr_scheduler_type",
    "max_turns": "max_assistant_turns",
    "completion_callback": "agent_loop_config_path",
    "ppo_micro_batch_size": "ppo_micro_batch_size_per_gpu",
    "log_prob_micro_batch_size": "log_prob_micro_batch_size_per_gpu",
    "load_checkpoint_path": "resume_from_path",
    "partial_pretrain": "path",
}


@dataclass
class _Tree:
    """Values seen at a place of the files: samples of scalars, the keys below, target classes."""

    samples: list[Any] = field(default_factory=list)
    below: dict[str, _Tree] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)

    def at(self, path: str) -> _Tree:
        """The place at a dotted path, made where there is none."""
        node = self
        for part in filter(None, path.split(".")):
            node = node.below.setdefault(part, _Tree())
        return node

    def add(self, value: object) -> None:
        """Note what stands here."""
        if not isinstance(value, dict) or not value:
            self.samples.append(value)
            return
        for key, inner in value.items():
            if key == "_target_":
                self.targets.add(str(inner).rpartition(".")[2])
            elif key != "defaults":
                self.below.setdefault(str(key), _Tree()).add(inner)


class _Files:
    """The YAML files of one release."""

    def __init__(self, release: Release) -> None:
        self._texts = release.data

    def entry_points(self) -> Iterator[str]:
        """Files that a run may start from: those outside the folders of groups."""
        for path in sorted(self._texts):
            if posixpath.basename(posixpath.dirname(path)) == "config":
                yield path

    def compose(self, path: str, tree: _Tree, package: str, depth: int = 0) -> None:
        """Add a file and the groups of its defaults list to the tree."""
        document = yaml.safe_load(self._texts[path])
        if not isinstance(document, dict) or depth > 5:
            return
        for line in document.get("defaults") or ():
            self._line(line, path, tree, package, depth)
        tree.at(package).add(document)

    def _line(self, line: object, path: str, tree: _Tree, package: str, depth: int) -> None:
        folder = posixpath.dirname(path)
        if isinstance(line, str):
            self._one(posixpath.normpath(f"{folder}/{line}.yaml"), tree, package, depth)
            return
        for key in line if isinstance(line, dict) else ():
            group, _, place = str(key).partition("@")
            at = ".".join(filter(None, (package, place or group.strip("./"))))
            prefix = posixpath.normpath(f"{folder}/{group}") + "/"
            for name in sorted(self._texts):
                if name.startswith(prefix) and "/" not in name[len(prefix) :]:
                    self.compose(name, tree, at, depth + 1)

    def _one(self, name: str, tree: _Tree, package: str, depth: int) -> None:
        for candidate in (name, _CONFIG + posixpath.basename(name)):
            if candidate in self._texts:
                self.compose(candidate, tree, package, depth + 1)
                return


def table(releases: Sequence[Release]) -> Sections:
    """The keys of verl's configurations."""
    merged = merge_releases(PACKAGE, [(r.version, _read(r)) for r in releases])
    newest = _read(releases[-1])
    for name in set(merged) - set(newest):
        # That a section is gone is said of its own key, and not of those in it as well.
        merged[name].extra = "open"
        for key, facts in merged[name].keys.items():
            merged[name].keys[key] = replace(facts, last=None)
    for key, name in _BETWEEN.items():
        if name in merged:
            merged[name].keys.setdefault(key, Key(frozenset({"map"})))
    for section in merged.values():
        for key, facts in section.keys.items():
            if "read_only_by_code" in facts.extra_facts:
                section.keys[key] = replace(facts, first=None)
        for old, new in RENAMES.items():
            if old in section.keys and new in section.keys:
                section.keys[old] = replace(section.keys[old], replaced_by=new)
    return _shared(merged)


def _shared(sections: Sections) -> Sections:
    """The same table with equal sections (an engine's, at each of its users) written once."""
    while True:
        first: dict[str, str] = {}
        same: dict[str, str] = {}
        for name in sorted(sections):
            content = repr(sorted((k, str(v.as_json())) for k, v in sections[name].keys.items()))
            other = first.setdefault(sections[name].extra + content, name)
            if other != name:
                same[name] = other
        if not same:
            return sections
        sections = {n: s for n, s in sections.items() if n not in same}
        for section in sections.values():
            for key, facts in section.keys.items():
                places = tuple(same.get(name, name) for name in facts.section)
                section.keys[key] = replace(facts, section=places)


def _read(release: Release) -> Sections:
    tree = _Tree()
    files = _Files(release)
    for path in files.entry_points():
        files.compose(path, tree, "")
    index = Index(release.files)
    sections: Sections = {}
    _sections(tree, "", index, Reader(index), sections)
    root = sections[""]
    root.keys["defaults"] = Key(frozenset({"list"}))
    root.keys["hydra"] = Key(frozenset({"map"}))
    for section, keys in _read_by_code(index, set(sections)).items():
        for key in keys:
            facts = {"read_only_by_code": True}
            sections[section].keys.setdefault(key, Key(frozenset({"any"}), extra_facts=facts))
    return sections


def _sections(tree: _Tree, path: str, index: Index, reader: Reader, out: Sections) -> None:
    classes = [found for found in index.all_classes() if found.name in tree.targets]
    section = Section("forbid" if classes else "ignore" if path in _CLOSED else "open")
    out[path] = section
    for found in classes:
        for one in all_fields(reader, found).values():
            key = replace(to_key(one, lambda below: below.name), section=(), items=())
            types = _EVERY if "any" in key.types else key.types | _map_types(key)
            section.keys[one.name] = replace(key, types=types, required=False, nullable=True)
    section.keys["_target_"] = Key(frozenset({"str"}))
    for name, below in tree.below.items():
        section.keys[name] = _key(name, path, below, section.keys.get(name))
        if below.below and name not in _OPAQUE:
            _sections(below, f"{path}.{name}".lstrip("."), index, reader, out)


def _map_types(key: Key) -> frozenset[str]:
    """A dataclass checks no types, and a mapping may stand for a nested one or be null."""
    return frozenset({"map"}) if "map" in key.types else frozenset()


def _key(name: str, path: str, tree: _Tree, declared: Key | None) -> Key:
    full = f"{path}.{name}".lstrip(".")
    if tree.below:
        return Key(frozenset({"map"}), section=() if name in _OPAQUE else (full,))
    found = Key(_KINDS.get(full) or _types(tree.samples), default=_default(tree.samples))
    if declared is None or full in _KINDS:
        return found
    return replace(merge_keys(found, declared), default=found.default)


def _types(samples: Sequence[object]) -> frozenset[str]:
    """What the values in verl's own files tell of a key's kind; texts and nulls tell nothing."""
    known: set[str] = set()
    for sample in samples:
        if isinstance(sample, bool):
            known.add("bool")
        elif isinstance(sample, int | float):
            known |= _NUMBER
        elif isinstance(sample, str) and sample.startswith("${"):
            continue
        else:
            return _EVERY
    return frozenset(known) or _EVERY


def _default(samples: Sequence[object]) -> object:
    from .table import NO_DEFAULT

    plain = [s for s in samples if isinstance(s, bool | int | float)]
    return plain[-1] if plain else NO_DEFAULT


def _read_by_code(index: Index, sections: set[str]) -> dict[str, set[str]]:
    """Keys that the code reads: ``config.trainer.foo`` and ``data_config.get("foo")``.

    The place of an object called ``config`` is not told by its name: what it is asked for counts
    in the sections that users' own code reads too, and in those that the module is called after.
    """
    found: dict[str, set[str]] = {name: set() for name in sections}
    for module in index.modules.values():
        words = set(re.split(r"[._]", module.name))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute):
                _attribute(node, words, found)
            elif isinstance(node, ast.Call):
                _asked(node, words, found)
    return found


def _attribute(node: ast.Attribute, words: set[str], found: dict[str, set[str]]) -> None:
    chain = _chain(node)
    if "config" not in chain[:-1] or hasattr(dict, chain[-1]):
        return
    path = chain[chain.index("config") + 1 :]
    section = ".".join(path[:-1])
    if section and section in found:
        found[section].add(path[-1])
    for name in found if not section else ():
        if name.rpartition(".")[2] in words:
            found[name].add(path[-1])


def _chain(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [*_chain(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else [""]


def _asked(node: ast.Call, words: set[str], found: dict[str, set[str]]) -> None:
    if last_name(node.func) != "get" or not node.args or not isinstance(node.func, ast.Attribute):
        return
    key = literal_or_none(node.args[0])
    owner = last_name(node.func.value)
    if not isinstance(key, str) or not key.isidentifier():
        return
    plain = owner in {"config", "cfg"}
    for name, keys in found.items():
        last = name.rpartition(".")[2]
        if owner.removesuffix("_config") == last or (plain and (name in _SHARED or last in words)):
            keys.add(key)
