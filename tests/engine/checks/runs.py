"""Runs one check on a text, as the engine does."""

from __future__ import annotations

from recipelint.dialects import get
from recipelint.document import parse
from recipelint.engine.checks import CHECKS, CheckContext, Hit
from recipelint.workspace import Workspace


def hits(
    check: str, dialect: str, text: str, name: str = "recipe.yaml", **given: object
) -> list[Hit]:
    """What `check` finds in `text`, read in `dialect` with the rule parameters `given`."""
    document = parse(text, name)
    context = CheckContext(document, get(dialect), None, Workspace("."), None)
    context.parameters = given
    return list(CHECKS[check](context))
