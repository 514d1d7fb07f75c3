"""The inputs that an estimate names are all it needs: from them alone it comes out the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipelint.estimate.facade import NAMES, estimate
from tests.estimate.recipes import ADAPTER, PRETRAIN, changed

MOE: dict[str, object] = {
    **PRETRAIN,
    "model.family": "mixtral",
    "model.moe.experts": 8,
    "model.moe.top_k": 2,
    "model.moe.expert_ffn_size": 14336,
    "parallel.ep": 4,
    "parallel.pipeline_schedule": "dualpipe",
}
RECIPES = {
    "pretrain": PRETRAIN,
    "adapter": {**PRETRAIN, **ADAPTER, "quantization.bits": 4},
    "moe": MOE,
    "offloaded": {**PRETRAIN, "memory.offload_optimizer": True, "optimizer.name": "paged_adamw"},
    "declared": {
        "model.total_parameters": 7e9,
        "model.active_parameters": 1e9,
        "parallel.backend": "fsdp",
        "parallel.zero_stage": 3,
        "parallel.world_size": 8,
        "parallel.ep": 1,
        "precision.bf16": True,
        "optimizer.family": "adam",
        "budget.gpu_hours": 1000,
        "cluster.gpu_memory": 80,
    },
    "hours": {**PRETRAIN, "budget.gpu_hours": 1000, "assumed.mfu": 0.3, "assumed.price": 2.0},
    "tokens": changed(budget__steps=None, budget__tokens=1e12, schedule__decay_tokens=1e11),
}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("name", NAMES)
def test_an_estimate_follows_from_its_inputs(name: str, recipe: str) -> None:
    facts = RECIPES[recipe]
    whole = estimate(name, facts)
    if whole.value is None:
        return
    alone = estimate(name, {fact: facts[fact] for fact in whole.inputs})
    assert (alone.value, alone.low, alone.high) == (whole.value, whole.low, whole.high)


@settings(max_examples=150, deadline=None)
@given(kept=st.sets(st.sampled_from(sorted(MOE))), name=st.sampled_from(NAMES))
def test_also_where_some_facts_are_missing(kept: set[str], name: str) -> None:
    facts = {fact: MOE[fact] for fact in kept}
    whole = estimate(name, facts)
    if whole.value is None:
        return
    assert estimate(name, {fact: facts[fact] for fact in whole.inputs}).value == whole.value
