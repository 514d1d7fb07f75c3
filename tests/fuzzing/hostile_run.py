"""Runs every hostile case in a process of its own: `python -m tests.fuzzing.hostile_run FOLDER`.

Prints one line of JSON for each: how it ended, what it said, and what it cost.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recipelint.cli import main as recipelint
from tests.fuzzing.hostile import CASES, Case

_HANGS_AFTER = 60
"""Seconds until a case that waits for something is killed."""
_MEMORY = 2**31
"""Bytes of address space: a case that wants more gets a MemoryError."""


def measured(case: Case, folder: Path) -> dict[str, Any]:
    """Make the folder, run the command line in it, and say how it went."""
    folder.mkdir(parents=True)
    case.make(folder)
    output = folder.parent / "output"
    child = os.fork()
    if child == 0:
        _run(case, folder, output)
    _, status, usage = os.wait4(child, 0)
    return {
        "status": os.waitstatus_to_exitcode(status),
        "said": output.read_text(errors="replace"),
        "seconds": round(usage.ru_utime + usage.ru_stime, 3),
        "megabytes": usage.ru_maxrss // (1024 if sys.platform == "linux" else 1024**2),
        "made": sorted(str(path) for path in folder.parent.rglob("pwned")),
    }


def _run(case: Case, folder: Path, output: Path) -> None:
    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_CPU, (_HANGS_AFTER, _HANGS_AFTER))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.alarm(_HANGS_AFTER)
    arguments = ["check", "--no-cache", "--format", "concise", "--select", "ALL", *case.arguments]
    status = 70
    with open(output, "w", errors="backslashreplace") as stream:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            status = _status(arguments)
        stream.flush()
    os._exit(status)


def _status(arguments: list[str]) -> int:
    import traceback

    try:
        sys.argv = ["recipelint", *arguments]
        recipelint()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 70
    return 0


def outcomes(root: Path) -> Iterator[tuple[Case, dict[str, Any]]]:
    """Every case with its outcome."""
    for number, case in enumerate(CASES):
        yield case, measured(case, root / str(number) / "project")


def main() -> None:
    """Print the outcomes, one line each."""
    for case, outcome in outcomes(Path(sys.argv[1])):
        print(json.dumps({"group": case.group, "name": case.name, **outcome}), flush=True)


if __name__ == "__main__":
    main()
