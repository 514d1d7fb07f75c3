"""The pipeline: text to document to dialect to recipe to findings. It reads top to bottom."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recipelint import globs
from recipelint.document.reader import content, parse, parse_limited
from recipelint.engine.rules import PROFILES, Rule, RuleSet, load, shipped_folder
from recipelint.files import expand, relative_to
from recipelint.filters.selection import ids_of, layered, severities
from recipelint.findings import START, Finding, NotAssessed, Severity
from recipelint.settings import Settings
from recipelint.workspace import Workspace

if TYPE_CHECKING:  # what a result from the cache does without is imported where it is used
    from recipelint.cache import ResultCache
    from recipelint.dialects.base import Dialect
    from recipelint.document import Document
    from recipelint.engine.checks import CheckContext
    from recipelint.engine.evaluate import Outcome, Plan
    from recipelint.metrics.series import Measurements
    from recipelint.recipe.facts import Phase, Recipe


@dataclass(slots=True)
class Report:
    """What was found in some files.

    `files` counts the files that were read, `recipes` those that are recipes; `sources` holds the
    text of every file that has a finding, for excerpts. `suppressed` counts the findings that a
    comment or a setting silences, `known` those that a baseline holds. `names` are the recipes, in
    the order in which they were checked, as findings call them; `unread` holds the files that could
    not be opened, with the reason.
    """

    files: int = 0
    recipes: int = 0
    findings: list[Finding] = field(default_factory=list)
    not_assessed: list[NotAssessed] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    suppressed: int = 0
    known: int = 0
    names: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)

    def add(self, other: Report) -> None:
        """Take in the report on further files."""
        self.files += other.files
        self.recipes += other.recipes
        self.findings.extend(other.findings)
        self.not_assessed.extend(other.not_assessed)
        self.sources.update(other.sources)
        self.suppressed += other.suppressed
        self.known += other.known
        self.names.extend(other.names)
        self.unread.update(other.unread)

    @property
    def worst(self) -> int:
        """Rank of the worst finding; 0 where there is none."""
        return max((f.severity.rank for f in self.findings), default=0)


def rule_set(folders: Iterable[str]) -> RuleSet:
    """The shipped rules and those of further folders. Raises RuleError."""
    return load([shipped_folder(), *folders])


def _named(dialect: str) -> Dialect:
    from recipelint.dialects import get

    return get(dialect)


def _measured(path: str | None) -> Measurements | None:
    """The log at `path`, if there is one. Raises MetricsError."""
    if path is None:
        return None
    from recipelint.metrics import read_metrics

    return read_metrics(path)


_MAX_LINKS = 3


class Linter:
    """Rules and settings, ready to check any number of files."""

    def __init__(self, settings: Settings | None = None, rules: RuleSet | None = None) -> None:
        """Load and select the rules, and read the log of measured values.

        Raises RuleError, SelectionError, MetricsError or KeyError (dialect).
        """
        self.settings = settings or Settings()
        self.rules = rules if rules is not None else rule_set(self.settings.rule_folders)
        self.selected: list[Rule] = layered(
            self.rules,
            (self.settings.project, self.settings.choice),
            self.settings.profile or PROFILES[0],
        )
        self.forced = _named(self.settings.dialect) if self.settings.dialect else None
        self._severities = {
            rule: Severity(level)
            for rule, level in severities(self.rules, self.settings.severities).items()
        }
        self.measured = _measured(self.settings.metrics)
        self._workspaces: dict[str, Workspace] = {}
        self._folders: dict[str, str] = {}
        self._plan: Plan | None = None
        self._cache = self._results()

    def _results(self) -> ResultCache | None:
        """The cache, where results depend on nothing but files and settings."""
        if not self.settings.cache or self.measured is not None or not self.rules.digest:
            return None
        from recipelint.cache import ResultCache

        return ResultCache(self.rules, self.settings)

    # --- the way of one recipe

    def check_file(self, path: str) -> Report:
        """Check one file. Raises OSError if it cannot be read."""
        workspace = self.workspace(path)
        name, location, data = workspace.name(path), self._real(path), content(path)
        if self._cache is None:
            return self.check_document(parse_limited(data, name), workspace, location)
        key = self._cache.key(data, name, location, workspace.root)
        workspace.begin()
        report = self._cache.get(key, workspace)
        if report is None:
            workspace.begin()
            report = self.check_document(parse_limited(data, name), workspace, location)
            if not workspace.listed:
                self._cache.put(key, report, workspace)
        return report

    def check_or_report(self, path: str) -> Report:
        """Check one file; one that cannot be read is a finding, so that nobody misses it."""
        try:
            return self.check_file(path)
        except OSError as error:
            return self.unreadable(path, error.strerror or str(error))

    def unreadable(self, path: str, reason: str) -> Report:
        """The report on a file that cannot be read.

        It is a finding of the rule for text that cannot be read; where that is left out, the
        report has no finding, and `unread` holds the reason.
        """
        rule = next((r for r in self.selected if r.check == "text.unreadable"), None)
        if rule is None:
            return Report(files=1, unread={path: reason})
        finding = Finding(
            rule=rule.id,
            name=rule.name,
            severity=rule.severity,
            message=f"the file cannot be read: {reason}",
            path=path,
            span=START,
            evidence=rule.evidence,
        )
        return Report(files=1, findings=[finding], unread={path: reason})

    def recipe(self, path: str) -> Recipe | None:
        """The recipe in a file, unjudged; None for a file that is none. Raises OSError."""
        workspace, location = self.workspace(path), os.path.realpath(path)
        document = parse_limited(content(path), workspace.name(path))
        dialect = self._dialect(document, location)
        return dialect and self.translate(document, dialect, workspace, location)

    def check_text(self, text: str, filename: str = "recipe.yaml") -> Report:
        """Check text as if it stood in `filename`; references are looked for around that name."""
        workspace = self.workspace(filename)
        return self.check_document(parse(text, filename), workspace, os.path.realpath(filename))

    def check_bytes(self, data: bytes, name: str) -> Report:
        """Check the content of a file that is not on this machine; its references stay closed."""
        workspace = Workspace(os.devnull)
        return self.check_document(parse_limited(data, name), workspace, None)

    def check_document(
        self, document: Document, workspace: Workspace, location: str | None
    ) -> Report:
        """Check a parsed document; a document that is no recipe gives an empty report."""
        from recipelint.engine.checks import CheckContext
        from recipelint.engine.evaluate import Plan, evaluate

        dialect = self._dialect(document, location)
        if dialect is None:
            return Report(files=1)
        recipe = self.translate(document, dialect, workspace, location)
        version = self._by_glob(self.settings.versions, location)
        context = CheckContext(
            document, dialect, recipe, workspace, location, {}, version, self.measured
        )
        if self._plan is None:
            self._plan = Plan(self.selected, self.settings.parameters)
        outcome = evaluate(context, self._plan)
        return self._report(context, outcome)

    def _dialect(self, document: Document, location: str | None) -> Dialect | None:
        """The dialect that the caller or the settings name, else the one of the content."""
        from recipelint.dialects import get, recognise

        if self.forced is not None:
            return self.forced
        named = self._by_glob(self.settings.dialects, location)
        return get(named) if named else recognise(document)

    def _by_glob(self, table: Mapping[str, str], path: str | None) -> str | None:
        """What the last glob that matches the path says."""
        if not table or path is None:
            return None
        relative = relative_to(self.settings.folder, path)
        found = [text for pattern, text in table.items() if globs.matches(pattern, relative)]
        return found[-1] if found else None

    def translate(
        self, document: Document, dialect: Dialect, workspace: Workspace, location: str | None
    ) -> Recipe | None:
        """The recipe in canonical facts, with what is given and what follows from it."""
        from recipelint.dialects.base import Reader
        from recipelint.recipe.facts import Fact, Origin, Recipe

        if document.mapping is None or document.broken:
            return None
        phases = dialect.translate(Reader(document, dialect, workspace, location))
        for phase in phases:
            for name, value in self.settings.given.items():
                phase.add(Fact(name, value, Origin.GIVEN, detail="command line or settings"))
            _complete_linked(phase, 0)
            _read_local_model(phase, workspace, location)
            self._complete(phase)
        return Recipe(dialect.name, dialect.version, phases)

    def _complete(self, phase: Phase) -> None:
        """Add what was measured, and all that follows."""
        from recipelint.recipe.derive import complete

        if self.measured is not None:
            from recipelint.metrics.facts import complete_rms, observe

            observe(self.measured, phase)
            complete(phase)
            complete_rms(phase)
        else:
            complete(phase)

    def _report(self, context: CheckContext, outcome: Outcome) -> Report:
        from recipelint.engine.checks.secrets import masked
        from recipelint.filters.suppressions import Ran, suppress

        document, workspace = context.document, context.workspace
        ran = Ran(self.rules, tuple(self.selected), self.settings.require_reason)
        left, suppressed = suppress(outcome, context, ran)
        findings = [self._weighed(f) for f in left if not self._ignored(f)]
        sources = {document.path: document.text} if findings else {}
        for finding in findings:
            if finding.path not in sources:
                other = workspace.loaded(finding.path)
                sources[finding.path] = other.text if other else ""
        silenced = suppressed + len(left) - len(findings)
        if sources:  # what is printed goes into logs that more people read than the recipe
            findings = [f._replace(message=masked(f.message)) for f in findings]
            sources = {path: masked(text) for path, text in sources.items()}
        return Report(1, 1, findings, outcome.not_assessed, sources, silenced, 0, [document.path])

    def _weighed(self, finding: Finding) -> Finding:
        """The finding with the severity that the settings give its rule."""
        severity = self._severities.get(finding.rule, finding.severity)
        return finding if severity is finding.severity else finding._replace(severity=severity)

    def _ignored(self, finding: Finding) -> bool:
        """Whether the settings leave the finding's rule out for its file."""
        if not self.settings.per_file_ignores:
            return False
        relative = relative_to(self.settings.folder, finding.path)
        return any(
            finding.rule in ids_of(self.rules, selectors)
            for pattern, selectors in self.settings.per_file_ignores.items()
            if globs.matches(pattern, relative)
        )

    # --- many files

    def check_paths(self, paths: Iterable[str]) -> Report:
        """Check files and folders, in order. Unreadable files raise OSError."""
        report = Report()
        for path in expand(paths):
            report.add(self.check_file(path))
        return report

    def _real(self, path: str) -> str:
        """The real path of a file; that of its folder is looked up once."""
        folder, name = os.path.split(os.path.join(os.getcwd(), path))
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        joined = os.path.join(self._folders[folder], name)
        return joined if name and not os.path.islink(joined) else os.path.realpath(path)

    def workspace(self, path: str) -> Workspace:
        """The project around a file, made once for each folder."""
        folder = self.settings.root or os.path.dirname(self._real(path))
        if folder not in self._workspaces:
            self._workspaces[folder] = (
                Workspace(folder) if self.settings.root else Workspace.around(folder)
            )
        return self._workspaces[folder]


def _complete_linked(phase: Phase, depth: int) -> None:
    """Complete the files that belong to a recipe, and the files that belong to them."""
    from recipelint.recipe.derive import complete

    for linked in phase.linked.values():
        if depth < _MAX_LINKS:
            _complete_linked(linked, depth + 1)
        complete(linked)


def _read_local_model(phase: Phase, workspace: Workspace, location: str | None) -> None:
    """The architecture of a model that lies in the project, where the recipe names its folder."""
    name = phase.value("model.name")
    if not isinstance(name, str) or location is None or "model.layers" in phase.facts:
        return
    if workspace.find(os.path.join(name, "config.json"), location) is None:
        return
    from recipelint.dialects.local_model import config_path, model_facts
    from recipelint.recipe.facts import Fact, Origin

    path = config_path(name, workspace, location, None)
    for fact, value in model_facts(path).items() if path else ():
        phase.add(Fact(fact, value, Origin.GIVEN, detail=f"{name}/config.json"))
