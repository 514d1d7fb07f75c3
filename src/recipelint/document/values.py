"""A tree into plain values, for files of our own: rules."""

from __future__ import annotations

from typing import Any

from recipelint.document.nodes import Mapping, Node, Sequence, follow
from recipelint.document.scalars import Rules, value, yaml_1_1


def plain(node: Node | None, rules: Rules = yaml_1_1) -> Any:
    """The dicts, lists and values that a loader with `rules` makes; keys are texts.

    What an alias stands for is made anew at each of its places: the parser bounds how much and
    how deep that is.
    """
    found = follow(node)
    if isinstance(found, Mapping):
        return {entry.key: plain(entry.value, rules) for entry in found.effective()}
    if isinstance(found, Sequence):
        return [plain(item, rules) for item in found.items]
    return None if found is None else value(found, rules)
