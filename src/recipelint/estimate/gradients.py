"""What clipping says about the size of gradients."""

from __future__ import annotations

from math import sqrt


def rms_bound(clip: float, parameters: float) -> float:
    """Return the largest root mean square that a clipped gradient can have.

    `clip` is the largest global L2 norm, `parameters` the number of trained parameters; the result
    has the gradient's own unit. It bounds the mean square over all trained parameters: a single
    tensor may lie above it, most lie far below, and an unclipped step lies lower still.

    Source: derived. RMS(g) = ||g|| / sqrt(N) and clipping keeps ||g|| <= clip (Pascanu et al.,
    arXiv 1211.5063, section 3.2).

    Raises ValueError when either number is not positive: a clip of 0 means no clipping, which
    bounds nothing.
    """
    if clip <= 0:
        raise ValueError("without clipping the gradient has no bound")
    if parameters <= 0:
        raise ValueError("the number of trained parameters must be positive")
    return clip / sqrt(parameters)
