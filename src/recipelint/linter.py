"""The pipeline: text to document to dialect to recipe to findings. It reads top to bottom."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from recipelint import globs
from recipelint.document.reader import content, parse, parse_limited
from recipelint.engine.rules import PROFILES, Rule, RuleSet, load, shipped_folder
from recipelint.files import expand, relative_to
from recipelint.filters.file_ignores import FileIgnores, Uses, join
from recipelint.filters.selection import layered, severities
from recipelint.findings import START, Finding, NotAssessed, Severity
from recipelint.settings import Settings
from recipelint.workspace import Workspace, refuse_escape

if TYPE_CHECKING:  # what a result from the cache does without is imported where it is used
    from recipelint.cache import ResultCache
    from recipelint.dialects.base import Dialect
    from recipelint.document import Document
    from recipelint.engine.checks import CheckContext
    from recipelint.engine.evaluate import Outcome, Plan
    from recipelint.metrics.series import Measurements
    from recipelint.recipe.facts import Phase, Recipe


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Report:
    """What was found in some files.

    `files` counts the files that were read, `recipes` those that are recipes; `sources` holds the
    text of every file that has a finding, for excerpts. `suppressed` counts the findings that a
    comment or a setting silences, `known` those that a baseline holds, and `ignores` says what the
    entries of `per-file-ignores` did (see `filters.file_ignores`). `names` are the recipes, in
    the order in which they were checked, as findings call them; `unread` holds the files that could
    not be opened, with the reason.
    """

    __slots__ = (
        "files",
        "findings",
        "ignores",
        "known",
        "names",
        "not_assessed",
        "recipes",
        "sources",
        "suppressed",
        "unread",
    )

    def __init__(
        self,
        files: int = 0,
        recipes: int = 0,
        findings: Iterable[Finding] = (),
        not_assessed: Iterable[NotAssessed] = (),
        sources: Mapping[str, str] = _NOTHING,
        suppressed: int = 0,
        known: int = 0,
        names: Iterable[str] = (),
        unread: Mapping[str, str] = _NOTHING,
        ignores: Uses | None = None,
    ) -> None:
        self.files = files
        self.recipes = recipes
        self.findings = list(findings)
        self.not_assessed = list(not_assessed)
        self.sources = dict(sources)
        self.suppressed = suppressed
        self.known = known
        self.names = list(names)
        self.unread = dict(unread)
        self.ignores: Uses = {} if ignores is None else ignores

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Report):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]  # a report grows, so that no hash of it would hold

    def __repr__(self) -> str:
        return f"Report(files={self.files}, recipes={self.recipes}, findings={self.findings!r})"

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
        join(self.ignores, other.ignores)

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
_T = TypeVar("_T")


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
        self._ignores = FileIgnores(self.rules, self.settings)
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
        name, location = workspace.name(path), self._real(path)
        refuse_escape(path)
        data = content(path, workspace.limits)
        workspace.begin()
        if self._cache is None:
            return self.check_document(self._parsed(data, name), workspace, location)
        key = self._cache.key(data, name, location, workspace.root)
        report = self._cache.get(key, workspace)
        if report is None:
            report = self.check_document(self._parsed(data, name), workspace, location)
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
        refuse_escape(path)
        document = self._parsed(content(path, workspace.limits), workspace.name(path))
        return self.read(document, workspace, location)

    def read(self, document: Document, workspace: Workspace, location: str | None) -> Recipe | None:
        """The recipe in a parsed document, unjudged; None for a document that is none."""
        dialect = self._dialect(document, location)
        return dialect and self.translate(document, dialect, workspace, location)

    def check_text(self, text: str, filename: str = "recipe.yaml") -> Report:
        """Check text as if it stood in `filename`; references are looked for around that name."""
        workspace = self.workspace(filename)
        document = parse(text, filename, workspace.limits)
        return self.check_document(document, workspace, os.path.realpath(filename))

    def check_bytes(self, data: bytes, name: str) -> Report:
        """Check the content of a file that is not on this machine; its references stay closed."""
        workspace = Workspace(os.devnull, self.settings.limits)
        return self.check_document(self._parsed(data, name), workspace, None)

    def _parsed(self, data: bytes, name: str) -> Document:
        return parse_limited(data, name, self.settings.limits)

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
            document, dialect, recipe, workspace, location, version, self.measured
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

    def _by_glob(self, table: Mapping[str, _T], path: str | None) -> _T | None:
        """What the last glob that matches the path says."""
        if not table or path is None:
            return None
        relative = relative_to(self.settings.folder, path)
        found = [said for pattern, said in table.items() if globs.matches(pattern, relative)]
        return found[-1] if found else None

    def translate(
        self, document: Document, dialect: Dialect, workspace: Workspace, location: str | None
    ) -> Recipe | None:
        """The recipe in canonical facts, with what is given and what follows from it."""
        from recipelint.dialects.base import Reader
        from recipelint.recipe.facts import Fact, Origin, Recipe

        workspace.begin()
        if document.mapping is None or document.broken:
            return None
        phases = dialect.translate(Reader(document, dialect, workspace, location))
        phases = _limited(phases, document, workspace)
        given = {**(self._by_glob(self.settings.models, location) or {}), **self.settings.given}
        for phase in phases:
            for name, value in given.items():
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
        kept, ignores = self._ignores.apply(left, outcome, context)
        findings = [self._weighed(f) for f in kept]
        sources = {document.path: document.text} if findings else {}
        for finding in findings:
            if finding.path not in sources:
                other = workspace.loaded(finding.path)
                sources[finding.path] = other.text if other else ""
        silenced = suppressed + len(left) - len(findings)
        if sources:  # what is printed goes into logs that more people read than the recipe
            findings = [f._replace(message=masked(f.message)) for f in findings]
            sources = {path: masked(text) for path, text in sources.items()}
        return Report(
            files=1,
            recipes=1,
            findings=findings,
            not_assessed=outcome.not_assessed,
            sources=sources,
            suppressed=silenced,
            names=[document.path],
            ignores=ignores,
        )

    def severity(self, rule: Rule) -> Severity:
        """The severity of what a rule finds under these settings."""
        return self._severities.get(rule.id, rule.severity)

    def _weighed(self, finding: Finding) -> Finding:
        """The finding with the severity that the settings give its rule."""
        severity = self._severities.get(finding.rule, finding.severity)
        return finding if severity is finding.severity else finding._replace(severity=severity)

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
                Workspace(folder, self.settings.limits)
                if self.settings.root
                else Workspace.around(folder, self.settings.limits)
            )
        return self._workspaces[folder]


def _limited(phases: list[Phase], document: Document, workspace: Workspace) -> list[Phase]:
    """As many phases as the limit; the document notes what was not read."""
    limits = workspace.limits
    if len(phases) > limits.phases:
        document.problems.append(limits.reached("phases", "more phases", START))
    if workspace.exhausted:
        document.problems.append(limits.reached("references", "more references", START))
    return phases[: limits.phases]


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
