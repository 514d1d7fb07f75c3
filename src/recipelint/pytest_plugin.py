"""The pytest plugin: `pytest --recipelint` makes every recipe a test.

It is loaded in every pytest run of the environment, so it imports nothing before it is asked to.
Settings, suppressions, the baseline, and what a search passes over are those of `recipelint
check`; findings that reach `fail-on` fail the test, the others are pytest's warnings.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from recipelint.findings import Finding
    from recipelint.linter import Report
    from recipelint.project import Project
    from recipelint.reporters.options import Options

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
    """Collect what may be a recipe and is not passed over."""
    config = parent.config
    if not config.getoption("recipelint") or file_path.suffix.lower() not in _ENDINGS:
        return None
    with _one_line():
        if not _wanted(_project(config), parent.session, file_path):
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


def _wanted(project: Project, session: pytest.Session, path: Path) -> bool:
    """Whether `recipelint check` would check the file, given the arguments of pytest."""
    if session.isinitpath(path):
        return project.excluded(str(path)) is None
    top = next((folder for folder in path.parents if session.isinitpath(folder)), path.parent)
    return project.finds(str(path), str(top))


@contextmanager
def _one_line() -> Iterator[None]:
    """Report what is wrong with settings, rules or the baseline without a traceback."""
    from recipelint.errors import UseError

    try:
        yield
    except UseError as error:
        raise pytest.Collector.CollectError(f"recipelint: {error}") from None


class RecipeFile(pytest.File):
    """A file that may be a recipe."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test if the file is a recipe or cannot be read, none otherwise."""
        with _one_line():
            report, options = _checked(_project(self.config), str(self.path))
        if report.recipes or report.findings or report.unread:
            item = RecipeItem.from_parent(self, name="recipelint", report=report, options=options)
            assert isinstance(item, RecipeItem)
            yield item


def _checked(project: Project, path: str) -> tuple[Report, Options]:
    """The report on a file, less what is known, and how it is to be judged. Raises UseError."""
    from recipelint.reporters.options import Options

    report = project.linter(path).check_or_report(path)
    settings = project.settings(path)
    if settings.baseline is not None:
        from recipelint.filters.baseline import load

        report.findings, _ = load(settings.baseline).split(report.findings, report.sources)
    return report, Options(summary=False, fail_on=settings.fail_on or "error")


class RecipeItem(pytest.Item):
    """One recipe that was checked."""

    def __init__(self, *, report: Report, options: Options, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._report = report
        self._options = options
        self.add_marker("recipelint")

    def runtest(self) -> None:
        """Judge the findings. Raises RecipeError if one fails the run."""
        failing = [f for f in self._report.findings if self._options.fails(f.severity)]
        for finding in self._report.findings:
            if finding not in failing:
                self.warn(RecipelintWarning(self._shown("concise", [finding])))
        if failing:
            raise RecipeError(self._shown("text", failing))

    def _shown(self, format_name: str, findings: list[Finding]) -> str:
        """These findings alone, in a format."""
        from recipelint.linter import Report
        from recipelint.reporters import get

        report = Report(findings=findings, sources=self._report.sources)
        return get(format_name)(report, self._options).rstrip()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report instead of a traceback."""
        if isinstance(excinfo.value, RecipeError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """Where the test stands, and what it is called in headings."""
        return self.path, 0, f"recipelint {self.path.name}"
