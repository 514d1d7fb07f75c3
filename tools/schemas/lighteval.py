"""lighteval: the file of a model, one pydantic model for each backend, which refuse unknown keys.

The backend is chosen on the command line, so a key is known where any backend knows it. Of the
file's top level only two keys are read. The file that overrides nanotron's evaluation settings is
one of lighteval's own dataclasses.
"""

from __future__ import annotations

from dataclasses import replace

from .fields import sections_from
from .modules import Found, Index
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections

PACKAGE = "lighteval"
LICENCE = "MIT"
VERSIONS = ("0.9.2", "0.10.0", "0.11.0", "0.12.2", "0.13.0")
PREFIXES = ("lighteval/models/", "lighteval/config/")

_BASE = "ModelConfig"
_OVERRIDE = "LightEvalConfig"
#: Classes that are no backend's: another program's, and models of nanotron's checkpoints.
_OTHERS = frozenset({"InspectAIModelConfig", "FullNanotronConfig"})
#: Keys that `main_accelerate.py` takes out before the model of the backend sees them.
_TAKEN = ("adapter_weights", "delta_weights")


def read(release: Release) -> Sections:
    """The table of one release."""
    index = Index(release.files)
    reader = Reader(index)
    sections: Sections = {"": Section("ignore")}
    backends = [f for f in index.all_classes() if _is_backend(f)]
    for found in backends:
        for name, section in sections_from(reader, found, found.name, lambda _: "forbid").items():
            sections[name] = _relaxed(section)
    for taken in _TAKEN:
        sections["TransformersModelConfig"].keys[taken] = Key(frozenset({"bool"}), coerces=True)
    root = sections[""].keys
    names = tuple(sorted(found.name for found in backends))
    root["model_parameters"] = Key(frozenset({"map"}), section=names, nullable=False)
    root["metric_options"] = Key(frozenset({"map"}))
    _add_override(index, reader, sections)
    return sections


def _is_backend(found: Found) -> bool:
    return found.name.endswith(_BASE) and found.name != _BASE and found.name not in _OTHERS


def _add_override(index: Index, reader: Reader, sections: Sections) -> None:
    """The keys of the file that overrides the evaluation settings of a nanotron checkpoint."""
    found = next((f for f in index.all_classes() if f.name == _OVERRIDE), None)
    if found is None:
        return
    table = sections_from(reader, found, _OVERRIDE, lambda _: "open")
    for name, key in table.pop(_OVERRIDE).keys.items():
        sections[""].keys.setdefault(name, replace(key, required=False))
    for name, section in table.items():
        sections.setdefault(name, _relaxed(section))


def _relaxed(section: Section) -> Section:
    """pydantic converts plain values; what one backend requires another may not know.

    A default of `None` lets a key be null, whatever the annotation says.
    """
    for name, key in section.keys.items():
        nullable = key.nullable or key.default is None
        section.keys[name] = replace(key, required=False, coerces=True, nullable=nullable)
    return section
