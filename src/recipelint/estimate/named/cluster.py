"""What the cluster's GPU gives: memory, peak rate, link; stated facts before the catalogue's."""

from __future__ import annotations

from recipelint.catalog.gpus import Gpu, UnknownGpuError, lookup
from recipelint.estimate.named.inputs import Inputs, Quantity, UnknownError


def capacity(inputs: Inputs) -> Quantity:
    """Memory of one GPU."""
    if inputs.known("cluster.gpu_memory"):
        return Quantity(inputs.positive("cluster.gpu_memory"), "GiB", "stated")
    part = gpu(inputs)
    return Quantity(part.memory_gib, "GiB", f"nominal size of {part.name}")


def nvlink_domain(inputs: Inputs) -> Quantity:
    """GPUs that a fast link joins."""
    if inputs.known("cluster.nvlink_domain"):
        return Quantity(inputs.size("cluster.nvlink_domain"), "GPU", "stated")
    part = gpu(inputs)
    return Quantity(part.nvlink_domain, "GPU", f"usual server of {part.name}")


def peak(inputs: Inputs) -> Quantity:
    """Dense 16-bit peak of one GPU.

    Also for fp8 runs: published utilisation refers to the bf16 peak, and attention, norms and the
    head stay in 16 bits.
    """
    part = gpu(inputs)
    dtype = "bf16" if part.bf16 else "fp16"
    return Quantity(part.peak(dtype), "FLOP/s", f"dense {dtype} peak of {part.name}")


def gpu(inputs: Inputs) -> Gpu:
    """The part that the recipe's cluster names; raises UnknownError where there is none."""
    name = inputs.word("cluster.gpu")
    if name is None:
        raise UnknownError("cluster.gpu is not known")
    try:
        return lookup(name)
    except UnknownGpuError as error:
        raise UnknownError(str(error)) from None
