"""A run over many files: the settings that hold for each, and a linter for each settings file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from recipelint.engine.rules import Rule, RuleSet
from recipelint.files import GitIgnore, excluded_by, expand, relative_to
from recipelint.filters.selection import SelectionError, ids_of
from recipelint.linter import Linter, rule_set
from recipelint.settings.discovery import Discovery
from recipelint.settings.found import SettingsError, SettingsFile
from recipelint.settings.model import Settings


class _Folder(NamedTuple):
    """A folder that is searched: its real path, its settings, its path from their folder."""

    real: str
    settings: Settings
    prefix: str

    def excluded(self, name: str, folder: bool) -> str | None:
        """The pattern that excludes what is called `name` in this folder, or None."""
        settings = self.settings
        relative = self.prefix + name
        return excluded_by(settings.exclude, settings.extend_exclude, relative, folder)


class Project:
    """Settings files found from the files that are checked, under the caller's own settings.

    `own` lies over every settings file. `fixed` holds for all files instead of the nearest one;
    `isolated` reads none.
    """

    def __init__(
        self, own: Settings, fixed: SettingsFile | None = None, isolated: bool = False
    ) -> None:
        self.own = own
        self.fixed = fixed
        self.isolated = isolated
        self._discovery = Discovery()
        self._git = GitIgnore()
        self._rules: dict[tuple[str, ...], RuleSet] = {}
        self._linters: dict[str | None, Linter] = {}
        self._held: list[SettingsFile] = []
        self._over: dict[str | None, Settings] = {}
        self._folders: dict[str, _Folder] = {}

    def file(self, path: str) -> SettingsFile | None:
        """The settings file for a file or folder, or None. Raises SettingsError."""
        if self.fixed is not None or self.isolated:
            return self.fixed
        return self._discovery.around(path if os.path.isdir(path) else os.path.dirname(path))

    def settings(self, path: str) -> Settings:
        """The settings for a file or folder. Raises SettingsError."""
        return self._settings(self.file(path))

    def _settings(self, file: SettingsFile | None) -> Settings:
        key = file.path if file else None
        if key not in self._over:
            self._over[key] = self.own.over(file.settings) if file else self.own
        return self._over[key]

    def common(self, paths: Iterable[str]) -> Settings:
        """The settings of the folder that holds all of the paths: those of the run itself."""
        places = [os.path.realpath(path) for path in paths]
        folders = [place if os.path.isdir(place) else os.path.dirname(place) for place in places]
        return self.settings(os.path.commonpath(folders) if folders else os.getcwd())

    def linter(self, path: str) -> Linter:
        """The linter for a file. Raises SettingsError, RuleError or SelectionError."""
        found = self.file(path)
        key = found.path if found else None
        if key not in self._linters:
            settings = self._settings(found)
            rules = self._load(settings.rule_folders)
            if found is not None:
                _judge(found, rules)
                self._held.append(found)
            self._linters[key] = Linter(settings, rules)
        return self._linters[key]

    def covered(self, paths: Iterable[str]) -> Iterator[tuple[SettingsFile, Linter]]:
        """The settings files in use with all the files that they hold for below `paths`."""
        folders = [os.path.realpath(path) for path in paths if os.path.isdir(path)]
        for file in self._held:
            folder = file.settings.folder or os.getcwd()
            if any(os.path.commonpath([folder, above]) == above for above in folders):
                yield file, self._linters[file.path]

    @property
    def ran(self) -> frozenset[str]:
        """The ids of the rules that ran on any file so far."""
        return frozenset(r.id for linter in self._linters.values() for r in linter.selected)

    @property
    def selected(self) -> tuple[Rule, ...]:
        """The rules that ran on any file so far, by id."""
        rules = {r.id: r for linter in self._linters.values() for r in linter.selected}
        return tuple(rules[rule] for rule in sorted(rules))

    def files(self, paths: Iterable[str]) -> Iterator[str]:
        """The files that paths name; folders are searched, less what is excluded or ignored.

        Raises OSError for a folder that cannot be read, SettingsError.
        """
        return expand(paths, self._skip)

    def excluded(self, path: str, folder: bool = False) -> str | None:
        """The pattern of the settings that excludes a path, or None. Raises SettingsError."""
        parent, name = os.path.split(path)
        return self._around(parent).excluded(name, folder)

    def finds(self, path: str, top: str) -> bool:
        """Whether a search of the folder `top` finds the file at `path`. Raises SettingsError."""
        place = top
        for name in os.path.relpath(os.path.dirname(path), top).split(os.sep):
            place = os.path.normpath(os.path.join(place, name))
            if name != os.curdir and self._skip(place, True):
                return False
        return not self._skip(path, False)

    def _skip(self, path: str, folder: bool) -> bool:
        parent, name = os.path.split(path)
        around = self._around(parent)
        if around.excluded(name, folder) is not None:
            return True
        place = os.path.join(around.real, name)
        return around.settings.respect_gitignore and self._git.ignores(place, folder)

    def _around(self, folder: str) -> _Folder:
        """What holds for the files of a folder; looked up once, for searches meet many of them."""
        folder = os.path.join(os.getcwd(), folder)
        if folder not in self._folders:
            settings = self._settings(self.file(folder))
            below = relative_to(settings.folder, os.path.join(folder, "."))
            prefix = "" if below == "." else f"{below}/"
            self._folders[folder] = _Folder(os.path.realpath(folder), settings, prefix)
        return self._folders[folder]

    def _load(self, folders: tuple[str, ...]) -> RuleSet:
        if folders not in self._rules:
            self._rules[folders] = rule_set(folders)
        return self._rules[folders]


def _judge(file: SettingsFile, rules: RuleSet) -> None:
    """Check what a settings file says about rules. Raises SettingsError with the line."""
    from recipelint.settings.reading import suggestion

    for selector, span in file.selectors:
        try:
            ids_of(rules, [selector])
        except SelectionError as error:
            raise SettingsError(file.path, span, str(error)) from None
    for rule_id, name, value, span in file.parameters:
        rule = rules.rules.get(rule_id)
        if rule is None:
            hint = suggestion(rule_id, rules.rules)
            raise SettingsError(file.path, span, f"there is no rule `{rule_id}`{hint}")
        if name not in rule.parameters:
            hint = suggestion(name, rule.parameters) or "; it has none" * (not rule.parameters)
            raise SettingsError(file.path, span, f"{rule_id} has no parameter `{name}`{hint}")
        if _kind(value) != _kind(rule.parameters[name]):
            wanted = _kind(rule.parameters[name])
            raise SettingsError(file.path, span, f"`{name}` of {rule_id} is a {wanted}")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "list" if isinstance(value, list | tuple) else "text"
