"""Which files a recipe may refer to: those inside the project root, and nothing else."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator

from recipelint.document import Document, read
from recipelint.document.limits import LIMITS, Limits
from recipelint.document.reader import FORMATS

ROOT_MARKS = (".git", "pyproject.toml", ".recipelint.yaml", "recipelint.toml", "setup.cfg")
_CACHED_DOCUMENTS = 256
_MAX_LISTED = 20_000


class Workspace:
    """The project around a recipe. References outside its root are never opened."""

    def __init__(self, root: str, limits: Limits = LIMITS) -> None:
        """`limits` hold for every file that is read in it."""
        self.root = os.path.realpath(root)
        self.limits = limits
        self._documents: dict[str, Document | None] = {}
        self.asked: list[tuple[str, str, str | None]] = []
        """References that were looked for since the last `begin`: text, base, what was found."""
        self.listed = False
        """Whether since then something depended on which files there are."""
        self.exhausted = False
        """Whether since then more was asked for than the limit; that was not found."""
        self._names: dict[str, str] | None = None

    @classmethod
    def around(cls, path: str, limits: Limits = LIMITS) -> Workspace:
        """The workspace of the file or folder at `path`: the nearest folder that marks a project.

        Without a mark it is the working directory where that holds `path`, else its own folder.
        """
        start = os.path.realpath(path)
        folder = start if os.path.isdir(start) else os.path.dirname(start)
        for parent in _upwards(folder):
            if any(os.path.exists(os.path.join(parent, mark)) for mark in ROOT_MARKS):
                return cls(parent, limits)
        here = os.path.realpath(os.getcwd())
        return cls(here if _inside(folder, here) else folder, limits)

    def begin(self) -> None:
        """Forget what was asked for: another recipe is read."""
        self.asked = []
        self.listed = False
        self.exhausted = False

    def name(self, path: str) -> str:
        """How a file is called in findings: relative to the working directory where it is below."""
        relative = os.path.relpath(path)
        return path if relative.startswith("..") else relative

    def find(self, reference: str, base: str) -> str | None:
        """The real path of a file that the recipe at `base` calls `reference`, or None.

        Frameworks resolve references against the working directory, which is not in the file;
        so the recipe's folder and each one above it up to the root are tried in turn. Absolute
        paths, `~`, URLs, and links that lead out of the root are refused. Files that name each
        other could go on for ever: after as many references as the limit nothing is found.
        """
        self.exhausted = len(self.asked) >= self.limits.references
        if self.exhausted:
            return None
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
        if self._names is None:
            self._names = self._listing()
        return self._names.get(os.path.basename(reference))

    def _listing(self) -> dict[str, str]:
        """The first file of each name, of as many as one looks at for the sake of a hint."""
        found: dict[str, str] = {}
        seen = 0
        for parent, folders, files in os.walk(self.root):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            seen += len(files)
            if seen > _MAX_LISTED:
                break
            for name in files:
                found.setdefault(name, os.path.relpath(os.path.join(parent, name), self.root))
        return found

    def document(self, path: str) -> Document | None:
        """The parsed file at a path that `find` returned; None if it cannot be read."""
        if path not in self._documents:
            if len(self._documents) >= _CACHED_DOCUMENTS:
                self._documents.clear()
            try:
                self._documents[path] = read(path, self.name(path), self.limits)
            except OSError:
                self._documents[path] = None
        return self._documents[path]

    def loaded(self, name: str) -> Document | None:
        """A document read before, by the name that findings call it."""
        found = (d for d in self._documents.values() if d is not None and d.path == name)
        return next(found, None)


def refuse_escape(path: str) -> None:
    """Raise OSError for a link in a git repository that leads to a file outside of it.

    A stranger could have put it there, to see what is printed of the file.
    """
    if not os.path.islink(path):
        return
    folder = os.path.realpath(os.path.dirname(path) or ".")
    root = next((p for p in _upwards(folder) if os.path.lexists(os.path.join(p, ".git"))), None)
    if root is not None and not _inside(os.path.realpath(path), root):
        raise OSError(errno.EPERM, "a link that leads out of the repository")


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
