"""Results that are kept: used when nothing changed, made anew when anything did."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from recipelint import Linter, Report, Settings
from recipelint.engine.evaluate import Plan

RECIPE = """\
base_model: a/b
datasets: [{path: a/c, type: alpaca}]
micro_batch_size: 4
learning_rate: 0.0002
deepspeed: zero.json
adam_epsilon: 1.0e-3
"""
CACHED = Settings(cache=True)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with one recipe and the file that it refers to, and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "recipe.yml").write_text(RECIPE, encoding="utf-8")
    (folder / "zero.json").write_text('{"zero_optimization": {"stage": 2}}', encoding="utf-8")
    monkeypatch.chdir(folder)
    yield folder
    (tmp_path / "cache").chmod(0o700) if (tmp_path / "cache").exists() else None


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each recipe that is really checked."""
    seen: list[str] = []
    original = Plan.of

    def noted(self: Plan, dialect: str) -> object:
        seen.append(dialect)
        return original(self, dialect)

    monkeypatch.setattr(Plan, "of", noted)
    return seen


def check(settings: Settings = CACHED) -> Report:
    """A check by a linter of its own, as a new process would make it."""
    return Linter(settings).check_file("recipe.yml")


def entries(folder: Path) -> list[Path]:
    """The files of the result cache."""
    return [p for p in (folder.parent / "cache/recipelint/results").rglob("*") if p.is_file()]


def test_a_second_check_gives_the_same_report_without_checking(
    project: Path, evaluations: list[str]
) -> None:
    first = check()
    assert first.findings
    assert len(evaluations) == 1
    second = check()
    assert second == first
    assert len(evaluations) == 1


def test_an_uncached_check_writes_nothing(project: Path) -> None:
    check(Settings())
    assert entries(project) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("recipe.yml", RECIPE.replace("0.0002", "0.0003")),
        ("zero.json", '{"zero_optimization": {"stage": 3}}'),
    ],
)
def test_a_changed_file_is_checked_anew(
    project: Path, evaluations: list[str], name: str, text: str
) -> None:
    check()
    (project / name).write_text(text, encoding="utf-8")
    kept = check()
    assert len(evaluations) == 2
    assert kept == check(Settings())


def test_a_reference_that_leads_elsewhere_is_checked_anew(
    project: Path, evaluations: list[str]
) -> None:
    (project / "zero.json").unlink()
    check()
    (project / "zero.json").write_text('{"zero_optimization": {"stage": 2}}', encoding="utf-8")
    assert check() == check(Settings())


def test_other_settings_are_another_result(project: Path, evaluations: list[str]) -> None:
    check()
    check(Settings(cache=True, ignore=("OPT",)))
    assert len(evaluations) == 2


def test_other_rules_are_another_result(
    project: Path, tmp_path: Path, evaluations: list[str]
) -> None:
    from tests.engine.test_rules import written

    folder = tmp_path / "own"
    folder.mkdir()
    own = Settings(cache=True, rule_folders=(str(folder),))
    written(folder, requires="optimizer.eps < 1")
    assert [f for f in check(own).findings if f.rule == "TST001"] == []
    written(folder, requires="optimizer.eps < 1e-6")
    assert [f.rule for f in check(own).findings if f.rule == "TST001"] == ["TST001"]
    assert len(evaluations) == 2


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"12\n[1, 2]", b"0\n[[],[]]", b"\xff\n\x00"])
def test_a_damaged_entry_is_checked_anew(
    project: Path, evaluations: list[str], damage: bytes
) -> None:
    first = check()
    (entry,) = entries(project)
    entry.write_bytes(damage)
    assert check() == first
    assert len(evaluations) == 2


def test_one_changed_byte_is_noticed(project: Path, evaluations: list[str]) -> None:
    first = check()
    (entry,) = entries(project)
    held = entry.read_bytes()
    entry.write_bytes(held.replace(b"recipe.yml", b"recipe.yaml", 1))
    assert check() == first
    assert len(evaluations) == 2


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a-file"))
    assert check() == check(Settings())


def test_runs_at_the_same_time_share_the_cache(project: Path) -> None:
    expected = check(Settings())
    reports: list[Report] = []

    def run() -> None:
        reports.extend(check() for _ in range(5))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 30
    assert all(report == expected for report in reports)
    assert len(entries(project)) == 1, "no temporary file is left"
