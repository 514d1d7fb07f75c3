"""Reading a `config.json`: both spellings, class defaults, and what cannot be said."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.catalog.families import families, family
from recipelint.catalog.hf_config import facts_of, keys_read
from recipelint.estimate.build import UnknownArchitectureError, architecture
from recipelint.estimate.parameters import count

KEYS = sorted({key for known in map(family, families()) if known for key in keys_read(known)})
SCALARS = st.none() | st.booleans() | st.integers(-3, 400) | st.floats() | st.text(max_size=4)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=4), SCALARS)


def test_keys_that_are_left_out_have_the_defaults_of_the_class() -> None:
    facts = facts_of({"model_type": "gemma2"})
    assert facts["model.attention.head_dim"] == 256
    assert facts["model.tie_embeddings"] is True
    assert facts["model.attention.logit_softcap"] == 50.0


def test_old_spellings_are_read_as_the_new_ones() -> None:
    old = facts_of({"model_type": "gpt2", "n_layer": 3, "n_embd": 96, "n_head": 4})
    assert old["model.layers"] == 3
    assert old["model.ffn_size"] == 4 * 96
    assert old["model.attention.kv_heads"] == 4
    assert old["model.learned_positions"] == 1024


def test_rope_is_read_from_either_generation_of_files() -> None:
    scaled = {"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8192}
    before = facts_of({"model_type": "llama", "rope_theta": 5e5, "rope_scaling": scaled})
    now = facts_of({"model_type": "llama", "rope_parameters": {**scaled, "rope_theta": 5e5}})
    rope = {key: value for key, value in before.items() if key.startswith("model.rope.")}
    assert rope == {key: value for key, value in now.items() if key.startswith("model.rope.")}
    assert rope["model.rope.scaling"] == "llama3"
    assert rope["model.rope.original_max_position"] == 8192


def test_rope_of_layers_by_kind() -> None:
    facts = facts_of(
        {
            "model_type": "gemma3_text",
            "rope_parameters": {
                "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
                "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
            },
        }
    )
    assert facts["model.rope.theta"] == 1e6
    assert facts["model.rope.local_theta"] == 1e4
    assert facts["model.rope.scaling"] == "linear"


def test_a_list_of_layer_kinds_gives_the_share_of_local_layers() -> None:
    kinds = (["sliding_attention"] * 5 + ["full_attention"]) * 2
    facts = facts_of({"model_type": "gemma3_text", "sliding_window": 512, "layer_types": kinds})
    assert facts["model.attention.window"] == 512
    assert facts["model.attention.local_per_global"] == 5


@pytest.mark.parametrize(
    "stated", [{"use_sliding_window": False, "sliding_window": 4096}, {"sliding_window": None}]
)
def test_a_window_that_is_off_is_zero(stated: dict[str, object]) -> None:
    assert facts_of({"model_type": "qwen2", **stated})["model.attention.window"] == 0


@pytest.mark.parametrize(
    ("switches", "kv_heads", "norms"),
    [
        ({}, 1, 1),  # falcon-7b
        ({"new_decoder_architecture": True, "num_kv_heads": 8}, 8, 2),  # falcon-40b
        ({"multi_query": False, "parallel_attn": False}, 71, 2),  # falcon-rw
    ],
)
def test_switches_of_falcon(switches: dict[str, object], kv_heads: int, norms: int) -> None:
    facts = facts_of({"model_type": "falcon", **switches})
    assert facts["model.attention.kv_heads"] == kv_heads
    assert facts["model.norm.per_layer"] == norms


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "qwen3_moe", "mlp_only_layers": [0]},
        {"model_type": "deepseek_v3", "attention_bias": True},
        {"model_type": "llama", "architectures": ["LlamaForSequenceClassification"]},
        {"model_type": "opt", "do_layer_norm_before": False},
        {"model_type": "mpt", "expansion_ratio": 2},
        {"model_type": "glm4_moe_lite", "mlp_layer_types": ["sparse", "dense", "sparse"]},
    ],
)
def test_what_the_facts_cannot_say_loses_its_family(config: dict[str, object]) -> None:
    facts = facts_of(config)
    assert "model.family" not in facts
    assert "model.layers" in facts


def test_an_unlisted_type_keeps_its_name_and_its_plain_sizes() -> None:
    facts = facts_of({"model_type": "jamba", "num_hidden_layers": 32})
    assert facts == {"model.family": "jamba", "model.layers": 32}


def test_values_of_no_use_are_passed_over() -> None:
    assert facts_of({"model_type": 7, "num_hidden_layers": [1], "dtype": "strange"}) == {}


@given(
    st.sampled_from([*families(), "jamba"]),
    st.dictionaries(st.sampled_from([*KEYS, "rope_scaling", "layer_types"]), VALUES, max_size=8),
)
def test_any_file_is_counted_or_unknown(name: str, values: dict[str, object]) -> None:
    facts = facts_of({**values, "model_type": name})
    assert None not in facts.values()
    with contextlib.suppress(UnknownArchitectureError):
        found = count(architecture(facts))
        assert found.total >= found.body >= 0
