"""A progress bar on standard error, for people who wait."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from time import monotonic

PATIENCE = 1.0
"""Seconds without a bar: most runs are over by then."""


def watched(files: Iterator[str]) -> Iterable[str]:
    """The files again, with a bar where standard error is a terminal and a run takes its time.

    A bar has to know how many files there are, so they are all looked for first.
    """
    return _with_bar(list(files)) if sys.stderr.isatty() else files


def _with_bar(files: Sequence[str]) -> Iterator[str]:
    begin = monotonic()
    rest = iter(files)
    for done, file in enumerate(rest, 1):
        yield file
        if monotonic() - begin > PATIENCE and done < len(files):
            yield from _shown(rest, done, len(files))


def _shown(rest: Iterator[str], done: int, total: int) -> Iterator[str]:
    """The remaining files under a bar, which is cleared at the end."""
    import click  # its bar is worth the wait only where people wait

    with click.progressbar(length=total, label="recipelint", file=sys.stderr) as bar:
        bar.update(done)
        for file in islice(rest, total):
            yield file
            bar.update(1)
