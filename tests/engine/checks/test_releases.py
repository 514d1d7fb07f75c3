"""The release that a project names, against the releases that had a key."""

from __future__ import annotations

import pytest

from recipelint.dialects.schema import Schema
from recipelint.engine.checks.releases import order, still_known

SCHEMA = Schema(
    {
        "dialect": "llama-factory",
        "sources": [
            {"package": "llamafactory", "versions": ["0.8.0", "0.9.0", "0.9.3", "1.0"]},
            {"package": "transformers", "versions": ["4.46.3", "4.48.3"]},
        ],
        "sections": {},
    }
)


@pytest.mark.parametrize(
    ("last", "version", "known"),
    [
        ("llamafactory 0.9.0", None, False),
        ("llamafactory 0.9.0", "", False),
        ("llamafactory 0.9.0", "0.8.5", True),
        ("llamafactory 0.9.0", "0.9", True),
        ("llamafactory 0.9.0", "0.9.2", True),
        ("llamafactory 0.9.0", "0.9.3", False),
        ("llamafactory 0.9.0", "0.10", False),
        ("llamafactory 0.9.0", "transformers 4.46", False),
        ("transformers 4.46.3", "0.8.5, transformers 4.46", True),
        ("transformers 4.46.3", "transformers 4.48.3", False),
    ],
)
def test_a_key_is_known_up_to_the_first_release_without_it(
    last: str, version: str | None, known: bool
) -> None:
    assert still_known(SCHEMA, {"last": last}, version) is known


@pytest.mark.parametrize(("low", "high"), [("0.9", "0.10"), ("4.46", "5"), ("1.9.9", "1.10.0rc1")])
def test_releases_are_ordered_by_their_numbers(low: str, high: str) -> None:
    assert order(low) < order(high)
    assert order("1.0") == order("1")
