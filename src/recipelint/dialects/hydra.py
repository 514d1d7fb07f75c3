"""Hydra's defaults lists: files of a group, laid under a recipe at the key that the list names.

    defaults:
      - ppo_trainer                      # the whole of ppo_trainer.yaml
      - optim: fsdp                      # optim/fsdp.yaml at `optim`
      - actor@actor_rollout_ref.actor: ${model_engine}_actor
      - _self_

Later items lie above earlier ones. What the file itself says is taken to lie above all of them,
as it does unless `_self_` comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from recipelint.dialects.base import Reader
from recipelint.document import Entry, Mapping, Scalar, Sequence, follow

_MAX_DEPTH = 8
_CHOICE = re.compile(r"\$\{([\w./]+)\}")
_KEYWORDS = re.compile(r"^(?:(?:override|optional)\s+)+")


class Item(NamedTuple):
    """One line of a defaults list: a file's name without ending, and the key it is put at."""

    name: str
    package: str


class Mounted(Reader):
    """A reader on a lower file whose root stands at a dotted key of the upper one."""

    def __init__(self, inner: Reader, package: str) -> None:
        super().__init__(inner.document, inner.dialect, inner.workspace, inner.location)
        self.parents = [Mounted(parent, package) for parent in inner.parents]
        self.unread = inner.unread
        self._inner = inner
        self._prefix = package + "." if package else ""

    def own(self, key: str) -> Entry | None:
        """The entry of the lower file that stands at a key of the upper one."""
        if not key.startswith(self._prefix):
            return None
        return self._inner.own(key[len(self._prefix) :])


def items(reader: Reader) -> Iterator[Item]:
    """The files that the defaults list of this file names, the lowest first."""
    node = reader.node("defaults") if reader.own("defaults") else None
    choices: dict[str, str] = {}
    for entry in _lines(node):
        key, option = entry
        group, _, package = key.partition("@")
        name = _CHOICE.sub(lambda found: choices.get(found.group(1), found.group(0)), option)
        if group:
            choices[group] = name
            yield Item(f"{group}/{name}", package or group.strip("./").replace("/", "."))
        elif name != "_self_":
            yield Item(*_split(name))


def _split(name: str) -> tuple[str, str]:
    path, _, package = name.partition("@")
    return path, package


def _lines(node: object) -> Iterator[tuple[str, str]]:
    """Pairs of group and option; a line without a group has an empty one."""
    if not isinstance(node, Sequence):
        return
    for line in map(follow, node.items):
        if isinstance(line, Scalar):
            yield "", line.text
        elif isinstance(line, Mapping) and line.entries:
            option = follow(line.entries[0].value)
            if isinstance(option, Scalar):
                yield _KEYWORDS.sub("", line.entries[0].key), option.text


def compose(reader: Reader, shipped: re.Pattern[str], depth: int = 0) -> None:
    """Lay `reader` over the files of its defaults list.

    A file that is not in the project is the framework's own where its name fits `shipped`: what
    it says are the framework's defaults. Any other missing file leaves its keys unknown.
    """
    folders = ["", *_search_path(reader)]
    for item in items(reader):
        lower = _opened(reader, item.name, folders) if depth < _MAX_DEPTH else None
        if lower is None:
            if not shipped.search(item.name):
                reader.unread = f"in `{item.name}.yaml`, which was not found"
            continue
        compose(lower, shipped, depth + 1)
        mounted = Mounted(lower, "" if item.package == "_global_" else item.package)
        reader.unread = reader.unread or mounted.unread
        reader.parents.insert(0, mounted)


def _search_path(reader: Reader) -> list[str]:
    """Folders in the project that the file adds to those in which Hydra looks."""
    node = reader.node("hydra.searchpath")
    found = [follow(item) for item in node.items] if isinstance(node, Sequence) else []
    texts = [item.text for item in found if isinstance(item, Scalar)]
    return [text.removeprefix("file://").rstrip("/") + "/" for text in texts if "pkg:" not in text]


def _opened(reader: Reader, name: str, folders: list[str]) -> Reader | None:
    for folder in folders:
        found = reader.opened(f"{folder}{name.lstrip('/')}.yaml")
        if found is not None and found.location != reader.location:
            return found
    return None
