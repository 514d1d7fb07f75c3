"""Which settings file holds for a recipe: the nearest one, in its folder or above."""

from __future__ import annotations

import os
import stat

from recipelint.document import Document, Mapping, follow, read
from recipelint.files import shown
from recipelint.findings import START
from recipelint.settings.found import SettingsError, SettingsFile
from recipelint.settings.model import Settings

NAMES = (".recipelint.yaml", "recipelint.toml", "pyproject.toml")
"""The files that may hold settings; where a folder has several the first holds."""
_PYPROJECT = "pyproject.toml"
_SLIPS = {
    ".recipelint.yml": ".recipelint.yaml",
    ".recipelint.json": ".recipelint.yaml",
    ".recipelint.toml": "recipelint.toml",
}
"""Names that can only be meant for settings, and what they should be."""


class Discovery:
    """Finds settings files; remembers what it found in which folder."""

    def __init__(self) -> None:
        self._found: dict[str, SettingsFile | None] = {}
        self._real: dict[str, str] = {}

    def around(self, folder: str) -> SettingsFile | None:
        """The settings for the files of a folder, or None. Raises SettingsError for wrong ones.

        The search goes upwards and ends at the folder that holds `.git`.
        """
        folder = os.path.join(os.getcwd(), folder)
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        folder = self._real[folder]
        if folder not in self._found:
            self._found[folder] = self._search(folder)
        return self._found[folder]

    def _search(self, folder: str) -> SettingsFile | None:
        for name in NAMES:
            path = os.path.join(folder, name)
            found = load(path) if os.path.lexists(path) else None
            if found is not None:
                return found
        self._refuse_slips(folder)
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return None
        return self.around(parent)

    def _refuse_slips(self, folder: str) -> None:
        """Settings that would be passed over silently look like settings that hold."""
        for name, right in _SLIPS.items():
            path = os.path.join(folder, name)
            if os.path.lexists(path):
                raise SettingsError(shown(path), START, f"settings files are called `{right}`")


def load(path: str) -> SettingsFile | None:
    """The settings in the file at `path`; None for a pyproject.toml that has none.

    Raises SettingsError for a file that is wrong, that cannot be read, or that is a link out of
    its project.
    """
    from recipelint.settings.reading import first_problem, read_settings, whole

    name = shown(path)
    folder = os.path.realpath(os.path.dirname(os.path.abspath(path)))
    root = project_root(folder)
    real = os.path.realpath(path)
    if os.path.commonpath([real, root]) != root:
        raise SettingsError(name, START, "is a link that leads out of the project")
    document = _read(path, name)
    table = document.mapping
    if os.path.basename(path) == _PYPROJECT:
        if "recipelint" not in document.text:
            return None
        table = _tool(document)
        if table is None and not document.problems:
            return None
    error = first_problem(document) or whole(document)
    if error is not None:
        raise error
    if table is None:
        return SettingsFile(name, Settings(folder=folder))
    return read_settings(document, table, folder, root)


def project_root(folder: str) -> str:
    """The nearest folder with `.git`, upwards from the real path `folder`; else `folder`."""
    parent = folder
    while not os.path.lexists(os.path.join(parent, ".git")):
        above = os.path.dirname(parent)
        if above == parent:
            return folder
        parent = above
    return parent


def _read(path: str, name: str) -> Document:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise SettingsError(name, START, "is no regular file")
        return read(path, name)
    except OSError as error:
        raise SettingsError(name, START, f"cannot be read: {error.strerror}") from None


def _tool(document: Document) -> Mapping | None:
    """The table `tool.recipelint` of a pyproject.toml. Raises SettingsError if it is no table."""
    tool = follow(document.mapping and document.mapping.get("tool"))
    found = follow(tool.get("recipelint")) if isinstance(tool, Mapping) else None
    if found is None or isinstance(found, Mapping):
        return found
    raise SettingsError(document.path, found.span, "`tool.recipelint` is a table of settings")
