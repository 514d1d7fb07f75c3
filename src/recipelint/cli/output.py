"""Where output goes, and what the terminal on the other side can show."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from recipelint.errors import UseError

_WIDEST = 120
"""Longer lines of prose are hard to read, however wide the terminal is."""
_USUAL = 80


def wants_color(choice: str, stream: TextIO | None = None) -> bool:
    """Whether to use colour: `always`, `never`, or `auto`: on terminals.

    `auto` heeds NO_COLOR (no-color.org) and FORCE_COLOR (force-color.org) where they are set and
    not empty, and TERM=dumb.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None = None) -> bool:
    """Whether the stream, standard output if None, is a terminal."""
    return bool((stream or sys.stdout).isatty())


def columns() -> int:
    """Columns to write in: those of the terminal or of COLUMNS, 80 where nobody says."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdigit() and int(stated) > 0:
        return min(int(stated), _WIDEST)
    try:
        return min(os.get_terminal_size().columns or _USUAL, _WIDEST)
    except (ValueError, OSError):  # no terminal, or no standard output at all
        return _USUAL


def emit(text: str) -> None:
    """Write to standard output; a reader that has gone away (`| head`) is no error.

    The text has no line end added. After a broken pipe everything more goes to the null device,
    so that the exit status stays that of the findings. Raises UseError for a disk that is full.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise UseError(f"cannot write to standard output: {error.strerror}") from None


def save(path: str, text: str) -> None:
    """Write a report to a file, the whole of it or nothing. Raises UseError."""
    from recipelint import atomic

    try:
        atomic.write(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UseError(f"cannot write {path}: {error.strerror}") from None
