"""Models listed by hand in `listed.tsv`, for which no package above has the numbers.

The columns are those of the models' own `config.json`; `billions` is the number of parameters that
the model's card or report gives, and the count of every row must agree with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from catalog_sources.common import Entry

FILE = Path(__file__).with_name("listed.tsv")
SIBLINGS = FILE.with_name("same_as.tsv")
KEYS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("num_hidden_layers", int),
    ("hidden_size", int),
    ("intermediate_size", int),
    ("num_attention_heads", int),
    ("num_key_value_heads", int),
    ("vocab_size", int),
    ("tie_word_embeddings", lambda word: word == "yes"),
    ("max_position_embeddings", int),
    ("rope_theta", float),
)
SOURCE = "the model's config.json, listed by hand; agrees with its published parameter count"


def entries() -> Iterator[tuple[Entry, str]]:
    """Each row with its published number of parameters."""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield _entry(line.split("\t"))


def siblings() -> Iterator[tuple[str, str, bool]]:
    """An id, the listed id that it equals, and whether positions and RoPE are equal too."""
    for line in SIBLINGS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, how, other = line.split("\t")
            yield name, other, how == "="


def _entry(cells: list[str]) -> tuple[Entry, str]:
    family, *sizes, billions, more, ids = cells
    config: dict[str, object] = {"model_type": family}
    for (key, read), cell in zip(KEYS, sizes, strict=True):
        if cell != "-":
            config[key] = read(cell)
    for setting in more.split() if more != "-" else ():
        key, _, value = setting.partition("=")
        config[key] = json.loads(value)
    if family in ("gpt2", "gpt_bigcode"):
        config["n_positions"] = config["max_position_embeddings"]
    names = tuple(ids.split()) if ids != "-" else ()
    return Entry(names, config, SOURCE), billions
