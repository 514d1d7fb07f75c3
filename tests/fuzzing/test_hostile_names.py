"""Names of files that would steer a terminal, a log or a page, in every format and remark."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from recipelint.reporters import FORMATS
from tests.fuzzing.hostile import RECIPE
from tests.processes import recipelint_process

NAMES = (
    "a\n::error file=x::pwned\n.yaml",
    "::set-output name=x::y.yaml",
    "##[group]x.yaml",
    "##vso[task.setvariable]x.yaml",
    "\x1b[2J\x1b[31mred.yaml",
    "\u202etxt.lmay.yaml",
    "]]><script>alert(1)<!--.yaml",
    '"><img src=x onerror=alert(1)>.yaml',
    "| a | `b` | [c](javascript:alert(1)).yaml",
    "%0A::error::x.yaml",
    "--help.yaml",
    "\udcff\udcfe.yaml",
    "zero\u200bwidth\ufeff.yaml",
)
_OWN = ("::error file=", "::warning file=", "::notice file=")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows refuses such names")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one recipe under each name, wrong in the same place."""
    made = tmp_path_factory.mktemp("names")
    (made / ".git").mkdir()
    for name in NAMES:
        name = name.replace("/", "\u2215")
        (made / name).write_text(RECIPE + "tpye: 1\nmicro_batch_sise: 1\n")
    return made


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "statistics"])
def test_no_format_passes_a_name_on_as_it_is(folder: Path, name: str) -> None:
    done = recipelint_process("check", ".", "--format", name, "--no-cache", cwd=folder)
    assert done.returncode == 1, done.stderr
    shown = done.stdout.decode("utf-8")
    assert "tpye" in shown
    _assert_harmless(shown, "\n\t" if name == "html" else "\n")
    if name in ("html", "markdown", "junit"):
        assert "<script>alert" not in shown
        assert "<img src" not in shown
    for line in shown.split("\n"):
        command = line.lstrip().startswith("::")
        assert not command or (name == "github" and line.startswith(_OWN))
        assert "##[" not in line
        assert "##vso[task.setvariable" not in line
    if name in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(shown)
    if name == "junit":
        ElementTree.fromstring(shown)


@pytest.mark.parametrize("option", ["--diff", "--statistics", "--verbose"])
def test_nor_does_what_is_said_beside_a_report(folder: Path, option: str) -> None:
    done = recipelint_process("check", ".", option, "--unsafe-fixes", "--no-cache", cwd=folder)
    if option != "--diff":
        done = recipelint_process("check", ".", option, "--no-cache", cwd=folder)
    for stream in (done.stdout, done.stderr):
        _assert_harmless(stream.decode("utf-8"), "\n")


@pytest.mark.parametrize("name", NAMES)
def test_nor_does_a_complaint_about_a_missing_file(tmp_path: Path, name: str) -> None:
    done = recipelint_process("check", "--", name, cwd=tmp_path)
    assert done.returncode == 2
    said = done.stderr.decode("utf-8")
    _assert_harmless(said, "\n")
    assert said.count("\n") == 1


def _assert_harmless(shown: str, allowed: str) -> None:
    assert [char for char in shown if not char.isprintable() and char not in allowed] == []
    assert "\u202e" not in shown
    assert "\x1b" not in shown
