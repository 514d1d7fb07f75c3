"""Several reports of one run, and where they go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recipelint.cli import progress
from tests.cli.conftest import Run


def test_reports_go_into_files_beside_what_is_printed(check: Run, project: Path) -> None:
    result = check("bad.yaml", "--output-file", "json=a.json", "--output-file", "html=b.html")
    assert result.exit_code == 1
    assert "TST001 rate-too-high" in result.stdout
    assert json.loads((project / "a.json").read_text())["summary"]["findings"] == 1
    page = (project / "b.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "optimizer.learning_rate" in page


def test_a_file_without_a_format_takes_the_place_of_what_is_printed(
    check: Run, project: Path
) -> None:
    files = ("--output-file", "a.json", "--output-file", "junit=b.xml")
    result = check("bad.yaml", "--format", "json", *files)
    assert result.stdout == ""
    assert json.loads((project / "a.json").read_text())["findings"]
    assert "<testsuites" in (project / "b.xml").read_text()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["jsn=a"], "there is no format `jsn`; did you mean `json`?"),
        (["a", "b"], "several files need their formats"),
        (["json=a", "sarif=./a"], "two reports would go into the same file"),
    ],
)
def test_wrong_use(check: Run, files: list[str], message: str) -> None:
    result = check("bad.yaml", *(part for file in files for part in ("--output-file", file)))
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_patch_has_no_format(check: Run) -> None:
    result = check("bad.yaml", "--diff", "--output-file", "json=a")
    assert (result.exit_code, "a patch has no format" in result.stderr) == (2, True)


# --- progress


class Terminal:
    """Standard error as a terminal that remembers what was written."""

    def __init__(self) -> None:
        self.written = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.written += text
        return len(text)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(("patience", "bar"), [(-1.0, True), (1000.0, False)])
def test_a_long_run_shows_a_bar_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, patience: float, bar: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "PATIENCE", patience)
    files = [f"{number}.yaml" for number in range(9)]
    assert list(progress.watched(files)) == files
    assert ("recipelint" in terminal.written) is bar


def test_there_is_no_bar_where_nobody_looks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    assert list(progress.watched(["a", "b", "c"])) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""
