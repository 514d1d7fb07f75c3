"""FLOPs against torch's counter on real model classes (exact), and against published figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.catalog.hf_config import facts_of
from recipelint.estimate.architecture import Architecture, Moe
from recipelint.estimate.build import architecture
from recipelint.estimate.flops import (
    absorbed_decode_per_token,
    causal_keys,
    decode_per_token,
    expected_experts,
    forward_per_token,
    global_attention_layers,
    published_decode,
    training_per_token,
    training_total,
    unmasked_per_token,
)
from recipelint.estimate.kv_cache import bytes_at, bytes_per_token
from tests.estimate.architectures import GEMMA_3_27B, K2

LENGTH = 32
SMALL = {
    "hidden_size": 64,
    "intermediate_size": 160,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 512,
    "max_position_embeddings": 128,
}
LATENT = {
    "q_lora_rank": 24,
    "kv_lora_rank": 16,
    "qk_nope_head_dim": 16,
    "qk_rope_head_dim": 8,
    "v_head_dim": 12,
}
CONFIGURATIONS = {
    "llama": ("LlamaConfig", SMALL),
    "llama-tied": ("LlamaConfig", {**SMALL, "tie_word_embeddings": True}),
    "mistral": ("MistralConfig", {**SMALL, "sliding_window": None, "head_dim": 32}),
    "qwen2": ("Qwen2Config", SMALL),
    "qwen3": ("Qwen3Config", {**SMALL, "head_dim": 24}),
    "GEMMA_3_27B2": ("Gemma2Config", {**SMALL, "head_dim": 16, "sliding_window": 64}),
    "GEMMA_3_27B3": ("Gemma3TextConfig", {**SMALL, "head_dim": 16, "sliding_window": 64}),
    "olmo2": ("Olmo2Config", SMALL),
    "phi3": ("Phi3Config", {**SMALL, "pad_token_id": 0}),
    "smollm3": ("SmolLM3Config", {**SMALL, "pad_token_id": 0}),
    "gpt_neox": (
        "GPTNeoXConfig",
        {key: value for key, value in SMALL.items() if key != "num_key_value_heads"},
    ),
    "gpt2": ("GPT2Config", {"n_embd": 64, "n_layer": 3, "n_head": 4, "vocab_size": 512}),
    "mixtral": (
        "MixtralConfig",
        {**SMALL, "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": None},
    ),
    "qwen3_moe": (
        "Qwen3MoeConfig",
        {**SMALL, "head_dim": 16, "num_experts": 8, "moe_intermediate_size": 48},
    ),
    "olmoe": ("OlmoeConfig", {**SMALL, "num_experts": 8, "num_experts_per_tok": 2}),
    "gpt_oss": (
        "GptOssConfig",
        {**SMALL, "head_dim": 16, "num_local_experts": 4, "num_experts_per_tok": 2},
    ),
    "deepseek_v3": (
        "DeepseekV3Config",
        {
            **SMALL,
            **LATENT,
            "num_key_value_heads": 4,
            "first_k_dense_replace": 1,
            "n_routed_experts": 8,
            "num_experts_per_tok": 2,
            "n_group": 2,
            "topk_group": 1,
            "moe_intermediate_size": 48,
            "n_shared_experts": 1,
        },
    ),
    "deepseek_v3-dense": (
        "DeepseekV3Config",
        {**SMALL, **LATENT, "first_k_dense_replace": 3, "num_key_value_heads": 4},
    ),
}


def counted(name: str, options: dict[str, Any]) -> tuple[Architecture, float, float]:
    """Return the architecture, and forward and training FLOPs per token by torch's counter."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from torch.utils.flop_counter import FlopCounterMode

    config = getattr(transformers, name)(**options)
    config._attn_implementation = "eager"
    config._experts_implementation = "eager"  # the counter does not see grouped products
    model = transformers.AutoModelForCausalLM.from_config(config)
    tokens = torch.zeros(1, LENGTH, dtype=torch.long)
    with FlopCounterMode(display=False) as forward:
        logits = model(input_ids=tokens, use_cache=False).logits
    with FlopCounterMode(display=False) as backward:
        logits.sum().backward()
    once = forward.get_total_flops() / LENGTH
    shape = architecture(facts_of(config.to_dict()))
    return shape, once, once + backward.get_total_flops() / LENGTH


@pytest.mark.parametrize(("name", "options"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_agrees_with_torchs_counter(name: str, options: dict[str, Any]) -> None:
    shape, forward, training = counted(name, options)
    # An eager kernel multiplies every token with every key, so the unmasked count is compared.
    ours = unmasked_per_token(shape, LENGTH).total
    assert ours == pytest.approx(forward, rel=1e-9)
    assert 3 * ours == pytest.approx(training, rel=1e-9)


LLAMA_405B = Architecture(126, 16384, 53248, 128_256, 128, 8, 128, tie_embeddings=False)


def test_kimi_k2_doubling_the_heads_costs_83_percent_at_128k() -> None:
    # Section 2.3: from 64 to 128 heads, 384 experts fixed. Active: 32.6e9 published, and 5.2e9
    # more attention weights.
    few = published_decode(32.6e9, 61, 64, 131_072)
    many = published_decode(37.8e9, 61, 128, 131_072)
    assert many / few - 1 == pytest.approx(0.83, abs=0.005)


@pytest.mark.parametrize(
    ("cost", "low", "high"),
    [
        pytest.param(lambda a: decode_per_token(a, 131_072), 0.86, 0.87, id="decode"),
        pytest.param(lambda a: absorbed_decode_per_token(a, 131_072), 0.95, 0.96, id="absorbed"),
        pytest.param(lambda a: forward_per_token(a, 131_072), 0.76, 0.77, id="prefill"),
    ],
)
def test_other_conventions_give_other_increases(
    cost: Callable[[Architecture], Any], low: float, high: float
) -> None:
    increase = cost(K2._replace(heads=128)).total / cost(K2).total - 1
    assert low < increase < high


def test_llama_3_405b_needs_more_than_six_nd() -> None:
    # The report prints 3.8e25 for 15.6e12 tokens (arXiv 2407.21783, section 1), which is 6 N D.
    assert training_total(405e9, 15.6e12) == pytest.approx(3.8e25, rel=0.01)
    full = training_per_token(LLAMA_405B, 8192).model * 15.6e12
    assert full == pytest.approx(3.94e25, rel=0.01)


def test_recomputation_adds_hardware_flops_alone() -> None:
    forward = forward_per_token(LLAMA_405B, 8192)
    none, selective, full = (
        training_per_token(LLAMA_405B, 8192, mode) for mode in ("none", "selective", "full")
    )
    assert none.model == none.hardware == selective.model == full.model
    assert selective.hardware - none.hardware == pytest.approx(forward.attention)
    assert full.hardware - none.hardware == pytest.approx(forward.body + forward.attention)


@given(st.integers(1, 300), st.integers(0, 300))
def test_mean_keys_are_the_mean_over_positions(length: int, window: int) -> None:
    keys = [min(i + 1, window) if window else i + 1 for i in range(length)]
    # The formula counts from 0 to length, hence half a key less than counting the token itself.
    assert causal_keys(length, window) == pytest.approx(sum(keys) / length, abs=0.5)


def test_windows_save_flops_only_beyond_their_length() -> None:
    everywhere = GEMMA_3_27B._replace(window=0)
    assert global_attention_layers(GEMMA_3_27B) == 10
    assert forward_per_token(GEMMA_3_27B, 1024).total == forward_per_token(everywhere, 1024).total
    assert decode_per_token(GEMMA_3_27B, 1024).total == decode_per_token(everywhere, 1024).total
    assert (
        forward_per_token(GEMMA_3_27B, 32_768).total < forward_per_token(everywhere, 32_768).total
    )
    assert (
        unmasked_per_token(GEMMA_3_27B, 32_768).total
        == unmasked_per_token(everywhere, 32_768).total
    )


def test_gemma_3_cache_is_a_fifth_of_an_all_global_one() -> None:
    # 62 layers at 5:1, window 1024, 16 KV heads of 128 (arXiv 2503.19786, section 2 and table 1):
    # 52 local and 10 global ones; at 32k (52 * 1024 + 10 * 32768) / (62 * 32768) = 1 / 5.33.
    whole = bytes_at(GEMMA_3_27B._replace(window=0), 32_768)
    assert whole == 62 * 2 * 16 * 128 * 2 * 32_768
    assert whole / bytes_at(GEMMA_3_27B, 32_768) == pytest.approx(5.33, abs=0.01)


def test_latent_cache_does_not_grow_with_heads() -> None:
    # DeepSeek-V2, arXiv 2405.04434, table 1: (d_c + d_R) per layer.
    assert bytes_per_token(K2) == 61 * (512 + 64) * 2
    assert bytes_per_token(K2._replace(heads=128)) == bytes_per_token(K2)


def test_longcat_passes_eight_real_experts_of_twelve() -> None:
    # arXiv 2509.01322, section 2.1: 512 experts and 256 identity experts, top 12.
    assert expected_experts(Moe(512, 12, 2048, zero_experts=256)) == 8
    assert expected_experts(Moe(512, 12, 2048, zero_experts=256, target_experts=9)) == 9


def test_multi_token_prediction_is_trained_but_not_served() -> None:
    plain = K2._replace(mtp_layers=0)
    with_module = K2._replace(mtp_layers=1)
    assert forward_per_token(plain, 4096) == forward_per_token(with_module, 4096)
    extra = training_per_token(with_module, 4096).model - training_per_token(plain, 4096).model
    # One more of 61 layers, the projection and a second head: between 1/61 and 1/15.
    assert 1 / 61 < extra / training_per_token(plain, 4096).model < 1 / 15


def test_absorbing_needs_latent_attention() -> None:
    with pytest.raises(ValueError, match="only MLA"):
        absorbed_decode_per_token(LLAMA_405B, 8192)
