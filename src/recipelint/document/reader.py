"""Bytes or text into a document, by the file's format."""

from __future__ import annotations

import errno
import os
import stat

from recipelint.document.limits import LIMITS, Limits
from recipelint.document.nodes import (
    Document,
    Mapping,
    Problem,
    Scalar,
    Sequence,
    follow,
)
from recipelint.findings import START

_HEAD = 65_536
_DESCRIPTORS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")

FORMATS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}


def read(path: str, name: str, limits: Limits = LIMITS) -> Document:
    """Read and parse the file at `path`, reported under `name`. Raises OSError, nothing else."""
    return parse_limited(content(path, limits), name, limits)


def content(path: str, limits: Limits = LIMITS) -> bytes:
    """The bytes of a file, one more than the limit at most. Raises OSError."""
    return beginning(path, limits.bytes + 1)


def beginning(path: str, most: int) -> bytes:
    """The first bytes of a file, `most` of them at most. Raises OSError.

    A named pipe or a device is refused: reading it could wait for ever, and opening it where it
    takes a file's place meanwhile. What a shell hands over as a descriptor has somebody who writes.
    """
    handed_over = path.startswith(_DESCRIPTORS)
    if not handed_over and not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    with open(path, "rb", opener=None if handed_over else _without_waiting) as stream:
        return stream.read(most)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def parse_limited(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """Parse what `content` read; more bytes than the limit are a problem of the document.

    Text is decoded as the frameworks do: UTF-8, with or without a byte order mark, or UTF-16 with
    one.
    """
    if len(data) > limits.bytes:
        return _unread(data, name, limits.reached("bytes", "more bytes", START))
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return parse(data.decode(encoding), name, limits)
    except UnicodeDecodeError as error:
        problem = Problem("encoding", f"not {error.encoding} text: {error.reason}", START)
        return _unread(data, name, problem)


def _unread(data: bytes, name: str, problem: Problem) -> Document:
    """A document that was not parsed; its beginning tells whether it is a recipe at all."""
    head = data[:_HEAD].decode("utf-8", errors="replace")
    return Document(name, head, format_of(name), None, [problem], broken=True)


def parse(text: str, name: str, limits: Limits = LIMITS) -> Document:
    """Parse `text` as the format that `name` ends in; a name without one is YAML."""
    document = _parse(text.removeprefix("\ufeff"), name, limits)
    if len(text) > limits.path:
        _bound_paths(document, limits)
    return document


def _parse(text: str, name: str, limits: Limits) -> Document:
    kind = format_of(name)
    if kind == "json":
        from recipelint.document import json

        return json.parse(text, name, limits)
    if kind == "toml":
        from recipelint.document import toml

        return toml.parse(text, name, limits)
    from recipelint.document import yaml

    return yaml.parse(text, name, limits)


def _bound_paths(document: Document, limits: Limits) -> None:
    """Drop the tree of a document in which a collection has a dotted key beyond the limit."""
    waiting = [(node, 0) for node in (document.root, *document.more)]
    while waiting:
        node, length = waiting.pop()
        held = follow(node)
        if isinstance(held, Mapping):
            parts = ((entry.value, length + len(entry.key) + 1) for entry in held.entries)
        elif isinstance(held, Sequence):
            parts = ((item, length + 4) for item in held.items)
        else:
            continue
        if length > limits.path:
            span = node.span if node else START
            document.problems.append(limits.reached("path", "a key of more characters", span))
            document.root, document.more, document.broken = None, [], True
            return
        waiting.extend(part for part in parts if not isinstance(part[0], Scalar))


def format_of(name: str) -> str:
    """`yaml`, `json` or `toml`, from the ending of the file's name."""
    return FORMATS.get(os.path.splitext(name)[1].lower(), "yaml")
