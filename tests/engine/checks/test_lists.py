"""Lists that belong together, and weights that have to add up."""

from __future__ import annotations

import pytest

from tests.engine.checks.runs import hits

PAIR = ["s[].f = s[].w"]


def lengths(text: str) -> list[str | None]:
    return [hit.key for hit in hits("lists.lengths_differ", "nanotron", text, pairs=PAIR)]


def test_lists_of_every_item_are_compared() -> None:
    text = "s:\n  - {f: [a, b], w: [1, 2]}\n  - {f: [a, b], w: [1]}\n"
    assert lengths(text) == ["s[1].w"]


def test_a_text_where_dashes_are_missing_is_pointed_at() -> None:
    assert lengths("s:\n  - {f: a b, w: [1, 2]}\n") == ["s[0].f"]


def test_one_text_and_one_weight_belong_together() -> None:
    assert lengths("s:\n  - {f: a, w: [1]}\n  - {f: a}\n  - {w: [1, 2]}\n") == []


@pytest.mark.parametrize(
    ("weights", "reported"),
    [
        ("[0.5, 0.5]", False),
        ("[0.8, 0.21]", True),
        ("[3, 1]", False),
        ("[1.01]", False),
        ("[0.1, 0.2]", False),
        ("[a, 0.9]", False),
    ],
)
def test_only_sums_that_nearly_are_one_are_reported(weights: str, reported: bool) -> None:
    found = hits(
        "lists.weights_off_one",
        "nanotron",
        f"w: {weights}\n",
        weights=["w"],
        tolerance=1e-3,
        span=0.3,
    )
    assert bool(found) is reported
