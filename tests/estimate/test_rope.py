"""The context length that a RoPE base can tell apart, against full scans."""

from __future__ import annotations

from math import cos

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipelint.estimate.rope import LIMIT, longest_length, similarity, smallest_base


def scanned(base: float, head_dim: int) -> int:
    """Try every distance, in order."""
    frequencies = [base ** (-2 * i / head_dim) for i in range(head_dim // 2)]
    distance = 1
    while sum([cos(distance * f) for f in frequencies]) >= 0:
        distance += 1
    return distance


@settings(deadline=None, max_examples=25)
@given(st.floats(10, 20_000), st.sampled_from([16, 32, 64, 96, 128]))
def test_equals_a_scan_of_every_distance(base: float, head_dim: int) -> None:
    assert longest_length(base, head_dim) == scanned(base, head_dim)


@pytest.mark.parametrize(
    ("base", "head_dim", "length"),
    # Full scans, made once with numpy.
    [
        (1e4, 128, 1707),
        (5e4, 128, 5306),
        (5e5, 128, 18438),
        (1e6, 128, 27115),
        (2e6, 128, 48415),
        (5e6, 128, 82999),
        (1e7, 128, 144660),
        (5e5, 64, 9937),
        (1e7, 64, 45826),
        (1e6, 256, 71627),
    ],
)
def test_bases_in_use(base: float, head_dim: int, length: int) -> None:
    assert longest_length(base, head_dim) == length


def test_a_larger_base_is_not_always_better() -> None:
    assert longest_length(1e6, 64) == 6235 < longest_length(5e5, 64)


@pytest.mark.parametrize(
    ("length", "published"),
    # Men et al., arXiv 2405.14591, at 128 dimensions: 4.3e3, 1.6e4, 2.7e4, 8.4e4, 6.4e5.
    [(1024, 4.3e3), (2048, 1.6e4), (4096, 2.7e4), (8192, 8.4e4), (32768, 6.4e5)],
)
def test_smallest_base_agrees_with_the_published_table(length: int, published: float) -> None:
    assert smallest_base(length, 128) == pytest.approx(published, rel=0.08)
    assert longest_length(smallest_base(length, 128), 128) >= length


def test_the_bound_is_where_the_similarity_turns_negative() -> None:
    length = longest_length(1e4, 128)
    assert similarity(length, 1e4, 128) < 0 <= similarity(length - 1, 1e4, 128)
    assert similarity(0, 1e4, 128) == 64


def test_very_large_bases_end_at_the_limit() -> None:
    assert longest_length(1e30, 128) == LIMIT


@pytest.mark.parametrize(("base", "head_dim"), [(1.0, 128), (0.0, 128), (1e4, 127), (1e4, 0)])
def test_impossible_rotations_are_refused(base: float, head_dim: int) -> None:
    with pytest.raises(ValueError, match=r"RoPE base|dimensions"):
        longest_length(base, head_dim)


def test_huge_dimensions_are_refused_rather_than_computed() -> None:
    with pytest.raises(ValueError, match="from 2 to 1024"):
        longest_length(1e4, 10**9)
