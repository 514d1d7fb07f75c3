"""OpenRLHF: the options of its training programs, as keys of a file of arguments.

OpenRLHF reads no file itself; recipes keep its options in one, and a launcher turns them into
words. Since 0.11 the names have dots (``--actor.adam.lr``), which a file writes as they are or as
mappings within mappings.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from .modules import last_name, literal_or_none
from .releases import Release
from .table import NO_DEFAULT, Key, Section, Sections, merge_keys, merge_releases

PACKAGE = "openrlhf"
VERSIONS = ("0.5.9", "0.6.4", "0.7.5", "0.8.11", "0.9.10", "0.10.4", "0.11.2")
PREFIXES = ("openrlhf/cli/train_",)

#: The models that have an optimizer of their own, in ``train_ppo_ray.py``.
_ROLES = ("actor", "critic")
_TEXT = frozenset({"str", "bool", "int", "float"})
_KINDS = {"int": frozenset({"int"}), "float": frozenset({"float"}), "str": _TEXT}


def table(releases: Sequence[Release]) -> Sections:
    """The options of all training programs, under their whole names and as nested mappings."""
    merged = merge_releases(PACKAGE, [(r.version, _read(r)) for r in releases])
    sections: Sections = {"": merged[""]}
    for name, key in list(merged[""].keys.items()):
        _nest(sections, name.split("."), key)
    return sections


def _nest(sections: Sections, parts: list[str], key: Key) -> None:
    for depth in range(1, len(parts)):
        path = ".".join(parts[:depth])
        above = sections[".".join(parts[: depth - 1])]
        sections.setdefault(path, Section("ignore"))
        held = above.keys.get(parts[depth - 1], Key(frozenset()))
        types = held.types | {"map"}
        above.keys[parts[depth - 1]] = replace(held, types=types, section=(path,), last=None)
    if len(parts) > 1:
        sections[".".join(parts[:-1])].keys.setdefault(parts[-1], key)


def _read(release: Release) -> Sections:
    root = Section("ignore")
    for text in release.files.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and last_name(node.func) == "add_argument":
                for name in _names(node):
                    key = _key(node)
                    held = root.keys.get(name)
                    root.keys[name] = merge_keys(held, key) if held else key
    return {"": root}


def _names(call: ast.Call) -> list[str]:
    texts = [text for argument in call.args for text in _spelt(argument)]
    return [text[2:].replace("-", "_") for text in texts if text.startswith("--")]


def _spelt(argument: ast.expr) -> list[str]:
    """An option's name; one with a role in it (``f"--{prefix}.optim"``) stands for each role."""
    if not isinstance(argument, ast.JoinedStr):
        text = literal_or_none(argument)
        return [text] if isinstance(text, str) else []
    parts = [str(p.value) if isinstance(p, ast.Constant) else "{}" for p in argument.values]
    return ["".join(parts).format(role) for role in _ROLES]


def _key(call: ast.Call) -> Key:
    stated = {keyword.arg: keyword.value for keyword in call.keywords}
    action = str(literal_or_none(stated.get("action", ast.Constant(""))))
    if action.startswith("store_"):
        return Key(frozenset({"bool"}), coerces=True)
    types = _KINDS.get(last_name(stated["type"]) if "type" in stated else "str", _TEXT)
    if "nargs" in stated:
        types = types | {"list", "str"}
    choices = literal_or_none(stated["choices"]) if "choices" in stated else None
    words = frozenset(c for c in choices or () if isinstance(c, str))
    default = literal_or_none(stated["default"]) if "default" in stated else NO_DEFAULT
    return Key(
        types,
        choices=words or None,
        default=list(default) if isinstance(default, tuple) else default,
        coerces=True,
    )
