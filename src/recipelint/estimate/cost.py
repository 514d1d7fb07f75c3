"""Time, money and interruptions of a run."""

from __future__ import annotations

from math import sqrt

_SECONDS_PER_HOUR = 3600.0
_HOURS_PER_DAY = 24.0

PUBLISHED_MFU = (0.30, 0.40, 0.50)
"""Low, usual and high share of the dense bf16 peak in published LLM training. Llama 3 405B reached
0.38 to 0.43 on H100 (arXiv 2407.21783, section 3.3.2, table 4), DeepSeek-V3 0.39 of the bf16 peak
on H800 (derived from arXiv 2412.19437, table 1), PaLM 0.46 (arXiv 2204.02311, section 4.1);
Megatron-LM 0.44 to 0.52 on A100 (arXiv 2104.04473, table 1). The ends are judgement."""

HIGHEST_PUBLISHED_MFU = 0.65
"""We know of no report of LLM training that claims more; judgement, not a law."""

GPU_HOURS_PER_INTERRUPTION = 54 * 24 * 16_384 / 419
"""50,700: Llama 3 405B had 419 unexpected interruptions in 54 days on 16,384 H100 (arXiv
2407.21783, section 3.3.4, table 5)."""


def gpu_hours(total_flops: float, peak: float, mfu: float) -> float:
    """Return the GPU-hours of `total_flops` on parts of `peak` FLOP/s at utilisation `mfu`.

    Raises ValueError unless the peak is positive and the utilisation within (0, 1].
    """
    if peak <= 0:
        raise ValueError("a peak rate must be positive")
    if not 0 < mfu <= 1:
        raise ValueError("a utilisation lies above 0 and is at most 1")
    return total_flops / (peak * mfu) / _SECONDS_PER_HOUR


def days(hours: float, gpus: int) -> float:
    """Return the days that `hours` GPU-hours take on `gpus` GPUs. Raises ValueError for none."""
    if gpus < 1:
        raise ValueError("at least one GPU is needed")
    return hours / gpus / _HOURS_PER_DAY


def utilisation(total_flops: float, hours: float, peak: float) -> float:
    """Return the MFU that doing `total_flops` in `hours` GPU-hours means; above 1 it cannot be.

    Raises ValueError for a budget or peak that is not positive.
    """
    if hours <= 0 or peak <= 0:
        raise ValueError("GPU-hours and peak rate must be positive")
    return total_flops / (hours * _SECONDS_PER_HOUR * peak)


def price(hours: float, per_gpu_hour: float) -> float:
    """Return the cost of `hours` GPU-hours, in the currency of `per_gpu_hour`."""
    return hours * per_gpu_hour


def interruptions(
    hours: float, hours_per_interruption: float = GPU_HOURS_PER_INTERRUPTION
) -> float:
    """Return how many unexpected interruptions to expect in `hours` GPU-hours.

    Raises ValueError when the rate is not positive.
    """
    if hours_per_interruption <= 0:
        raise ValueError("the GPU-hours between interruptions must be positive")
    return hours / hours_per_interruption


def checkpoint_interval(
    gpus: int, save_seconds: float, hours_per_interruption: float = GPU_HOURS_PER_INTERRUPTION
) -> float:
    """Return the seconds between checkpoints that lose the least time: sqrt(2 * save * MTBF).

    Source: Young, A first order approximation to the optimum checkpoint interval, Communications of
    the ACM 17(9), 1974. Raises ValueError for no GPU or a negative time.
    """
    if gpus < 1 or save_seconds < 0:
        raise ValueError("at least one GPU and a time of 0 or more are needed")
    between = hours_per_interruption * _SECONDS_PER_HOUR / gpus
    return sqrt(2 * save_seconds * between)
