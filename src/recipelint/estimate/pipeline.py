"""Idle time and micro-batches in flight of pipeline schedules.

Times are in units of one micro-batch's forward pass through one stage. A backward pass takes two
of them, one for the inputs' gradients and one for the weights' gradients: the same convention that
makes training three times the forward FLOPs.
"""

from __future__ import annotations

from typing import NamedTuple

FORWARD = 1.0
BACKWARD = 2.0
BACKWARD_WEIGHTS = 1.0


class Bubble(NamedTuple):
    """Idle time of a pipeline, as two shares that are easily mixed up."""

    of_ideal: float
    """Idle time divided by the time without idling; may exceed 1."""

    @property
    def of_step(self) -> float:
        """Idle time divided by the whole step; below 1."""
        return self.of_ideal / (1 + self.of_ideal)


def bubble(pp: int, micro_batches: int, vpp: int = 1) -> Bubble:
    """Return the idle time of 1F1B or all-forward-all-backward, interleaved when `vpp` > 1.

    `pp` counts stages, `micro_batches` those of one optimizer step and pipeline, `vpp` the model
    chunks on each stage.

    Source: Narayanan et al., arXiv 2104.04473, section 2.2: (p - 1) / (v m) of the ideal time. The
    Llama 3 report (arXiv 2407.21783, section 3.3.2) prints the same ratio.
    """
    _require_positive(pp=pp, micro_batches=micro_batches, vpp=vpp)
    return Bubble((pp - 1) / (vpp * micro_batches))


def zero_bubble(pp: int, micro_batches: int) -> Bubble:
    """Return the idle time of ZB1P (ZB-H1): (p - 1)(F + B - 2W).

    Source: DeepSeek-V3 (arXiv 2412.19437), section 3.2.1, table 2, with F : B : W = 1 : 2 : 1.
    """
    _require_positive(pp=pp, micro_batches=micro_batches)
    idle = (pp - 1) * (FORWARD + BACKWARD - 2 * BACKWARD_WEIGHTS)
    return Bubble(idle / (micro_batches * (FORWARD + BACKWARD)))


def dualpipe(pp: int, micro_batches: int) -> Bubble:
    """Return the idle time of DualPipe: (p/2 - 1)(F&B + B - 3W).

    F&B is an overlapped forward and backward; it is taken as F + B, so that hiding communication
    does not count as a shorter computation.

    Source: DeepSeek-V3 (arXiv 2412.19437), section 3.2.1, table 2.

    Raises ValueError when the stages or micro-batches are odd, which DualPipe refuses.
    """
    _require_positive(pp=pp, micro_batches=micro_batches)
    if pp % 2 or micro_batches % 2:
        raise ValueError("DualPipe needs an even number of stages and of micro-batches")
    overlapped = FORWARD + BACKWARD
    idle = (pp / 2 - 1) * (overlapped + BACKWARD - 3 * BACKWARD_WEIGHTS)
    return Bubble(idle / (micro_batches * (FORWARD + BACKWARD)))


def in_flight(pp: int, micro_batches: int, vpp: int = 1, stage: int = 0) -> float:
    """Return how many micro-batches' activations stage `stage` holds at most under 1F1B.

    Counted in whole stages: 2.5 means the activations of 2.5 micro-batches through all layers of
    the stage. Interleaving makes the first stage hold 1 + (p - 1)/(p v) times as much.

    Source: Korthikanti et al., arXiv 2205.05198, section 4.2.3 (first stage: p micro-batches, and
    the factor for interleaving); stage s holds p - s of them, derived from the schedule.
    """
    _require_positive(pp=pp, micro_batches=micro_batches, vpp=vpp)
    if not 0 <= stage < pp:
        raise ValueError(f"stage {stage} is not one of {pp} stages")
    if vpp == 1:
        return min(pp - stage, micro_batches)
    # Megatron's interleaved schedule runs 2(p - s - 1) + (v - 1)p chunks before its first
    # backward, and holds one more; a chunk is 1/v of a stage.
    chunks = 2 * (pp - stage - 1) + (vpp - 1) * pp + 1
    return min(chunks / vpp, micro_batches)


def in_flight_all_forward(micro_batches: int) -> float:
    """Return the micro-batches in flight when all forward passes run before any backward."""
    _require_positive(micro_batches=micro_batches)
    return micro_batches


def _require_positive(**counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"{name} must be at least 1, not {count}")
