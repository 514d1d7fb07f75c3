"""A check depends on the files and on nothing else: not on order, company, chunks or caches."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recipelint import Linter, Report, Settings, lint_many
from recipelint.linter import rule_set

_EVERY = Settings(select=("ALL",))


@cache
def _texts() -> tuple[str, ...]:
    """The examples of the rules: recipes of all dialects, good and bad."""
    rules = rule_set(())
    return tuple(
        example.text
        for rule in rules
        for example in (*rule.bad, *rule.good)
        if not example.files and example.file.endswith(".yaml")
    )


_ODD = ("", "\t\n", "x: *y\n", "# recipelint: ignore[CFG]\n")


@st.composite
def recipes(draw: st.DrawFn) -> str:
    """An example with lines left out, repeated, or put in from another one."""
    lines = draw(st.sampled_from(_texts())).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(lines)))
        other = draw(st.sampled_from(_texts())).splitlines(keepends=True)
        taken = draw(
            st.sampled_from([*other, "", "\t\n", "x: *y\n", "# recipelint: ignore[CFG]\n"])
        )
        lines[place : place + draw(st.integers(0, 1))] = [taken]
    return "".join(lines)


def _said(report: Report) -> tuple[object, ...]:
    return (report.recipes, report.findings, report.not_assessed, report.suppressed, report.sources)


def _alone(folder: Path) -> dict[str, tuple[object, ...]]:
    """What is said of each file by a linter that never saw another one."""
    return {path: _said(Linter(_EVERY).check_file(path)) for path in _paths(folder)}


def _paths(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.glob("*.yaml"))]


def _written(folder: Path, texts: Iterable[str]) -> None:
    for path in folder.glob("*.yaml"):
        path.unlink()
    for number, text in enumerate(texts):
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


_FEW = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_FEW
@given(st.lists(recipes(), min_size=2, max_size=6), st.randoms())
def test_order_and_company_change_nothing(folder: Path, texts: list[str], chance: object) -> None:
    _written(folder, texts)
    alone, paths = _alone(folder), _paths(folder)
    chance.shuffle(paths)  # type: ignore[attr-defined]
    linter = Linter(_EVERY)
    assert {path: _said(linter.check_file(path)) for path in paths} == alone
    assert {path: _said(linter.check_file(path)) for path in reversed(paths)} == alone


@_FEW
@given(st.lists(recipes(), min_size=1, max_size=4))
def test_the_cache_changes_nothing(folder: Path, texts: list[str]) -> None:
    _written(folder, texts)
    alone = _alone(folder)
    for _ in range(2):  # the second time from the cache
        cached = Linter(Settings(select=("ALL",), cache=True))
        assert {path: _said(cached.check_file(path)) for path in _paths(folder)} == alone


def _executors() -> list[Executor]:
    """Threads, and processes that start anew."""
    return [ThreadPoolExecutor(3), ProcessPoolExecutor(2, mp_context=get_context("spawn"))]


@pytest.mark.parametrize("index", [0, 1], ids=["threads", "processes"])
def test_chunks_and_processes_change_nothing(folder: Path, index: int) -> None:
    chosen = _texts()[:: max(1, len(_texts()) // 30)]
    _written(folder, chosen)
    paths = _paths(folder)
    alone = _alone(folder)
    with _executors()[index] as executor:
        reports = list(lint_many(paths, _EVERY, executor))
    assert [_said(report) for report in reports] == [alone[path] for path in paths]
    assert sum(len(report.findings) for report in reports) > len(paths) / 2
