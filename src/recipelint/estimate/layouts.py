"""Parallel layouts of given GPUs, ranked by a heuristic.

Every layout that divides the GPUs, the model and the batch is tried, up to a limit, with the same
estimates as the recipe's own. The order is a heuristic: a step is taken to last as long as its
arithmetic at half of the peak, stretched by the pipeline's bubble, plus all traffic at link speed
with nothing hidden behind computation. Real frameworks hide much of it, fuse kernels and pay for
small matrices; so neighbours in the list are equals, and the first is a place to start measuring.

Constraints, as frameworks check them: tp divides heads, KV heads or is a multiple of them, FFN and
expert width, and stays inside the fast link; pp divides the layers (unless the recipe lets stages
differ); ep divides the experts and fits into dp x cp x tp; cp gives every rank two equal chunks;
the global batch is a multiple of micro batch x dp.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Literal

from recipelint.estimate.facade import Estimate, Estimator
from recipelint.estimate.named.inputs import Inputs, UnknownError

Fit = Literal["yes", "likely", "unlikely", "no"]
"""Which of the high end, the usual value and the low end of the memory is within the capacity."""

MOST = 3000
"""Layouts that are tried at most; half a millisecond each."""
KERNEL_EFFICIENCY = 0.5
"""Share of the peak that matrix kernels reach alone: judgement, near the best published MFU."""
NETWORK = 50e9
"""Bytes per second and GPU between servers: one 400 Gb/s link each, as in H100 servers (NVIDIA DGX
H100 data sheet)."""
PCIE = 32e9
"""Bytes per second and direction of a PCIe 4.0 x16 slot, where there is no faster link."""
_SERVER = 8
"""GPUs of a server whose GPUs are joined by PCIe alone."""
_LONG = 16_384
"""Length from which context parallelism is worth trying."""
_LARGEST = {"tp": 64, "pp": 64, "cp": 64, "ep": 512}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One layout. Sizes multiply to the GPUs but for `ep`, which lies inside dp x cp x tp."""

    tp: int
    pp: int
    cp: int
    ep: int
    dp: int
    zero_stage: int
    accumulation: int

    def facts(self) -> dict[str, object]:
        """The layout as facts of a recipe."""
        return {
            "parallel.tp": self.tp,
            "parallel.pp": self.pp,
            "parallel.cp": self.cp,
            "parallel.ep": self.ep,
            "parallel.dp": self.dp,
            "parallel.vpp": 1,
            "parallel.zero_stage": self.zero_stage,
            "parallel.sequence_parallel": self.tp > 1,
            "batch.gradient_accumulation": self.accumulation,
        }


@dataclass(frozen=True, slots=True)
class Ranked:
    """A layout with what it costs."""

    candidate: Candidate
    memory: Estimate
    """GiB on the fullest GPU."""
    fits: Fit
    bubble: float
    sent: float
    """Bytes that one GPU sends in a step, over all axes."""
    seconds: float
    """The heuristic's step time; only its ratio to another layout's means something."""


@dataclass(slots=True)
class Comparison:
    """The ranked layouts, best first, or why there are none."""

    gpus: int = 0
    ranked: list[Ranked] = field(default_factory=list)
    tried: int = 0
    cut: bool = False
    """Whether there were more layouts than are tried."""
    own: Candidate | None = None
    """The recipe's own layout, where it states one that is in the list."""
    reason: str = ""


def compare(facts: Mapping[str, object], most: int = MOST) -> Comparison:
    """Rank the layouts of the facts' GPUs; `reason` says which fact is missing where none is."""
    inputs = Inputs(facts)
    try:
        space = _Space(inputs)
    except UnknownError as error:
        return Comparison(reason=str(error))
    found = Comparison(gpus=space.world)
    for candidate in space.candidates():
        if found.tried >= most:
            found.cut = True
            break
        found.tried += 1
        ranked, reason = _ranked(candidate, facts, space)
        if ranked is None:
            found.reason = found.reason or reason
        else:
            found.ranked.append(ranked)
    if found.ranked:
        found.reason = ""
    elif not found.tried:
        found.reason = f"no layout of {space.world} GPUs divides the model and the batch"
    found.ranked.sort(key=_order)
    found.own = space.own if any(r.candidate == space.own for r in found.ranked) else None
    return found


def _order(ranked: Ranked) -> tuple[int, float, float]:
    """Layouts that fit first, then the short step; among equals the one with more room."""
    rank = {"yes": 0, "likely": 0, "unlikely": 1, "no": 2}[ranked.fits]
    return rank, round(ranked.seconds, 9), ranked.memory.value or 0.0


class _Space:
    """The layouts that divide everything that must be divided."""

    def __init__(self, inputs: Inputs) -> None:
        from recipelint.estimate.named import cluster, run
        from recipelint.estimate.named.model import training
        from recipelint.estimate.named.parallel import world

        self.world = world(inputs)
        self.arch = inputs.architecture()
        self.length = inputs.size("batch.sequence_length")
        self.micro = inputs.size("batch.micro_batch")
        self.part = cluster.gpu(inputs)
        self.peak = cluster.peak(inputs).value
        self.capacity = cluster.capacity(inputs).value
        self.domain = int(cluster.nvlink_domain(inputs).value)
        each = training(inputs)
        self.flops_per_token = each.value if each.high is None else each.high
        self.tokens = run.tokens_per_step(inputs).value
        self.sequences = self._sequences(inputs)
        self.uneven = inputs.flag("parallel.uneven_layers") is True
        self.own = self._own(inputs)

    def _own(self, inputs: Inputs) -> Candidate | None:
        """The layout that the recipe has, where it says so and does not interleave."""
        from recipelint.estimate.named.parallel import layout

        try:
            plan = layout(inputs)
        except UnknownError:
            return None
        if plan.vpp > 1 or self.sequences % (self.micro * plan.dp):
            return None
        accumulation = self.sequences // (self.micro * plan.dp)
        sizes = (plan.tp, plan.pp, plan.cp, plan.ep, plan.dp)
        return Candidate(*sizes, plan.zero_stage, accumulation)

    def _sequences(self, inputs: Inputs) -> int:
        """The global batch in sequences, which every layout keeps."""
        if inputs.known("batch.global_batch"):
            return inputs.size("batch.global_batch")
        whole = self.tokens / self.length
        if whole < 1 or whole != int(whole):
            raise UnknownError("batch.global_batch is not known")
        return int(whole)

    def candidates(self) -> Iterator[Candidate]:
        """Layouts with small model-parallel groups first, which are the usual ones."""
        groups = product(self._tensor(), self._pipeline(), self._context())
        for tp, pp, cp in sorted(groups, key=lambda sizes: sizes[0] * sizes[1] * sizes[2]):
            if self.world % (tp * pp * cp):
                continue
            dp = self.world // (tp * pp * cp)
            if self.sequences % (self.micro * dp):
                continue
            accumulation = self.sequences // (self.micro * dp)
            for ep, zero in product(self._expert(dp * cp * tp), self._zero(pp, dp * cp)):
                yield Candidate(tp, pp, cp, ep, dp, zero, accumulation)

    def _tensor(self) -> list[int]:
        limit = min(self.domain, self.world, _LARGEST["tp"])
        return [tp for tp in _divisors(self.world, limit) if self._splits(tp)]

    def _splits(self, tp: int) -> bool:
        arch = self.arch
        if arch.heads % tp or (arch.ffn_size % tp and arch.ffn_size):
            return False
        if self.length % tp:
            return False
        return arch.mla is not None or arch.kv_heads % tp == 0 or tp % arch.kv_heads == 0

    def _pipeline(self) -> list[int]:
        sizes = _divisors(self.world, min(self.arch.layers, _LARGEST["pp"]))
        return [pp for pp in sizes if self.uneven or self.arch.layers % pp == 0]

    def _context(self) -> list[int]:
        if self.length < _LONG:
            return [1]
        sizes = _divisors(self.world, min(self.length // 4096, _LARGEST["cp"]))
        return [cp for cp in sizes if cp == 1 or self.length % (2 * cp) == 0]

    def _expert(self, ranks: int) -> list[int]:
        if self.arch.moe is None:
            return [1]
        experts = self.arch.moe.experts
        sizes = _divisors(ranks, min(experts, _LARGEST["ep"]))
        return [ep for ep in sizes if experts % ep == 0]

    def _zero(self, pp: int, ranks: int) -> tuple[int, ...]:
        """ZeRO-2 and 3 gather at every micro-batch, which frameworks keep apart from pipelines."""
        if ranks == 1:
            return (0,)
        return (1, 3) if pp == 1 else (1,)

    def bandwidth(self, ranks: int) -> float:
        """Bytes per second and direction between `ranks` neighbours."""
        if ranks <= self.domain and self.part.link_gb_s:
            return self.part.link_gb_s * 1e9 / 2
        return PCIE if ranks <= _SERVER else NETWORK


def _divisors(number: int, limit: int) -> list[int]:
    return [size for size in range(1, min(number, limit) + 1) if number % size == 0]


def _ranked(
    candidate: Candidate, facts: Mapping[str, object], space: _Space
) -> tuple[Ranked | None, str]:
    found = Estimator({**facts, **candidate.facts(), "parallel.pipeline_schedule": "1f1b"})
    memory, bubble = found.get("memory.per_gpu"), found.get("pipeline.bubble")
    sent = _sent(found, candidate, space)
    if memory.value is None or bubble.value is None or sent is None:
        return None, memory.reason or bubble.reason or "the traffic is not known"
    traffic, seconds = sent
    computing = space.tokens * space.flops_per_token / space.world
    computing /= space.peak * KERNEL_EFFICIENCY * (1 - bubble.value)
    fits = _fit(memory, space.capacity)
    return Ranked(candidate, memory, fits, bubble.value, traffic, computing + seconds), ""


def _fit(memory: Estimate, capacity: float) -> Fit:
    value = memory.value or 0.0
    if (value if memory.high is None else memory.high) <= capacity:
        return "yes"
    if value <= capacity:
        return "likely"
    return "unlikely" if (value if memory.low is None else memory.low) <= capacity else "no"


def _sent(found: Estimator, candidate: Candidate, space: _Space) -> tuple[float, float] | None:
    """Bytes that a GPU sends in a step, and the seconds they take.

    Ranks are dealt out tp first, then cp, dp and pp (Megatron's order), so a group is inside the
    fast link while the product of the sizes up to it is.
    """
    inner = candidate.tp * candidate.cp
    spans = {
        "tensor": candidate.tp,
        "context": inner,
        "expert": candidate.ep,
        "data": inner * candidate.dp,
        "pipeline": space.world,
    }
    total = seconds = 0.0
    for name, span in spans.items():
        volume = found.get(f"communication.{name}").value
        if volume is None:
            return None
        if name == "data" and candidate.zero_stage == 3:
            # FSDP gathers and reduces at every micro-batch, not once for the step.
            volume *= candidate.accumulation
        total += volume
        seconds += volume / space.bandwidth(span)
    return total, seconds
