"""Meta Lingua: dataclasses onto which OmegaConf merges the file, strictly, from no package.

The fields are written down from the repository's main branch. What is not seen to be closed there
(the models of its apps, the wandb arguments, the evaluation) is left open.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .fields import sections_from
from .modules import Found, Index
from .shapes import Reader
from .table import Sections

PACKAGE = "lingua"
LICENCE = "BSD-3-Clause"
VERSIONS = ("main",)

_FIELDS = Path(__file__).with_name("lingua_main.txt")
_ROOT = "TrainArgs"

#: Sections to which the repository's other apps and its forks add fields of their own.
_OPEN = frozenset({"TokenizerArgs", "DataArgs", "LoggingArgs", "ProfilerArgs", "CheckpointArgs"})


def read() -> Sections:
    """The table of the fields written down from the main branch."""
    index = Index({"lingua_main.py": _FIELDS.read_text(encoding="utf-8")})
    root = next(found for found in index.all_classes() if found.name == _ROOT)
    sections = sections_from(Reader(index), root, "", _policy)
    for section in sections.values():
        for name, key in section.keys.items():
            # OmegaConf converts a text to the kind that the field declares.
            converted = bool(key.types & {"bool", "int", "float"})
            section.keys[name] = replace(key, required=False, coerces=converted)
    return sections


def _policy(found: Found) -> str:
    return "open" if found.name in _OPEN else "forbid"
