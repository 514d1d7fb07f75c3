"""The command line. `commands` lists the commands; a plain `check` goes without click.

A hook starts at every commit, and importing click takes longer than checking a recipe.
"""

from __future__ import annotations

import os
import sys

_COMPLETION = "_RECIPELINT_COMPLETE"
"""Set by the shell when it asks click how a line goes on."""


def main() -> None:
    """Run the command line and exit with its status."""
    from recipelint.cli.plain import request

    plain = None if _COMPLETION in os.environ else request(sys.argv[1:])
    if plain is None:
        from recipelint.cli.commands import cli

        cli.main(prog_name="recipelint")
    from recipelint.cli.checking import check
    from recipelint.cli.status import leave

    leave(lambda: check(plain))
