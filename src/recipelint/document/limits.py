"""How much of a file is read, so that no file costs more than a moment.

Files come from strangers. What goes beyond a limit is not read, and the problem `too-large` says
which limit it was and which setting it has. A project may set other limits, up to `HIGHEST`, which
bounds what its settings file can do to the machine that checks it.
"""

from __future__ import annotations

from typing import NamedTuple

from recipelint.document.nodes import Problem
from recipelint.findings import Span


class Limits(NamedTuple):
    """How much of one file is read, and how much is said of it.

    `bytes`, `depth` (levels) and `values` (with keys; an alias counts as what it stands for) bound
    the file. `path` is the number of characters in the dotted key of a mapping or list, which is
    written out for all that is in it. `phases` bounds the phases of a recipe, `references` how
    often it makes other files be looked for, `findings` the findings of each rule.
    """

    bytes: int = 2_000_000
    depth: int = 100
    path: int = 1_000
    values: int = 100_000
    phases: int = 100
    references: int = 1_000
    findings: int = 1_000

    def reached(self, name: str, what: str, span: Span) -> Problem:
        """The problem that `what` is more than the limit `name`."""
        return Problem(TOO_LARGE, said(name, f"{what} than {getattr(self, name):,}"), span)


TOO_LARGE = "too-large"
LIMITS = Limits()
"""The largest of a thousand public recipes has 60 kB, 10 levels and 900 values."""
HIGHEST = Limits(20_000_000, 150, 2_000, 1_000_000, 10_000, 10_000, 10_000)
"""The readers of a tree recurse; a value takes some 500 bytes of memory."""


def said(name: str, message: str) -> str:
    """`message`, with the setting that holds the limit called `name`."""
    return f"{message}, the limit `limits.{name}`"
