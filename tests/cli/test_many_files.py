"""Checks of many files through a pipe: nothing is kept of a file that was told of."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.processes import python

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no resource module")

RECIPE = """\
base_model: some/model
datasets: [{{path: data-{number}, type: alpaca}}]
learning_rate: 2e-5
micro_batch_size: 1
gradient_accumulation_steps: 1
output_dir: out/{number}
warmup_rato: 0.1
"""
PEAK = (
    "import resource, sys\n"
    "from recipelint.cli import main\n"
    "sys.argv[1:] = ['check', *sys.argv[1:], '--no-cache', '--jobs', '1', '--fail-on', 'never']\n"
    "try:\n    main()\n"
    "finally:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
)
MOST_GROWTH = 3_000
"""Kilobytes that the allocator may have more; 1,000 texts with their findings have twice that."""


def folder(path: Path, count: int) -> Path:
    """So many recipes with a finding each."""
    (path / ".git").mkdir(parents=True)
    for number in range(count):
        (path / f"{number}.yaml").write_text(RECIPE.format(number=number), encoding="utf-8")
    return path


def peak(path: Path) -> tuple[int, int]:
    """Peak memory of a check in kilobytes, and how many findings it printed."""
    done = python("-c", PEAK, str(path), "--format", "concise", env={**os.environ, "COLUMNS": "80"})
    return int(done.stderr.split()[-1]), done.stdout.count(b" CFG102 ")


def test_memory_does_not_grow_with_the_files(tmp_path: Path) -> None:
    few, found_few = peak(folder(tmp_path / "few", 100))
    many, found_many = peak(folder(tmp_path / "many", 1_100))
    assert (found_few, found_many) == (100, 1_100)
    unit = 1024 if sys.platform == "darwin" else 1
    assert (many - few) / unit < MOST_GROWTH
