"""The files that `recipelint init` writes."""

from __future__ import annotations

from collections.abc import Sequence

from recipelint import __version__

MARK = "recipelint/recipelint"
"""What the hook and the CI files name; one that has it is set up already."""

_HOOK = """\
  - repo: https://github.com/{mark}
    rev: v{version}
    hooks:
      - id: recipelint
"""
_STEP = """\
      - uses: {mark}@v{version}
        with:
          paths: |
            {lines}
          arguments: --require-recipes
"""
_WORKFLOW = """\
name: recipelint
on:
  push:
  pull_request:
permissions:
  contents: read
jobs:
  recipelint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
"""
_INCLUDE = """\
include:
  - remote: https://raw.githubusercontent.com/{mark}/v{version}/ci/gitlab.yml
variables:
  RECIPELINT_PACKAGE: recipelint=={version}
  RECIPELINT_PATHS: {words}
"""
_SETTINGS = """\
# recipelint: {found}
# Every setting: `recipelint schema settings`. The command line wins over this file.

# Fail from this severity on: error, warning, info or never.
fail-on = "error"

# Every suppression (`# recipelint: ignore[RULE] reason`) has to say why.
require-reason = true

# Known findings that do not fail, as `recipelint baseline` writes them.
# baseline = "recipelint-baseline.json"

# The cluster, which no recipe states; it makes the memory and layout rules speak.
# gpus = "8xH100-80GB"

# Rules to leave out, for everything and for some files (JSON has no comments).
# ignore = []
# [per-file-ignores]
# "legacy/**" = ["ALL"]
"""


def settings(found: str) -> str:
    """A settings file; `found` says which recipes there are."""
    return _SETTINGS.format(found=found)


def hook() -> str:
    """The entry under `repos:` for pre-commit."""
    return _filled(_HOOK)


def pre_commit() -> str:
    """A whole `.pre-commit-config.yaml`."""
    return f"repos:\n{hook()}"


def step(paths: Sequence[str]) -> str:
    """The step of a workflow on GitHub that checks `paths`, with the project's own action."""
    return _filled(_STEP, lines=f"\n{' ' * 12}".join(paths))


def workflow(paths: Sequence[str]) -> str:
    """A whole workflow for GitHub."""
    return _WORKFLOW + step(paths)


def gitlab(paths: Sequence[str]) -> str:
    """A whole `.gitlab-ci.yml`, which includes the project's own job."""
    return _filled(_INCLUDE, words=f'"{" ".join(paths)}"')


def _filled(text: str, **words: str) -> str:
    return text.format(mark=MARK, version=__version__, **words)
