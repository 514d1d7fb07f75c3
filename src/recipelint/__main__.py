"""The command `recipelint`, and `python -m recipelint`."""

from __future__ import annotations

import gc

_OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""Start-up makes many objects that stay; looking through them 100 times took a tenth of it."""


def main() -> None:
    """Run the command line and exit with its status."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    from recipelint.cli import main as run

    run()


if __name__ == "__main__":
    main()
