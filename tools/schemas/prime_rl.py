"""prime-rl: pydantic models filled from TOML, strictly, from no package.

The fields are written down from the repository's main branch, where names come and go without
releases. A key that is not among them may exist at another commit, so every section is open; the
kinds and closed words of the known keys are what this table is for.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .fields import sections_from
from .modules import Index
from .shapes import Reader
from .table import Sections

PACKAGE = "prime-rl"
LICENCE = "Apache-2.0"
VERSIONS = ("main",)

_FIELDS = Path(__file__).with_name("prime_rl_main.txt")
_ROOT = "RootConfig"


def read() -> Sections:
    """The table of the fields written down from the main branch."""
    index = Index({"prime_rl_main.py": _FIELDS.read_text(encoding="utf-8")})
    root = next(found for found in index.all_classes() if found.name == _ROOT)
    sections = sections_from(Reader(index), root, "", lambda _: "open")
    for section in sections.values():
        for name, key in section.keys.items():
            # The loader takes the text "None" for null, and pydantic converts numbers from text.
            section.keys[name] = replace(key, required=False, coerces=True)
    return sections
