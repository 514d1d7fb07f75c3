"""Work in order, whatever the executor does."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.parallel import in_order, pieces


class Broken(Executor):
    """Loses what it is given: every third task is refused, every other one fails."""

    def __init__(self) -> None:
        self.count = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.count += 1
        if self.count % 3 == 0:
            raise RuntimeError("cannot schedule new futures")
        future: Future[Any] = Future()
        future.set_exception(OSError("the worker is gone"))
        return future


def double(number: int) -> int:
    return 2 * number


@given(st.lists(st.integers(), max_size=50), st.integers(1, 9))
def test_pieces_are_the_items_in_order(items: list[int], size: int) -> None:
    parts = list(pieces(items, size))
    assert [item for part in parts for item in part] == items
    assert all(0 < len(part) <= size for part in parts)


@given(st.lists(st.integers(), max_size=50), st.integers(1, 9))
def test_results_come_in_order(items: list[int], ahead: int) -> None:
    with ThreadPoolExecutor(4) as executor:
        assert list(in_order(executor, double, items, ahead)) == [2 * n for n in items]


def test_what_a_broken_executor_loses_is_done_here() -> None:
    assert list(in_order(Broken(), double, range(20), 4)) == [2 * n for n in range(20)]


def test_an_error_of_the_work_itself_is_raised() -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(ZeroDivisionError):
        list(in_order(executor, (1).__floordiv__, [1, 0], 1))


def test_items_are_taken_as_results_are_used() -> None:
    taken: list[int] = []

    def numbers() -> Any:
        for number in range(1_000):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(2) as executor:
        results = in_order(executor, double, numbers(), 8)
        assert [next(results) for _ in range(10)] == [2 * n for n in range(10)]
        assert len(taken) < 30
        results.close()  # type: ignore[attr-defined]
