"""Folders of recipes to run on, made from a recipe of the examples."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"
SOURCE = EXAMPLES / "axolotl/llama-3-8b-qlora.yaml"
LINES = 60
BESIDE = ("broken", "metrics")
"""Folders of examples that are not recipes as people write them."""


def recipe(number: int) -> str:
    """A clean recipe of 60 lines; no two numbers give the same one."""
    text = SOURCE.read_text(encoding="utf-8")
    text = re.sub(r"^(learning_rate:) .*$", rf"\1 {1 + number / 1e6:.6f}e-4", text, flags=re.M)
    text = re.sub(r"^(output_dir:) .*$", rf"\1 ./out/run-{number}", text, flags=re.M)
    missing = LINES - text.count("\n")
    return text + "".join(f"# note {line} on run {number}\n" for line in range(missing))


def mixed(number: int) -> str:
    """One of the examples of all dialects; no two numbers give the same text."""
    paths = _recipes()
    text = paths[number % len(paths)].read_text(encoding="utf-8")
    return f"{text}\n# note on run {number}\n"


@cache
def _recipes() -> list[Path]:
    found = (p for p in EXAMPLES.glob("*/*") if p.suffix in (".yaml", ".yml"))
    return sorted(path for path in found if path.parent.name not in BESIDE)


def write(folder: Path, count: int, make: Callable[[int], str] = recipe) -> Path:
    """A folder with `count` recipes, a thousand to a subfolder; kept if it is there already."""
    target = folder / f"{count}-files-{make.__name__}"
    if (target / "done").exists():
        return target
    for number in range(count):
        part = target / f"part-{number // 1000:03}"
        part.mkdir(parents=True, exist_ok=True)
        (part / f"recipe-{number:06}.yaml").write_text(make(number), encoding="utf-8")
    (target / "done").touch()
    return target
