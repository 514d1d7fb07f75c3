"""Writing files so that a reader, or a crash, meets the old content or the new, never a piece.

The content goes to a temporary file in the same folder, is flushed to the disk, and takes the
file's place by a rename, which POSIX makes atomic. A process that is killed before the rename
leaves the old file and a temporary one, `.NAME.RANDOM.tmp`, that may be deleted.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable

_NEW_FILE_MODE = 0o666


def write(path: str, data: bytes) -> None:
    """Replace the content of `path`, or make it. Raises OSError and then leaves it as it was.

    Mode and, where allowed, owner are kept; a file that nobody may write is refused although a
    rename could replace it. A link is followed. What is no regular file (a terminal, a pipe) is
    written to directly.
    """
    target = os.path.realpath(path)
    held = _status(target)
    if held is not None and not stat.S_ISREG(held.st_mode):
        with open(target, "wb") as stream:
            stream.write(data)
        return
    if held is not None and not held.st_mode & 0o222:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    _place(target, data, held, os.replace)


def create(path: str, data: bytes) -> None:
    """Make a new file. Raises FileExistsError if there is one, and OSError."""
    _place(path, data, None, _link)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _place(
    path: str, data: bytes, held: os.stat_result | None, put: Callable[[str, str], None]
) -> None:
    folder, name = os.path.split(os.path.abspath(path))
    temporary = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _NEW_FILE_MODE)
    try:
        try:
            _fill(descriptor, data, held)
        finally:
            os.close(descriptor)
        put(temporary, os.path.join(folder, name))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _flush_folder(folder)


def _fill(descriptor: int, data: bytes, held: os.stat_result | None) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    if held is not None:
        with contextlib.suppress(OSError):  # only an administrator may give files away
            os.fchown(descriptor, held.st_uid, held.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(held.st_mode))
    os.fsync(descriptor)


def _link(temporary: str, path: str) -> None:
    """Give the file its name if the name is free, which a rename would not ask."""
    os.link(temporary, path)
    os.unlink(temporary)


def _flush_folder(folder: str) -> None:
    """Make the rename last; file systems that cannot flush a folder do without."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
