"""Checks of files whose values become words of a command line."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.dialects.schema import Key
from recipelint.document import Scalar, follow
from recipelint.document.scalars import value
from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.engine.checks.places import places
from recipelint.findings import Severity


def null_as_word(context: CheckContext) -> Iterator[Hit]:
    """Keys without a value: the launcher writes the word `None`, which only texts can hold."""
    from recipelint.engine.remedies import removal

    for place in places(context):
        node = follow(place.entry.value)
        if place.row is None or not isinstance(node, Scalar):
            continue
        if value(node, context.dialect.scalars) is None:
            refused = _refuses_words(place.row)
            yield Hit(
                place.entry.key_span,
                {
                    "key": place.entry.key,
                    "dialect": context.dialect.title,
                    "consequence": "which is refused" if refused else "and takes it for a name",
                },
                key=place.path,
                severity=None if refused else Severity.WARNING,
                # where the word is refused there is no run that this could change
                fix=removal(context.document, place.parent, place.entry, safe=refused),
            )


def _refuses_words(row: Key) -> bool:
    """Whether argparse stops at the word: a number, a truth value, or one of a closed set."""
    choices = row.get("choices")
    closed = bool(choices) and "None" not in (choices or ())
    return closed or not {"str", "any"} & set(row["type"])
