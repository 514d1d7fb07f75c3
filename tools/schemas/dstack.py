"""dstack: pydantic models that refuse unknown keys; only tasks are read.

Many models take a short form (`gpu: H100:8`, `disk: 500GB`, `retry: true`) that a validator turns
into the mapping, so their keys take plain values as well. The first releases are written for
pydantic 1, in which an optional field without a default may be left out.
"""

from __future__ import annotations

from dataclasses import replace

from .fields import sections_from
from .modules import Found, Index
from .releases import Release
from .shapes import Reader
from .table import Key, Sections

PACKAGE = "dstack"
LICENCE = "MPL-2.0"
VERSIONS = (
    "0.18.44", "0.19.0", "0.19.10", "0.19.20", "0.19.30", "0.19.40", "0.20.0", "0.20.10",
    "0.20.20", "0.20.29", "0.21.5", "0.22.5",
)  # fmt: skip
PREFIXES = ("dstack/_internal/core/models/",)

_ROOT = "TaskConfiguration"
_HOME = "dstack._internal.core.models.configurations"

#: Models that a validator also builds from a plain value.
_SHORT_FORMS = frozenset(
    {
        "CPUSpec",
        "DiskSpec",
        "EntityReference",
        "FilePathMapping",
        "GPUSpec",
        "InstanceMountPoint",
        "InstanceNameSelector",
        "PortMapping",
        "Range",
        "RepoSpec",
        "VolumeMountPoint",
    }
)
#: Models whose mapping is not one of named keys: variables are the user's own.
_FREE = frozenset({"Env"})
#: Classes that are a number or a text of their own, and what a file writes for them.
_SCALARS: dict[str, frozenset[str]] = {
    "ComputeCapability": frozenset({"float", "str", "list"}),
    "Duration": frozenset({"int", "float", "str"}),
    "Memory": frozenset({"int", "float", "str"}),
}
_PLAIN = frozenset({"bool", "int", "float", "str"})
#: Keys without a default in every release; the optional ones of pydantic 1 are not among them.
_REQUIRED = frozenset({("RegistryAuth", "username"), ("RegistryAuth", "password")})
#: Keys that a validator takes in a further form: one name for a list, 3.12 for "3.12".
_FURTHER: dict[tuple[str, str], frozenset[str]] = {
    ("GPUSpec", "name"): frozenset({"str"}),
    ("", "python"): frozenset({"float", "int"}),
}


def read(release: Release) -> Sections:
    """The table of one release, from the model of a task."""
    index = Index(release.files)
    root = index.modules[_HOME].classes[_ROOT]
    found = Found(index.modules[_HOME], _ROOT, root)
    sections = sections_from(Reader(index), found, "", lambda _: "forbid")
    for name in (*_FREE, *_SCALARS):
        sections.pop(name, None)
    for name, section in sections.items():
        for key, facts in section.keys.items():
            section.keys[key] = _accepted(name, key, facts)
    return sections


def _accepted(section: str, name: str, key: Key) -> Key:
    """The key as the validators take it: short forms, and numbers where text is declared."""
    if {*key.section, *key.items} & _FREE:
        return Key(frozenset({"any"}), default=key.default)
    types = key.types | _FURTHER.get((section, name), frozenset())
    for one in key.section:
        if one in _SCALARS:
            types = (types - {"map"}) | _SCALARS[one]
        elif one in _SHORT_FORMS:
            types |= _PLAIN
    return replace(
        key,
        types=types,
        # "off" stands beside durations, which are free text.
        choices=None if key.choices == frozenset({"off"}) else key.choices,
        section=tuple(one for one in key.section if one not in _SCALARS),
        required=key.required and (section, name) in _REQUIRED,
        coerces=True,
    )
