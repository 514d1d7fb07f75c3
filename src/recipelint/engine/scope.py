"""One phase of a recipe as a rule sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from recipelint.engine.expressions import UNKNOWN
from recipelint.engine.names import LINKS
from recipelint.recipe.facts import Fact, Origin, Phase


class PhaseScope:
    """Values of facts, estimates and parameters; remembers which ones were missing."""

    def __init__(self, phase: Phase, dialect: str) -> None:
        self.phase = phase
        self.dialect = dialect
        self.parameters: Mapping[str, Any] = {}
        self.missing: dict[str, str] = {}
        self._facts: dict[str, Fact | None] = {}
        self._answers: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        self._estimator: Any = None

    def begin(self, parameters: Mapping[str, Any]) -> None:
        """Start on another rule."""
        self.parameters = parameters
        self.missing = {}

    def value(self, name: str) -> Any:
        """The value behind a name, or UNKNOWN, noted with the reason."""
        known = self._facts.get(name)
        if known is not None:
            return known.value
        if name == "dialect":
            return self.dialect
        section, _, rest = name.partition(".")
        if section == "parameters":
            value = self.parameters[rest]
            return tuple(value) if isinstance(value, list) else value
        if section == "estimate":
            estimate = self.estimate(rest)
            if estimate.value is None:
                self.missing[name] = estimate.reason or "not computable"
                return UNKNOWN
            return estimate.value
        fact = self.fact(name)
        if fact is None:
            self.missing[name] = self._reason(name)
            return UNKNOWN
        return fact.value

    def estimate(self, name: str) -> Any:
        """The estimate of that name, computed once per phase."""
        if self._estimator is None:
            from recipelint.estimate.facade import Estimator

            self._estimator = Estimator(self.phase.known())
        return self._estimator.get(name)

    def fact(self, name: str) -> Fact | None:
        """The fact behind a name, under a link or in the phase itself."""
        if name not in self._facts:
            phase, own = self._resolve(name)
            self._facts[name] = phase.facts.get(own) if phase else None
        return self._facts[name]

    def introspect(self, question: str, name: str) -> bool:
        """Answer one of the language's questions about a fact."""
        answers = self._answers[question]
        if name not in answers:
            answers[name] = self._answer(question, name)
        return answers[name]

    def _answer(self, question: str, name: str) -> bool:
        if question == "known" and name.startswith("estimate."):
            return self.estimate(name.partition(".")[2]).value is not None
        fact = self.fact(name)
        if question == "known":
            return fact is not None
        if question == "stated":
            return fact is not None and fact.origin in (Origin.STATED, Origin.GIVEN)
        if question == "defaulted":
            return fact is not None and fact.origin is Origin.DEFAULT
        phase, bare = self._resolve(name)
        if phase is None:
            return False  # the linked file itself is not there
        held = phase.facts.get(bare)
        return bare not in phase.missing and (held is None or held.origin is Origin.DEFAULT)

    def _resolve(self, name: str) -> tuple[Phase | None, str]:
        section, _, rest = name.partition(".")
        if section not in LINKS:
            return self.phase, name
        if section == "previous":
            return self.phase.previous, rest
        return self.phase.linked.get(section), rest

    def _reason(self, name: str) -> str:
        phase, bare = self._resolve(name)
        if phase is None:
            return f"there is no {name.partition('.')[0]} file or phase"
        held = phase.missing.get(bare)
        return held.reason if held else "not in the file"
