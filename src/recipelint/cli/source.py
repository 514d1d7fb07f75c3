"""The file that a command reads: a path, or standard input."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

import click

from recipelint.document import Document, read
from recipelint.document.reader import MAX_BYTES, parse_bytes
from recipelint.workspace import Workspace

STDIN = "-"


class Source(NamedTuple):
    """A parsed file, the project around it, and where it stands."""

    document: Document
    workspace: Workspace
    location: str


def source(path: str, stdin_filename: str | None) -> Source:
    """Read a file, or standard input for `-`. Raises ClickException if it cannot be read."""
    if path == STDIN:
        return _standard_input(stdin_filename)
    if not os.path.exists(path):
        raise click.UsageError(f"{path}: there is no such file")
    workspace = Workspace.around(path)
    try:
        document = read(path, workspace.name(path))
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from None
    return Source(document, workspace, os.path.realpath(path))


def _standard_input(name: str | None) -> Source:
    """What stands on standard input, as if it stood in a file called `name`."""
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise click.ClickException(f"standard input has more than {MAX_BYTES:,} bytes")
    called = name or ("stdin.json" if data.lstrip()[:1] == b"{" else "stdin.yaml")
    location = os.path.realpath(called)
    return Source(parse_bytes(data, called), Workspace.around(location), location)
