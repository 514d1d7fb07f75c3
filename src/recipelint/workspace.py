"""Which files a recipe may refer to: those inside the project root, and nothing else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from recipelint.document import Document, read
from recipelint.document.reader import FORMATS

ROOT_MARKS = (".git", "pyproject.toml", ".recipelint.yaml", "recipelint.toml", "setup.cfg")
_CACHED_DOCUMENTS = 256
_MAX_LISTED = 20_000


class Workspace:
    """The project around a recipe. References outside its root are never opened."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self._documents: dict[str, Document | None] = {}
        self.asked: list[tuple[str, str, str | None]] = []
        """References that were looked for since the last `begin`: text, base, what was found."""
        self.listed = False
        """Whether since then something depended on which files there are."""

    @classmethod
    def around(cls, path: str) -> Workspace:
        """The workspace of the file or folder at `path`: the nearest folder that marks a project.

        Without a mark it is the working directory where that holds `path`, else its own folder.
        """
        start = os.path.realpath(path)
        folder = start if os.path.isdir(start) else os.path.dirname(start)
        for parent in _upwards(folder):
            if any(os.path.exists(os.path.join(parent, mark)) for mark in ROOT_MARKS):
                return cls(parent)
        here = os.path.realpath(os.getcwd())
        return cls(here if _inside(folder, here) else folder)

    def begin(self) -> None:
        """Forget what was asked for: another recipe is read."""
        self.asked = []
        self.listed = False

    def name(self, path: str) -> str:
        """How a file is called in findings: relative to the working directory where it is below."""
        relative = os.path.relpath(path)
        return path if relative.startswith("..") else relative

    def find(self, reference: str, base: str) -> str | None:
        """The real path of a file that the recipe at `base` calls `reference`, or None.

        Frameworks resolve references against the working directory, which is not in the file;
        so the recipe's folder and each one above it up to the root are tried in turn. Absolute
        paths, `~`, URLs, and links that lead out of the root are refused.
        """
        found = self._find(reference, base)
        self.asked.append((reference, base, found))
        return found

    def _find(self, reference: str, base: str) -> str | None:
        if not _plain_reference(reference):
            return None
        folder = os.path.dirname(os.path.realpath(base)) or self.root
        for parent in _upwards(folder):
            if not _inside(parent, self.root):
                return None
            place = os.path.join(parent, reference)
            if not _is_regular(place):  # most folders do not have it, and this is the cheaper test
                continue
            candidate = os.path.realpath(place)
            if _inside(candidate, self.root) and _is_regular(candidate):
                return candidate
        return None

    def namesake(self, reference: str) -> str | None:
        """A file of the project with the same name as a missing one, relative to the root."""
        self.listed = True
        wanted = os.path.basename(reference)
        seen = 0
        for parent, folders, files in os.walk(self.root):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            seen += len(files)
            if seen > _MAX_LISTED:
                return None
            if wanted in files:
                return os.path.relpath(os.path.join(parent, wanted), self.root)
        return None

    def document(self, path: str) -> Document | None:
        """The parsed file at a path that `find` returned; None if it cannot be read."""
        if path not in self._documents:
            if len(self._documents) >= _CACHED_DOCUMENTS:
                self._documents.clear()
            try:
                self._documents[path] = read(path, self.name(path))
            except OSError:
                self._documents[path] = None
        return self._documents[path]

    def loaded(self, name: str) -> Document | None:
        """A document read before, by the name that findings call it."""
        found = (d for d in self._documents.values() if d is not None and d.path == name)
        return next(found, None)


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _inside(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _plain_reference(reference: str) -> bool:
    if not reference or len(reference) > 400 or "\0" in reference or "://" in reference:
        return False
    if os.path.isabs(reference) or reference.startswith("~") or "$" in reference:
        return False
    return os.path.splitext(reference)[1].lower() in FORMATS
