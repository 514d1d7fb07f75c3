"""The group: commands are imported late, and wrong use is answered in one line."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

import recipelint
from recipelint.cli.commands import COMMANDS, cli
from tests.cli.conftest import Run
from tests.processes import python, recipelint_process


def test_importing_the_group_imports_no_command_and_nothing_heavy() -> None:
    code = "import sys, json, recipelint.cli.commands; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(python("-c", code).stdout))
    assert not loaded & {"pydantic", "jsonschema", "yaml", "importlib.metadata"}
    assert {m for m in loaded if m.startswith("recipelint")} == {
        "recipelint",
        "recipelint.cli",
        "recipelint.cli.commands",
        "recipelint.cli.group",
        "recipelint.cli.hints",
        "recipelint.cli.status",
        "recipelint.errors",
    }


def test_a_check_imports_no_pydantic_and_no_jsonschema(project: Path, rules: Path) -> None:
    code = (
        "import sys\nfrom recipelint.cli import main\nsys.argv[1:] = ['check', 'bad.yaml', '-q']\n"
        "try:\n    main()\nfinally:\n    print(sorted(sys.modules), file=sys.stderr)"
    )
    loaded = python("-c", code).stderr.decode()
    assert "'recipelint.linter'" in loaded
    assert "'pydantic'" not in loaded
    assert "'jsonschema'" not in loaded


def test_help_lists_every_command_without_importing_it(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert [n for n, c in COMMANDS.items() if f"  {n}" not in result.output] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_has_help(run: Run, name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name
    assert command.help
    assert run(name, "--help").exit_code == 0


def test_an_unknown_command_gets_a_suggestion(run: Run, project: Path) -> None:
    result = run("chekc")
    assert result.exit_code == 2
    assert result.stderr == (
        "recipelint: error: there is no command `chekc`; did you mean `check`?\n"
    )


def test_a_file_instead_of_a_command_gets_a_suggestion(run: Run, project: Path) -> None:
    assert "did you mean `recipelint check bad.yaml`?" in run("bad.yaml").stderr


def test_no_command_shows_the_help_and_is_wrong_use(run: Run) -> None:
    result = run()
    assert result.exit_code == 2
    assert "Usage: " in result.output


def test_version(run: Run) -> None:
    assert run("--version").output == f"recipelint {recipelint.__version__}\n"


def test_the_package_can_be_run_as_a_module() -> None:
    done = recipelint_process("--version")
    assert done.stdout.decode() == f"recipelint {recipelint.__version__}\n"
