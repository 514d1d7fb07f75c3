"""distilabel: the frame of a saved pipeline.

A step's own keys are those of the class that it names, which may be the user's; they are left
open. The frame is what `Pipeline.dump` writes and `from_dict` reads, so each of its keys is looked
for, as text, in the module of a release that handles it.
"""

from __future__ import annotations

from .releases import Release
from .table import Key, Section, Sections

PACKAGE = "distilabel"
LICENCE = "Apache-2.0"
VERSIONS = ("1.0.3", "1.1.1", "1.2.4", "1.3.2", "1.4.2", "1.5.3")
PREFIXES = ("distilabel/pipeline/", "distilabel/utils/serialization.py", "distilabel/constants.py")

_TEXT, _MAP, _LIST = frozenset({"str"}), frozenset({"map"}), frozenset({"list"})

#: Section -> its keys. What `from_dict` reads by subscript has to be there.
_FRAME: dict[str, dict[str, Key]] = {
    "": {
        "distilabel": Key(_MAP, section=("version",)),
        "pipeline": Key(_MAP, section=("pipeline",), required=True, nullable=False),
        "requirements": Key(_LIST),
    },
    "version": {"version": Key(_TEXT)},
    "pipeline": {
        "name": Key(_TEXT, required=True),
        "description": Key(_TEXT),
        "steps": Key(_LIST, items=("steps",), required=True, nullable=False),
        "connections": Key(_LIST, items=("connections",), required=True, nullable=False),
        "routing_batch_functions": Key(_LIST, items=("routing_batch_functions",)),
    },
    "steps": {
        "step": Key(_MAP, section=("step",), required=True, nullable=False),
        "name": Key(_TEXT),
    },
    "step": {"type_info": Key(_MAP, section=("type_info",), required=True, nullable=False)},
    "type_info": {
        "module": Key(_TEXT, required=True, nullable=False),
        "name": Key(_TEXT, required=True, nullable=False),
    },
    "connections": {
        "from": Key(_TEXT, required=True, nullable=False),
        "to": Key(_LIST, required=True, nullable=False),
    },
    "routing_batch_functions": {"step": Key(_TEXT, required=True, nullable=False)},
}
_OPEN = frozenset({"step", "routing_batch_functions"})


def read(release: Release) -> Sections:
    """The frame as far as one release knows it."""
    source = "\n".join(release.files.values())
    sections: Sections = {}
    for name, keys in _FRAME.items():
        known = {key: row for key, row in keys.items() if _mentions(source, key)}
        sections[name] = Section("open" if name in _OPEN else "ignore", known)
    return sections


def _mentions(source: str, key: str) -> bool:
    return f'"{key}"' in source or f"'{key}'" in source
