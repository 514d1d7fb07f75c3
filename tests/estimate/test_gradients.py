"""The bound that clipping puts on the gradients' size."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.estimate.gradients import rms_bound


def test_llama_2_70b_clipped_at_one() -> None:
    # 68,976,648,192 parameters (transformers' class): 1 / 262,634 = 3.8e-6, below its eps of 1e-5.
    assert rms_bound(1.0, 68_976_648_192) == pytest.approx(3.8076e-6, rel=1e-4)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=50), st.floats(1e-3, 1e3))
def test_no_clipped_vector_exceeds_the_bound(gradient: list[float], clip: float) -> None:
    norm = sqrt(sum(g * g for g in gradient))
    scale = min(1.0, clip / norm) if norm else 1.0
    clipped = [g * scale for g in gradient]
    rms = sqrt(sum(g * g for g in clipped) / len(clipped))
    assert rms <= rms_bound(clip, len(gradient)) * (1 + 1e-9)


@pytest.mark.parametrize(("clip", "parameters"), [(0.0, 10), (-1.0, 10), (1.0, 0)])
def test_without_clipping_or_parameters_there_is_no_bound(clip: float, parameters: int) -> None:
    with pytest.raises(ValueError, match=r"bound|positive"):
        rms_bound(clip, parameters)
