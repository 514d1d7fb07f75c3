"""What the rules on number formats claim, run with torch."""

from __future__ import annotations

from typing import Any

import pytest

from recipelint.engine.rules import load, shipped_folder

torch: Any = pytest.importorskip("torch")
RULES = load([shipped_folder()])


def first_step(eps: float) -> Any:
    """Weights after one AdamW step in fp16, for gradients of 0, 1e-5 and 0.1."""
    weights = torch.nn.Parameter(torch.full((3,), 0.02, dtype=torch.float16))
    weights.grad = torch.tensor([0.0, 1e-5, 0.1], dtype=torch.float16)
    optimizer = torch.optim.AdamW([weights], lr=1e-4, eps=eps, foreach=False, fused=False)
    optimizer.step()
    return weights.detach()


def test_an_epsilon_below_fp16_divides_by_zero() -> None:
    assert RULES.rules["OPT003"].name == "adam-epsilon-lost-in-fp16"
    assert not torch.isfinite(first_step(2.0**-25)[:2]).any()


def test_an_epsilon_that_fp16_holds_does_not() -> None:
    assert torch.isfinite(first_step(1e-4)).all()


def after_many_steps(beta2: float) -> float:
    """A bf16 second moment of 1.0 after 20,000 steps without gradients."""
    moment = torch.ones(1, dtype=torch.bfloat16)
    for _ in range(20_000):
        moment.mul_(beta2)
    return float(moment)


@pytest.mark.parametrize("beta2", [0.95, 0.99, 1 - 2**-8])
def test_a_bf16_moment_decays_with_the_betas_that_the_rule_allows(beta2: float) -> None:
    assert after_many_steps(beta2) < 1e-30


@pytest.mark.parametrize("beta2", [0.998, 0.999])
def test_a_bf16_moment_stalls_with_the_betas_that_it_reports(beta2: float) -> None:
    assert after_many_steps(beta2) > 0.9


@pytest.mark.parametrize(
    ("rule", "arguments"),
    [
        ("OPT021", {"lr": -1e-4}),
        ("OPT023", {"betas": (0.9, 1.0)}),
        ("OPT023", {"betas": (0.9, 9.5)}),
        ("OPT024", {"weight_decay": -0.1}),
    ],
)
def test_what_the_rules_call_refused_is_refused(rule: str, arguments: dict[str, Any]) -> None:
    assert RULES.rules[rule].severity.value == "error"
    with pytest.raises(ValueError, match="Invalid"):
        torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], **arguments)
