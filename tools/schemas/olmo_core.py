"""OLMo-core: the dataclasses of a saved configuration.

Files are written by the program itself, by the release that ran, and sections name their class.
So nothing here is closed; the table gives types and what is gone.
"""

from __future__ import annotations

from dataclasses import replace

from .fields import all_fields, to_key
from .modules import Found, Index
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections, merge_keys

PACKAGE = "ai2_olmo_core"
VERSIONS = ("2.0.1", "2.2.0", "2.4.0", "2.6.0", "3.0.0")
PREFIXES = (
    "olmo_core/config.py", "olmo_core/train/", "olmo_core/optim/", "olmo_core/nn/",
    "olmo_core/data/", "olmo_core/distributed/parallel/", "olmo_core/launch/",
)  # fmt: skip

#: The top level of a saved run, and the classes that may stand there.
_ROOT = {
    "model": ("TransformerConfig",),
    "dataset": ("NumpyFSLDatasetConfig", "NumpyDatasetConfig"),
    "data_loader": ("NumpyDataLoaderConfig",),
    "train_module": ("TransformerTrainModuleConfig", "TransformerPipelineTrainModuleConfig"),
    "trainer": ("TrainerConfig",),
}
_SCALARS = {"run_name": "str", "init_seed": "int", "launch": "map", "backend": "str"}

#: Base classes whose subclasses are told apart by `type` or `_CLASS_`.
_FAMILIES = ("OptimConfig", "Scheduler")


def read(release: Release) -> Sections:
    """The table of one release."""
    index = Index(release.files)
    reader = Reader(index, {})
    classes = {found.name: found for found in index.all_classes()}
    sections: Sections = {"": Section("open")}
    for key, names in _ROOT.items():
        known = tuple(name for name in names if name in classes)
        if known:
            sections[""].keys[key] = Key(frozenset({"map"}), section=known)
    for key, kind in _SCALARS.items():
        sections[""].keys[key] = Key(frozenset({kind}))
    queue = [classes[n] for names in _ROOT.values() for n in names if n in classes]
    families = {name: _subclasses(index, name) for name in _FAMILIES}
    _walk(reader, queue, families, sections)
    return sections


def _subclasses(index: Index, base: str) -> list[Found]:
    return [
        found
        for found in index.all_classes()
        if any(step.name == base for step in index.lineage(found)) and found.name != base
    ]


def _walk(
    reader: Reader, queue: list[Found], families: dict[str, list[Found]], sections: Sections
) -> None:
    while queue:
        found = queue.pop()
        if found.name in sections:
            continue
        section = Section("open")
        sections[found.name] = section
        members = families.get(found.name, [found])
        for member in members:
            for one in all_fields(reader, member).values():
                key = replace(to_key(one, _name), required=False, choices=None)
                older = section.keys.get(one.name)
                section.keys[one.name] = key if older is None else merge_keys(older, key)
                queue += [*one.shape.sections, *one.shape.items]


def _name(found: Found) -> str:
    return found.name


def finish(sections: Sections) -> Sections:
    """Nothing is gone: a saved file is read by the release that wrote it."""
    for section in sections.values():
        for name, key in section.keys.items():
            section.keys[name] = replace(key, last=None)
    return sections
