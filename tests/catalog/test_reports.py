"""The published recipes by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recipelint.catalog import reports


def test_every_file_of_the_folder_is_a_report() -> None:
    folder = Path(__file__).parents[2] / "examples" / "reports"
    assert reports.names() == sorted(path.stem for path in folder.iterdir())


@pytest.mark.parametrize("name", reports.names())
def test_a_report_is_found_by_its_name_and_by_its_title(name: str) -> None:
    assert reports.find(name) == name
    assert reports.find(name.upper().replace("-", " ")) == name
    assert reports.find(reports.title(name).partition(" (")[0]) == name
    assert os.path.isfile(reports.path(name))


def test_titles_tell_reports_apart() -> None:
    titles = [reports.title(name) for name in reports.names()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    "text", ["", "-", "kimi", "kimi-k22", "../kimi-k2", "deepseek-v3.yaml", "(671B)"]
)
def test_what_is_only_like_a_name_finds_nothing(text: str) -> None:
    assert reports.find(text) is None


def test_reports_of_a_wheel_lie_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "catalog").mkdir()
    monkeypatch.setattr(reports, "__file__", str(tmp_path / "catalog" / "reports.py"))
    assert reports.folder() == str(tmp_path / "reports")
