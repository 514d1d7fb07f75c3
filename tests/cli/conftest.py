"""A command line in a scratch folder, with two rules of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recipelint.cli.commands import cli
from tests.cli.rule_files import BAD, GOOD, ODD, write_rules

Run = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: three recipes and a file that is none. No rules are shipped."""
    folder, nothing = tmp_path / "project", tmp_path / "nothing"
    folder.mkdir()
    nothing.mkdir()
    for name, text in {"bad": BAD, "odd": ODD, "good": GOOD, "other": "services: {}\n"}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("recipelint.linter.shipped_folder", lambda: str(nothing))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return folder


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The folder of the tests' own rules."""
    return write_rules(tmp_path / "rules")


@pytest.fixture
def run() -> Run:
    """Run a command line; what is not an exit is raised."""

    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(cli, list(arguments), catch_exceptions=False, **options)

    return invoke


@pytest.fixture
def check(run: Run, project: Path, rules: Path) -> Run:
    """Run `recipelint check` in the project, with the tests' rules alone."""

    def invoke(*arguments: str, **options: object) -> Result:
        return run("check", "--rules", str(rules), *arguments, **options)

    return invoke
