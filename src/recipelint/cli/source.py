"""The file that a command reads: a path, or standard input."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from recipelint.document import Document, read
from recipelint.document.limits import LIMITS
from recipelint.document.reader import parse_limited
from recipelint.errors import UseError
from recipelint.workspace import Workspace

STDIN = "-"


class Source(NamedTuple):
    """A parsed file, the project around it, and where it stands."""

    document: Document
    workspace: Workspace
    location: str


def source(path: str, stdin_filename: str | None) -> Source:
    """Read a file, or standard input for `-`. Raises UseError if it cannot be read."""
    if path == STDIN:
        return _standard_input(stdin_filename)
    if not os.path.exists(path):
        raise UseError(f"{path}: there is no such file")
    workspace = Workspace.around(path)
    try:
        document = read(path, workspace.name(path))
    except OSError as error:
        raise UseError(f"cannot read {path}: {error.strerror}") from None
    return Source(document, workspace, os.path.realpath(path))


def _standard_input(name: str | None) -> Source:
    """What stands on standard input, as if it stood in a file called `name`."""
    data = sys.stdin.buffer.read(LIMITS.bytes + 1)
    called = name or ("stdin.json" if data.lstrip()[:1] == b"{" else "stdin.yaml")
    location = os.path.realpath(called)
    return Source(parse_limited(data, called), Workspace.around(location), location)
