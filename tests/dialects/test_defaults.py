"""The defaults in our key maps are those of the frameworks' newest release."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from recipelint.dialects import MODULES
from recipelint.dialects.base import ABSENT, Dialect, Row
from recipelint.dialects.schema import Key, Schema, load

NOTHING = object()


def rows() -> Iterator[tuple[Dialect, Row]]:
    """Rows of every dialect with a schema that give a default and take the value as it is."""
    for name in MODULES:
        module = import_module(f"recipelint.dialects.{name}")
        dialect: Dialect = module.DIALECT
        if dialect.schema and load(dialect.schema):
            for row in getattr(module, "ROWS", ()):
                if row.default is not ABSENT and row.convert is None:
                    yield dialect, row


def known(schema: Schema, path: str) -> Key | None:
    """What the schema says of a dotted key."""
    names = [schema.root]
    row: Key | None = None
    for part in path.split("."):
        if len(names) > 1:
            return None  # each variant of a union has a default of its own
        section = schema.section(names)
        row = section.keys.get(part) if section else None
        if row is None:
            return None
        names = row.get("section") or []
    return row


CASES = [pytest.param(d, r, id=f"{d.name}-{r.key}") for d, r in rows()]


@pytest.mark.parametrize(("dialect", "row"), CASES)
def test_a_default_is_the_frameworks_own(dialect: Dialect, row: Row) -> None:
    assert dialect.schema is not None
    schema = load(dialect.schema)
    assert schema is not None
    key = known(schema, row.key)
    if key is None:
        pytest.skip("the schema does not reach this key")
    default = key.get("default", NOTHING)
    if default is NOTHING or default is None:
        pytest.skip("the framework's default is not written where the key is declared")
    assert row.default == default
