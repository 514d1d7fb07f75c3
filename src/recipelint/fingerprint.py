"""Hashes that say whether something is what it was when a cache was written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Protocol

from recipelint import __version__

try:  # hashlib loads OpenSSL first, which takes longer than all that is hashed here
    from _blake2 import blake2b
except ImportError:  # another interpreter, or a later one
    from hashlib import blake2b

_SIZE = 20
"""Bytes of a hash: collisions cannot be found, and names stay short."""


class Hash(Protocol):
    """The part of hashlib's interface that is used here."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""

    def hexdigest(self) -> str:
        """The hash of all bytes so far."""


def hasher(*begin: str) -> Hash:
    """A hash that has taken in some texts."""
    digest = blake2b(digest_size=_SIZE)
    for text in begin:
        digest.update(text.encode(errors="surrogatepass") + b"\0")
    return digest


def of_bytes(data: bytes) -> str:
    """The hash of some bytes."""
    return blake2b(data, digest_size=_SIZE).hexdigest()


@cache
def program() -> str:
    """What tells this recipelint from another one: its version, and in a checkout its files.

    An installed release does not change, so its version is enough; a checkout changes under the
    same version, so sizes and times of its files are hashed as well.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    if os.path.isdir(os.path.join(package, "rules")):
        return __version__
    digest = hasher(__version__)
    for path, size, time in _files(package):
        digest.update(f"{path}\0{size}\0{time}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    """Code and data of a package with size and time of change in nanoseconds, in order."""
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry.path)
        elif entry.name.endswith((".py", ".json")):
            status = entry.stat()
            yield entry.path, status.st_size, status.st_mtime_ns
