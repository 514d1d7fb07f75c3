"""Bytes or text into a document, by the file's format."""

from __future__ import annotations

import errno
import os
import stat

from recipelint.document.nodes import Document, Problem
from recipelint.findings import START

MAX_BYTES = 5_000_000
"""The largest recipe of a thousand public ones has 60 kB; larger files are data."""

_HEAD = 65_536
_DESCRIPTORS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")

FORMATS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}


def read(path: str, name: str) -> Document:
    """Read and parse the file at `path`, reported under `name`. Raises OSError, nothing else."""
    return parse_limited(content(path), name)


def content(path: str) -> bytes:
    """The bytes of a file, one more than MAX_BYTES at most. Raises OSError.

    A named pipe or a device is refused: reading it could wait for ever. What a shell hands over
    as a descriptor has somebody who writes.
    """
    if not stat.S_ISREG(os.stat(path).st_mode) and not path.startswith(_DESCRIPTORS):
        raise OSError(errno.EINVAL, "not a regular file")
    with open(path, "rb") as stream:
        return stream.read(MAX_BYTES + 1)


def parse_limited(data: bytes, name: str) -> Document:
    """Parse what `content` read; more than MAX_BYTES is a problem of the document."""
    if len(data) > MAX_BYTES:
        problem = Problem("too-large", f"larger than {MAX_BYTES:,} bytes, not read", START)
        return _unread(data, name, problem)
    return parse_bytes(data, name)


def parse_bytes(data: bytes, name: str) -> Document:
    """Decode as the frameworks do: UTF-8, with or without a byte order mark, or UTF-16 with one."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return parse(data.decode(encoding), name)
    except UnicodeDecodeError as error:
        problem = Problem("encoding", f"not {error.encoding} text: {error.reason}", START)
        return _unread(data, name, problem)


def _unread(data: bytes, name: str, problem: Problem) -> Document:
    """A document that was not parsed; its beginning tells whether it is a recipe at all."""
    head = data[:_HEAD].decode("utf-8", errors="replace")
    return Document(name, head, format_of(name), None, [problem], broken=True)


def parse(text: str, name: str) -> Document:
    """Parse `text` as the format that `name` ends in; a name without one is YAML."""
    text = text.removeprefix("\ufeff")
    kind = format_of(name)
    if kind == "json":
        from recipelint.document import json

        return json.parse(text, name)
    if kind == "toml":
        from recipelint.document import toml

        return toml.parse(text, name)
    from recipelint.document import yaml

    return yaml.parse(text, name)


def format_of(name: str) -> str:
    """`yaml`, `json` or `toml`, from the ending of the file's name."""
    return FORMATS.get(os.path.splitext(name)[1].lower(), "yaml")
