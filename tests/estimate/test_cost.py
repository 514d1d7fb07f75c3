"""Time, money and interruptions, against published runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.catalog.gpus import lookup
from recipelint.estimate import cost
from recipelint.estimate.architecture import Architecture
from recipelint.estimate.flops import training_per_token, unmasked_per_token

LLAMA_405B = Architecture(126, 16384, 53248, 128_256, 128, 8, 128, tie_embeddings=False)


def test_llama_3_405b_at_its_published_400_tflops() -> None:
    # arXiv 2407.21783, table 4: 16,384 H100 at 8192 tokens reach 400 TFLOP/s per GPU, MFU 41 %.
    peak = lookup("H100-80GB").peak("bf16")
    assert 400e12 / peak == pytest.approx(0.41, abs=0.006)
    assert cost.utilisation(400e12 * 3600, 1.0, peak) == pytest.approx(0.404, abs=0.001)


def test_llama_3_405b_fits_its_published_gpu_hours() -> None:
    # Model card of Llama 3.1 405B: 30.84e6 H100 hours for 15.6e12 tokens, at MFU 38 to 43 %
    # (table 4). The hours hold restarts and later stages, so the MFU that they ask for is lower.
    peak = lookup("H100-80GB").peak("bf16")
    total = training_per_token(LLAMA_405B, 8192).model * 15.6e12
    assert 0.34 < cost.utilisation(total, 30.84e6, peak) < 0.40
    assert total < 3 * unmasked_per_token(LLAMA_405B, 8192).total * 15.6e12


def test_deepseek_v3_ran_at_39_percent() -> None:
    # arXiv 2412.19437, table 1: 2.664e6 H800 hours for 14.8e12 tokens; 3.71e24 FLOPs at 4096.
    peak = lookup("H800-80GB").peak("bf16")
    assert cost.utilisation(3.71e24, 2.664e6, peak) == pytest.approx(0.39, abs=0.005)


@given(st.floats(1e15, 1e27), st.floats(1e12, 1e16), st.floats(0.01, 1.0))
def test_utilisation_undoes_gpu_hours(total: float, peak: float, mfu: float) -> None:
    hours = cost.gpu_hours(total, peak, mfu)
    assert cost.utilisation(total, hours, peak) == pytest.approx(mfu)


def test_llama_3_was_interrupted_419_times_in_54_days() -> None:
    # arXiv 2407.21783, section 3.3.4.
    assert cost.interruptions(54 * 24 * 16_384) == pytest.approx(419)
    assert pytest.approx(50_700, rel=1e-3) == cost.GPU_HOURS_PER_INTERRUPTION


def test_youngs_interval_loses_least_time() -> None:
    best = cost.checkpoint_interval(16_384, save_seconds=60)
    between = cost.GPU_HOURS_PER_INTERRUPTION * 3600 / 16_384

    def lost(interval: float) -> float:
        return 60 / interval + interval / 2 / between

    assert lost(best) < lost(0.9 * best)
    assert lost(best) < lost(1.1 * best)


def test_days_and_price_are_proportions() -> None:
    assert cost.days(24 * 8, 8) == 1
    assert cost.price(100, 2.5) == 250
    low, usual, high = cost.PUBLISHED_MFU
    assert 0 < low < usual < high < cost.HIGHEST_PUBLISHED_MFU < 1


@pytest.mark.parametrize("mfu", [0.0, -0.1, 1.01])
def test_impossible_utilisations_are_refused(mfu: float) -> None:
    with pytest.raises(ValueError, match="utilisation"):
        cost.gpu_hours(1e20, 1e15, mfu)


def test_other_impossible_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="peak"):
        cost.gpu_hours(1e20, 0, 0.4)
    with pytest.raises(ValueError, match="GPU-hours"):
        cost.utilisation(1e20, 0, 1e15)
    with pytest.raises(ValueError, match="at least one GPU"):
        cost.days(10, 0)
    with pytest.raises(ValueError, match="at least one GPU"):
        cost.checkpoint_interval(0, 60)
    with pytest.raises(ValueError, match="between interruptions"):
        cost.interruptions(10, 0)
