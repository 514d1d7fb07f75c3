"""The user's cache folder. Nothing in it is needed: what cannot be read or written is made anew."""

from __future__ import annotations

import contextlib
import os
import sys


def cache_folder(name: str) -> str:
    """The folder `name` in the user's cache, which may not exist yet.

    XDG_CACHE_HOME if it is set and absolute (XDG Base Directory Specification 0.8), else what the
    platform has: ~/.cache, ~/Library/Caches, %LOCALAPPDATA%.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = _platform_folder()
    return os.path.join(base, "recipelint", name)


def _platform_folder() -> str:
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches")
    return os.path.expanduser("~/.cache")


def read_cached(path: str) -> bytes | None:
    """The content of a cache file, or None where there is none that can be read."""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def write_cached(path: str, data: bytes) -> None:
    """Write a cache file, if that is possible.

    Readers in other processes see the old content or the new, never a part. Nothing is flushed to
    the disk: after a crash the file may be empty, which its reader must notice.
    """
    import threading

    temporary = f"{path}.{os.getpid()}.{threading.get_ident()}.tmp"
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        try:
            with open(temporary, "wb") as stream:
                stream.write(data)
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def drop_old(folder: str, most: int) -> None:
    """Delete all files of a cache folder but the `most` that were written last."""
    with contextlib.suppress(OSError):
        files = [(entry.stat().st_mtime, entry.path) for entry in os.scandir(folder)]
        for _, path in sorted(files)[: -most or None]:
            with contextlib.suppress(OSError):
                os.unlink(path)
