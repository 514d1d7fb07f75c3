"""Published recipes that come with recipelint, by name."""

from __future__ import annotations

import os
import re

from recipelint.document import read
from recipelint.document.nodes import Scalar

_NOT_TOLD_APART = re.compile(r"[\s._-]")
"""Characters that do not tell two names apart: `Kimi K2` is `kimi-k2`."""
_BRACKET = " ("


def folder() -> str:
    """The folder of the reports: in the wheel, or in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "reports")
    if os.path.isdir(inside):
        return inside
    return os.path.join(os.path.dirname(os.path.dirname(package)), "examples", "reports")


def names() -> list[str]:
    """The names of all reports, in order."""
    stems = (os.path.splitext(name) for name in os.listdir(folder()))
    return sorted(stem for stem, ending in stems if ending == ".yaml")


def path(name: str) -> str:
    """The file of the report with exactly that name."""
    return os.path.join(folder(), f"{name}.yaml")


def find(text: str) -> str | None:
    """The name of the report that is called `text`, by its name or its title; None if none is.

    Case, blanks, `-`, `_` and `.` do not count, nor does what a title says in brackets.
    """
    wanted = _bare(text)
    by_name = {_bare(name): name for name in names()}
    if wanted in by_name:
        return by_name[wanted]
    by_title = {_bare(title(name).partition(_BRACKET)[0]): name for name in by_name.values()}
    return by_title.get(wanted)


def title(name: str) -> str:
    """What the report calls itself."""
    document = read(path(name), name)
    found = document.mapping.get("title") if document.mapping else None
    return found.text if isinstance(found, Scalar) else name


def _bare(text: str) -> str:
    return _NOT_TOLD_APART.sub("", text.lower())
