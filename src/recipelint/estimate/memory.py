"""Bytes of model states on one GPU: weights, gradients and optimizer states.

Parameters are split in two: routed experts, which expert parallelism spreads, and all others,
which it replicates. Results are bytes; one GiB is 2**30 of them.

Sources: ZeRO (arXiv 1910.02054, sections 3.1 and 5) for 16 bytes per parameter of mixed-precision
Adam and for the three sharding stages; Megatron-LM (arXiv 2104.04473, section 2) for tensor and
pipeline splits. Sharding experts over world / (pp ep) ranks is derived from the process groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

GIB = 2**30

DTYPE_BYTES: Mapping[str, float] = MappingProxyType(
    {
        "fp32": 4.0,
        "tf32": 4.0,
        "bf16": 2.0,
        "fp16": 2.0,
        "fp8": 1.0,
        "int8": 1.0,
        "int4": 0.5,
        "nf4": 0.5,
    }
)
"""Bytes per element by the canonical dtype names, without the scales of block formats."""

EIGHT_BIT_STATE = 1 + 4 / 256
"""One byte and an fp32 scale per block of 256 (bitsandbytes; Dettmers et al., arXiv 2110.02861,
section 2, with blocks of 2048)."""

QUANTIZED_4BIT = 0.5 + 0.127 / 8
"""NF4 with double quantisation: 4 bits and 0.127 for scales (QLoRA, arXiv 2305.14314, sec. 3)."""

QUANTIZED_4BIT_SINGLE = 0.5 + 0.5 / 8
"""NF4 with one fp32 scale per 64 weights (same section)."""

_STATES_PER_PARAMETER: Mapping[str, int] = MappingProxyType(
    {"adam": 2, "muon": 1, "lion": 1, "sgd": 1, "adafactor": 0}
)


class _Sizes(NamedTuple):
    tp: int = 1
    pp: int = 1
    cp: int = 1
    ep: int = 1
    dp: int = 1
    vpp: int = 1
    dp_replicate: int = 1
    """HSDP: copies of the sharded model; divides dp * cp."""
    zero_stage: int = 0
    """0 none, 1 optimizer, 2 also gradients, 3 also weights (FSDP's full shard)."""
    sequence_parallel: bool = False
    expert_tp: int = 1
    """Ranks that split each expert's matrices; Megatron takes tp unless told otherwise."""


class Layout(_Sizes):
    """How a run is spread over GPUs. Every size is at least 1.

    Expert ranks lie inside dp x cp x tp.
    """

    __slots__ = ()

    def __new__(cls, *sizes: Any, **named: Any) -> Self:
        """Raises ValueError for a size below 1 and a stage that ZeRO does not have."""
        made = super().__new__(cls, *sizes, **named)
        if min(made.tp, made.pp, made.cp, made.ep, made.dp, made.vpp, made.dp_replicate) < 1:
            raise ValueError("parallel sizes must be at least 1")
        if not 0 <= made.zero_stage <= 3:
            raise ValueError(f"ZeRO has the stages 0 to 3, not {made.zero_stage}")
        return made

    @property
    def world(self) -> int:
        """GPUs of the run."""
        return self.tp * self.pp * self.cp * self.dp

    @property
    def shards(self) -> float:
        """Ranks over which ZeRO spreads the states of parameters that are not experts."""
        return max(1.0, self.dp * self.cp / self.dp_replicate)

    @property
    def expert_shards(self) -> float:
        """Ranks over which ZeRO spreads the states of one rank's experts."""
        ranks = self.world / (self.pp * self.ep * self.expert_tp)
        return max(1.0, ranks / self.dp_replicate)


class StateBytes(NamedTuple):
    """Bytes that one parameter needs, before sharding."""

    weight: float
    gradient: float
    optimizer: float
    """Moments and, where kept apart, the fp32 master weight."""

    @property
    def total(self) -> float:
        """All states of one parameter."""
        return self.weight + self.gradient + self.optimizer


MIXED_ADAM = StateBytes(2, 2, 12)
"""16 bytes: bf16 weight and gradient, fp32 master and two moments (ZeRO, section 3.1)."""
MIXED_ADAM_FP32_GRADIENTS = StateBytes(2, 4, 12)
"""18 bytes: the same with gradients accumulated in fp32 (Megatron's distributed optimizer)."""
PURE_BF16_ADAM = StateBytes(2, 2, 4)
"""8 bytes: weights, gradients and both moments in bf16, no master."""


class ModelStates(NamedTuple):
    """Bytes on one GPU."""

    weights: float
    gradients: float
    optimizer: float

    @property
    def total(self) -> float:
        """All three."""
        return self.weights + self.gradients + self.optimizer


def optimizer_bytes(family: str, state_bytes: float = 4.0) -> float:
    """Return the bytes of optimizer state per parameter, the master weight not counted.

    `state_bytes` is the size of one state element: 4 for fp32, `EIGHT_BIT_STATE` for 8-bit. Adam
    keeps two states, Lion, SGD with momentum and Muon's matrices one, Adafactor's factored second
    moment next to nothing (Shazeer and Stern, arXiv 1804.04235, section 3).

    Raises ValueError for a family whose states are not known.
    """
    try:
        return _STATES_PER_PARAMETER[family] * state_bytes
    except KeyError:
        raise ValueError(f"the states that {family!r} keeps are not known") from None


def model_states(
    dense: float, experts: float, layout: Layout, per_parameter: StateBytes
) -> ModelStates:
    """Return the states of one GPU when pipeline stages hold equal shares.

    `dense` counts all parameters but routed experts, `experts` those. Kimi K2 (arXiv 2507.20534,
    section 2.4.2) in its group of 256 GPUs, with bf16 weights and fp32 gradients: 28.2e9 bytes,
    published as approximately 30 GB.
    """
    per_rank = experts / (layout.pp * layout.ep * layout.expert_tp)
    mine = _Share(dense / (layout.tp * layout.pp), per_rank, layout)
    return ModelStates(
        weights=mine.sharded_from(3, per_parameter.weight),
        gradients=mine.sharded_from(2, per_parameter.gradient),
        optimizer=mine.sharded_from(1, per_parameter.optimizer),
    )


def frozen_weights(parameters: float, layout: Layout, bytes_per_weight: float) -> float:
    """Return the bytes of weights that are not trained, as under LoRA: no gradient, no state.

    ZeRO-3 and FSDP shard them like trained ones.
    """
    mine = _Share(parameters / (layout.tp * layout.pp), 0.0, layout)
    return mine.sharded_from(3, bytes_per_weight)


def gathered_layer(layer_parameters: float, layout: Layout, element_bytes: float = 2.0) -> float:
    """Return the bytes of one layer that ZeRO-3 or FSDP has gathered; 0 at lower stages.

    Two layers are alive where the next one is fetched ahead.
    """
    if layout.zero_stage < 3:
        return 0.0
    return layer_parameters / layout.tp * element_bytes


class _Share(NamedTuple):
    """Parameters that one GPU is responsible for before ZeRO."""

    dense: float
    experts: float
    layout: Layout

    def sharded_from(self, stage: int, element_bytes: float) -> float:
        """Bytes of a state that ZeRO shards from `stage` on."""
        if self.layout.zero_stage < stage:
            return (self.dense + self.experts) * element_bytes
        dense = self.dense / self.layout.shards
        return (dense + self.experts / self.layout.expert_shards) * element_bytes
