"""Files that change under the hands of a check."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from recipelint import Linter, Settings, linter
from recipelint.document import reader
from recipelint.document.limits import LIMITS
from tests.fuzzing.hostile import RECIPE


def test_a_file_that_vanishes_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE)
    read = linter.content

    def late(name: str, *limits: object) -> bytes:
        path.unlink()
        return read(name)

    monkeypatch.setattr(linter, "content", late)
    report = Linter(Settings(select=("CFG002",))).check_or_report(str(path))
    assert [finding.rule for finding in report.findings] == ["CFG002"]
    assert "No such file" in report.findings[0].message


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes")
def test_a_file_that_becomes_a_pipe_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE)
    judge = os.stat

    def swapped(name: str) -> os.stat_result:
        found = judge(name)
        path.unlink()
        os.mkfifo(path)
        return found

    monkeypatch.setattr(reader.os, "stat", swapped)
    assert reader.content(str(path)) == b""


def test_of_a_file_that_grows_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE)
    enough = threading.Event()

    def grow() -> None:
        with open(path, "ab") as stream:
            for _ in range(40):
                stream.write(b"# more\n" * 20_000)
                stream.flush()
                if enough.is_set():
                    return

    writer = threading.Thread(target=grow)
    writer.start()
    sizes = [len(reader.content(str(path))) for _ in range(20)]
    enough.set()
    writer.join()
    assert max(sizes) <= LIMITS.bytes + 1
    assert sizes == sorted(sizes)
