"""What each stage of a pipeline holds."""

from __future__ import annotations

from typing import NamedTuple

from recipelint.estimate.architecture import Architecture
from recipelint.estimate.parameters import Parameters, expert_weights, moe_layer_count

MOST_STAGES = 4096
"""More stages than any model has layers; a limit on the work that a file can ask for."""


class StageParameters(NamedTuple):
    """Parameters of one pipeline stage, before tensor and expert parallelism split them."""

    layers: int
    dense: float
    """All parameters but routed experts."""
    experts: float


def stage_parameters(
    arch: Architecture, counts: Parameters, pp: int
) -> tuple[StageParameters, ...]:
    """Return what the `pp` stages hold when layers are dealt out as evenly as they go.

    Stages that get one layer more come first. The first stage holds the embedding, the last one
    the output head, MTP modules and a copy of a tied embedding (Megatron-LM, arXiv 2104.04473,
    section 2.2; DeepSeek-V3, arXiv 2412.19437, section 3.2.1). Within a body, layers without
    experts come first. Raises ValueError when there are more stages than layers.
    """
    if not 1 <= pp <= min(arch.layers, MOST_STAGES):
        raise ValueError(f"{arch.layers} layers do not fill {pp} pipeline stages")
    moe_layers = moe_layer_count(arch)
    each = _LayerShares(arch, counts, moe_layers)
    stages = []
    first = 0
    for index in range(pp):
        layers = arch.layers // pp + (index < arch.layers % pp)
        sparse = each.with_experts(first, first + layers)
        dense = each.dense(layers, sparse)
        if index == 0:
            dense += counts.embedding + counts.positions
        experts = each.experts * sparse
        if index == pp - 1:
            extra = mtp_experts(arch)
            experts += extra
            dense += counts.mtp - extra + (counts.head if pp == 1 else counts.unembedding)
        stages.append(StageParameters(layers, dense, experts))
        first += layers
    return tuple(stages)


def mtp_experts(arch: Architecture) -> int:
    """Return the routed-expert parameters within the multi-token-prediction modules."""
    if arch.moe is None:
        return 0
    return arch.mtp_layers * arch.moe.experts * expert_weights(arch, arch.moe)


class _LayerShares:
    """Parameters of one layer, with and without experts."""

    def __init__(self, arch: Architecture, counts: Parameters, moe_layers: int) -> None:
        blocks = arch.attention_blocks_per_layer
        self._begin = arch.moe.first_dense_layers if arch.moe else arch.layers
        self._interval = arch.moe.layer_interval if arch.moe else 1
        self._moe_layers = moe_layers
        plain = arch.layers if blocks > 1 else arch.layers - moe_layers
        self._always = (counts.attention + counts.norms) / arch.layers
        self._ffn = counts.dense_ffn / plain if plain else 0.0
        self._ffn_everywhere = blocks > 1
        shared = counts.shared_experts + counts.router
        self._beside = shared / moe_layers if moe_layers else 0.0
        self.experts = counts.experts / moe_layers if moe_layers else 0.0

    def with_experts(self, first: int, end: int) -> int:
        """Number of layers in [first, end) that have experts."""
        return self._before(end) - self._before(first)

    def _before(self, layer: int) -> int:
        return min(self._moe_layers, max(0, layer - self._begin) // self._interval)

    def dense(self, layers: int, sparse: int) -> float:
        """Parameters but experts of `layers` layers, `sparse` of which have experts."""
        plain = layers if self._ffn_everywhere else layers - sparse
        return layers * self._always + plain * self._ffn + sparse * self._beside
