"""Record transformers' own parameter counts for the tests that run without torch.

    pip install torch transformers && python tools/record_parameter_counts.py

Counts the models of `tests/estimate/published.json` and a fixed random choice of configurations of
every family, and writes `tests/estimate/parameter_counts.json` with the versions that counted.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1] / "tests/estimate"
sys.path.insert(0, str(TESTS))

import torch
import transformers
from configurations import OPTIONS, draw
from meta import parameters_of

PER_FAMILY = 8
SEED = 20250101


def main() -> None:
    """Draw, count and write."""
    generator = random.Random(SEED)
    published = json.loads((TESTS / "published.json").read_text(encoding="utf-8"))
    drawn = [draw(name, generator.choice) for name in OPTIONS for _ in range(PER_FAMILY)]
    document = {
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "published": {name: _counted(config) for name, config in published.items()},
        "drawn": [_counted(config) for config in drawn],
    }
    (TESTS / "parameter_counts.json").write_text(_pretty(document), encoding="utf-8")


def _counted(config: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": parameters_of(config), "config": config}


def _pretty(document: dict[str, Any]) -> str:
    """One configuration a line."""
    drawn = ",\n".join(json.dumps(item) for item in document.pop("drawn"))
    head = json.dumps(document["versions"])
    named = ",\n".join(
        f"{json.dumps(k)}: {json.dumps(v)}" for k, v in document["published"].items()
    )
    return f'{{"versions": {head},\n"published": {{\n{named}\n}},\n"drawn": [\n{drawn}\n]}}\n'


if __name__ == "__main__":
    main()
