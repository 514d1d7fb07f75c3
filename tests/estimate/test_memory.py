"""Memory per GPU against published figures and against what autograd really saves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.catalog.hf_config import facts_of
from recipelint.estimate import activations
from recipelint.estimate.architecture import Architecture
from recipelint.estimate.build import architecture
from recipelint.estimate.flops import unmasked_per_token
from recipelint.estimate.memory import (
    EIGHT_BIT_STATE,
    MIXED_ADAM,
    PURE_BF16_ADAM,
    QUANTIZED_4BIT,
    Layout,
    StateBytes,
    frozen_weights,
    gathered_layer,
    model_states,
    optimizer_bytes,
)
from recipelint.estimate.parameters import count
from recipelint.estimate.stages import mtp_experts, stage_parameters
from tests.estimate.architectures import K2

LLAMA_8B = Architecture(32, 4096, 14336, 128_256, 32, 8, 128, tie_embeddings=False)


def gpt(hidden: int, layers: int, heads: int) -> Architecture:
    return Architecture(
        layers,
        hidden,
        4 * hidden,
        51_200,
        heads,
        heads,
        hidden // heads,
        tie_embeddings=True,
        gated_mlp=False,
        mlp_bias=True,
        qkv_bias=True,
        output_bias=True,
        norm_weights=2,
        learned_positions=2048,
    )


GPT_175B = gpt(12_288, 96, 96)
MT_NLG_530B = gpt(20_480, 105, 128)


def test_kimi_k2_keeps_28_gb_of_weights_and_gradients_per_gpu() -> None:
    # arXiv 2507.20534, section 2.4.2: bf16 parameters and fp32 gradients take about 6 TB over a
    # group of 256 GPUs (PP16, EP16), about 30 GB on each.
    counts = count(K2)
    states = StateBytes(weight=2, gradient=4, optimizer=0)
    layout = Layout(pp=16, ep=16, dp=16, zero_stage=1)
    assert layout.world == 256
    assert states.total * counts.total == pytest.approx(6.16e12, rel=1e-3)
    found = model_states(counts.total - counts.experts, counts.experts, layout, states)
    assert found.total / 1e9 == pytest.approx(28.2, abs=0.05)
    assert found.weights / 1e9 == pytest.approx(9.4, abs=0.05)
    assert found.gradients / 1e9 == pytest.approx(18.8, abs=0.05)


def test_zero_reproduces_its_papers_figure() -> None:
    # ZeRO, arXiv 1910.02054, figure 1: 7.5e9 parameters, 64 GPUs, Adam's K = 12.
    figures = [
        model_states(7.5e9, 0, Layout(dp=64, zero_stage=stage), MIXED_ADAM).total / 1e9
        for stage in range(4)
    ]
    assert figures == pytest.approx([120, 31.4, 16.6, 1.9], abs=0.05)


def test_experts_are_spread_by_expert_parallelism_and_others_are_not() -> None:
    layout = Layout(tp=1, pp=1, ep=8, dp=8)
    states = model_states(dense=100.0, experts=800.0, layout=layout, per_parameter=MIXED_ADAM)
    assert states.total == (100 + 100) * 16


@given(
    st.integers(1, 8), st.integers(1, 8), st.integers(1, 4), st.integers(1, 16), st.integers(0, 3)
)
def test_sharding_never_adds_memory_and_the_group_holds_everything(
    tp: int, pp: int, cp: int, dp: int, stage: int
) -> None:
    layout = Layout(tp=tp, pp=pp, cp=cp, dp=dp, zero_stage=stage)
    one = model_states(1e9, 0, layout, MIXED_ADAM).total
    assert one <= model_states(1e9, 0, layout._replace(zero_stage=0), MIXED_ADAM).total
    assert one * layout.world >= 16e9 * (1 - 1e-12)
    if stage == 3:
        assert one * layout.world == pytest.approx(16e9)


def test_hybrid_sharding_shards_within_a_replica_only() -> None:
    whole = model_states(1e9, 0, Layout(dp=32, zero_stage=3), MIXED_ADAM).total
    hybrid = model_states(1e9, 0, Layout(dp=32, dp_replicate=4, zero_stage=3), MIXED_ADAM).total
    assert hybrid == pytest.approx(4 * whole)


def test_bytes_per_parameter_by_optimizer() -> None:
    assert MIXED_ADAM.total == 16
    assert PURE_BF16_ADAM.total == 8
    assert optimizer_bytes("adam") == 8
    assert optimizer_bytes("lion") == optimizer_bytes("muon") == 4
    assert optimizer_bytes("adafactor") == 0
    assert optimizer_bytes("adam", EIGHT_BIT_STATE) == pytest.approx(2.03, abs=0.01)
    with pytest.raises(ValueError, match="'shampoo' keeps are not known"):
        optimizer_bytes("shampoo")


def test_qlora_base_of_a_65b_model_fits_on_a_48_gb_gpu() -> None:
    # QLoRA, arXiv 2305.14314, abstract: 65B on one 48 GB GPU; section 3: 0.127 bits of scales.
    base = frozen_weights(65e9, Layout(), QUANTIZED_4BIT)
    assert base / 1e9 == pytest.approx(65 * 4.127 / 8, rel=1e-6)
    assert base < 48e9
    assert frozen_weights(65e9, Layout(dp=8, zero_stage=3), 2.0) == 65e9 * 2 / 8


def test_only_zero_3_gathers_layers() -> None:
    assert gathered_layer(1e8, Layout(dp=8, zero_stage=2)) == 0
    assert gathered_layer(1e8, Layout(dp=8, zero_stage=3)) == 2e8


def test_sizes_and_stages_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Layout(tp=0)
    with pytest.raises(ValueError, match="stages 0 to 3"):
        Layout(zero_stage=4)
    with pytest.raises(ValueError, match="do not fill"):
        stage_parameters(LLAMA_8B, count(LLAMA_8B), 33)


@pytest.mark.parametrize("arch", [K2, LLAMA_8B, GPT_175B, K2._replace(mtp_layers=1)])
@pytest.mark.parametrize("pp", [1, 2, 4, 16])
def test_stages_together_hold_the_model(arch: Architecture, pp: int) -> None:
    counts = count(arch)
    held = stage_parameters(arch, counts, pp)
    # With a pipeline, a tied embedding is on the first and on the last stage.
    copies = counts.embedding if arch.tie_embeddings and pp > 1 else 0
    assert sum(stage.layers for stage in held) == arch.layers
    experts = counts.experts + mtp_experts(arch)
    assert sum(stage.experts for stage in held) == pytest.approx(experts)
    total = counts.total_with_mtp - experts + copies
    assert sum(stage.dense for stage in held) == pytest.approx(total)


def test_first_dense_layers_leave_the_first_stage_fewer_experts() -> None:
    held = stage_parameters(K2, count(K2), 61)
    assert held[0].experts == 0
    assert all(stage.experts == held[1].experts > 0 for stage in held[1:])


def test_experts_of_a_prediction_module_are_spread_as_well() -> None:
    # DeepSeek-V3's 11.6e9 parameters of MTP are experts for the most part.
    with_module = K2._replace(mtp_layers=1)
    last = stage_parameters(with_module, count(with_module), 61)[-1]
    assert last.experts == pytest.approx(2 * 384 * 3 * 7168 * 2048)


# Korthikanti et al., arXiv 2205.05198: section 4.1 prints 5 a s / h = 80 for GPT-3, section 5 and
# its table of savings 70 % and 65 % of a layer's activations for GPT-3 and MT-NLG 530B, at 2.7 %
# and 1.6 % more FLOPs. Sequence length 2048. The formulas reproduce them within rounding.
@pytest.mark.parametrize(
    ("arch", "scores", "saved", "overhead"),
    [(GPT_175B, 80, 0.70, 0.027), (MT_NLG_530B, 64, 0.65, 0.016)],
    ids=["GPT-3", "MT-NLG"],
)
def test_selective_recomputation_saves_what_its_paper_says(
    arch: Architecture, scores: float, saved: float, overhead: float
) -> None:
    hidden, heads, length = arch.hidden_size, arch.heads, 2048.0
    none = activations.gpt_layer_sequence_parallel(length, hidden, heads, length, tp=8)
    selective = activations.gpt_layer_selective(length, hidden, tp=8)
    assert none / (length * hidden / 8) == pytest.approx(34 + scores)
    assert 1 - selective / none == pytest.approx(saved, abs=0.005)
    forward = unmasked_per_token(arch, length)
    assert forward.attention / forward.total == pytest.approx(overhead, abs=0.0006)


@pytest.mark.parametrize("arch", [gpt(6144, 48, 64), GPT_175B, MT_NLG_530B, gpt(25_600, 128, 160)])
def test_both_techniques_together_save_a_factor_of_five(arch: Architecture) -> None:
    # Abstract: "by 5x" against tensor parallelism alone, for 22B to 1T models at t = 8. The
    # formulas give 6.2 for 22B and 4.9 to 5.4 for the others.
    before = activations.gpt_layer(2048, arch.hidden_size, arch.heads, 2048, tp=8)
    after = activations.gpt_layer_selective(2048, arch.hidden_size, tp=8)
    assert 4.9 < before / after < 6.3
    assert activations.gpt_layer_full(2048, arch.hidden_size) < before / 10


def test_gpt_layers_derived_count_is_below_the_published_34_h_without_dropout() -> None:
    # The paper's 34 h hold 3 bytes of dropout masks, and 2 h for the second input of GeLU that
    # the derived count has as well: 8 h + 8 h + 16 h.
    derived = activations.layer_bytes_per_token(GPT_175B, Layout())
    assert derived == 32 * 12_288
    assert derived / (34 * 12_288) == pytest.approx(0.94, abs=0.005)


def test_llama_3_8b_happens_to_keep_34_h() -> None:
    assert activations.layer_bytes_per_token(LLAMA_8B, Layout()) == 139_264 == 34 * 4096


def test_sequence_parallelism_divides_what_tensor_parallelism_leaves() -> None:
    alone = activations.layer_bytes_per_token(LLAMA_8B, Layout(tp=8))
    together = activations.layer_bytes_per_token(LLAMA_8B, Layout(tp=8, sequence_parallel=True))
    assert together == 139_264 / 8
    assert alone == 8 * 4096 + (139_264 - 8 * 4096) / 8


def test_logits_of_a_large_vocabulary_take_gigabytes() -> None:
    # 8192 tokens x 128,256 entries x 10 bytes.
    assert activations.logits(8192, 128_256, Layout()) == pytest.approx(10.5e9, rel=0.01)
    assert activations.logits(8192, 128_256, Layout(tp=8)) == pytest.approx(1.31e9, rel=0.01)


SMALL = {
    "hidden_size": 256,
    "intermediate_size": 896,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "head_dim": 32,
    "vocab_size": 64,
}


def saved_per_layer(name: str, attention: str, length: int) -> tuple[Architecture, float]:
    """Return the architecture and the bytes per token that autograd saves for one more layer."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")

    def saved(layers: int) -> tuple[Any, int]:
        config = getattr(transformers, name)(
            **SMALL, num_hidden_layers=layers, attn_implementation=attention
        )
        model = transformers.AutoModelForCausalLM.from_config(config).to(torch.bfloat16)
        weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
        kept: dict[int, Any] = {}

        def pack(tensor: Any) -> Any:
            if tensor.untyped_storage().data_ptr() not in weights:
                kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            model(input_ids=torch.zeros(1, length, dtype=torch.long), use_cache=False)
        return config, sum(storage.nbytes() for storage in kept.values())

    config, three = saved(3)
    shape = architecture(facts_of(config.to_dict()))
    return shape, (three - saved(2)[1]) / length


@pytest.mark.parametrize("name", ["LlamaConfig", "Qwen3Config", "Gemma3TextConfig"])
def test_the_range_holds_what_autograd_saves(name: str) -> None:
    shape, measured = saved_per_layer(name, "sdpa", 256)
    derived = activations.layer_bytes_per_token(shape, Layout())
    assert activations.FUSED * derived < measured < activations.UNFUSED * derived


def test_eager_attention_saves_scores_on_top() -> None:
    shape, fused = saved_per_layer("LlamaConfig", "sdpa", 256)
    _, eager = saved_per_layer("LlamaConfig", "eager", 256)
    scores = activations.score_bytes_per_token(shape, Layout(), 256)
    assert eager - fused == pytest.approx(scores, rel=0.1)


def test_experts_keep_their_own_inputs() -> None:
    # One layer of Kimi K2 without its dense first one: 8 experts of 3 x 2048 and 2 x 7168 elements.
    assert K2.moe is not None
    width = activations.moe_width(K2, K2.moe)
    assert width == 8 * (3 * 2048 + 2 * 7168) + 3 * 2048 + 384
