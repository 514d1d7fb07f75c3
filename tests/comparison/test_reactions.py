"""Differences and the rules that react to them."""

from __future__ import annotations

from recipelint.comparison import Comparison, Relation, compare, pair_up
from tests.comparison.recipes import neutral, side

MODEL = "run: {stage: pretrain}\nmodel: {total_parameters: 7.0e+10}\n"


def compared(a: str, b: str) -> Comparison:
    left, right = neutral(MODEL + a), neutral(MODEL + b)
    return compare(left, right, pair_up(left.recipe, right.recipe))


def test_a_rule_that_fires_on_one_side_explains_the_difference() -> None:
    found = compared(
        "optimizer: {name: adamw, eps: 1.0e-5, grad_clip: 1.0}\n",
        "optimizer: {name: adamw, eps: 1.0e-10, grad_clip: 1.0}\n",
    )
    (reaction,) = (r for r in found.reactions if r.rule == "OPT001")
    assert (reaction.side, reaction.names) == ("a", ("optimizer.eps",))
    assert "Adam's epsilon 1e-5" in reaction.a[0].message
    assert found.reacting()["optimizer.eps"] == [reaction]
    assert next(found.ordered()).name == "optimizer.eps"


def test_what_an_estimate_was_computed_from_is_read_too() -> None:
    found = compared(
        "optimizer: {name: adamw, eps: 1.0e-6, grad_clip: 0.1}\n",
        "optimizer: {name: adamw, eps: 1.0e-6, grad_clip: 1.0}\n",
    )
    (reaction,) = (r for r in found.reactions if r.rule == "OPT001")
    assert reaction.names == ("estimate.gradient.rms_bound", "optimizer.grad_clip")


def test_a_finding_that_no_difference_explains_is_kept_apart() -> None:
    same = "optimizer: {name: adamw, eps: 1.0e-5, grad_clip: 1.0}\n"
    found = compared(same, same + "data: {packing: true}\n")
    assert [r for r in found.reactions if r.rule == "OPT001"] == []
    assert [[f.rule for f in findings if f.rule == "OPT001"] for findings in found.others] == [
        ["OPT001"],
        ["OPT001"],
    ]


def test_every_finding_is_explained_or_kept_apart() -> None:
    found = compared("optimizer: {name: adamw, eps: 1.0e-5, grad_clip: 1.0}\n", "")
    explained = [finding for reaction in found.reactions for finding in reaction.a]
    assert sorted([*explained, *found.others[0]]) == sorted(found.a.findings)
    assert explained


def test_what_sets_the_sides_apart_comes_first() -> None:
    bad = "parallel: {world_size: 100, dp: 16, tp: 8, pp: 1, cp: 1}\n"
    found = compared(
        "optimizer: {name: adamw, eps: 1.0e-5, grad_clip: 1.0}\n" + bad,
        "optimizer: {name: adamw, eps: 1.0e-10, grad_clip: 1.0}\n" + bad.replace("16", "15"),
    )
    order = [(r.rule, r.side) for r in found.reactions]
    assert order.index(("OPT001", "a")) < order.index(("PAR001", "both"))


def test_the_order_is_reactions_then_what_is_stated_then_defaults() -> None:
    a = side("base_model: a/b\ndatasets: [{path: x, type: alpaca}]\nlearning_rate: 1.0e-3\n")
    b = neutral("run: {stage: sft}\noptimizer: {learning_rate: 2.0e-3, eps: 1.0e-6}\n")
    found = compare(a, b, pair_up(a.recipe, b.recipe))
    pairs = [pair for pair in found.ordered() if pair.name not in found.reacting()]
    flags = [pair.defaults for pair in pairs]
    assert flags == sorted(flags)
    assert {True, False} == set(flags)


def test_a_finding_of_another_phase_is_not_of_this_one() -> None:
    text = MODEL + (
        "optimizer: {name: adamw, grad_clip: 1.0}\n"
        "phases:\n"
        "  - {name: one, optimizer: {eps: 1.0e-5}}\n"
        "  - {name: two, optimizer: {eps: 1.0e-10}}\n"
    )
    a, b = neutral(text), neutral(text)
    found = compare(a, b, pair_up(a.recipe, b.recipe, "one:two"))
    assert [(r.rule, r.side) for r in found.reactions if "optimizer.eps" in r.names] == [
        ("OPT001", "a")
    ]


def test_a_finding_that_phases_inherit_holds_for_those_that_have_its_line() -> None:
    text = MODEL + (
        "optimizer: {name: adamw, grad_clip: 1.0, eps: 1.0e-5}\n"
        "phases:\n"
        "  - {name: one}\n"
        "  - {name: two}\n"
        "  - {name: three, optimizer: {eps: 1.0e-10}}\n"
    )
    found = neutral(text)
    fired = [
        {f.rule for f in found.findings_of(phase)} >= {"OPT001"} for phase in found.recipe.phases
    ]
    assert fired == [True, True, False]


def test_counts_are_of_facts() -> None:
    found = compared("data: {packing: true}\n", "data: {packing: false, synthetic: true}\n")
    assert found.count() == {Relation.EQUAL: 2, Relation.DIFFERS: 1, Relation.ONLY_B: 1}


def test_a_check_is_tied_to_the_facts_of_the_key_at_which_it_stands() -> None:
    a, b = (
        side(f"base_model: a/b\ndatasets: [{{path: x, type: alpaca}}]\nmicro_batch_size: {size}\n")
        for size in ("010", "10")
    )
    found = compare(a, b, pair_up(a.recipe, b.recipe))
    (reaction,) = (r for r in found.reactions if r.rule == "CFG111")
    assert (reaction.side, reaction.names) == ("a", ("batch.micro_batch",))
    assert reaction.a[0].fact is None


def test_what_a_condition_asks_about_is_read_too() -> None:
    """The rule asks whether the kernel is absent, and its finding stands at the packing."""
    text = "base_model: a/b\ndatasets: [{path: x, type: alpaca}]\nsample_packing: true\n"
    a, b = side(text), side(text + "attn_implementation: flash_attention_2\n")
    found = compare(a, b, pair_up(a.recipe, b.recipe))
    (reaction,) = (r for r in found.reactions if r.rule == "DAT009")
    assert (reaction.side, reaction.names) == ("a", ("model.attention.implementation",))
