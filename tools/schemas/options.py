"""Recipes that are one flat mapping of the fields of a few dataclasses.

LLaMA-Factory and ms-swift hand such a mapping to ``HfArgumentParser``, together with the fields of
transformers' training arguments, from which theirs inherit.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .fields import all_fields, to_key
from .modules import Found, Index, last_name
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections, merge_keys, merge_releases
from .trl import RENAMES, closed_by_code

#: Class of transformers whose fields every one of these recipes has.
_TRAINER_CLASSES = ("TrainingArguments", "Seq2SeqTrainingArguments")


def options(reader: Reader, classes: Iterable[Found]) -> dict[str, Key]:
    """The fields of some dataclasses and of their bases in the same release."""
    keys: dict[str, Key] = {}
    for found in classes:
        lineage = reader.index.lineage(found)
        split = {name for step in lineage for name in split_fields(step)}
        closed = {n: words for step in lineage for n, words in closed_by_code(reader, step).items()}
        for one in all_fields(reader, found).values():
            key = replace(to_key(one, lambda below: below.name), required=False)
            if one.name in closed:
                key = replace(key, types=frozenset({"str"}), choices=closed[one.name])
            if one.name in split:
                key = replace(key, types=key.types | {"list"}, choices=None)
            key = _loosened(key)
            keys[one.name] = either(keys[one.name], key) if one.name in keys else key
    return keys


def either(one: Key, other: Key) -> Key:
    """What two classes say of a key that both have: words stay closed only if both close them."""
    opened = any("str" in key.types and key.choices is None for key in (one, other))
    merged = merge_keys(one, other)
    return replace(merged, choices=None, ever_chosen=frozenset()) if opened else merged


def split_fields(found: Found) -> set[str]:
    """Fields that ``__post_init__`` splits at commas, so that a list may stand there as well."""
    assert isinstance(found.node, ast.ClassDef)
    names: set[str] = set()
    for node in ast.walk(found.node):
        if isinstance(node, ast.Call) and last_name(node.func) == "split_arg":
            names |= {last_name(argument) for argument in node.args}
    return names


def _loosened(key: Key) -> Key:
    """What the dataclasses let pass: they compare no types, and a text may come as a number.

    Lists are taken from a lone value too, and nested classes are read by code of their own.
    """
    types = set(key.types)
    if "list" in types or "map" in types:
        types |= {"str"}
    if "str" in types and key.choices is None:
        types |= {"int", "float", "bool"}
    return replace(key, types=frozenset(types), section=(), items=(), nullable=True)


def trainer_options(releases: Sequence[Release]) -> Sections:
    """transformers' training arguments over its releases, as one root section."""
    tables: list[tuple[str, Sections]] = []
    for release in releases:
        reader = Reader(Index(release.files))
        classes = [f for f in reader.index.all_classes() if f.name in _TRAINER_CLASSES]
        tables.append((release.version, {"": Section("forbid", options(reader, classes))}))
    return merge_releases(releases[0].package, tables)


def joined(own: Section, other: Section) -> Section:
    """The keys of two packages in one section; what one of them still has is not gone.

    Where both declare a key, the first package's declaration wins, as a subclass's does.
    """
    keys = dict(other.keys)
    for name, key in own.keys.items():
        keys[name] = _both(key, other.keys[name]) if name in other.keys else key
    return Section(own.extra, keys)


def _both(own: Key, other: Key) -> Key:
    if own.last is not None and other.last is None:
        return other
    merged = merge_keys(other, own)
    return replace(merged, first=None, last=own.last, default_history=own.default_history)


def renamed(section: Section, names: Mapping[str, str]) -> None:
    """Say of old names what they are called now; the trainer's own renames are known here."""
    for old, new in {**RENAMES, **names}.items():
        if old in section.keys and new.partition(".")[0] in section.keys:
            section.keys[old] = replace(section.keys[old], replaced_by=new)
