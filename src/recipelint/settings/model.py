"""The settings of one run, and how the caller's own lie over a project's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recipelint.recipe.facts import Value


@dataclass(frozen=True, slots=True)
class Choice:
    """One layer of rule selectors: `select` starts anew, the others add and take away."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one run. Everything has a default.

    `select`, `extend_select` and `ignore` hold rule selectors (id, prefix, name, category, ALL);
    they are applied on top of `project`, the selectors of a settings file. `profile` says which
    rules run where nothing is selected (None: "default"). `dialect` forces a dialect instead of
    recognising one. `given` are canonical facts that the caller knows (the cluster, a model's
    architecture). `rule_folders` are read beside the shipped rules; `parameters` are values for
    rule parameters by rule id. `root` is the project root; None finds it from each file.

    `severities` maps selectors to severities; `per_file_ignores`, `dialects` and `versions` map
    globs, relative to `folder` (None: the working directory), to selectors, a dialect, and the
    release of the framework that reads those files. `exclude` and `extend_exclude` are globs of
    what a search of folders passes over; `exclude` None stands for the built-in list.
    `require_reason` makes a suppression without a reason a finding. `baseline` is the path of a
    baseline; `fail_on`, `output_format` and `require_recipes` are the command line's defaults.
    `metrics` is the path of the log of a run, whose measured values are held against the recipe.
    `cache` keeps results in the user's cache folder and uses those of earlier runs.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    dialect: str | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    rule_folders: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    root: str | None = None
    project: Choice = Choice()
    profile: str | None = None
    severities: Mapping[str, str] = field(default_factory=dict)
    folder: str | None = None
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dialects: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    require_reason: bool = False
    baseline: str | None = None
    fail_on: str | None = None
    output_format: str | None = None
    require_recipes: bool = False
    metrics: str | None = None
    cache: bool = False

    @property
    def choice(self) -> Choice:
        """The caller's own layer of selectors."""
        return Choice(self.select, self.extend_select, self.ignore)

    def over(self, project: Settings) -> Settings:
        """These settings on top of a project's: what is said here wins, the rest is kept."""
        return replace(
            project,
            select=self.select,
            extend_select=self.extend_select,
            ignore=self.ignore,
            project=project.choice,
            dialect=self.dialect or project.dialect,
            given={**project.given, **self.given},
            rule_folders=tuple(dict.fromkeys((*project.rule_folders, *self.rule_folders))),
            parameters=_merged(project.parameters, self.parameters),
            root=self.root or project.root,
            profile=self.profile or project.profile,
            severities={**project.severities, **self.severities},
            baseline=self.baseline or project.baseline,
            fail_on=self.fail_on or project.fail_on,
            output_format=self.output_format or project.output_format,
            require_recipes=self.require_recipes or project.require_recipes,
            metrics=self.metrics or project.metrics,
            cache=self.cache,
        )


def _merged(
    below: Mapping[str, Mapping[str, Any]], above: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    return {rule: {**below.get(rule, {}), **above.get(rule, {})} for rule in {**below, **above}}
