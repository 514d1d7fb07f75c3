"""Known models: a Hugging Face id to canonical facts.

An id that is not listed is matched by its name when what is left after taking away marks of
quantisation, format and re-upload is a listed name: size and version must still agree, since they
are part of the name. A name without a size is matched for known re-uploaders alone. A model that
was tuned from a listed one, under a name of its own, is not matched, because its vocabulary may
have grown.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from recipelint.catalog.families import family

_FILE = os.path.join(os.path.dirname(__file__), "models.json")
_ID = re.compile(r"(?:[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*\Z", re.ASCII | re.IGNORECASE)
_SIZE = r"(?:^|-)(?:e|a)?\d+(?:\.\d+)?(?:x\d+(?:\.\d+)?)?[mbt](?:-|$)"
_STORAGE_WORDS = (
    "hf bnb nf4 fp4 mxfp4 nvfp4 fp8 fp16 bf16 fp32 int4 int8 4bit 8bit 4bits 8bits 2bit 3bit "
    "gptq awq aqlm hqq exl2 eetq gguf ggml mlx w4a16 w8a8 w8a16 marlin dynamic unsloth "
    "quantized safetensors sharded linearized 1x16 128g 32g 64g"
)
_STORAGE = frozenset(_STORAGE_WORDS.split())
"""Parts of a name that tell how weights are stored, not what they are."""
_TUNING_WORDS = "base pt it instruct chat sft dpo"
_TUNING = frozenset(_TUNING_WORDS.split())
"""Parts that tell apart members of one release with the same layers."""
_REUPLOADERS_WORDS = (
    "axolotl-ai-co axolotl-quants casperhansen hugging-quants mistral-community mlx-community "
    "neuralmagic nousresearch qwen redhatai techxgenus thebloke unsloth"
)
_REUPLOADERS = frozenset(_REUPLOADERS_WORDS.split())
"""Owners who publish others' models unchanged but for the format."""
_CONVERTED = ("unsloth/phi-3", "unsloth/phi-4")
"""Re-uploads that were rewritten as another family."""
OF_THE_RELEASE = ("model.max_position", "model.rope.")
"""Facts that often differ between a base model and its instruct sibling."""


class _Entry(NamedTuple):
    id: str
    source: str
    facts: Mapping[str, object]


def lookup(model_id: str) -> Mapping[str, object] | None:
    """Canonical facts of the model that `model_id` names, or None when it is not known.

    `model.name` is the listed id that matched, and `source` says where its numbers come from. A
    base model found for its instruct variant of the same owner (or the other way about) brings no
    position limit and no RoPE facts. Local paths are never matched.
    """
    if not _ID.match(model_id) or model_id.lower().startswith(_CONVERTED):
        return None
    owner, _, last = model_id.lower().rpartition("/")
    exact = _listed(model_id)
    if exact is not None:
        return _facts(exact)
    name = _normal(last)
    same = _by_name().get(name)
    if same is not None and (re.search(_SIZE, name) or _trusted(owner, same)):
        return _facts(same)
    related = _by_release().get(_release(name))
    if related is None or not _trusted(owner, related):
        return None
    facts = _facts(related)
    return {key: value for key, value in facts.items() if not key.startswith(OF_THE_RELEASE)}


def _trusted(owner: str, entry: _Entry) -> bool:
    return owner in _REUPLOADERS or owner == entry.id.lower().partition("/")[0]


def ids() -> tuple[str, ...]:
    """Every listed id, as its owner writes it."""
    return tuple(entry.id for entry in _by_id().values())


def _facts(entry: _Entry) -> dict[str, object]:
    known = family(str(entry.facts.get("model.family")))
    traits = {k: v for k, v in known.traits.items() if v is not None} if known else {}
    return {**traits, **entry.facts, "model.name": entry.id, "source": entry.source}


@cache
def _text() -> str:
    with open(_FILE, encoding="utf-8") as file:
        return file.read()


def _listed(model_id: str) -> _Entry | None:
    """The entry of an id, from its own line of the file: most runs ask for one model."""
    text = _text()
    wanted = model_id.lower()
    at = text.lower().find(f'"{wanted}"')
    while at >= 0:
        line = text[text.rfind("\n", 0, at) + 1 : text.find("\n", at)]
        group = json.loads(line.strip().rstrip(","))
        for name in group["ids"]:
            if name.lower() == wanted:
                return _Entry(name, group["source"], group["facts"])
        at = text.lower().find(f'"{wanted}"', at + 1)  # it was a family's name, say
    return None


@cache
def _by_id() -> dict[str, _Entry]:
    return {
        name.lower(): _Entry(name, group["source"], group["facts"])
        for group in json.loads(_text())["models"]
        for name in group["ids"]
    }


@cache
def _by_name() -> dict[str, _Entry]:
    """Listed models by their normal name; a name that two architectures share is left out."""
    return _unambiguous((_normal(entry.id.split("/")[-1]), entry) for entry in _by_id().values())


@cache
def _by_release() -> dict[str, _Entry]:
    """The same without the marks of tuning."""
    named = ((_release(_normal(entry.id.split("/")[-1])), entry) for entry in _by_id().values())
    return _unambiguous(named)


def _unambiguous(pairs: Iterable[tuple[str, _Entry]]) -> dict[str, _Entry]:
    found: dict[str, _Entry] = {}
    refused: set[str] = set()
    for name, entry in pairs:
        other = found.setdefault(name, entry)
        if other is not entry and _differ(other.facts, entry.facts):
            refused.add(name)
    return {name: entry for name, entry in found.items() if name not in refused}


def _differ(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two listings disagree about the layers."""
    common = (fact for fact in one.keys() & other.keys() if not fact.startswith(OF_THE_RELEASE))
    return any(one[fact] != other[fact] for fact in common)


def _normal(name: str) -> str:
    """`Meta-Llama-3.1-8B-Instruct-bnb-4bit` is `llama-3.1-8b-instruct`."""
    parts = [part for part in name.lower().replace("_", "-").split("-") if part]
    while len(parts) > 1 and parts[-1] in _STORAGE:
        parts.pop()
    if parts[:2] == ["meta", "llama"]:
        del parts[0]
    return "-".join(parts)


def _release(name: str) -> str:
    return "-".join(part for part in name.split("-") if part not in _TUNING)
