"""Known GPUs: memory, peak rates, links.

`gpus.json` holds one part per line. Memory is the nominal size in GiB (2**30 bytes); the part
itself offers 0 to 7 % less, so a limit taken from it errs on the generous side. `tflops` are dense
peaks in 1e12 operations per second, without structured sparsity, which vendors' tables often
include; GeForce rates are those with fp32 accumulation. `source` names the vendor's document and
`status` how it was consulted: secondary (figures quoted from it) or derived (computed from units
and clocks).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

_FILE = os.path.join(os.path.dirname(__file__), "gpus.json")
_REQUEST = r"(?s)\s*(?:(\d{1,9})\s*[xX×*]\s*)?(.*?)\s*(?::\s*(\d{1,9}))?\s*"
_BRANDS = r"\b(?:nvidia|amd|tesla|geforce|instinct|quadro)\b"
_NOT_WORD = r"[^a-z0-9]+"
_SUGGESTIONS = 3
_LONGEST = 200


class Gpu(NamedTuple):
    """One part."""

    name: str
    vendor: str
    kind: str
    """datacenter, workstation or consumer."""
    memory_gib: float
    bandwidth_gb_s: float
    """Memory bandwidth, 1e9 bytes per second."""
    link_gb_s: float
    """NVLink or Infinity Fabric, both directions, 1e9 bytes per second; 0 for PCIe alone."""
    nvlink_domain: int
    """GPUs that the link joins in the usual server; 1 for PCIe alone."""
    capability: str
    """CUDA compute capability, or AMD's gfx target."""
    tflops: Mapping[str, float]
    """Dense peak by canonical dtype; a dtype that is absent has no fast path."""
    source: str
    status: str

    @property
    def bf16(self) -> bool:
        """Whether bf16 matrix products run on the tensor cores."""
        return "bf16" in self.tflops

    @property
    def fp8(self) -> bool:
        """Whether fp8 matrix products run on the tensor cores."""
        return "fp8" in self.tflops

    def peak(self, dtype: str) -> float:
        """Return the dense peak in operations per second. Raises ValueError without one."""
        try:
            return self.tflops[dtype] * 1e12
        except KeyError:
            raise ValueError(f"{self.name} has no {dtype} peak") from None


class UnknownGpuError(ValueError):
    """No part, or more than one, goes by a name; the message suggests some that do exist."""

    def __init__(self, name: str, suggestions: tuple[str, ...]) -> None:
        shown = name if len(name) <= 60 else name[:57] + "..."
        hint = f"; did you mean {' or '.join(suggestions)}?" if suggestions else ""
        super().__init__(f"unknown GPU {shown!r}{hint}")
        self.suggestions = suggestions


@cache
def catalogue() -> tuple[Gpu, ...]:
    """Return every known part, in the file's order."""
    return tuple(gpu for gpu, _ in _entries())


def lookup(name: str) -> Gpu:
    """Return the part called `name`: `H100-80GB`, `NVIDIA A100-SXM4-80GB`, `rtx 4090`.

    Vendor words, case and punctuation do not matter. Raises UnknownGpuError; a name that fits
    parts of several memory sizes (A100) is refused with both.
    """
    found = _index().get(_normal(name))
    if found is None:
        raise UnknownGpuError(name, _suggestions(name))
    return found


def parse(request: str) -> tuple[int, Gpu]:
    """Return count and part of `8xH100-80GB`, `H100-80GB` (one) or `H100:8`.

    Raises UnknownGpuError as `lookup`, and ValueError for a count of 0 or a count on both sides.
    """
    if len(request) > _LONGEST:
        raise UnknownGpuError(request, ())
    match = re.fullmatch(_REQUEST, request)
    before, name, after = match.groups() if match else (None, request, None)
    if before and after:
        raise ValueError(f"{request!r} counts its GPUs twice")
    number = int(before or after or 1)
    if number < 1:
        raise ValueError(f"{request!r} asks for no GPU")
    return number, lookup(name)


@cache
def _entries() -> tuple[tuple[Gpu, tuple[str, ...]], ...]:
    with open(_FILE, encoding="utf-8") as file:
        rows = json.load(file)
    return tuple((_gpu(row), tuple(row["aliases"])) for row in rows)


def _gpu(row: Mapping[str, Any]) -> Gpu:
    values = {key: value for key, value in row.items() if key not in ("id", "aliases")}
    return Gpu(name=str(row["id"]), **values)


@cache
def _index() -> Mapping[str, Gpu]:
    return {_normal(name): gpu for gpu, aliases in _entries() for name in (gpu.name, *aliases)}


def _normal(name: str) -> str:
    return re.sub(_NOT_WORD, "", re.sub(_BRANDS, " ", name.lower()))


def _suggestions(name: str) -> tuple[str, ...]:
    """Names of parts that begin like `name`, or else look like it."""
    wanted = _normal(name)[:60]
    if not wanted:
        return ()
    sizes = [gpu.name for gpu in catalogue() if _normal(gpu.name).startswith(wanted)]
    if sizes:
        return tuple(sizes[:_SUGGESTIONS])
    from difflib import get_close_matches

    close = get_close_matches(wanted, _index(), n=2 * _SUGGESTIONS, cutoff=0.6)
    return tuple(dict.fromkeys(_index()[key].name for key in close))[:_SUGGESTIONS]
