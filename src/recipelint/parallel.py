"""Work handed to an executor in order, without holding more than a few pieces of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def pieces(items: Iterable[Piece], size: int) -> Iterator[list[Piece]]:
    """`items` in lists of `size`, the last one shorter; taken one list at a time."""
    piece: list[Piece] = []
    for item in items:
        piece.append(item)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece


def in_order(
    executor: Executor,
    work: Callable[[Piece], Result],
    items: Iterable[Piece],
    ahead: int,
) -> Iterator[Result]:
    """`work` on each item by the executor, results in the order of `items`.

    No more than `ahead` items are under way, however many there are. An item whose worker fails
    (it was killed, its host went away, the pool is broken) is worked on here, so that none is
    lost; what `work` raises here is raised. When the caller stops early, what is waiting is
    cancelled.
    """
    waiting: deque[tuple[Piece, Future[Result] | None]] = deque()
    try:
        for item in items:
            waiting.append((item, _submitted(executor, work, item)))
            if len(waiting) >= ahead:
                yield _result(work, *waiting.popleft())
        while waiting:
            yield _result(work, *waiting.popleft())
    finally:
        for _, future in waiting:
            if future is not None:
                future.cancel()


def _submitted(
    executor: Executor, work: Callable[[Piece], Result], item: Piece
) -> Future[Result] | None:
    """The future of an item; None where the executor takes no more."""
    try:
        return executor.submit(work, item)
    except Exception:  # any executor has its own; the item is then worked on here
        return None


def _result(work: Callable[[Piece], Result], item: Piece, future: Future[Result] | None) -> Result:
    if future is not None:
        with suppress(Exception):  # of the work itself, or of what carried it: tried once more
            return future.result()
    return work(item)
