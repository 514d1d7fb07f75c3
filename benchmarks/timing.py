"""Wall time and peak memory of commands, in turns, so that all meet the same disturbances."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """Runs of one command: wall times in seconds, the largest peak memory in MiB."""

    seconds: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median wall time in seconds."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        """The fastest and the slowest run in milliseconds."""
        return f"{min(self.seconds) * 1e3:,.0f}–{max(self.seconds) * 1e3:,.0f}"

    @property
    def mebibytes(self) -> float:
        """The largest peak memory of the main process."""
        return max(self.peak)


def once(command: Command, folder: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds and peak MiB of one run. Raises RuntimeError for a command that cannot run.

    Exit status 1 means findings, which is no failure; linters use others for those, too, so only
    a death by a signal or a missing program count.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode < 0 or process.returncode in (126, 127):
        raise RuntimeError(f"{command[0]} ended with status {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def in_turns(
    commands: Mapping[str, Command], runs: int, folder: Path, environment: Mapping[str, str]
) -> dict[str, Measured]:
    """`runs` rounds of all commands, after one that is not counted."""
    found = {name: Measured() for name in commands}
    for round_number in range(runs + 1):
        for name, command in commands.items():
            seconds, peak = once(command, folder, environment)
            if round_number:
                found[name].seconds.append(seconds)
                found[name].peak.append(peak)
    return found
