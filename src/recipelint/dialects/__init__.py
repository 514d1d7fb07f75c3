"""The dialects, and which of them a document is written in.

Adding a dialect is adding a module with a `DIALECT` and one line in `MODULES`. The order is the
order in which they are asked: what gives itself away by a single key comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from recipelint.dialects.base import Dialect
from recipelint.dialects.marks import possible, words
from recipelint.document import Document, Mapping

MODULES = (
    "neutral",
    "dstack",
    "distilabel",
    "lighteval",
    "axolotl",
    "nanotron",
    "llm_foundry",
    "llm_foundry_mcli",
    "olmo_core",
    "olmo",
    "levanter",
    "litgpt",
    "fairseq2",
    "maxtext",
    "gpt_neox",
    "megatron_lm",
    "nemo_rl",
    "nemo_automodel",
    "megatron_bridge",
    "nemo",
    "prime_rl",
    "lingua",
    "torchtitan",
    "torchtune",
    "accelerate",
    "deepspeed",
    "hf_config",
    "verl",
    "openrlhf",
    "ms_swift",
    "llama_factory",
    "llama_factory_v1",
    "open_instruct",
    "trl",
)


@cache
def get(name: str) -> Dialect:
    """The dialect called `name`. Raises KeyError for one that is not known."""
    likely = name.replace("-", "_")
    for module in sorted(MODULES, key=lambda module: module != likely):
        if (dialect := _imported(module)).name == name:
            return dialect
    raise KeyError(name)


def dialects() -> Iterator[Dialect]:
    """All dialects, in the order in which they are asked."""
    return map(_imported, MODULES)


@cache
def _imported(module: str) -> Dialect:
    dialect = import_module(f"recipelint.dialects.{module}").DIALECT
    assert isinstance(dialect, Dialect)
    return dialect


def names() -> list[str]:
    """The dialects' names, sorted."""
    return sorted(dialect.name for dialect in dialects())


def recognise(document: Document) -> Dialect | None:
    """The dialect of a document by its content, or None where it is no recipe.

    A file that broke off at a syntax error is recognised by the keys that were read, or that
    stand at the beginning of a line after the error.
    """
    root = document.mapping
    if document.broken:
        return _by_keys(_loose_keys(document))
    if root is None:
        return None
    found = words(root)
    for module in MODULES:
        if possible(module, found) and _imported(module).recognise(root, document.path):
            return _imported(module)
    return None


def _by_keys(keys: set[str]) -> Dialect | None:
    for dialect in dialects():
        needed = min(3, len(dialect.keys))
        if needed and len(dialect.keys & keys) >= needed:
            return dialect
    return None


def _loose_keys(document: Document) -> set[str]:
    import re

    pattern = r'^\s{0,4}"(\w+)"\s*:' if document.format == "json" else r"^(\w+)\s*[:=]"
    found = set(re.findall(pattern, document.text, re.MULTILINE))
    if isinstance(document.root, Mapping):
        found.update(entry.key for entry in document.root.entries)
    return found
