"""Trainable parameters of adapters."""

from __future__ import annotations

import pytest

from recipelint.estimate.adapters import UnknownTargetError, dora_parameters, lora_parameters
from recipelint.estimate.architecture import Architecture, Mla, Moe

LLAMA_2_7B = Architecture(32, 4096, 11008, 32_000, 32, 32, 128, tie_embeddings=False)
LLAMA_3_8B = Architecture(32, 4096, 14336, 128_256, 32, 8, 128, tie_embeddings=False)
EVERY = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@pytest.mark.parametrize(
    ("arch", "rank", "targets", "trainable"),
    # What PEFT's print_trainable_parameters says for these well-known settings.
    [
        (LLAMA_2_7B, 8, ("q_proj", "v_proj"), 4_194_304),
        (LLAMA_2_7B, 16, EVERY, 39_976_960),
        (LLAMA_3_8B, 16, EVERY, 41_943_040),
        (LLAMA_3_8B, 8, EVERY, 20_971_520),
    ],
)
def test_counts_that_peft_prints(
    arch: Architecture, rank: int, targets: tuple[str, ...], trainable: int
) -> None:
    assert lora_parameters(arch, rank, targets) == trainable


def test_all_linear_means_every_projection_but_the_head() -> None:
    assert lora_parameters(LLAMA_3_8B, 8, ["all-linear"]) == lora_parameters(LLAMA_3_8B, 8, EVERY)


def test_names_of_other_frameworks_mean_the_same_matrices() -> None:
    torchtune = ("attn.wq", "attn.wk", "attn.wv", "attn.output_proj", "mlp.w1", "mlp.w2", "mlp.w3")
    assert lora_parameters(LLAMA_3_8B, 8, torchtune) == lora_parameters(LLAMA_3_8B, 8, EVERY)


def test_a_target_that_is_named_twice_counts_once() -> None:
    assert lora_parameters(LLAMA_3_8B, 8, ["q_proj", "q_proj"]) == 32 * 8 * (4096 + 4096)


def test_head_and_embedding_are_adapted_once() -> None:
    assert lora_parameters(LLAMA_3_8B, 4, ["lm_head"]) == 4 * (4096 + 128_256)
    assert lora_parameters(LLAMA_3_8B, 4, ["embed_tokens"]) == 4 * (4096 + 128_256)


def test_dora_adds_one_magnitude_per_output() -> None:
    plain = lora_parameters(LLAMA_3_8B, 8, ["k_proj"])
    assert dora_parameters(LLAMA_3_8B, 8, ["k_proj"]) == plain + 32 * 1024


def test_latent_attention_has_projections_of_its_own() -> None:
    arch = LLAMA_3_8B._replace(mla=Mla(1536, 512, 128, 64, 128))
    assert lora_parameters(arch, 1, ["kv_b_proj"]) == 32 * (512 + 32 * 256)
    with pytest.raises(UnknownTargetError, match="'k_proj'"):
        lora_parameters(arch, 1, ["k_proj"])


def test_what_is_not_known_is_not_guessed() -> None:
    with pytest.raises(UnknownTargetError, match="'c_proj'"):
        lora_parameters(LLAMA_3_8B, 8, ["c_proj"])
    moe = LLAMA_3_8B._replace(moe=Moe(8, 2, 14336))
    for target in ("gate_proj", "all-linear"):
        with pytest.raises(UnknownTargetError):
            lora_parameters(moe, 8, [target])
    with pytest.raises(ValueError, match="rank"):
        lora_parameters(LLAMA_3_8B, 0, ["q_proj"])
