"""Which files a search of folders finds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from recipelint import globs
from recipelint.document.reader import FORMATS

SKIPPED_FOLDERS = (
    ".git",
    ".hg",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".tox",
    ".mypy_cache",
)
"""What a search passes over where no setting says otherwise."""
_IGNORE_FILE = ".gitignore"
_MAX_IGNORE_BYTES = 1_000_000
_SKIPPED = tuple(f"{name}/" for name in SKIPPED_FOLDERS)

Skip = Callable[[str, bool], bool]
"""Whether to pass over a path, told whether it is a folder."""


def by_default(path: str, folder: bool) -> bool:
    """Pass over folders of other tools."""
    return folder and os.path.basename(path) in SKIPPED_FOLDERS


def expand(paths: Iterable[str], skip: Skip = by_default) -> Iterator[str]:
    """The files that `paths` name: files as they are, folders searched for YAML, JSON and TOML.

    Raises OSError for a folder that cannot be read.
    """
    for path in paths:
        if os.path.isdir(path):
            yield from _search(path, skip)
        else:
            yield path


def _search(folder: str, skip: Skip) -> Iterator[str]:
    for parent, subfolders, files in os.walk(folder, onerror=_raise):
        subfolders[:] = sorted(s for s in subfolders if not skip(os.path.join(parent, s), True))
        for name in sorted(files):
            path = os.path.join(parent, name)
            if os.path.splitext(name)[1].lower() not in FORMATS or not os.path.isfile(path):
                continue
            if not skip(path, False):
                yield path


def _raise(error: OSError) -> None:
    """A folder that cannot be read is an error: passing it over would look like a clean check."""
    raise error


class GitIgnore:
    """The `.gitignore` files of a repository, in the subset that `globs` describes.

    Read are those of every folder from the repository's own down to the file's, and
    `.git/info/exclude`; the last pattern that names a path decides, and `!` takes back. A user's
    own list (`core.excludesFile`) is not read: a check gives the same result everywhere.
    """

    def __init__(self) -> None:
        self._patterns: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}

    def ignores(self, path: str, folder: bool) -> bool:
        """Whether git would ignore `path`, if it does not ignore the folder that holds it.

        The folders of `path` are real ones: links in them are not followed.
        """
        ignored = False
        for base, patterns in self._above(os.path.dirname(path)):
            relative = path[len(base.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
            for pattern in patterns:
                bare = pattern.removeprefix("!")
                if globs.names(bare, relative, folder):
                    ignored = bare == pattern
        return ignored

    def _above(self, folder: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Folders and their patterns, from the repository's own down; empty outside of one."""
        if folder in self._patterns:
            return self._patterns[folder]
        own = _patterns(os.path.join(folder, _IGNORE_FILE))
        if os.path.lexists(os.path.join(folder, ".git")):
            private = _patterns(os.path.join(folder, ".git", "info", "exclude"))
            found: tuple[tuple[str, tuple[str, ...]], ...] = ((folder, (*private, *own)),)
        else:
            above = os.path.dirname(folder)
            upper = () if above == folder else self._above(above)
            found = (*upper, (folder, own)) if upper else ()
        self._patterns[folder] = found
        return found


def _patterns(path: str) -> tuple[str, ...]:
    """The patterns of one file; one that is a link (as for git), or cannot be read, has none."""
    if os.path.islink(path) or not os.path.isfile(path):
        return ()
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            lines = stream.read(_MAX_IGNORE_BYTES).splitlines()
    except OSError:
        return ()
    stripped = (line.strip() for line in lines)
    return tuple(line for line in stripped if line and not line.startswith("#"))


def excluded_by(
    patterns: Iterable[str] | None, more: Iterable[str], relative: str, folder: bool
) -> str | None:
    """The pattern that excludes a path (relative to the settings' folder), or None."""
    every = (*(_SKIPPED if patterns is None else patterns), *more)
    return globs.first_match(every, relative, folder)


def shown(path: str) -> str:
    """A path as messages show it: relative to the working directory where it is below."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def relative_to(folder: str | None, path: str) -> str:
    """A path from `folder` (None: the working directory), with slashes, for globs.

    Links in the path's folders are followed, its last part is taken as it is.
    """
    place = os.path.join(os.path.realpath(os.path.dirname(path) or "."), os.path.basename(path))
    base = os.path.realpath(folder or os.getcwd())
    return os.path.relpath(place, base).replace(os.sep, "/")
