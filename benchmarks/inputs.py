"""Folders of recipes to run on, made from a recipe of the examples."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "examples/axolotl/llama-3-8b-qlora.yaml"
LINES = 60


def recipe(number: int) -> str:
    """A clean recipe of 60 lines; no two numbers give the same one."""
    text = SOURCE.read_text(encoding="utf-8")
    text = re.sub(r"^(learning_rate:) .*$", rf"\1 {1 + number / 1e6:.6f}e-4", text, flags=re.M)
    text = re.sub(r"^(output_dir:) .*$", rf"\1 ./out/run-{number}", text, flags=re.M)
    missing = LINES - text.count("\n")
    return text + "".join(f"# note {line} on run {number}\n" for line in range(missing))


def write(folder: Path, count: int) -> Path:
    """A folder with `count` recipes, a thousand to a subfolder; kept if it is there already."""
    target = folder / f"{count}-files"
    if (target / "done").exists():
        return target
    for number in range(count):
        part = target / f"part-{number // 1000:03}"
        part.mkdir(parents=True, exist_ok=True)
        (part / f"recipe-{number:06}.yaml").write_text(recipe(number), encoding="utf-8")
    (target / "done").touch()
    return target
