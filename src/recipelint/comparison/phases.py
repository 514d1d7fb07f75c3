"""Which phase of one recipe is held against which phase of the other."""

from __future__ import annotations

from typing import NamedTuple

from recipelint.errors import UseError
from recipelint.recipe.facts import Phase, Recipe


class PhaseError(UseError):
    """A phase was asked for that neither recipe has."""


class Pairing(NamedTuple):
    """A phase of each recipe, and why these two."""

    a: Phase
    b: Phase
    why: str


def pair_up(a: Recipe, b: Recipe, request: str | None = None) -> Pairing:
    """The first two phases of the same stage; where no stage is shared, the first of each.

    `request` is the name or the stage of a phase of either recipe, or of both as `A:B`. Raises
    PhaseError if it names none.
    """
    if request is not None:
        return _requested(a, b, request)
    for left in a.phases:
        right = _of_stage(b, stage(left))
        if right is not None:
            return Pairing(left, right, f"Both are {stage(left)}.")
    left, right = a.phases[0], b.phases[0]
    if len(a.phases) == len(b.phases) == 1:
        return Pairing(left, right, "")
    return Pairing(left, right, "No stage in common: the first phase of each.")


def stage(phase: Phase) -> str | None:
    """`run.stage` of a phase, where it is known."""
    value = phase.value("run.stage")
    return value if isinstance(value, str) else None


def label(phase: Phase) -> str | None:
    """What a phase is called: its name, and its stage where the name does not say it."""
    if phase.name is None or phase.name == stage(phase):
        return stage(phase) or phase.name
    return f"{phase.name} ({stage(phase)})" if stage(phase) else phase.name


def _requested(a: Recipe, b: Recipe, request: str) -> Pairing:
    left, right = _find(a, request), _find(b, request)
    if left is None and right is None:
        first, colon, second = request.partition(":")
        left, right = _find(a, first), _find(b, second)
        if not colon or left is None or right is None:
            raise PhaseError(_unknown(a, b, request))
    if left is None:
        left = _of_stage(a, stage(right) if right else None) or a.phases[0]
    if right is None:
        right = _of_stage(b, stage(left)) or b.phases[0]
    return Pairing(left, right, "")


def _find(recipe: Recipe, text: str) -> Phase | None:
    """The phase with that name, else the first of that stage."""
    named = (phase for phase in recipe.phases if phase.name == text)
    return next(named, None) or _of_stage(recipe, text)


def _of_stage(recipe: Recipe, wanted: str | None) -> Phase | None:
    if wanted is None:
        return None
    return next((phase for phase in recipe.phases if stage(phase) == wanted), None)


def _unknown(a: Recipe, b: Recipe, request: str) -> str:
    there = "; ".join(
        f"{side} has {', '.join(label(phase) or 'one without a name' for phase in recipe.phases)}"
        for side, recipe in (("A", a), ("B", b))
    )
    return f"--phase: there is no phase `{request}`: {there}"
