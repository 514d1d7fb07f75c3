"""accelerate config: the launcher's file, a part of a recipe.

Read from accelerate 1.13: commands/config/config_args.py and utils/dataclasses.py. Unknown
top-level keys are refused; sub-sections become environment variables and are not checked.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.conversions import offloaded
from recipelint.document import Mapping
from recipelint.document.scalars import number_in
from recipelint.recipe.facts import Phase

_BACKENDS = {
    "DEEPSPEED": "deepspeed",
    "FSDP": "fsdp",
    "MULTI_GPU": "ddp",
    "MEGATRON_LM": "megatron",
    "NO": "none",
}


def _backend(name: object) -> object:
    if name is False:
        return "none"
    return _BACKENDS.get(name, ABSENT) if isinstance(name, str) else ABSENT


def _compute(name: object) -> object:
    if name is False:
        return "fp32"
    names = {"no": "fp32", "fp16": "fp16", "bf16": "bf16", "fp8": "fp8"}
    return names.get(name, ABSENT) if isinstance(name, str) else ABSENT


_MESH = "parallelism_config.parallelism_config_{}_size"

ROWS = (
    Row("precision.compute", "mixed_precision", convert=_compute),
    Row("cluster.nodes", "num_machines"),
    Row("parallel.world_size", "num_processes"),
    Row("parallel.backend", "distributed_type", convert=_backend),
    Row("parallel.zero_stage", "deepspeed_config.zero_stage"),
    Row("batch.gradient_accumulation", "deepspeed_config.gradient_accumulation_steps"),
    Row("optimizer.grad_clip", "deepspeed_config.gradient_clipping"),
    Row("memory.offload_optimizer", "deepspeed_config.offload_optimizer_device", convert=offloaded),
    Row("memory.offload_parameters", "deepspeed_config.offload_param_device", convert=offloaded),
    Row("parallel.tp", "parallelism_config.parallelism_config_tp_size"),
    Row("parallel.cp", "parallelism_config.parallelism_config_cp_size"),
    Row("parallel.dp_replicate", "parallelism_config.parallelism_config_dp_replicate_size"),
)


def recognise(root: Mapping, name: str) -> bool:
    """`compute_environment` or `distributed_type`, beside the launcher's other keys."""
    keys = {e.key for e in root.entries}
    marks = keys & {"compute_environment", "distributed_type"}
    return bool(marks) and bool(
        keys
        & {
            "num_processes",
            "mixed_precision",
            "num_machines",
            "fsdp_config",
            "deepspeed_config",
            "machine_rank",
        }
    )


def translate(reader: Reader) -> list[Phase]:
    """One phase; the DeepSpeed file that it names is linked."""
    from recipelint.dialects import deepspeed

    reader.read(ROWS)
    if reader.plain("distributed_type") == "FSDP":
        version = reader.plain("fsdp_config.fsdp_version")
        reader.phase.facts.pop("parallel.backend", None)
        reader.state(
            "parallel.backend", "fsdp2" if version in (2, "2") else "fsdp", "distributed_type"
        )
    _mesh(reader)
    target = reader.linked("deepspeed_config.deepspeed_config_file")
    if target is not None:
        target.dialect = deepspeed.DIALECT
        reader.phase.linked["deepspeed"] = deepspeed.translate(target)[0]
    return [reader.phase]


def _mesh(reader: Reader) -> None:
    """Data-parallel ranks of a mesh; without any size above 1 accelerate fills it in itself.

    Sequence parallelism (`sp_size`) has groups of its own and leaves the product unknown
    (accelerate 1.13, parallelism_config.py, _validate_accelerator).
    """
    sizes = {name: _size(reader, name) for name in ("dp_replicate", "dp_shard", "tp", "cp", "sp")}
    known = [size for size in sizes.values() if size is not None]
    if len(known) < len(sizes) or sizes["sp"] != 1 or max(known) == 1:
        return
    for name in ("dp_shard", "dp_replicate"):
        key = _MESH.format(name)
        if reader.has(key):
            ranks = (sizes["dp_replicate"] or 1) * (sizes["dp_shard"] or 1)
            reader.state("parallel.dp", ranks, key)
            break
    for fact in ("parallel.tp", "parallel.pp", "parallel.cp"):
        reader.default(fact, 1)


def _size(reader: Reader, name: str) -> int | None:
    """A size of the mesh: 1 where it is absent, None where it is no number."""
    found = reader.plain(_MESH.format(name))
    if found is ABSENT or found is None:
        return 1
    number = number_in(found) if isinstance(found, str) else found
    return number if isinstance(number, int) and not isinstance(number, bool) else None


DIALECT = Dialect(
    name="accelerate",
    title="accelerate",
    version="1.13",
    recognise=recognise,
    translate=translate,
    coerces=True,
    schema="accelerate",
    purpose="part",
    keys=frozenset({"compute_environment", "distributed_type", "num_processes"}),
)
