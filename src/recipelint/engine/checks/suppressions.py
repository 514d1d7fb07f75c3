"""The checks of the rules about suppressions, which cannot run beside the others."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.engine.checks.base import CheckContext, Hit


def judged_later(context: CheckContext) -> Iterator[Hit]:
    """Find nothing: which suppressions are used is known when all other rules have run.

    The filter that applies suppressions makes these rules' findings.
    """
    yield from ()
