"""Running this checkout in a process of its own, installed or not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import recipelint

SOURCES = str(Path(recipelint.__file__).parent.parent)


def python(
    *arguments: str, env: dict[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run the interpreter with `arguments`; output is captured as bytes."""
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": SOURCES, **(env or {})},
        check=False,
        **options,
    )


def recipelint_process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m recipelint` with `arguments`."""
    return python("-m", "recipelint", *arguments, **options)
