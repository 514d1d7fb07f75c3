"""From facts to an architecture: what is needed, what a family supplies, what stays unknown."""

from __future__ import annotations

import pytest

from recipelint.catalog.hf_config import facts_of
from recipelint.estimate.build import UnknownArchitectureError, architecture
from recipelint.estimate.parameters import count

LLAMA: dict[str, object] = {
    "model.family": "llama",
    "model.layers": 32,
    "model.hidden_size": 4096,
    "model.ffn_size": 11008,
    "model.vocab_size": 32000,
    "model.tie_embeddings": False,
    "model.attention.heads": 32,
    "model.attention.kv_heads": 32,
}
EXPLICIT: dict[str, object] = {
    **LLAMA,
    "model.gated_mlp": True,
    "model.mlp_bias": False,
    "model.learned_positions": 0,
    "model.moe.experts": 0,
    "model.norm.kind": "rmsnorm",
    "model.norm.per_layer": 2,
    "model.norm.qk_norm": "none",
    "model.attention.head_dim": 128,
    "model.attention.qkv_bias": False,
    "model.attention.output_bias": False,
    "model.attention.sinks": False,
}
del EXPLICIT["model.family"]


def missing(facts: dict[str, object]) -> tuple[str, ...]:
    with pytest.raises(UnknownArchitectureError) as caught:
        architecture(facts)
    return caught.value.missing


def test_a_family_supplies_what_its_members_share() -> None:
    assert count(architecture(LLAMA)).total == 6_738_415_616


def test_everything_stated_needs_no_family() -> None:
    assert count(architecture(EXPLICIT)).total == 6_738_415_616


@pytest.mark.parametrize("name", sorted(set(EXPLICIT)))
def test_without_a_family_every_trait_must_be_stated(name: str) -> None:
    facts = {key: value for key, value in EXPLICIT.items() if key != name}
    assert missing(facts) == ("model.family", name)


@pytest.mark.parametrize("name", sorted(set(LLAMA) - {"model.family"}))
def test_sizes_are_never_guessed(name: str) -> None:
    assert missing({key: value for key, value in LLAMA.items() if key != name}) == (name,)


def test_every_missing_fact_is_named_once() -> None:
    found = missing({"model.family": "llama", "model.layers": 32})
    assert sorted(found) == sorted(set(LLAMA) - {"model.family", "model.layers"})


def test_facts_win_over_the_family() -> None:
    biased = architecture({**LLAMA, "model.attention.qkv_bias": True})
    assert count(biased).total - 6_738_415_616 == 32 * 3 * 4096


def test_head_dim_is_not_derived_where_the_class_fixes_it() -> None:
    facts = {**LLAMA, "model.family": "gemma"}
    assert missing(facts) == ("model.attention.head_dim",)


@pytest.mark.parametrize("value", ["32", True, -1, 31.5])
def test_a_value_that_is_no_count_is_not_known(value: object) -> None:
    assert missing({**LLAMA, "model.layers": value}) == ("model.layers",)


@pytest.mark.parametrize("kind", ["linear", "hybrid", "differential"])
def test_uncovered_attention_is_unknown(kind: str) -> None:
    assert missing({**LLAMA, "model.attention.kind": kind})


def test_latent_norms_without_latent_attention_are_refused() -> None:
    assert missing({**LLAMA, "model.norm.qk_norm": "latent"}) == ("model.attention.kv_lora_rank",)


def test_latent_attention_needs_all_its_ranks() -> None:
    facts = {**LLAMA, "model.attention.kv_lora_rank": 512, "model.norm.qk_norm": "latent"}
    assert set(missing(facts)) == {
        "model.attention.q_lora_rank",
        "model.attention.qk_nope_head_dim",
        "model.attention.qk_rope_head_dim",
        "model.attention.v_head_dim",
    }


def test_shared_experts_may_be_given_by_number_or_by_width() -> None:
    config = {
        "model_type": "glm4_moe",
        "n_shared_experts": 2,
        "moe_intermediate_size": 1408,
        "first_k_dense_replace": 1,
    }
    by_number = {**facts_of(config)}
    assert by_number.pop("model.moe.shared_expert_ffn_size") == 2816
    assert architecture(by_number).moe == architecture(facts_of(config)).moe


def test_all_layers_moe_need_no_dense_width() -> None:
    facts = facts_of({"model_type": "mixtral"})
    del facts["model.ffn_size"]
    assert count(architecture(facts)).total == 46_702_792_704


def test_a_config_that_the_facts_cannot_express_has_no_family() -> None:
    facts = facts_of({"model_type": "qwen3_moe", "mlp_only_layers": [3]})
    assert missing(facts)[0] == "model.family"
