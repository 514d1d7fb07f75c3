"""Four times as much of anything takes four times as long, and not sixteen times."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from recipelint import Linter, Settings
from recipelint.document.limits import HIGHEST
from tests.fuzzing.hostile import RECIPE, times

_LINTER = Linter(Settings(select=("ALL",), profile="all", limits=HIGHEST))
"""With the highest limits, so that none of them hides how the time grows."""
_RATIO = 8
_NOISE = 0.06
"""Seconds that a run may take longer for reasons of the machine."""
_DATASETS = RECIPE + "datasets:\n"
_DEEPSPEED = '{"train_batch_size": 1, "zero_optimization": {"stage": 2}, '
_TITAN = "[job]\nx = 1\n[training]\nsteps = 1\n[activation_checkpoint]\nmode = 'none'\n"
_VERL = "actor_rollout_ref: {actor: {strategy: fsdp}}\ntrainer: {n_gpus_per_node: 8}\n"

Kind = tuple[str, int, Callable[[int], str]]
KINDS: dict[str, Kind] = {
    "unknown keys": ("a.yaml", 800, lambda n: RECIPE + times(n, "k@_size: 1\n")),
    "unknown keys in one line": (
        "a.yaml",
        800,
        lambda n: f"{{base_model: a, micro_batch_size: 1, sequence_len: 1, {times(n, 'k@: 1, ')}}}",
    ),
    "repeated keys": ("a.yaml", 2_000, lambda n: RECIPE + times(n, "seed: 1\n")),
    "pairs of keys": ("a.yaml", 500, lambda n: RECIPE + times(n, "k@: 1\nk@: 1\n")),
    "items": ("a.yaml", 15_000, lambda n: RECIPE + "x:\n" + times(n, "- a\n")),
    "mappings": ("a.yaml", 4_000, lambda n: RECIPE + "x:\n" + times(n, "  k@: {a: 1}\n")),
    "datasets with slips": (
        "a.yaml",
        400,
        lambda n: _DATASETS + times(n, "  - {path: x, tpye: alpaca, fild: @}\n"),
    ),
    "wrong types": ("a.yaml", 400, lambda n: _DATASETS + times(n, "  - {path: [x], type: 1}\n")),
    "comments": ("a.yaml", 10_000, lambda n: RECIPE + times(n, "# @\n")),
    "suppressions of lines": (
        "a.yaml",
        800,
        lambda n: RECIPE + times(n, "k@: 1 # recipelint: ignore[CFG103]\n"),
    ),
    "suppressions above lines": (
        "a.yaml",
        800,
        lambda n: RECIPE + times(n, "# recipelint: ignore[CFG103] @\nk@: 1\n"),
    ),
    "suppressions in a row": (
        "a.yaml",
        2_000,
        lambda n: RECIPE + times(n, "# recipelint: ignore[OPT001] @\n") + "seed: 1\n",
    ),
    "documents": ("a.yaml", 3_000, lambda n: RECIPE + times(n, "---\na: 1\n")),
    "anchors": ("a.yaml", 1_200, lambda n: RECIPE + times(n, "k@: &a@ 1\n")),
    "aliases": ("a.yaml", 1_200, lambda n: RECIPE + "z: &z {a: 1}\n" + times(n, "k@: *z\n")),
    "merges": ("a.yaml", 600, lambda n: RECIPE + "z: &z {a: 1}\n" + times(n, "k@: {<<: *z}\n")),
    "a long key": ("a.yaml", 200_000, lambda n: RECIPE + '"' + "k" * n + '": 1\n'),
    "a long value": ("a.yaml", 200_000, lambda n: RECIPE + "lr_scheduler: " + "v" * n + "\n"),
    "escapes": ("a.yaml", 100_000, lambda n: RECIPE + 'x: "' + "\\n" * n + '"\n'),
    "digits": ("a.yaml", 100_000, lambda n: RECIPE + "learning_rate: " + "9" * n + "\n"),
    "sixties": ("a.yaml", 100_000, lambda n: RECIPE + "learning_rate: 1" + ":1" * n + "\n"),
    "braces of templates": ("a.yaml", 30_000, lambda n: RECIPE + "x: '{%" + "{%" * n + "'\n'"),
    "interpolations": ("a.yaml", 30_000, lambda n: RECIPE + "x: '" + "${" * n + "'\n"),
    "unresolved references": (
        "a.yaml",
        400,
        lambda n: _VERL + times(n, "k@: '${a.b.c@}'\n"),
    ),
    "a chain of interpolations": (
        "a.yaml",
        3_000,
        lambda n: _VERL + "".join(f"g{i}: '${{g{i + 1}}}'\n" for i in range(n)),
    ),
    "beginnings of secrets": (
        "a.yaml",
        30_000,
        lambda n: RECIPE + "x: '" + "hf_://a:-----BEGIN " * n + "'\nlr: 1\n",
    ),
    "phases": ("a.yaml", 150, lambda n: "recipelint: 1\nphases:\n" + times(n, "- {name: p@}\n")),
    "JSON items": ("a.json", 10_000, lambda n: _DEEPSPEED + '"x": [' + "1, " * n + "1]}"),
    "JSON keys": ("a.json", 2_500, lambda n: _DEEPSPEED + times(n, '"k@": 1, ') + '"z": 1}'),
    "JSON comments": ("a.json", 30_000, lambda n: _DEEPSPEED + "/* x */" * n + '"z": 1}'),
    "TOML tables": ("a.toml", 3_000, lambda n: _TITAN + times(n, "[t@]\na = 1\n")),
    "TOML tables in lists": ("a.toml", 3_000, lambda n: _TITAN + times(n, "[[t]]\na = 1\n")),
    "TOML dotted keys": ("a.toml", 3_000, lambda n: _TITAN + times(n, "a.b.c.k@ = 1\n")),
    "TOML and an error at its end": (
        "a.toml",
        2_000,
        lambda n: _TITAN + times(n, "[t@]\na = 1\n") + "= 1\n",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_time_grows_with_the_file(kind: str) -> None:
    name, number, text = KINDS[kind]
    once, four_times = text(number // 2), text(2 * number)
    _seconds(once, name)  # imports, schemas
    assert _seconds(four_times, name) <= _RATIO * _seconds(once, name) + _NOISE


def _seconds(text: str, name: str) -> float:
    """The shorter of two runs, in processor time, without garbage of others to collect."""
    best = float("inf")
    for _ in range(2):
        gc.collect()
        gc.disable()
        try:
            begin = time.process_time()
            _LINTER.check_text(text, name)
            best = min(best, time.process_time() - begin)
        finally:
            gc.enable()
    return best
