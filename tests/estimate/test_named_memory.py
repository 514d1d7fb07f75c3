"""Memory by name: ranges, what counts as certain, and the cluster it is held against."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from recipelint.catalog.hf_config import facts_of
from recipelint.estimate.facade import Estimator, estimate
from tests.estimate.recipes import ADAPTER, GIB, LLAMA_3_8B, PRETRAIN, changed


def test_kimi_k2_states_by_name() -> None:
    # arXiv 2507.20534, section 2.4.2; optimizer states, which the published figure leaves to
    # ZeRO-1 and the CPU, are offloaded.
    config: dict[str, Any] = json.loads(
        Path(__file__).with_name("parameter_counts.json").read_text(encoding="utf-8")
    )["published"]["Kimi-K2"]["config"]
    facts = {
        **facts_of(config),
        "optimizer.family": "muon",
        "precision.compute": "bf16",
        "precision.master_dtype": "fp32",
        "precision.gradient_dtype": "fp32",
        "parallel.world_size": 256,
        "parallel.tp": 1,
        "parallel.cp": 1,
        "parallel.pp": 16,
        "parallel.ep": 16,
        "parallel.zero_stage": 1,
        "memory.offload_optimizer": True,
    }
    states = estimate("memory.model_states", facts)
    assert states.value is not None
    assert states.value * GIB / 1e9 == pytest.approx(28.2, abs=0.05)
    assert states.high is not None
    assert states.high > states.value


def test_memory_is_a_range_around_its_value() -> None:
    for name in ("memory.model_states", "memory.activations", "memory.logits", "memory.per_gpu"):
        found = estimate(name, PRETRAIN)
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low <= found.value <= found.high, name
        assert found.unit == "GiB"


def test_what_may_be_shorter_or_elsewhere_does_not_count_as_certain() -> None:
    padded = estimate("memory.activations", changed(run__stage="sft", data__packing=False))
    assert padded.low == 0
    paged = changed(optimizer__name="paged_adamw_8bit", optimizer__eight_bit=True)
    plain = changed(optimizer__name="adamw_8bit", optimizer__eight_bit=True)
    low, high = (estimate("memory.model_states", facts).low for facts in (paged, plain))
    assert low is not None
    assert high is not None
    assert low < high


def test_sharding_in_full_needs_less_than_none() -> None:
    low, high = (
        estimate("memory.per_gpu", changed(parallel__zero_stage=stage)).value for stage in (3, 0)
    )
    assert low is not None
    assert high is not None
    assert low < high


def test_ends_of_a_range_have_names_of_their_own() -> None:
    found = Estimator(PRETRAIN)
    whole = found.get("memory.per_gpu")
    assert found.get("memory.per_gpu_low").value == whole.low
    assert found.get("memory.per_gpu_high").value == whole.high
    states = found.get("memory.model_states")
    assert found.get("memory.model_states_low").value == states.low
    assert found.get("memory.model_states_low").inputs == states.inputs


def test_the_cluster_is_the_recipes_own_before_the_catalogues() -> None:
    assert estimate("memory.capacity", PRETRAIN).value == 80
    assert estimate("memory.capacity", changed(cluster__gpu_memory=79.6)).value == 79.6
    assert estimate("cluster.nvlink_domain", PRETRAIN).value == 8
    assert estimate("cluster.nvlink_domain", changed(cluster__nvlink_domain=72)).value == 72
    assert estimate("cluster.peak", changed(cluster__gpu="V100-32GB")).value == 125e12


def test_qlora_of_an_8b_model_is_small() -> None:
    facts = {
        **LLAMA_3_8B,
        **ADAPTER,
        "adapter.kind": "qlora",
        "optimizer.family": "adam",
        "precision.compute": "bf16",
        "parallel.backend": "none",
        "parallel.world_size": 1,
    }
    states = estimate("memory.model_states", facts)
    # 7.0e9 weights in 4 bits, 1.05e9 in 16 bits, 42e6 adapter weights at 16 bytes.
    by_hand = (6_979_588_096 * 4.127 / 8 + 2 * 1_050_673_152 + 41_943_040 * 16) / GIB
    assert states.value == pytest.approx(by_hand, rel=1e-3)
    assert states.low is not None
    assert states.high is not None
    assert states.low <= by_hand <= states.high < 8


def test_the_bytes_of_a_part_are_told_from_the_fewest_to_the_most() -> None:
    """Where all weights are fp32, the optimizer keeps no copy: its part is smaller, not larger."""
    facts = changed(precision__master_dtype=None, parallel__backend="deepspeed")
    said = estimate("memory.optimizer_states", facts).convention
    ends = re.match(r"([\d.]+) \(([\d.]+) to ([\d.]+)\) bytes per parameter", said)
    assert ends is not None, said
    usual, fewest, most = map(float, ends.groups())
    assert fewest <= usual <= most
