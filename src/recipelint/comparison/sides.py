"""One of the two recipes: what was read out of it, and what the rules say about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from recipelint.document import Document
from recipelint.document.comments import comments
from recipelint.engine.rules import Rule
from recipelint.findings import Finding
from recipelint.linter import Linter
from recipelint.recipe.facts import Fact, Phase, Recipe
from recipelint.workspace import Workspace

_CITED = re.compile(r"(?P<source>.*), (?P<status>primary|secondary|derived|judgement)\b")


@dataclass(frozen=True)
class Side:
    """A recipe with its findings and the rules that made them.

    `path` is how findings call the file. `sources` are the citations behind the values of a
    published recipe, by line; a recipe that is none has no citations.
    """

    path: str
    recipe: Recipe
    findings: tuple[Finding, ...]
    rules: Mapping[str, Rule]
    title: str = ""
    sources: Mapping[int, str] = field(default_factory=dict)

    def findings_of(self, phase: Phase) -> list[Finding]:
        """The findings that hold for a phase of the recipe, those on the whole file included."""
        return [f for f in self.findings if f.phase == phase.name or self._shared(f, phase)]

    def _shared(self, finding: Finding, phase: Phase) -> bool:
        """Whether a finding that names no phase is about this one, too.

        A finding that several phases inherit from one line is reported once, without a phase; it
        holds for those phases that have the line.
        """
        if finding.phase is not None:
            return False
        held = phase.facts.get(finding.fact or "")
        return held is None or held.span is None or held.span == finding.span

    def source(self, fact: Fact) -> str | None:
        """What a published recipe cites for a fact."""
        if fact.span is None or fact.path != self.path:
            return None
        return self.sources.get(fact.span.line)


def judged(linter: Linter, document: Document, workspace: Workspace, location: str) -> Side | None:
    """Read a recipe and run the linter's rules on it; None for a document that is no recipe."""
    recipe = linter.read(document, workspace, location)
    if recipe is None or not recipe.phases:
        return None
    report = linter.check_document(document, workspace, location)
    return Side(document.path, recipe, tuple(report.findings), linter.rules.rules)


def cited(document: Document) -> dict[int, str]:
    """The citations in a published recipe's comments, `source, status`, by line."""
    return dict(_citations(document))


def _citations(document: Document) -> Iterator[tuple[int, str]]:
    for comment in comments(document):
        found = None if comment.own_line else _CITED.search(comment.text)
        if found is not None:
            yield comment.line, f"{found['source'].strip()}, {found['status']}"
