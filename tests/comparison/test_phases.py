"""Which phases are compared."""

from __future__ import annotations

import pytest

from recipelint.comparison import PhaseError, pair_up
from recipelint.comparison.phases import label
from recipelint.recipe.facts import Fact, Origin, Phase, Recipe


def recipe(*phases: tuple[str | None, str | None]) -> Recipe:
    """A recipe of phases with these names and stages."""
    made = [
        Phase(name, {"run.stage": Fact("run.stage", stage, Origin.STATED)} if stage else {})
        for name, stage in phases
    ]
    return Recipe("neutral", "1", made)


LONG = recipe(("stage-1", "pretrain"), ("stage-2", "pretrain"), ("cool", "midtrain"), ("x", None))


@pytest.mark.parametrize(
    ("other", "names", "why"),
    [
        (recipe(("run", "pretrain")), ("run", "stage-1"), "Both are pretrain."),
        (recipe(("a", "sft"), ("b", "midtrain")), ("b", "cool"), "Both are midtrain."),
        (recipe(("a", "sft")), ("a", "stage-1"), "No stage in common: the first phase of each."),
        (recipe((None, None)), (None, "stage-1"), "No stage in common: the first phase of each."),
    ],
)
def test_the_first_two_phases_of_one_stage_are_compared(
    other: Recipe, names: tuple[str | None, str], why: str
) -> None:
    found = pair_up(other, LONG)
    assert ((found.a.name, found.b.name), found.why) == (names, why)


def test_two_recipes_of_one_phase_need_no_reason() -> None:
    assert pair_up(recipe((None, "sft")), recipe((None, "rl"))).why == ""


@pytest.mark.parametrize(
    ("request_", "names"),
    [
        ("stage-2", ("p", "stage-2")),
        ("midtrain", ("m", "cool")),
        ("cool", ("m", "cool")),
        ("x", ("p", "x")),
        ("m", ("m", "cool")),
        ("p:stage-2", ("p", "stage-2")),
        ("midtrain:x", ("m", "x")),
    ],
)
def test_a_phase_is_chosen_by_name_or_stage(request_: str, names: tuple[str, str]) -> None:
    found = pair_up(recipe(("p", "pretrain"), ("m", "midtrain")), LONG, request_)
    assert (found.a.name, found.b.name) == names


def test_a_colon_may_belong_to_the_name() -> None:
    odd = recipe(("a:b", "sft"), ("c", "rl"))
    assert pair_up(odd, odd, "a:b").a.name == "a:b"


@pytest.mark.parametrize("request_", ["stage-3", "cool:stage-3", ":", "", "p:cool:x"])
def test_a_phase_that_nobody_has_is_an_error_that_lists_them(request_: str) -> None:
    with pytest.raises(PhaseError, match=r"A has p \(pretrain\); B has stage-1 \(pretrain\)"):
        pair_up(recipe(("p", "pretrain")), LONG, request_)


@pytest.mark.parametrize(
    ("name", "stage", "text"),
    [
        ("stage-1", "pretrain", "stage-1 (pretrain)"),
        ("sft", "sft", "sft"),
        (None, "rl", "rl"),
        ("x", None, "x"),
        (None, None, None),
    ],
)
def test_a_phase_is_called_by_name_and_stage(
    name: str | None, stage: str | None, text: str | None
) -> None:
    assert label(recipe((name, stage)).phases[0]) == text
