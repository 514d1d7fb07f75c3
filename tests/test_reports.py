"""The published recipes: they lint clean but for their own contradictions, and their numbers agree
with what the reports print."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Finding, Linter
from recipelint.dialects import get
from recipelint.document import read
from recipelint.estimate.build import architecture
from recipelint.estimate.facade import Estimate, Estimator
from recipelint.estimate.flops import published_decode
from recipelint.estimate.parameters import Convention, count
from recipelint.recipe.facts import Value
from recipelint.workspace import Workspace

REPORTS = Path(__file__).parents[1] / "examples" / "reports"
LINTER = Linter()

CONTRADICTIONS = {
    # OLMo 2 13B: stage 1 decays to 3e-5, stage 2 starts at 9e-5 (the published configurations)
    ("olmo-2-13b", "SCH005"): ("warning", "stage-2"),
    # SmolLM3: the decay stage's mixture weights sum to 1.00565 (stage3_9T_11T.yaml)
    ("smollm3-3b", "DAT001"): ("warning", "decay"),
    # Llama 3, Table 4, row 3: 8 x 16 x 16 x 4 = 8,192 GPUs, not 16,384
    ("llama-3-405b", "PAR001"): ("error", "long-context-128k"),
}


def names() -> list[str]:
    return sorted(path.stem for path in REPORTS.glob("*.yaml"))


def findings(name: str) -> list[Finding]:
    return LINTER.check_file(str(REPORTS / f"{name}.yaml")).findings


@pytest.mark.parametrize("name", names())
def test_a_report_has_no_error_but_its_own_contradiction(name: str) -> None:
    errors = {f.rule for f in findings(name) if f.severity.value == "error"}
    documented = {
        r for (n, r), (severity, _) in CONTRADICTIONS.items() if n == name and severity == "error"
    }
    assert errors == documented


@pytest.mark.parametrize(("name", "rule"), CONTRADICTIONS)
def test_a_reports_contradiction_is_found_at_its_severity(name: str, rule: str) -> None:
    severity, phase = CONTRADICTIONS[name, rule]
    found = [f for f in findings(name) if f.rule == rule]
    assert [(f.severity.value, f.phase) for f in found] == [(severity, phase)]


def test_olmo_2_7b_hands_its_learning_rate_on() -> None:
    """6.135e-5 against 6.1499e-5: within 0.4 %."""
    assert "SCH005" not in {f.rule for f in findings("olmo-2-7b")}


def known(name: str, phase: int = 0) -> dict[str, Value]:
    """The facts of one phase of a report."""
    path = REPORTS / f"{name}.yaml"
    document = read(str(path), path.name)
    recipe = LINTER.translate(document, get("neutral"), Workspace(str(REPORTS)), str(path))
    assert recipe is not None
    return recipe.phases[phase].known()


def estimate(name: str, quantity: str, phase: int = 0) -> Estimate:
    return Estimator(known(name, phase)).get(quantity)


@pytest.mark.parametrize(
    ("name", "total"),
    [
        # counts of transformers 5.23's classes on the meta device
        ("deepseek-v3", 671_026_404_352),
        ("gemma-3-27b", 27_009_002_240),
        ("glm-4.5", 352_797_814_784),
        ("kimi-k2", 1_026_408_209_408),
        ("llama-3-405b", 405_853_388_800),
        ("longcat-flash", 560_664_958_976),  # less the rows of identity experts
        ("olmo-2-13b", 13_716_198_400),
        ("olmo-2-7b", 7_298_617_344),
        ("qwen3-235b-a22b", 235_093_634_560),
        ("qwen3-8b", 8_190_735_360),
        ("smollm2-1.7b", 1_711_376_384),
        ("smollm3-3b", 3_075_098_624),
    ],
)
def test_total_parameters_are_exact(name: str, total: int) -> None:
    assert estimate(name, "parameters.total").value == total


@pytest.mark.parametrize(
    ("name", "quantity", "published", "tolerance"),
    [
        # MiniCPM (2404.06395), section 2: 2,442,057,984 non-embedding parameters
        ("minicpm-2.4b", "parameters.non_embedding", 2_442_057_984, 0.0),
        # Nemotron-4 340B (2406.11704), section 2: 9.4B embedding, 331.6B others
        ("nemotron-4-340b", "parameters.embedding", 9.4e9, 0.01),
        ("nemotron-4-340b", "parameters.non_embedding", 331.6e9, 0.001),
        # Kimi K2 (2507.20534), Table 2; one MoE layer lies between the two totals
        ("kimi-k2", "parameters.total", 1.04e12, 0.015),
        ("kimi-k2", "parameters.active", 32.6e9, 0.01),
        # DeepSeek-V3 (2412.19437), abstract
        ("deepseek-v3", "parameters.active", 37e9, 0.02),
        # Gemma 3 (2503.19786), Table 1: 1,416M embedding with the vision tower's part
        ("gemma-3-27b", "parameters.non_embedding", 25.6e9, 0.001),
        # GLM-4.5 (2508.06471): 355B total, 32B active
        ("glm-4.5", "parameters.total", 355e9, 0.01),
        ("qwen3-235b-a22b", "parameters.active", 22e9, 0.01),
    ],
)
def test_numbers_agree_with_what_the_report_prints(
    name: str, quantity: str, published: float, tolerance: float
) -> None:
    value = estimate(name, quantity).value
    assert value is not None
    assert value == pytest.approx(published, rel=tolerance, abs=0)


def test_active_parameters_agree_in_the_convention_that_each_report_uses() -> None:
    """GLM-4.5 counts neither embedding (32B); LongCat-Flash the head but not the input embedding,
    with none, the expected 8 and all 12 chosen experts real: 18.6B, about 27B, 31.3B."""
    glm = count(architecture(known("glm-4.5")))
    assert glm.active_without_embeddings == pytest.approx(32e9, rel=0.01)
    longcat = count(architecture(known("longcat-flash")))
    assert longcat.active_range(Convention.WITHOUT_INPUT_EMBEDDING) == pytest.approx(
        (18.6e9, 27e9, 31.3e9), rel=0.01
    )


def test_kimi_k2s_128_heads_would_cost_83_percent_at_128k() -> None:
    """Kimi K2 (2507.20534), section 2.3, reproduced as
    2 x active parameters + 4 x layers x heads x 128 x length: the skeleton fixed, head_dim 128 for
    both products, no causal halving. The parameters are the published 32.6e9, and those of the
    same model with 128 heads."""
    facts = known("kimi-k2")
    wide = facts | {"model.attention.heads": 128, "model.attention.kv_heads": 128}
    added = count(architecture(wide)).active_all - count(architecture(facts)).active_all
    costs = [
        published_decode(parameters, 61, heads, 131_072)
        for parameters, heads in ((32.6e9, 64), (32.6e9 + added, 128))
    ]
    assert costs[1] / costs[0] - 1 == pytest.approx(0.83, abs=0.005)
