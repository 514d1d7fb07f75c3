"""What training an adapter costs, against torch's counter on a model with LoRA layers."""

from __future__ import annotations

from typing import Any

import pytest

from recipelint.catalog.hf_config import facts_of
from recipelint.estimate.build import architecture
from recipelint.estimate.facade import estimate
from recipelint.estimate.flops import (
    adapter_training_per_token,
    forward_per_token,
    unmasked_per_token,
)
from tests.estimate.recipes import ADAPTER, PRETRAIN

LENGTH, RANK = 128, 4


def lora(torch: Any, linear: Any) -> Any:
    """A frozen linear layer with a trained product of rank 4 beside it."""

    class Adapted(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.base = linear
            self.down = torch.nn.Linear(linear.in_features, RANK, bias=False)
            self.up = torch.nn.Linear(RANK, linear.out_features, bias=False)

        def forward(self, x: Any) -> Any:
            return self.base(x) + self.up(self.down(x))

    return Adapted()


def test_agrees_with_torchs_counter() -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from torch.utils.flop_counter import FlopCounterMode

    config = transformers.LlamaConfig(
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=8,
        num_attention_heads=4,
        num_key_value_heads=2,
        vocab_size=512,
    )
    config._attn_implementation = "eager"
    model = transformers.AutoModelForCausalLM.from_config(config).requires_grad_(False)
    for layer in model.model.layers:
        layer.self_attn.q_proj = lora(torch, layer.self_attn.q_proj)
        layer.mlp.down_proj = lora(torch, layer.mlp.down_proj)
    adapter = sum(p.numel() for p in model.parameters() if p.requires_grad)
    with FlopCounterMode(display=False) as counter:
        model(input_ids=torch.zeros(1, LENGTH, dtype=torch.long)).logits.sum().backward()

    arch = architecture(facts_of(config.to_dict()))
    # Eager attention multiplies masked keys too; ours counts half of them.
    masked = 3 * (unmasked_per_token(arch, LENGTH).total - forward_per_token(arch, LENGTH).total)
    ours = adapter_training_per_token(arch, LENGTH, adapter).model + masked
    # In the first layer torch skips the gradients of the projections' inputs, and of the keys and
    # values, below which nothing is trained.
    inputs = 2 * 128 * (128 + 2 * 64) + 2 * 128 * RANK
    keys_and_values = 2 * (2 * 4 * 32 * LENGTH)
    expected = counter.get_total_flops() / LENGTH + inputs + keys_and_values
    assert ours == pytest.approx(expected, rel=1e-9)


def test_frozen_weights_cost_two_thirds_of_full_training() -> None:
    full = estimate("flops.training_per_token", PRETRAIN).value
    adapted = estimate("flops.training_per_token", {**PRETRAIN, **ADAPTER}).value
    assert full is not None
    assert adapted is not None
    assert 0.66 < adapted / full < 0.70


def test_an_adapter_of_unknown_size_has_an_unknown_cost() -> None:
    unknown = {**PRETRAIN, **ADAPTER, "adapter.targets": ("no_such_module",)}
    found = estimate("flops.training_per_token", unknown)
    assert found.value is None
    assert "no_such_module" in found.reason
