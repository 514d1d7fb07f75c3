"""`recipelint dialects`: the frameworks whose files are understood."""

from __future__ import annotations

import click

from recipelint.cli.options import json_option
from recipelint.cli.output import columns, emit
from recipelint.cli.table import table
from recipelint.dialects import dialects
from recipelint.reporters.json import dumps


@click.command("dialects")
@json_option
def command(format_name: str) -> None:
    """List the dialects, with the framework release whose defaults are known.

    A part (a launcher's file, a model's config.json) belongs to recipes that refer to it.
    """
    known = sorted(dialects(), key=lambda dialect: dialect.name)
    if format_name == "json":
        rows = [
            {"name": d.name, "title": d.title, "version": d.version, "purpose": d.purpose}
            for d in known
        ]
        emit(dumps(rows))
        return
    lines = table(
        [(d.name, d.purpose, f"{d.title} {d.version or ''}".strip()) for d in known], columns()
    )
    emit("\n".join(lines) + "\n")
