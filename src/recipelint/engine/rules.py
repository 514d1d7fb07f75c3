"""Rules: what the engine runs and what readers are told, each part loaded when it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from recipelint.engine.expressions import Compiled
from recipelint.engine.templates import Template
from recipelint.errors import UseError
from recipelint.files import shown
from recipelint.findings import Citation, Severity

PROFILES = ("default", "strict", "all")
STATUSES = ("primary", "secondary", "derived", "judgement")
_ALL: frozenset[str] = frozenset()
_HOME = "https://github.com/recipelint/recipelint/blob/main/rules"


class RuleError(UseError):
    """A rule file is wrong. `path` is the file, `field` the part of it, which begins in `line`."""

    def __init__(self, path: str, where: str, reason: str, line: int | None = None) -> None:
        place = shown(path) if line is None else f"{shown(path)}:{line}"
        super().__init__(f"{place}: {where}: {reason}")
        self.path, self.field, self.reason = path, where, reason


class FixRecipe(NamedTuple):
    """How a rule's finding is mended: `fact` is set to `value`, or removed where there is none."""

    fact: str
    value: Compiled | None
    safe: bool


class Example(NamedTuple):
    """A recipe that shows a rule: its text, its file name, and files beside it."""

    text: str
    file: str
    files: Mapping[str, str]
    line: int | None
    title: str | None


class Logic(NamedTuple):
    """What running a rule takes. Exactly one of `requires` and `check` is set."""

    applies: Compiled | None
    requires: Compiled | None
    check: str | None
    at: tuple[str, ...]
    message: Template
    help: Template | None
    parameters: Mapping[str, Any]
    fix: FixRecipe | None
    yields_to: frozenset[str]


class Reasons(NamedTuple):
    """What a reader of a finding wants to know about its rule."""

    summary: str
    severity_reason: str | None
    why: str
    evidence: tuple[Citation, ...]
    related: tuple[str, ...]
    bad: tuple[Example, ...]
    good: tuple[Example, ...]


class Rule:
    """One rule. Its logic and its reasons are made when something first asks for them."""

    __slots__ = (
        "_logic",
        "_make_logic",
        "_make_reasons",
        "_reasons",
        "dialects",
        "id",
        "name",
        "path",
        "profile",
        "severity",
    )

    def __init__(
        self,
        head: tuple[str, str, str, str, Iterable[str]],
        path: str,
        logic: Callable[[], Logic],
        reasons: Callable[[], Reasons],
    ) -> None:
        """`head` is id, name, severity, profile and dialects; the category is the file's folder.

        `profile` is the smallest one that runs the rule: default, strict or all.
        """
        self.id, self.name, severity, self.profile, dialects = head
        self.severity = Severity(severity)
        self.dialects = frozenset(dialects) if dialects else _ALL
        self.path = path
        self._make_logic = logic
        self._make_reasons = reasons
        self._logic: Logic | None = None
        self._reasons: Reasons | None = None

    @property
    def category(self) -> str:
        """The name of the folder that holds the rule file."""
        return os.path.basename(os.path.dirname(self.path))

    @property
    def logic(self) -> Logic:
        """The parts that run."""
        if self._logic is None:
            self._logic = self._make_logic()
        return self._logic

    @property
    def reasons(self) -> Reasons:
        """The parts that explain."""
        if self._reasons is None:
            self._reasons = self._make_reasons()
        return self._reasons

    @property
    def url(self) -> str | None:
        """The rule file in the project's repository; None for a user's own rule."""
        shipped = self.path.startswith(shipped_folder() + os.sep)
        return f"{_HOME}/{self.category}/{os.path.basename(self.path)}" if shipped else None

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the facts and estimates that the condition and the message read."""
        names = dict.fromkeys(self.requires.names if self.requires else ())
        names.update(dict.fromkeys(self.message.names))
        return tuple(names)

    @property
    def applies(self) -> Compiled | None:
        """Where the rule has something to say; None is everywhere."""
        return self.logic.applies

    @property
    def requires(self) -> Compiled | None:
        """What has to hold where the rule applies."""
        return self.logic.requires

    @property
    def check(self) -> str | None:
        """The Python check that stands for a condition."""
        return self.logic.check

    @property
    def at(self) -> tuple[str, ...]:
        """The facts at which a finding can stand, the best place first."""
        return self.logic.at

    @property
    def message(self) -> Template:
        """What a finding says."""
        return self.logic.message

    @property
    def help(self) -> Template | None:
        """What to do about a finding."""
        return self.logic.help

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Values that a project may tune, by name."""
        return self.logic.parameters

    @property
    def fix(self) -> FixRecipe | None:
        """The edit that mends a finding."""
        return self.logic.fix

    @property
    def yields_to(self) -> frozenset[str]:
        """Rules that say the same thing better; where one fires, this one is silent."""
        return self.logic.yields_to

    @property
    def summary(self) -> str:
        """What is wrong, in one line."""
        return self.reasons.summary

    @property
    def severity_reason(self) -> str | None:
        """Why the severity is what it is."""
        return self.reasons.severity_reason

    @property
    def why(self) -> str:
        """Why it matters, in a few lines."""
        return self.reasons.why

    @property
    def evidence(self) -> tuple[Citation, ...]:
        """Who found it out."""
        return self.reasons.evidence

    @property
    def related(self) -> tuple[str, ...]:
        """Ids of rules about the same thing."""
        return self.reasons.related

    @property
    def bad(self) -> tuple[Example, ...]:
        """Recipes in which the rule finds something."""
        return self.reasons.bad

    @property
    def good(self) -> tuple[Example, ...]:
        """Recipes in which it finds nothing."""
        return self.reasons.good


class RuleSet:
    """Rules by id, in the order of their ids."""

    __slots__ = ("digest", "rules")

    def __init__(self, rules: dict[str, Rule] | None = None, digest: str = "") -> None:
        """`digest` changes with the rules; it is empty where nobody knows one."""
        self.rules: dict[str, Rule] = {} if rules is None else rules
        self.digest = digest

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def find(self, key: str) -> Rule | None:
        """The rule with that id or name."""
        upper = key.upper()
        if upper in self.rules:
            return self.rules[upper]
        return next((r for r in self if r.name == key.lower()), None)


def shipped_folder() -> str:
    """The folder of the rules that come with recipelint: in the wheel, or in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    inside = os.path.join(package, "rules")
    if os.path.isdir(inside):
        return inside
    return os.path.join(os.path.dirname(os.path.dirname(package)), "rules")


def load(folders: Iterable[str]) -> RuleSet:
    """All rules of `folders`, each file checked. Raises RuleError for the first wrong one.

    A folder may lie in another one, or be named twice.
    """
    from recipelint.engine.packs import rules_in

    packs = [rules_in(folder) for folder in folders]
    rules: dict[str, Rule] = {}
    for rule in sorted((rule for pack in packs for rule in pack.rules), key=lambda r: r.id):
        held = rules.get(rule.id)
        if held is not None and os.path.realpath(held.path) != os.path.realpath(rule.path):
            raise RuleError(rule.path, "id", f"{rule.id} is taken by {shown(held.path)}")
        rules[rule.id] = rule
    return RuleSet(rules, " ".join(pack.digest for pack in packs))


def load_file(path: str) -> Rule:
    """Read, check and compile one rule file. Raises RuleError."""
    from recipelint.engine.rule_files import read_rule

    return read_rule(path)
