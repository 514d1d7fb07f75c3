"""Traffic between GPUs, against published volumes and a count of ring steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.estimate import communication
from recipelint.estimate.architecture import Architecture, Moe
from recipelint.estimate.memory import Layout

LLAMA_8B = Architecture(32, 4096, 14336, 128_256, 32, 8, 128, tie_embeddings=False)
MIXTRAL = Architecture(
    32, 4096, 14336, 32_000, 32, 8, 128, tie_embeddings=False, moe=Moe(8, 2, 14336)
)


@given(st.integers(2, 16), st.integers(1, 64))
def test_all_reduce_sends_what_a_ring_sends(ranks: int, chunk: int) -> None:
    # A ring reduces in n - 1 steps and gathers in n - 1, each sending one of n chunks.
    elements = ranks * chunk
    sent = sum(chunk * 2 for _ in range(2 * (ranks - 1)))
    assert communication.data_parallel(elements, Layout(dp=ranks)) == pytest.approx(sent)


def test_zero_keeps_the_volume_until_stage_3_which_adds_half() -> None:
    # ZeRO, arXiv 1910.02054, section 7.
    volumes = [
        communication.data_parallel(1e9, Layout(dp=64, zero_stage=stage)) for stage in range(4)
    ]
    assert volumes[0] == volumes[1] == volumes[2]
    assert volumes[3] == pytest.approx(1.5 * volumes[0])


@pytest.mark.parametrize(
    ("hidden", "experts", "top_k", "ep", "kib"),
    [(7168, 384, 8, 16, 210), (7168, 256, 8, 64, 220), (4096, 8, 2, 8, 28)],
    ids=["Kimi K2", "DeepSeek-V3", "Mixtral"],
)
def test_all_to_all_per_token(hidden: int, experts: int, top_k: int, ep: int, kib: float) -> None:
    # By hand: top_k x hidden x 4 bytes x (ep - 1) / ep.
    arch = Architecture(
        2, hidden, hidden, 1000, 8, 8, 128, tie_embeddings=True, moe=Moe(experts, top_k, 64)
    )
    assert communication.all_to_all_per_token(arch, ep) / 1024 == pytest.approx(kib, abs=0.6)
    fp8 = communication.all_to_all_per_token(arch, ep, dispatch_bytes=1)
    assert fp8 == pytest.approx(0.75 * communication.all_to_all_per_token(arch, ep))


def test_tensor_parallelism_sends_four_all_reduces_per_layer() -> None:
    # Narayanan et al., arXiv 2104.04473, section 3.1: 8 b s h (t - 1)/t elements per layer.
    sent = communication.tensor_parallel(LLAMA_8B, Layout(tp=8), 8192)
    assert sent == pytest.approx(32 * 8 * 8192 * 4096 * 7 / 8 * 2)
    halves = communication.tensor_parallel(LLAMA_8B, Layout(tp=8, pp=2), 8192)
    assert halves == pytest.approx(sent / 2)


def test_grouped_queries_make_context_parallelism_cheap() -> None:
    # Llama 3, arXiv 2407.21783, section 3.3.2: keys and values are much smaller than queries.
    sent = communication.context_parallel(LLAMA_8B, Layout(cp=4), 1024)
    assert sent == 3 * 3 * 32 * 1024 * (2 * 8 * 128) * 2


def test_interleaving_multiplies_pipeline_traffic() -> None:
    plain = communication.pipeline_parallel(LLAMA_8B, Layout(pp=4), 1024)
    assert plain == 2 * 1024 * 4096 * 2
    interleaved = communication.pipeline_parallel(LLAMA_8B, Layout(pp=4, vpp=3), 1024)
    assert interleaved == 3 * plain


def test_expert_traffic_covers_both_passes_of_every_moe_layer() -> None:
    each = communication.all_to_all_per_token(MIXTRAL, 8)
    layout = Layout(ep=8, dp=8, pp=2)
    assert communication.expert_parallel(MIXTRAL, layout, 10) == pytest.approx(16 * 2 * each * 10)


def test_one_rank_sends_nothing() -> None:
    alone = Layout()
    assert communication.tensor_parallel(LLAMA_8B, alone, 1e6) == 0
    assert communication.pipeline_parallel(LLAMA_8B, alone, 1e6) == 0
    assert communication.context_parallel(LLAMA_8B, alone, 1e6) == 0
    assert communication.expert_parallel(MIXTRAL, alone, 1e6) == 0
    assert communication.data_parallel(1e9, alone) == 0
    with pytest.raises(ValueError, match="no experts"):
        communication.all_to_all_per_token(LLAMA_8B, 8)
