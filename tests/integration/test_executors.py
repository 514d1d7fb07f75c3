"""`lint_many` on executors of several kinds, and the command line with several processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from recipelint import Report, Settings, lint_many
from tests.processes import recipelint_process

FILES = 60
WRONG = 7
"""Every seventh recipe has a mistake."""


def recipe(number: int) -> str:
    """A recipe of axolotl; some have a key that it does not know."""
    key = "context_parapllel_size: 2\n" if number % WRONG == 0 else ""
    return (
        "base_model: a/b\ndatasets: [{path: a/c, type: alpaca}]\nmicro_batch_size: 1\n"
        f"learning_rate: {number + 1}.0e-6\n{key}"
    )


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Paths of many recipes in one project."""
    folder = tmp_path_factory.mktemp("recipes")
    (folder / ".git").mkdir()
    for number in range(FILES):
        (folder / f"r{number:03}.yml").write_text(recipe(number), encoding="utf-8")
    return [str(folder / f"r{number:03}.yml") for number in range(FILES)]


def found(reports: Iterator[Report]) -> list[list[tuple[str, int, str]]]:
    """Rule, line and message of every finding, file by file."""
    return [[(f.rule, f.span.line, f.message) for f in report.findings] for report in reports]


@pytest.fixture(scope="module")
def expected(recipes: list[str]) -> list[list[tuple[str, int, str]]]:
    """What one process finds."""
    alone = found(lint_many(recipes))
    assert sum(bool(file) for file in alone) >= FILES // WRONG
    return alone


def processes() -> Executor:
    """Processes that are started anew, as on macOS and Windows."""
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


@pytest.mark.parametrize(
    "make", [lambda: ThreadPoolExecutor(3), processes], ids=["threads", "spawn"]
)
def test_an_executor_finds_the_same_in_the_same_order(
    make: Callable[[], Executor], recipes: list[str], expected: list[object]
) -> None:
    with make() as executor:
        assert found(lint_many(recipes, executor=executor)) == expected


def test_dask_distributed_finds_the_same(recipes: list[str], expected: list[object]) -> None:
    """A local cluster of two worker processes."""
    distributed = pytest.importorskip("distributed")
    options: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        distributed.LocalCluster(processes=True, **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert found(lint_many(recipes, executor=client.get_executor())) == expected


def test_files_of_an_fsspec_filesystem(expected: list[list[tuple[str, int, str]]]) -> None:
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    names = [f"/recipes/r{number:03}.yml" for number in range(FILES)]
    for number, name in enumerate(names):
        memory.pipe_file(name, recipe(number).encode())
    assert found(lint_many(names, read=memory.cat_file)) == expected


def test_a_local_filesystem_of_fsspec_goes_to_processes(
    recipes: list[str], expected: list[object]
) -> None:
    fsspec = pytest.importorskip("fsspec")
    local = fsspec.filesystem("file")
    with processes() as executor:
        assert found(lint_many(recipes, executor=executor, read=local.cat_file)) == expected


def test_workers_that_die_lose_no_file(recipes: list[str], expected: list[object]) -> None:
    """Tasks are sent to a pool that is broken by the first of them."""
    with ProcessPoolExecutor(1) as executor:
        executor.submit(os._exit, 3)
        assert found(lint_many(recipes, executor=executor)) == expected


def test_a_file_that_is_missing_is_a_report_in_its_place(recipes: list[str]) -> None:
    reports = list(lint_many([recipes[1], "gone.yml", recipes[2]]))
    assert len(reports) == 3
    assert list(reports[1].unread) == ["gone.yml"]
    assert "cannot be read" in reports[1].findings[0].message
    assert [report.recipes for report in reports] == [1, 0, 1]


def test_a_filesystem_that_fails_is_a_report(recipes: list[str]) -> None:
    def read(path: str) -> bytes:
        raise ConnectionError("the bucket is closed")

    (report,) = lint_many(["s3://bucket/recipe.yml"], read=read)
    assert report.unread == {"s3://bucket/recipe.yml": "the bucket is closed"}


def test_wrong_settings_are_raised_before_the_first_report() -> None:
    from recipelint import SelectionError

    with pytest.raises(SelectionError):
        lint_many([], Settings(select=("NOSUCHRULE",)))


def test_memory_does_not_grow_with_the_number_of_files(recipes: list[str]) -> None:
    """Reports are used one by one; 20 times the files need no more memory."""

    def peak(times: int) -> int:
        tracemalloc.start()
        for _ in lint_many(path for _ in range(times) for path in recipes[1:6]):
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(2)
    few, many = peak(5), peak(100)
    assert many < few * 1.3 + 200_000


def test_the_command_line_prints_the_same_with_any_number_of_processes(recipes: list[str]) -> None:
    folder = os.path.dirname(recipes[0])
    outputs = {
        recipelint_process("check", folder, "--no-cache", "--jobs", jobs, "--format", "json").stdout
        for jobs in ("1", "2", "5")
    }
    (output,) = outputs
    assert json.loads(output)["files"] == FILES


def test_processes_and_the_cache_agree(recipes: list[str], tmp_path: Path) -> None:
    folder, cache = os.path.dirname(recipes[0]), {"XDG_CACHE_HOME": str(tmp_path)}
    arguments = ("check", folder, "--jobs", "2", "--format", "json")
    first = recipelint_process(*arguments, env=cache)
    again = recipelint_process(*arguments, env=cache)
    fresh = recipelint_process(*arguments, "--no-cache", env=cache)
    assert first.stdout == again.stdout == fresh.stdout
    assert first.returncode == again.returncode
