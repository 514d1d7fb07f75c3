"""How long a context a RoPE base can tell apart.

Rotary embedding gives a pair of similar tokens at distance m, on average over random keys and
queries, the score advantage

    S(m) = sum over i < d/2 of cos(m * base ** (-2 i / d)).

Men et al. (Base of RoPE Bounds Context Length, arXiv 2405.14591, section 4) argue that a context
of L tokens needs S(m) >= 0 for every distance below L. This is a necessary condition found on
small models, not a law: Llama 2 (base 1e4 at 4096) and Qwen3 (1e6 at 32768) break it and work. It
does not hold for partly rotated heads or MLA, whose unrotated part keeps the sum positive.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from math import cos, floor, log10, sqrt

LIMIT = 2**22
"""Longest distance that is looked at; a longer context is returned as this many tokens."""
_MOST_DIMENSIONS = 1024
_RESOLVED = 1.0
"""Phase in radians up to which a component counts as slow within half an interval."""
_DEVIATIONS = 4.5


@lru_cache(maxsize=512)
def longest_length(base: float, head_dim: int) -> int:
    """Return the first distance with S(m) < 0: the longest context for which the bound holds.

    `head_dim` counts the rotated dimensions of one head. The result is at most `LIMIT` tokens.

    Every distance is not tried; that would take a second at bases of 1e7. An octave of distances
    is halved until its lower bound is positive or one distance is left, and that one is computed
    exactly. In the bound, components that turn slowly within the interval count with their value
    at its middle; those that turn fast, and the change of the slow ones, have phases as good as
    random and count with 4.5 standard deviations below zero. A rarer dip is passed over: against a
    full scan that happened for 1 of 80 pairs of base and dimension (base 8e6, dimension 256:
    13 % too long). Takes milliseconds, and each pair is computed once.

    Raises ValueError for a base of 1 or less, or an odd or non-positive dimension.
    """
    _validate(base, head_dim)
    spectrum = _Spectrum(base, head_dim)
    start = 1
    while start < LIMIT:
        end = min(2 * start, LIMIT)
        found = spectrum.first_negative(start, end)
        if found is not None:
            return found
        start = end
    return LIMIT


@lru_cache(maxsize=128)
def smallest_base(length: int, head_dim: int) -> float:
    """Return the smallest base whose `longest_length` reaches `length` tokens.

    Searched upwards over the bases of two significant digits (1.0e3, 1.1e3, … 9.9e8), because the
    length is not monotone in the base: a larger base than the result may be worse again. Takes up
    to half a second at 128k tokens: an answer for a person, not for every check.

    Raises ValueError when `length` is below 1 or no such base exists, and as `longest_length`.
    """
    if length < 1:
        raise ValueError("a context length must be positive")
    exponent = max(0, floor(log10(length)) - 1)
    for power in range(exponent, 9):
        for digits in range(10, 100):
            base = digits * 10.0 ** (power - 1)
            if base > 1 and _reaches(base, head_dim, length):
                return base
    raise ValueError(f"no base below 1e9 reaches {length} tokens with {head_dim} dimensions")


def _reaches(base: float, head_dim: int, length: int) -> bool:
    """Tell whether no distance below `length` is negative, trying the likely ones first."""
    _validate(base, head_dim)
    spectrum = _Spectrum(base, head_dim)
    end = length
    while end > 1:
        start = max(1, end // 2)
        if spectrum.first_negative(start, end) is not None:
            return False
        end = start
    return True


def similarity(distance: float, base: float, head_dim: int) -> float:
    """Return S(m) of the module's formula for one distance in tokens."""
    _validate(base, head_dim)
    frequencies = [float(base ** (-2 * i / head_dim)) for i in range(head_dim // 2)]
    return sum(cos(distance * frequency) for frequency in frequencies)


def _validate(base: float, head_dim: int) -> None:
    if base <= 1:
        raise ValueError(f"a RoPE base must exceed 1, not {base:g}")
    if not 2 <= head_dim <= _MOST_DIMENSIONS or head_dim % 2:
        raise ValueError(
            f"the rotated dimensions must be even and from 2 to {_MOST_DIMENSIONS}, not {head_dim}"
        )


class _Spectrum:
    """The frequencies of one base, fastest first, with what bounds over intervals need."""

    def __init__(self, base: float, head_dim: int) -> None:
        self.frequencies = tuple(base ** (-2 * i / head_dim) for i in range(head_dim // 2))
        ascending = self.frequencies[::-1]
        self.sums = (0.0, *accumulate(ascending))[::-1]
        self.squares = (0.0, *accumulate(f * f for f in ascending))[::-1]
        self.negated = tuple(-f for f in self.frequencies)

    def first_negative(self, start: int, end: int) -> int | None:
        """Return the first integer of [start, end) at which the sum is negative."""
        stack = [(start, end)]
        while stack:
            low, high = stack.pop()
            if high - low == 1:
                if sum(map(cos, [low * f for f in self.frequencies])) < 0:
                    return low
            elif self._lower_bound(low, high) <= 0:
                middle = (low + high) // 2
                stack.append((middle, high))
                stack.append((low, middle))
        return None

    def _lower_bound(self, low: int, high: int) -> float:
        """Return a value that the sum is not expected to go below between two distances."""
        middle = (low + high - 1) / 2
        radius = (high - 1 - low) / 2
        fast = bisect_left(self.negated, -_RESOLVED / radius)
        certain = fast + radius * self.sums[fast]
        likely = _DEVIATIONS * sqrt((fast + radius * radius * self.squares[fast]) / 2)
        slow = self.frequencies[fast:]
        return float(sum(map(cos, [middle * f for f in slow])) - min(certain, likely))
