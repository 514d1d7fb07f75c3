"""Fuzz every layer in turn: `python -m fuzz.run SECONDS [LAYER...]`, so many seconds for each.

What is learnt is kept in `.fuzz/`, where the next run goes on; an input that breaks something is
kept there too. Exits with 1 if there is one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from fuzz.seeds import HOME, MOST_BYTES, seeds, words
from fuzz.targets import TARGETS

KEPT = HOME / ".fuzz"
_MEGABYTES = 512
_SECONDS = 20
"""Wall-clock seconds after which an input hangs: a target's own bound is of processor time."""
_PROGRESS = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")
_EXECUTED = re.compile(r"number_of_executed_units:\s*(\d+)")
_MEMORY = re.compile(r"peak_rss_mb:\s*(\d+)")


class Outcome(NamedTuple):
    """What a run over one layer came to; `broken` holds the end of its output where it failed."""

    layer: str
    executions: int
    coverage: int
    corpus: int
    megabytes: int
    seconds: float
    broken: str | None


def fuzzed(layer: str, seconds: int) -> Outcome:
    """Fuzz one layer in a process of its own."""
    folder, dictionary = KEPT / layer, KEPT / f"{layer}.dict"
    fresh = KEPT / "seeds" / layer
    for place in (folder, fresh):
        place.mkdir(parents=True, exist_ok=True)
    for seed in seeds(layer):
        (fresh / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    dictionary.write_text("\n".join(map(_quoted, words(layer))), encoding="ascii")
    options = {
        "max_total_time": seconds,
        "max_len": MOST_BYTES,
        "rss_limit_mb": _MEGABYTES,
        "timeout": _SECONDS,
        "dict": dictionary,
        "artifact_prefix": f"{KEPT / layer}-",
        "print_final_stats": 1,
    }
    flags = [f"-{name}={value}" for name, value in options.items()]
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "fuzz.one", layer, *flags, str(folder), str(fresh)],
        cwd=HOME,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = done.stdout.decode("utf-8", "replace")
    numbers = _PROGRESS.findall(said)
    coverage, _, corpus = numbers[-1] if numbers else ("0", "0", "0")
    return Outcome(
        layer,
        _number(_EXECUTED, said),
        int(coverage),
        int(corpus),
        _number(_MEMORY, said),
        time.monotonic() - begin,
        said[-4_000:] if done.returncode else None,
    )


def _number(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return int(found.group(1)) if found else 0


def _quoted(word: str) -> str:
    """A word as libFuzzer's dictionaries write it."""
    plain = (chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in word.encode())
    return f'"{"".join(plain)}"'


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """The outcomes, line by line."""
    yield f"{'layer':12} {'executions':>11} {'coverage':>9} {'corpus':>7} {'MB':>5} {'seconds':>8}"
    for one in outcomes:
        end = "  BROKEN" if one.broken else ""
        yield (
            f"{one.layer:12} {one.executions:>11,} {one.coverage:>9,} {one.corpus:>7,} "
            f"{one.megabytes:>5} {one.seconds:>8.0f}{end}"
        )
    yield f"{'together':12} {sum(one.executions for one in outcomes):>11,}"


def _absent() -> int:
    """What to do without the fuzzer: an error where its makers publish it, else a remark."""
    published = sys.platform == "linux" and sys.implementation.name == "cpython"
    if published and (3, 11) <= sys.version_info[:2] <= (3, 13):
        print("atheris is not installed: pip install -e '.[dev,fuzz]'", file=sys.stderr)
        return 1
    print(f"not fuzzed: atheris is not published for {sys.platform}, {sys.version.split()[0]}")
    return 0


def main() -> int:
    """Fuzz the layers, print the table, and say what broke."""
    if importlib.util.find_spec("atheris") is None:
        return _absent()
    seconds, layers = int(sys.argv[1]), sys.argv[2:] or list(TARGETS)
    outcomes = [fuzzed(layer, seconds) for layer in layers]
    print("\n".join(table(outcomes)))
    broken = [one for one in outcomes if one.broken]
    for one in broken:
        print(f"\n{one.layer}:\n{one.broken}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
