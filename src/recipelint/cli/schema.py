"""`recipelint schema`: a JSON Schema for editors."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from recipelint.cli import completion
from recipelint.cli.json_schema import json_schema, schema_of_facts
from recipelint.cli.options import known_dialect
from recipelint.cli.output import emit
from recipelint.dialects import get
from recipelint.dialects.schema import load
from recipelint.settings.keys import json_schema as settings_schema

NEUTRAL = "neutral"
SETTINGS = "settings"


@click.command("schema")
@click.argument("dialect", shell_complete=completion.schemas)
def command(dialect: str) -> None:
    """Print the JSON Schema (draft 2020-12) of DIALECT, for editors and validators.

    `settings` instead of a dialect gives the schema of recipelint's own settings files. A schema
    knows keys, types and choices; what recipe settings mean together is for `recipelint check`.
    """
    found = settings_schema() if dialect == SETTINGS else _schema(str(known_dialect(dialect)))
    emit(json.dumps(found, indent=1) + "\n")


def _schema(name: str) -> dict[str, Any]:
    if name == NEUTRAL:
        return published()
    wanted = get(name)
    table = load(wanted.schema) if wanted.schema else None
    if table is None:
        return schema_of_facts(sys.modules[wanted.translate.__module__].ROWS, wanted)
    return json_schema(table, wanted)


def published() -> dict[str, Any]:
    """The schema of the neutral dialect, as it is published."""
    import recipelint.dialects

    path = Path(recipelint.dialects.__file__).parent / "schemas" / "neutral.schema.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
