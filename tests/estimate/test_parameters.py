"""Parameter counts against transformers' classes (recorded) and against published figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recipelint.catalog.families import families
from recipelint.catalog.hf_config import facts_of
from recipelint.estimate.architecture import Architecture, Moe
from recipelint.estimate.build import UnknownArchitectureError, architecture
from recipelint.estimate.parameters import Convention, Parameters, count

RECORD: dict[str, Any] = json.loads(
    Path(__file__).with_name("parameter_counts.json").read_text(encoding="utf-8")
)
"""Written by tools/record_parameter_counts.py."""
PUBLISHED: dict[str, Any] = RECORD["published"]
WITHOUT_A_CLASS = {"kimi_k2", "internlm2", "baichuan", "minicpm", "motif", "Motif"}
"""Not in transformers: K2 runs as DeepSeek-V3, Motif is below, the others are Llama renamed."""
SMALL = Architecture(
    layers=2,
    hidden_size=8,
    ffn_size=20,
    vocab_size=11,
    heads=4,
    kv_heads=2,
    head_dim=2,
    tie_embeddings=False,
)


def counted(config: dict[str, Any]) -> Parameters:
    return count(architecture(facts_of(config)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_architectures_count_as_their_classes(name: str) -> None:
    assert counted(PUBLISHED[name]["config"]).total == PUBLISHED[name]["parameters"]


@pytest.mark.parametrize("item", RECORD["drawn"], ids=lambda item: item["config"]["model_type"])
def test_drawn_configurations_count_as_their_classes(item: dict[str, Any]) -> None:
    assert counted(item["config"]).total == item["parameters"]


def test_the_record_covers_every_listed_family() -> None:
    drawn = {item["config"]["model_type"] for item in RECORD["drawn"]}
    assert len(RECORD["drawn"]) >= 300
    assert set(families()) - drawn == WITHOUT_A_CLASS


@pytest.mark.parametrize(
    ("name", "convention", "billions", "tolerance"),
    [
        # arXiv 2507.20534, table 2: 32.6B activated, embedding and head counted.
        ("Kimi-K2", Convention.ALL, 32.6, 0.01),
        # arXiv 2412.19437, abstract: 37B activated.
        ("DeepSeek-V3", Convention.WITHOUT_INPUT_EMBEDDING, 37.0, 0.011),
        # arXiv 2405.04434, section 3.1.2: 21B activated.
        ("DeepSeek-V2", Convention.WITHOUT_INPUT_EMBEDDING, 21.0, 0.01),
        # arXiv 2508.10925, table 1: 5.13B and 3.61B active, embedding not counted.
        ("gpt-oss-120b", Convention.WITHOUT_INPUT_EMBEDDING, 5.13, 0.001),
        ("gpt-oss-20b", Convention.WITHOUT_INPUT_EMBEDDING, 3.61, 0.001),
        # arXiv 2502.16982, section 3.3: 2.24B activated, embeddings excluded.
        ("Moonlight-16B-A3B", Convention.WITHOUT_EMBEDDINGS, 2.24, 0.002),
        # arXiv 2508.06471, table 1: 32B activated.
        ("GLM-4.5", Convention.WITHOUT_EMBEDDINGS, 32.0, 0.003),
        # arXiv 2505.09388, section 2: 22B activated.
        ("Qwen3-235B-A22B", Convention.ALL, 22.0, 0.009),
        # arXiv 2401.04088, section 1: 13B active.
        ("Mixtral-8x7B", Convention.ALL, 13.0, 0.01),
    ],
)
def test_active_parameters_agree_with_reports(
    name: str, convention: Convention, billions: float, tolerance: float
) -> None:
    active = counted(PUBLISHED[name]["config"]).active_range(convention)
    assert active.low == active.expected == active.high
    assert active.expected == pytest.approx(billions * 1e9, rel=tolerance)


def test_identity_experts_make_active_parameters_a_range() -> None:
    """LongCat-Flash, arXiv 2509.01322, abstract: 18.6B to 31.3B, 27B on average, of 560B."""
    found = counted(PUBLISHED["LongCat-Flash"]["config"])
    active = found.active_range(Convention.WITHOUT_INPUT_EMBEDDING)
    assert found.total == pytest.approx(560e9, rel=0.002)
    assert active == pytest.approx((18.6e9, 27e9, 31.3e9), rel=0.006)
    assert found.active_without_input_embedding == active.expected


def test_a_stated_target_of_real_experts_sets_the_expectation() -> None:
    config = facts_of(PUBLISHED["LongCat-Flash"]["config"])
    stated = count(architecture({**config, "model.moe.target_experts": 6}))
    eight = count(architecture(config)).active_experts
    assert stated.active_experts.expected == pytest.approx(eight.expected * 6 / 8)
    assert stated.active_experts.high == eight.high


def test_total_leaves_out_mtp_as_deepseek_does() -> None:
    """arXiv 2412.19437: 671B for the main model; section 2.2: one module of one layer each depth.

    The Hub's 685B also holds a second copy of embedding and head.
    """
    found = counted(PUBLISHED["DeepSeek-V3"]["config"])
    copies = found.embedding + found.head
    assert found.total == pytest.approx(671e9, rel=1e-4)
    assert found.total_with_mtp + copies == pytest.approx(685e9, rel=0.001)


def test_gemma_3_splits_embedding_from_the_rest() -> None:
    """arXiv 2503.19786, table 1: 1B is 302M embedding and 698M non-embedding parameters."""
    found = counted(PUBLISHED["Gemma-3-1b"]["config"])
    assert found.embedding == pytest.approx(302e6, rel=1e-3)
    assert found.non_embedding == pytest.approx(698e6, rel=1e-3)
    assert found.head == 0


@pytest.mark.parametrize("name", PUBLISHED)
def test_components_add_up(name: str) -> None:
    found = counted(PUBLISHED[name]["config"])
    parts = found._asdict()
    del parts["unembedding"], parts["active_experts"], parts["mtp"]
    assert sum(parts.values()) == found.total
    assert found.active_without_embeddings <= found.active_without_input_embedding
    assert found.active_without_input_embedding <= found.active_all <= found.total


def test_a_tied_head_is_counted_once_and_still_active() -> None:
    untied, tied = count(SMALL), count(SMALL._replace(tie_embeddings=True))
    assert untied.total - tied.total == 11 * 8
    assert tied.active_all == tied.active_without_input_embedding == tied.total


def test_small_architecture_by_hand() -> None:
    """8 x 8 queries and outputs, 8 x 4 keys and values; 3 x 8 x 20; 5 norms of 8; 2 x 11 x 8."""
    found = count(SMALL)
    assert found.attention == 2 * (64 + 64 + 32 + 32)
    assert found.dense_ffn == 2 * 480
    assert (found.norms, found.embedding, found.head) == (40, 88, 88)


def test_layers_before_and_between_experts_are_dense() -> None:
    moe = Moe(experts=4, top_k=2, expert_ffn_size=6, first_dense_layers=1, layer_interval=2)
    found = count(SMALL._replace(layers=5, moe=moe))
    assert found.experts == 2 * 4 * 3 * 8 * 6
    assert found.dense_ffn == 3 * 480
    assert found.active_experts.expected == found.experts / 2


def test_norm_after_differential_heads_is_shared_by_all_pairs() -> None:
    plain = count(SMALL).attention
    lambdas = SMALL._replace(differential=True)
    normed = lambdas._replace(differential_norm=True)
    assert count(lambdas).attention - plain == 2 * 4 * 2
    assert count(normed).attention - count(lambdas).attention == 2 * 4


def test_motif_by_hand() -> None:
    """Motif 2.6B (arXiv 2508.09148): Llama's layers, lambdas and norm of 16 heads, PolyNorm."""
    llama = {
        "model_type": "llama",
        "num_hidden_layers": 32,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_attention_heads": 16,
        "vocab_size": 219520,
        "tie_word_embeddings": True,
    }
    found = counted({**llama, "model_type": "motif"}).total
    assert found - counted(llama).total == 32 * (4 * 128 + 2 * 128 + 4)
    assert found == pytest.approx(2.6e9, rel=0.002)


@pytest.mark.parametrize("family", ["mamba2", "jamba", "gemma3", "qwen3_next", "no-such-model"])
def test_families_that_are_not_covered_stay_unknown(family: str) -> None:
    facts = {**facts_of(PUBLISHED["Llama-3-8B"]["config"]), "model.family": family}
    with pytest.raises(UnknownArchitectureError) as caught:
        architecture(facts)
    assert caught.value.missing == ("model.family",)
    assert family in caught.value.reason
