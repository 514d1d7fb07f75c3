"""What frameworks write for one and the same thing, and conversions for the rows of key maps.

A conversion takes what stands in the file and gives the canonical value, or ABSENT where it says
nothing about the fact. Names that one framework alone has stay in that framework's module, as a
table handed to `one_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeGuard

from recipelint.dialects.base import ABSENT

Convert = Callable[[object], object]

_DTYPES = {
    "bf16": "bf16", "bfloat16": "bf16",
    "fp16": "fp16", "float16": "fp16", "f16": "fp16", "half": "fp16",
    "fp32": "fp32", "float32": "fp32", "f32": "fp32", "float": "fp32",
    "fp8": "fp8",
}  # fmt: skip
FSDP_STAGES = {
    "FULL_SHARD": 3, "HYBRID_SHARD": 3, "SHARD_GRAD_OP": 2, "_HYBRID_SHARD_ZERO2": 2, "NO_SHARD": 0,
}  # fmt: skip
"""The ZeRO stage behind the sharding strategies of torch's FullyShardedDataParallel."""


def one_of(table: Mapping[str, object], otherwise: object = ABSENT) -> Convert:
    """A conversion that looks a name up; `otherwise` stands for names that are not listed."""

    def canonical(name: object) -> object:
        return table.get(name, otherwise) if isinstance(name, str) else ABSENT

    return canonical


def dtype(name: object) -> object:
    """The number format behind `bfloat16`, `torch.bfloat16`, `bf16`, `half` …"""
    return _DTYPES.get(name.removeprefix("torch."), ABSENT) if isinstance(name, str) else ABSENT


autocast = one_of({"amp_bf16": "bf16", "amp_fp16": "fp16", "fp32": "fp32", "amp_fp8": "fp8"})
"""The number format of Composer's precisions, which OLMo names in the same way."""


def last_part(path: object) -> object:
    """The name of a class or function without its module."""
    return path.rsplit(".", 1)[-1] if isinstance(path, str) else ABSENT


def switch(flag: object) -> object:
    """A truth value; anything else says nothing."""
    return flag if isinstance(flag, bool) else ABSENT


def negated(flag: object) -> object:
    """The opposite of a switch that turns something off."""
    return not flag if isinstance(flag, bool) else ABSENT


def recompute(flag: object) -> object:
    """What activation checkpointing that is switched on or off as a whole recomputes."""
    return ("full" if flag else "none") if isinstance(flag, bool) else ABSENT


def offloaded(device: object) -> object:
    """Whether DeepSpeed keeps something on that device and not on the GPU."""
    return device in ("cpu", "nvme") if isinstance(device, str) else ABSENT


def is_number(found: object) -> TypeGuard[int | float]:
    """Whether a plain value is a number; truth values are not."""
    return isinstance(found, int | float) and not isinstance(found, bool)


def positive(number: object) -> object:
    """A number above zero; -1 and 0 stand for unset."""
    return number if is_number(number) and number > 0 else ABSENT


def or_zero(number: object) -> object:
    """A number, where -1 stands for never or off."""
    return max(number, 0) if is_number(number) else ABSENT


def kept(count: object) -> object:
    """How many checkpoints are kept; below zero all of them are."""
    return count if is_number(count) and count >= 0 else ABSENT
