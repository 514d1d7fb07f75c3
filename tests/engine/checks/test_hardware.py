"""Checks against a GPU: they speak only where model and GPU are known, and only when certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint import Linter, Settings

LINTER = Linter(Settings(select=("MEM", "PRC010")))

STATES = """\
recipelint: 1
model: {{total_parameters: {parameters}, moe: {{experts: 0}}}}
optimizer: {{name: adamw, family: adam}}
parallel: {{dp: {dp}, tp: 1, pp: 1, cp: 1, ep: 1, zero_stage: {stage}, backend: deepspeed}}
precision: {{compute: bf16, master_dtype: fp32}}
adapter: {{kind: none}}
cluster: {{gpu: {gpu}}}
"""


def found(text: str) -> list[str]:
    """Ids of the rules that a recipe breaks."""
    return [finding.rule for finding in LINTER.check_text(text, "recipe.yaml").findings]


def states(parameters: str = "70.0e+9", dp: int = 8, stage: int = 3, gpu: str = "H100-80GB") -> str:
    """A recipe of which only the size, the sharding and the GPU matter."""
    return STATES.format(parameters=parameters, dp=dp, stage=stage, gpu=gpu)


def test_seventy_billion_parameters_need_more_than_eight_gpus() -> None:
    # 16 bytes each, sharded by 8, are 130 GiB; the smallest variant of 14 bytes is 114 GiB.
    assert found(states(dp=8)) == ["MEM001"]


def test_they_fit_on_sixty_four() -> None:
    assert found(states(dp=64)) == []


def test_replicated_weights_do_not_shrink_with_more_gpus() -> None:
    # Stage 1 shards the optimizer's states alone: 2 bytes of weights are 130 GiB on every GPU.
    assert found(states(dp=4096, stage=1)) == ["MEM001"]


def test_an_unknown_gpu_says_nothing() -> None:
    assert found(states(gpu="GPU-OF-TOMORROW")) == []


def test_stated_memory_comes_before_the_catalogue() -> None:
    roomy = states(dp=8).replace("{gpu: H100-80GB}", "{gpu: H100-80GB, gpu_memory: 400}")
    assert found(roomy) == []


@given(st.floats(1e7, 1e13), st.integers(1, 4096))
def test_a_finding_needs_the_sum_of_the_smallest_formats(parameters: float, dp: int) -> None:
    """bf16 weights, bf16 gradients and 10 to 12 bytes of states are the least that Adam keeps."""
    least = parameters * 14 / dp / 2**30
    if "MEM001" in found(states(parameters=f"{parameters:.6e}", dp=dp)):
        assert least > 80 * 0.99
    else:
        assert least <= 80 * 1.01


@pytest.mark.parametrize(
    ("dtype", "gpu", "expected"),
    [
        ("fp8", "A100-80GB", ["PRC010"]),
        ("fp8", "H100-80GB", []),
        ("bf16", "V100-32GB", ["PRC010"]),
        ("bf16", "A100-80GB", []),
        ("fp16", "V100-32GB", []),
    ],
)
def test_formats_need_tensor_cores(dtype: str, gpu: str, expected: list[str]) -> None:
    text = f"recipelint: 1\nprecision: {{compute: {dtype}}}\ncluster: {{gpu: {gpu}}}\n"
    assert found(text) == expected


def test_nothing_is_said_of_memory_where_layers_are_frozen() -> None:
    """Eight billion parameters in 16 bytes each fit no GPU; a few unfrozen ones may."""
    text = (
        "base_model: meta-llama/Meta-Llama-3-8B\ndatasets: [{path: d, type: alpaca}]\n"
        "micro_batch_size: 1\ngradient_accumulation_steps: 1\nlearning_rate: 1.0e-5\nbf16: true\n"
    )
    settings = Settings(
        given={"cluster.gpu": "RTX-4090", "cluster.gpu_memory": 24.0, "parallel.world_size": 1}
    )
    linter = Linter(settings)
    frozen = text + "unfrozen_parameters: [lm_head]\n"
    assert "MEM001" in {f.rule for f in linter.check_text(text, "r.yaml").findings}
    assert "MEM001" not in {f.rule for f in linter.check_text(frozen, "r.yaml").findings}
