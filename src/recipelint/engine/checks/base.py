"""What a Python check is given, and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from recipelint.dialects.base import Dialect
from recipelint.document import Document
from recipelint.engine.scope import PhaseScope
from recipelint.findings import Fix, Severity, Span
from recipelint.recipe.facts import Phase, Recipe
from recipelint.workspace import Workspace

if TYPE_CHECKING:
    from recipelint.metrics.series import Measurements


class CheckContext:
    """A document, what it was translated into, and the parameters of the rule that asks.

    `version` is the framework's release that the project's settings name for the file, `measured`
    what the log of a run holds, where one was given. `memo` is what checks of this document have
    worked out for each other. Rules ask one after the other, each with its own `parameters`.
    """

    __slots__ = (
        "_scopes",
        "dialect",
        "document",
        "location",
        "measured",
        "memo",
        "parameters",
        "recipe",
        "version",
        "workspace",
    )

    def __init__(
        self,
        document: Document,
        dialect: Dialect,
        recipe: Recipe | None,
        workspace: Workspace,
        location: str | None,
        version: str | None = None,
        measured: Measurements | None = None,
    ) -> None:
        self.document = document
        self.dialect = dialect
        self.recipe = recipe
        self.workspace = workspace
        self.location = location
        self.version = version
        self.measured = measured
        self.parameters: Mapping[str, Any] = {}
        self.memo: dict[str, Any] = {}
        self._scopes: dict[int, PhaseScope] = {}

    def scope(self, phase: Phase) -> PhaseScope:
        """The values of a phase of this recipe; what was computed for one rule serves all."""
        if id(phase) not in self._scopes:
            self._scopes[id(phase)] = PhaseScope(phase, self.dialect.name)
        return self._scopes[id(phase)]


class Hit(NamedTuple):
    """One place at which a check's rule is broken. `values` fill the rule's message."""

    span: Span
    values: Mapping[str, object] = MappingProxyType({})
    key: str | None = None
    fact: str | None = None
    help: str | None = None
    fix: Fix | None = None
    severity: Severity | None = None
    path: str | None = None
    phase: Phase | None = None


Check = Callable[[CheckContext], Iterator[Hit]]
