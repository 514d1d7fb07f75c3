"""Numbers with their units as people write them: 8.03 B, 16.1 GFLOP, 128 KiB, 2.2 M."""

from __future__ import annotations

from collections.abc import Callable

from recipelint.engine.templates import number, show
from recipelint.estimate.facade import Estimate
from recipelint.recipe.facts import Value

_SMALL = 0.01
_COUNTS = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
_OPERATIONS = ((1e24, "Y"), (1e21, "Z"), (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"))
_BYTES = ((2.0**40, "TiB"), (2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B"))


def count(value: float) -> str:
    """Parameters, tokens, steps: exact below a million, then with M, B (1e9) or T (1e12)."""
    for size, suffix in _COUNTS:
        if abs(value) >= size:
            return f"{_digits(value / size)} {suffix}"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else _digits(value)


def operations(value: float) -> str:
    """Floating-point operations with a decimal prefix."""
    for size, prefix in _OPERATIONS:
        if abs(value) >= size:
            return f"{_digits(value / size)} {prefix}FLOP"
    return f"{_digits(value / 1e6)} MFLOP"


def size(value: float) -> str:
    """Bytes with a binary prefix."""
    for unit, suffix in _BYTES:
        if abs(value) >= unit:
            return f"{_digits(value / unit)} {suffix}"
    return "0"


def gib(value: float) -> str:
    """GiB, one digit behind the point below 100."""
    return f"{value:,.0f}" if value >= 99.95 else f"{value:.1f}"


def share(value: float) -> str:
    """A share as a percentage."""
    return f"{value * 100:.2g} %" if abs(value) < 0.1 else f"{value * 100:,.0f} %"


def rate(value: float) -> str:
    """A learning rate or another small number: 5e-4, 2.5e-5, 0.02."""
    if 0 < abs(value) < _SMALL:
        digits, power = f"{value:.2e}".split("e")
        return f"{float(digits):g}e{int(power)}"
    return f"{value:.3g}"


def plain(value: float) -> str:
    """Any other number, to three digits."""
    if value >= 1e6:
        return count(value)
    return f"{value:,.0f}" if value >= 1000 else _digits(value)


def spread(found: Estimate) -> tuple[float, float] | None:
    """Low and high end where the estimate is a range; one that is not given is the value."""
    if found.value is None or (found.low is None and found.high is None):
        return None
    low = found.value if found.low is None else found.low
    high = found.value if found.high is None else found.high
    return (low, high) if high > low else None


def _digits(value: float) -> str:
    """Three digits, and never an exponent below a million."""
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def ratio(value: float) -> str:
    """A ratio with the sign: × 0.0687, × 1.03, × 1,200."""
    return f"× {value:,.0f}" if abs(value) >= 99.95 else f"× {number(value, '.3g')}"


def amount(value: float, unit: str) -> str:
    """An estimate; the unit is shown where the estimate's name does not say it."""
    return _UNITS.get(unit, plain)(value)


def fact(value: Value) -> str:
    """A value of the recipe: 65,536, 15.5 T, 1e-8."""
    return _shown(value, _readable)


def fact_exactly(value: Value) -> str:
    """A value with all its digits, for two that look the same otherwise."""
    return _shown(value, lambda exact: f"{exact:,}")


def _shown(value: object, digits: Callable[[float], str]) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return digits(value)
    if isinstance(value, tuple):
        return f"[{', '.join(_shown(item, digits) for item in value)}]"
    return show(value)


def _readable(value: float) -> str:
    if not abs(value) < _ABSURD:
        return show(value)
    if value == int(value):
        return count(value)
    value = float(f"{value:.4g}")
    return rate(value) if abs(value) < _SMALL else f"{value:,.4g}"


_ABSURD = 1e30
_UNITS: dict[str, Callable[[float], str]] = {
    "parameters": count,
    "token": count,
    "step": lambda value: f"{value:,.0f}",
    "FLOP": operations,
    "FLOP/token": operations,
    "FLOP/s": lambda value: f"{operations(value)}/s",
    "byte": size,
    "byte/token": size,
    "byte/step": size,
    "share": share,
    "rate": rate,
    "gradient": rate,
    "GiB": lambda value: f"{gib(value)} GiB",
}
