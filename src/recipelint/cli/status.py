"""Exit statuses, and what is said on standard error when a command cannot do its work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

from recipelint.errors import UseError

OK, FOUND, WRONG_USE = 0, 1, 2
"""Exit statuses: nothing to object to; findings; a wrong command line, setting or rule file."""
INTERRUPTED = 130


def leave(command: Callable[[], int]) -> NoReturn:
    """Run a command and exit with its status. Errors of use are one line on standard error."""
    speak_utf8()
    try:
        status = command()
    except UseError as error:
        complain(str(error))
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception:  # a traceback alone would exit with 1, which means findings
        _confess()
        sys.exit(WRONG_USE)
    sys.exit(status)


def say(text: str) -> None:
    """One line on standard error, which may have been closed."""
    from recipelint.reporters.sanitize import line, visible

    if sys.stderr is not None:
        sys.stderr.write(line(visible(text)) + "\n")
        sys.stderr.flush()


def complain(message: str) -> None:
    """One line on standard error that says what is wrong."""
    say(f"recipelint: error: {message}")


def _confess() -> None:
    """The traceback of a bug, for a report of it; it may quote what a recipe holds."""
    import traceback

    for part in traceback.format_exc().splitlines():
        say(part)
    complain("this is a bug in recipelint")


def speak_utf8() -> None:
    """Write UTF-8 on any locale; a file name that is not UTF-8 is written with escapes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
