"""How a report is to look. Formats take from it what they have a use for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from recipelint.engine.rules import Rule
from recipelint.findings import Severity

if TYPE_CHECKING:
    from recipelint.recipe.facts import Recipe

PLAIN_WIDTH = 80


class Options(NamedTuple):
    """`width` is in columns; `color` and `hyperlinks` are for terminals that have them.

    `verbose` lists the rules that were not assessed; `summary` ends the report with a line that
    counts. `rules` are the rules that ran, for formats that describe them. Findings below
    `fail_on` (a severity or `never`) do not fail the run. `recipes` are recipes in full, by the
    name that findings call their file, for formats that show more than findings.
    """

    width: int = PLAIN_WIDTH
    color: bool = False
    hyperlinks: bool = False
    verbose: bool = False
    summary: bool = True
    rules: tuple[Rule, ...] = ()
    fail_on: str = "error"
    recipes: Mapping[str, Recipe] = MappingProxyType({})

    def fails(self, severity: Severity) -> bool:
        """Whether a finding of that severity fails the run."""
        return self.fail_on != "never" and severity.rank >= Severity(self.fail_on).rank
