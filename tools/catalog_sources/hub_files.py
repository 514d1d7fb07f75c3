"""Packages that ship the Hub's own `config.json` files: these are complete."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

from catalog_sources.common import Entry, Wheel
from recipelint.catalog.families import family

FOLDER = "aiconfigurator/model_configs/"
MAXTEXT = "maxtext/checkpoint_conversion/utils/hf_model_configs.py"
MAXTEXT_IDS = {
    "deepseek2_16b_dict": ("deepseek-ai/DeepSeek-V2-Lite",),
    "deepseek3_671b_dict": ("deepseek-ai/DeepSeek-V3",),
    "gpt_oss_20b_dict": ("openai/gpt-oss-20b",),
    "gpt_oss_120b_dict": ("openai/gpt-oss-120b",),
}
"""Tables that the package says are copies of the file; its shorter ones leave keys out."""


def aiconfigurator(wheel: Wheel) -> Iterator[Entry]:
    """`<owner>--<name>_config.json` in `model_configs/`."""
    for path in wheel.names(FOLDER, "_config.json"):
        name = path.removeprefix(FOLDER).removesuffix("_config.json").replace("--", "/", 1)
        name = name.replace("3_3", "3.3")
        config = json.loads(wheel.text(path))
        if family(config["model_type"]) is not None:
            source = f"{wheel.title}, {FOLDER.partition('/')[2]}"
            yield Entry((name,), config, source, complete=True)


def maxtext(wheel: Wheel) -> Iterator[Entry]:
    """The dictionaries in `hf_model_configs.py`, read without running it."""
    for node in ast.parse(wheel.text(MAXTEXT)).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in MAXTEXT_IDS:
                config = ast.literal_eval(node.value)
                source = f"{wheel.title}, checkpoint_conversion, {name}"
                yield Entry(MAXTEXT_IDS[name], config, source, complete=True)
