"""Kills checks that fill their caches: `python killing_caches.py FOLDER COUNT`.

Each round starts with a cache that earlier rounds left behind, makes a recipe that no round had,
kills a check of it at a random time, and sees whether the checks that follow say what one without
a cache says. Prints how many were killed, and how many later checks said something else.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from recipelint.cli.commands import cli

_RECIPE = "recipelint: 1\noptimizer:\n  learning_rate: {number}\n"
_OPTIONS = ["check", "--isolated", "--select", "TST", "--format", "concise", "bad.yaml"]


def said(*options: str) -> str:
    """What a check says."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        cli.main(args=[*_OPTIONS, *options], prog_name="recipelint")
    return output.getvalue()


def killed(delay: float, *options: str) -> bool:
    """Start a check and kill it; says whether it was still at work."""
    child = os.fork()
    if child == 0:
        said(*options)
        os._exit(0)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main() -> None:
    """Kill COUNT times and print the outcome as JSON."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    os.chdir(folder)
    rules = ("--rules", "rules")
    Path("bad.yaml").write_text(_RECIPE.format(number=5))
    said(*rules)  # imports take longer than what is to be measured
    Path("bad.yaml").write_text(_RECIPE.format(number=6))
    begin = time.perf_counter()
    said(*rules)
    whole = time.perf_counter() - begin
    seen = {"killed": 0, "checks": 0, "wrong": 0}
    chance = random.Random(1)
    while seen["killed"] < count:
        number = 100 + seen["checks"]
        Path("bad.yaml").write_text(_RECIPE.format(number=number))
        seen["killed"] += killed(chance.uniform(0, whole * 1.5), *rules)
        right = said(*rules, "--no-cache")
        seen["wrong"] += said(*rules) != right
        seen["wrong"] += said(*rules) != right
        seen["checks"] += 2
    entries = [path for path in Path(os.environ["XDG_CACHE_HOME"]).rglob("*") if path.is_file()]
    print(json.dumps({**seen, "entries": len(entries)}))


if __name__ == "__main__":
    main()
