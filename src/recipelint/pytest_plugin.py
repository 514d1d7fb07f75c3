"""The pytest plugin: `pytest --recipelint` makes every recipe a test.

It is loaded in every pytest run of the environment, so it imports nothing before it is asked to.
Settings, suppressions and the baseline are those of `recipelint check`; findings that reach
`fail-on` fail the test, the others are pytest's warnings.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from recipelint.linter import Report
    from recipelint.project import Project
    from recipelint.settings import Settings

_ENDINGS = (".yaml", ".yml", ".json", ".toml")
_PROJECT = pytest.StashKey["Project"]()


class RecipelintWarning(UserWarning):
    """A finding that does not fail the run."""


class RecipeError(Exception):
    """A recipe has findings that fail the run; the text is their report."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--recipelint`."""
    group = parser.getgroup("recipelint")
    group.addoption("--recipelint", action="store_true", help="check LLM training recipes as tests")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker that selects recipes (`-m recipelint`)."""
    config.addinivalue_line("markers", "recipelint: a recipe that recipelint checks")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> RecipeFile | None:
    """Collect what may be a recipe and is not excluded."""
    config = parent.config
    if not config.getoption("recipelint") or file_path.suffix.lower() not in _ENDINGS:
        return None
    if _project(config).excluded(str(file_path)) is not None:
        return None
    collected = RecipeFile.from_parent(parent, path=file_path)
    assert isinstance(collected, RecipeFile)
    return collected


def _project(config: pytest.Config) -> Project:
    """The project of the session, made when the first file asks for it."""
    if _PROJECT not in config.stash:
        from recipelint.project import Project
        from recipelint.settings import Settings

        config.stash[_PROJECT] = Project(Settings())
    return config.stash[_PROJECT]


class RecipeFile(pytest.File):
    """A file that may be a recipe."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test if the file is a recipe or cannot be read, none otherwise."""
        project = _project(self.config)
        linter = project.linter(str(self.path))
        try:
            found = linter.recipe(str(self.path)) is not None or _is_broken(linter, str(self.path))
        except OSError:
            found = True  # the check says so
        if found:
            item = RecipeItem.from_parent(self, name="recipelint")
            assert isinstance(item, RecipeItem)
            yield item


def _is_broken(linter: Any, path: str) -> bool:
    """Whether a file of a known dialect cannot be translated: the check has findings on it."""
    report: Report = linter.check_file(path)
    return report.recipes > 0


class RecipeItem(pytest.Item):
    """One recipe under check."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.add_marker("recipelint")

    def runtest(self) -> None:
        """Check the recipe. Raises RecipeError if a finding fails the run."""
        from recipelint.reporters import get
        from recipelint.reporters.options import Options

        project = _project(self.config)
        report = project.linter(str(self.path)).check_or_report(str(self.path))
        settings = project.settings(str(self.path))
        _leave_known(report, settings)
        options = Options(summary=False, fail_on=settings.fail_on or "error")
        failing = [f for f in report.findings if options.fails(f.severity)]
        for finding in report.findings:
            if not options.fails(finding.severity):
                self.warn(RecipelintWarning(_one_line(report, finding, options)))
        if failing:
            report.findings = failing
            raise RecipeError(get("text")(report, options).rstrip())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report instead of a traceback."""
        if isinstance(excinfo.value, RecipeError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """Where the test stands, and what it is called in headings."""
        return self.path, 0, f"recipelint {self.path.name}"


def _one_line(report: Report, finding: Any, options: Any) -> str:
    from recipelint.linter import Report as Fresh
    from recipelint.reporters import get

    return get("concise")(Fresh(findings=[finding], sources=report.sources), options).rstrip()


def _leave_known(report: Report, settings: Settings) -> None:
    """Take the findings of the project's baseline out of the report."""
    if settings.baseline is None:
        return
    from recipelint.filters.baseline import load

    report.findings, _ = load(settings.baseline).split(report.findings, report.sources)
