"""The catalogue of GPUs, and how people name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.catalog.gpus import Gpu, UnknownGpuError, catalogue, lookup, parse


def test_covers_data_centre_and_consumer_parts_each_with_its_source() -> None:
    parts = catalogue()
    assert len(parts) >= 25
    assert {part.kind for part in parts} == {"datacenter", "workstation", "consumer"}
    assert len({part.name for part in parts}) == len(parts)
    assert all(part.source for part in parts)
    assert {part.status for part in parts} <= {"primary", "secondary", "derived"}


@pytest.mark.parametrize(
    ("name", "units", "per_unit_and_clock", "mhz"),
    # Independent of the catalogue: multiprocessors x FLOP per clock of their tensor cores (fp32
    # accumulation) x boost clock, from the vendors' architecture whitepapers.
    [
        ("V100-32GB", 80, 1024, 1530),
        ("T4", 40, 1024, 1590),
        ("A100-80GB", 108, 2048, 1410),
        ("A30", 56, 2048, 1440),
        ("A10", 72, 1024, 1695),
        ("A40", 84, 1024, 1740),
        ("RTX-A6000", 84, 1024, 1800),
        ("RTX-3090", 82, 512, 1695),
        ("L4", 58, 1024, 2040),
        ("L40S", 142, 1024, 2490),
        ("RTX-4090", 128, 512, 2520),
        ("H100-80GB", 132, 4096, 1830),
        ("H100-80GB-PCIe", 114, 4096, 1620),
        ("H200-141GB", 132, 4096, 1830),
        ("RTX-5090", 170, 512, 2407),
        ("MI210-64GB", 104, 1024, 1700),
        ("MI250X-128GB", 220, 1024, 1700),
        ("MI300X-192GB", 304, 2048, 2100),
        ("MI355X-288GB", 256, 4096, 2400),
    ],
)
def test_half_precision_peak_follows_from_units_and_clock(
    name: str, units: int, per_unit_and_clock: int, mhz: int
) -> None:
    computed = units * per_unit_and_clock * mhz * 1e6
    assert lookup(name).peak("fp16") == pytest.approx(computed, rel=0.01)


@pytest.mark.parametrize("gpu", catalogue(), ids=lambda gpu: gpu.name)
def test_rates_are_dense_and_ordered(gpu: Gpu) -> None:
    assert gpu.tflops["fp32"] <= gpu.tflops["fp16"]
    if gpu.bf16:
        assert gpu.tflops["bf16"] == gpu.tflops["fp16"]
    if gpu.fp8:
        assert gpu.tflops["fp8"] == pytest.approx(2 * gpu.tflops["bf16"], rel=0.02)
    assert gpu.memory_gib > 0
    assert gpu.nvlink_domain >= 1
    assert (gpu.link_gb_s > 0) == (gpu.nvlink_domain > 1 or gpu.name.startswith("GH200"))


def test_which_parts_do_bf16_and_fp8() -> None:
    assert not lookup("V100-32GB").bf16
    assert not lookup("T4").bf16
    assert lookup("A100-80GB").bf16
    assert not lookup("A100-80GB").fp8
    assert lookup("H100-80GB").fp8
    with pytest.raises(ValueError, match="A100-80GB has no fp8 peak"):
        lookup("A100-80GB").peak("fp8")


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("NVIDIA H100 80GB HBM3", "H100-80GB"),
        ("NVIDIA A100-SXM4-80GB", "A100-80GB"),
        ("NVIDIA A100 80GB PCIe", "A100-80GB-PCIe"),
        ("NVIDIA GeForce RTX 3090", "RTX-3090"),
        ("rtx4090", "RTX-4090"),
        ("Tesla T4", "T4"),
        ("AMD Instinct MI300X", "MI300X-192GB"),
        ("h200", "H200-141GB"),
    ],
)
def test_names_as_drivers_and_people_write_them(spelling: str, name: str) -> None:
    assert lookup(spelling).name == name


@pytest.mark.parametrize(
    ("request_text", "count", "name"),
    [
        ("8xH100-80GB", 8, "H100-80GB"),
        ("H100-80GB", 1, "H100-80GB"),
        ("H100:8", 8, "H100-80GB"),
        (" 16 x MI300X ", 16, "MI300X-192GB"),
        ("4×L40S", 4, "L40S"),
    ],
)
def test_requests_carry_a_count(request_text: str, count: int, name: str) -> None:
    number, gpu = parse(request_text)
    assert (number, gpu.name) == (count, name)


def test_a_name_of_several_sizes_is_refused_with_both() -> None:
    with pytest.raises(UnknownGpuError, match="did you mean A100-40GB or A100-80GB"):
        lookup("A100")


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownGpuError) as caught:
        parse("8xH100-80G")
    assert caught.value.suggestions[0] == "H100-80GB"


@pytest.mark.parametrize("request_text", ["0xH100-80GB", "2xH100:4"])
def test_impossible_counts_are_refused(request_text: str) -> None:
    with pytest.raises(ValueError, match=r"no GPU|twice"):
        parse(request_text)


@given(st.text(max_size=300))
def test_any_text_is_a_gpu_or_a_refusal(text: str) -> None:
    try:
        count, gpu = parse(text)
    except ValueError:
        return
    assert count >= 1
    assert gpu in catalogue()
