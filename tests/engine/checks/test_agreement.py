"""Pairs of keys whose values are compared."""

from __future__ import annotations

import pytest

from tests.engine.checks.runs import hits

PAIR = ["actor_rollout_ref.actor.ppo_mini_batch_size <= data.train_batch_size"]


def verl(mini: object, prompts: object) -> str:
    return (
        f"data: {{train_batch_size: {prompts}}}\n"
        f"actor_rollout_ref: {{actor: {{ppo_mini_batch_size: {mini}}}}}\n"
    )


def test_the_larger_first_number_of_a_pair_is_shown_at_the_second() -> None:
    (hit,) = hits("agreement.exceeds", "verl", verl(256, 64), pairs=PAIR)
    assert (hit.key, hit.span.line) == ("data.train_batch_size", 1)
    assert (hit.values["first_value"], hit.values["second_value"]) == (256, 64)


@pytest.mark.parametrize(("mini", "prompts"), [(64, 64), (64, 256), ("${M}", 64), (256, "null")])
def test_numbers_in_order_and_unknown_ones_are_silent(mini: object, prompts: object) -> None:
    assert hits("agreement.exceeds", "verl", verl(mini, prompts), pairs=PAIR) == []
