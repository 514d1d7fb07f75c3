"""The settings of one run, and how the caller's own lie over a project's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from recipelint.document.limits import LIMITS, Limits

if TYPE_CHECKING:
    from recipelint.recipe.facts import Value

_NOTHING: Mapping[str, Any] = {}  # not written to
ALL_FILES = "**"
"""The glob that every file matches."""


class Choice(NamedTuple):
    """One layer of rule selectors: `select` starts anew, the others add and take away."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Settings(NamedTuple):
    """Settings of one run. Everything has a default.

    `select`, `extend_select` and `ignore` hold rule selectors (id, prefix, name, category, ALL);
    they are applied on top of `project`, the selectors of a settings file. `profile` says which
    rules run where nothing is selected (None: "default"). `dialect` forces a dialect instead of
    recognising one. `given` are canonical facts that the caller knows (the cluster, a model's
    architecture). `rule_folders` are read beside the shipped rules; `parameters` are values for
    rule parameters by rule id. `root` is the project root; None finds it from each file.

    `severities` maps selectors to severities; `per_file_ignores`, `dialects`, `versions` and
    `models` map globs, relative to `folder` (None: the working directory), to selectors, a dialect,
    the release of the framework that reads those files, and the facts of the model that they train
    (`given` wins over them). `exclude` and `extend_exclude` are globs of
    what a search of folders passes over; `exclude` None stands for the built-in list.
    `require_reason` makes a suppression without a reason a finding. `baseline` is the path of a
    baseline; `fail_on`, `output_format` and `require_recipes` are the command line's defaults.
    `metrics` is the path of the log of a run, whose measured values are held against the recipe.
    `cache` keeps results in the user's cache folder and uses those of earlier runs. `limits` bound
    what is read of each file.
    """

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    dialect: str | None = None
    given: Mapping[str, Value] = _NOTHING
    rule_folders: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, Any]] = _NOTHING
    root: str | None = None
    project: Choice = Choice()
    profile: str | None = None
    severities: Mapping[str, str] = _NOTHING
    folder: str | None = None
    per_file_ignores: Mapping[str, tuple[str, ...]] = _NOTHING
    dialects: Mapping[str, str] = _NOTHING
    versions: Mapping[str, str] = _NOTHING
    models: Mapping[str, Mapping[str, Value]] = _NOTHING
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
    limits: Limits = LIMITS

    @property
    def choice(self) -> Choice:
        """The caller's own layer of selectors."""
        return Choice(self.select, self.extend_select, self.ignore)

    def over(self, project: Settings) -> Settings:
        """These settings on top of a project's: what is said here wins, the rest is kept."""
        return project._replace(
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
            models=self.models or project.models,
            baseline=self.baseline or project.baseline,
            fail_on=self.fail_on or project.fail_on,
            output_format=self.output_format or project.output_format,
            require_recipes=self.require_recipes or project.require_recipes,
            metrics=self.metrics or project.metrics,
            cache=self.cache,
            limits=project.limits if self.limits == LIMITS else self.limits,
        )


def _merged(
    below: Mapping[str, Mapping[str, Any]], above: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    return {rule: {**below.get(rule, {}), **above.get(rule, {})} for rule in {**below, **above}}
