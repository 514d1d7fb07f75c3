"""Files that a recipe names and that are not where it says."""

from __future__ import annotations

import os
from collections.abc import Iterator

from recipelint.dialects.base import Reader
from recipelint.document import Scalar
from recipelint.document.reader import FORMATS
from recipelint.engine.checks.base import CheckContext, Hit


def misplaced(context: CheckContext) -> Iterator[Hit]:
    """References that lead nowhere, while a file of that name lies elsewhere in the project.

    A file that is nowhere in the project may well exist on the cluster, so it is not reported.
    """
    if context.location is None or context.document.mapping is None:
        return
    reader = Reader(context.document, context.dialect, context.workspace, context.location)
    for key in context.parameters["keys"]:
        node = reader.node(key)
        if not isinstance(node, Scalar) or not _names_a_file(node.text):
            continue
        if context.workspace.find(node.text, context.location):
            continue
        namesake = context.workspace.namesake(node.text)
        if namesake:
            yield Hit(
                node.span,
                {"key": key, "named": node.text, "found": namesake},
                key=key,
                help=f"did you mean `{namesake}`?",
            )


def _names_a_file(text: str) -> bool:
    plain = "$" not in text and "://" not in text and not os.path.isabs(text)
    return plain and os.path.splitext(text)[1].lower() in FORMATS
