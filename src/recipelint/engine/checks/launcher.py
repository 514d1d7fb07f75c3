"""Checks of launcher files."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.document import Scalar
from recipelint.document.scalars import value
from recipelint.engine.checks.base import CheckContext, Hit


def rank_out_of_range(context: CheckContext) -> Iterator[Hit]:
    """A `machine_rank` that is not below `num_machines`."""
    root = context.document.mapping
    rank = root.find("machine_rank") if root else None
    machines = root.find("num_machines") if root else None
    if rank is None or machines is None:
        return
    found = [
        value(entry.value, context.dialect.scalars) if isinstance(entry.value, Scalar) else None
        for entry in (rank, machines)
    ]
    own, count = found
    if isinstance(own, int) and isinstance(count, int) and own >= count >= 1:
        values = {"rank": own, "machines": count}
        yield Hit(rank.value.span, values, key="machine_rank")
