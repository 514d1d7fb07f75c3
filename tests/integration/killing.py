"""Kills a writing recipelint again and again: `python killing.py FOLDER COUNT COMMAND...`.

Each round forks a process that runs the command on a fresh recipe and kills it after a random
time; prints how often it was killed before it ended, and what was found in the files afterwards.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from recipelint.cli.commands import cli

OLD = "recipelint: 1\noptimizer:\n  learning_rate: 10\n" + "# padding\n" * 4_000
BASELINE = '{\n "recipelint_baseline": 1,\n "findings": []\n}\n'


def run(arguments: list[str]) -> None:
    """Run the command line in this process, without output."""
    with (
        open(os.devnull, "w") as nothing,
        contextlib.redirect_stdout(nothing),
        contextlib.redirect_stderr(nothing),
        contextlib.suppress(SystemExit),
    ):
        cli.main(args=arguments, prog_name="recipelint")


def fresh() -> None:
    """Put the files back, and take away what killed processes left."""
    for path in Path().iterdir():
        if path.is_file():
            path.unlink()
    Path("bad.yaml").write_text(OLD)
    Path("base.json").write_text(BASELINE)


def state() -> tuple[str, str]:
    """The content of the two files that are written."""
    return Path("bad.yaml").read_text(), Path("base.json").read_text()


def started(arguments: list[str]) -> int:
    """A process of its own that runs the command; returns its number."""
    child = os.fork()
    if child == 0:
        run(arguments)
        os._exit(0)
    return child


def seconds(arguments: list[str]) -> float:
    """How long such a process takes."""
    begin = time.perf_counter()
    os.waitpid(started(arguments), 0)
    return time.perf_counter() - begin


def killed_after(delay: float, arguments: list[str]) -> bool:
    """Run and kill; says whether the process was still at work."""
    child = started(arguments)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main() -> None:
    """Kill COUNT times and print the outcome as JSON."""
    folder, count, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    os.chdir(folder)
    fresh()
    run(arguments)  # imports and caches take longer than what is to be measured
    fresh()
    old = state()
    whole = seconds(arguments)
    new = state()
    seen = {"killed": 0, "old": 0, "new": 0, "damaged": 0, "left_over": 0}
    chance = random.Random(1)
    while seen["killed"] < count:
        fresh()
        seen["killed"] += killed_after(chance.uniform(whole / 2, whole * 1.2), arguments)
        now = state()
        seen["new" if now == new else "old" if now == old else "damaged"] += 1
        seen["left_over"] += len(list(Path().glob(".*.tmp")))
    print(json.dumps({**seen, "differs": old != new}))


if __name__ == "__main__":
    main()
