"""Record in `families.json` the defaults of transformers' configuration classes.

    pip install transformers && python tools/record_family_defaults.py

A `config.json` leaves out what equals its class's default, so reading one takes these values. Only
keys that `catalog/hf_config.py` reads are kept. The traits in the file are written by hand and
left as they are.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from recipelint.catalog.families import family
from recipelint.catalog.hf_config import keys_read

FILE = Path(__file__).parents[1] / "src/recipelint/catalog/families.json"
ALIASES = {"kimi_k2": "deepseek_v3"}
"""Families that transformers knows under another name."""


def main() -> None:
    """Rewrite the file with this transformers version's defaults."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    for name, entry in document["families"].items():
        known = family(name)
        if known is None or ALIASES.get(name, name) not in CONFIG_MAPPING:
            continue
        config = CONFIG_MAPPING[ALIASES.get(name, name)]
        entry["defaults"] = _defaults(config, keys_read(known))
        entry["source"] = f"transformers {transformers.__version__}, {config.__name__}"
    FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _defaults(config: Any, keys: set[str]) -> dict[str, object]:
    """Declared defaults alone: what a class works out from other keys is not a default."""
    declared = {field.name: field.default for field in dataclasses.fields(config)}
    declared.setdefault("tie_word_embeddings", config().tie_word_embeddings)
    return {
        key: value
        for key, value in sorted(declared.items())
        if key in keys and isinstance(value, bool | int | float | str)
    }


if __name__ == "__main__":
    main()
