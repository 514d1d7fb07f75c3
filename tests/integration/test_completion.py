"""Shell completion, asked for by the shells themselves where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import SOURCES

SCRIPTS = {
    "bash": """
eval "$(_RECIPELINT_COMPLETE=bash_source recipelint)"
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_recipelint_completion recipelint
printf '%s\\n' "${{COMPREPLY[@]}}"
""",
    "fish": """
_RECIPELINT_COMPLETE=fish_source recipelint | source
complete -C "{words}"
""",
    "zsh": """
autoload -U compinit && compinit -u -D
eval "$(_RECIPELINT_COMPLETE=zsh_source recipelint)"
function _describe {{ print -l -- ${{completions_with_descriptions%%:*}} }}
function compadd {{ print -l -- $completions }}
words=({words})
CURRENT=$#words
$_comps[recipelint]
""",
}
"""What each shell runs to complete a line; in zsh two built-in functions print instead."""


@pytest.fixture(params=list(SCRIPTS))
def shell(request: pytest.FixtureRequest) -> str:
    """Each shell that is installed."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return str(request.param)


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A folder in which `recipelint` is this checkout."""
    path = tmp_path / "bin" / "recipelint"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m recipelint "$@"\n')
    path.chmod(0o755)
    return path.parent


def offered(shell: str, command: Path, words: str) -> list[str]:
    """What the shell offers for a line, without descriptions."""
    quiet = {"bash": ["--norc"], "fish": ["--no-config"], "zsh": ["-f"]}[shell]
    done = subprocess.run(
        [shell, *quiet, "-c", SCRIPTS[shell].format(words=words)],
        cwd=command.parent,
        env={
            **os.environ,
            "PATH": f"{command}:{os.environ['PATH']}",
            "PYTHONPATH": SOURCES,
            "HOME": str(command.parent),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if "Bash version" in done.stderr:
        pytest.skip("this bash is too old for completion")
    assert done.returncode == 0, done.stderr
    return [line.split("\t")[0] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("recipelint ch", ["check"]),
        ("recipelint check --format ju", ["junit"]),
        ("recipelint explain opt001", ["OPT001"]),
        ("recipelint test-rules opt001", ["OPT001"]),
        ("recipelint facts --dialect hf", ["hf-config"]),
        ("recipelint schema setti", ["settings"]),
        ("recipelint check --output-file sa", ["sarif="]),
    ],
)
def test_a_shell_completes(shell: str, command: Path, words: str, completed: list[str]) -> None:
    assert offered(shell, command, words) == completed


def test_a_list_goes_on_behind_a_comma(shell: str, command: Path) -> None:
    if shell == "fish":
        pytest.skip("click's script for fish splits what it is offered at commas")
    listed = "CFG101,OPT001"
    assert offered(shell, command, f"recipelint check --select {listed}") == [listed]


def test_commands_are_offered_without_importing_them(command: Path) -> None:
    """Completion waits for a person, who presses a key."""
    code = (
        "import os, sys, atexit\n"
        "os.environ.update(_RECIPELINT_COMPLETE='bash_complete', COMP_WORDS='recipelint ',"
        " COMP_CWORD='1')\n"
        "atexit.register(lambda: print(sorted(m for m in sys.modules if 'cli.' in m)))\n"
        "from recipelint.__main__ import main; main()"
    )
    environment = {**os.environ, "PYTHONPATH": SOURCES}
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    ).stdout
    assert "plain,estimate" in shown
    assert "recipelint.cli.estimate'" not in shown
    assert "recipelint.cli.commands'" in shown
