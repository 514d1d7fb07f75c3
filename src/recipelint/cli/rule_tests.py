"""`recipelint test-rules`: the examples of rules, held against the rules."""

from __future__ import annotations

import os
from typing import Any

import click

from recipelint.cli import completion
from recipelint.cli.options import json_option, rules_option
from recipelint.cli.output import emit
from recipelint.cli.project import linter_here
from recipelint.cli.project_options import settings_options
from recipelint.cli.status import FOUND, OK
from recipelint.engine.rules import Rule, RuleSet
from recipelint.errors import UseError
from recipelint.examples import Bench, Problem
from recipelint.files import shown
from recipelint.filters.selection import ids_of
from recipelint.findings import Severity
from recipelint.reporters.json import VERSION, dumps
from recipelint.reporters.sanitize import line, visible
from recipelint.reporters.summary import plural
from recipelint.settings import Settings


@click.command("test-rules")
@click.argument(
    "named", nargs=-1, metavar="[DIR|FILE|RULE]...", shell_complete=completion.rules_and_files
)
@rules_option
@settings_options
@json_option
def command(
    named: tuple[str, ...],
    rule_folders: tuple[str, ...],
    config: str | None,
    isolated: bool,
    format_name: str,
) -> int:
    """Hold rules against their own examples: a bad one is found, a good one is not.

    Without arguments these are the rules of the folders that the settings or `--rules` name; else
    those in a folder, in a rule file, or called by id, name or category. Settings do not tune them:
    each runs with the parameters of its own file, beside all other rules. Exit status: 0, 1 if an
    example fails, 2 if a rule file is wrong.
    """
    places = [name for name in named if os.path.exists(name)]
    own = Settings(rule_folders=(*rule_folders, *(_folder(place) for place in places)))
    linter = linter_here(own, config, isolated)
    if not named:
        places = list(linter.settings.rule_folders)
    rules = _chosen(linter.rules, places, [name for name in named if name not in places])
    bench = Bench(linter.rules)
    problems = [problem for rule in rules for problem in bench.problems(rule)]
    examples = sum(len(rule.bad) + len(rule.good) for rule in rules)
    if format_name == "json":
        emit(dumps(_object(problems, len(rules), examples)))
    else:
        emit("".join(f"{_text(problem)}\n" for problem in problems))
        emit(_summary(problems, len(rules), examples))
    return FOUND if _failed(problems) else OK


def _folder(place: str) -> str:
    return place if os.path.isdir(place) else os.path.dirname(place) or os.curdir


def _chosen(rules: RuleSet, places: list[str], selectors: list[str]) -> list[Rule]:
    """The rules in the places, and those that selectors name. Raises UseError where one has none.

    A place is a folder or a rule file.
    """
    if not places and not selectors:
        raise UseError("there are no rules of your own: name their folder, or set `rules`")
    ids = ids_of(rules, selectors)
    for place in places:
        found = {rule.id for rule in rules if _lies_in(rule, place)}
        if not found:
            raise UseError(f"{shown(place)}: there is no rule in it")
        ids |= found
    return [rule for rule in rules if rule.id in ids]


def _lies_in(rule: Rule, place: str) -> bool:
    path, above = os.path.realpath(rule.path), os.path.realpath(place)
    return path == above or path.startswith(os.path.join(above, ""))


def _failed(problems: list[Problem]) -> int:
    return sum(problem.severity is Severity.ERROR for problem in problems)


def _text(problem: Problem) -> str:
    """`rules/a/HSE001-x.yaml:18: error HSE001 bad example 1: expected a finding; …`."""
    where = f"{shown(problem.rule.path)}:{problem.line}"
    number = "s" if problem.number is None else f" {problem.number}"
    title = f" ({problem.title})" if problem.title else ""
    example = f"{problem.rule.id} {problem.kind} example{number}{title}"
    said = f"{where}: {problem.severity} {example}: expected {problem.expected}; {problem.found}"
    return line(visible(said))


def _summary(problems: list[Problem], rules: int, examples: int) -> str:
    failed = _failed(problems)
    warned = len(problems) - failed
    verdict = f"{failed} failed" if failed else "none failed"
    tail = f" ({plural(warned, 'warning')})" if warned else ""
    return f"{plural(examples, 'example')} of {plural(rules, 'rule')}: {verdict}{tail}\n"


def _object(problems: list[Problem], rules: int, examples: int) -> dict[str, Any]:
    return {
        "version": VERSION,
        "rules": rules,
        "examples": examples,
        "failed": _failed(problems),
        "problems": [
            {
                "rule": problem.rule.id,
                "name": problem.rule.name,
                "severity": problem.severity.value,
                "path": shown(problem.rule.path),
                "line": problem.line,
                "kind": problem.kind,
                "example": problem.number,
                "title": problem.title,
                "expected": problem.expected,
                "found": problem.found,
            }
            for problem in problems
        ],
    }
