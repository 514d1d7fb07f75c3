"""torchtitan: TOML tables, read by tomllib into nested dataclasses that refuse unknown keys.

Read from torchtitan 0.2.2, the last release with TOML (config/job_config.py, components/,
distributed/), and from 0.1.0 and the end of 2024, whose names for the same things are read too.
An absent degree of parallelism is 1, except that sharding takes the ranks that are left over.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row, plain_list
from recipelint.dialects.builders import torchtitan_model
from recipelint.dialects.conversions import dtype, one_of
from recipelint.dialects.huggingface import optimizer_family
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import yaml_1_2
from recipelint.recipe.facts import Absence, Phase

_recompute = one_of({"none": "none", "selective": "selective", "full": "full"})
_shape = one_of({"linear": "linear", "cosine": "cosine", "sqrt": "1-sqrt"})
_TP = ("parallelism.tensor_parallel_degree", "training.tensor_parallel_degree")
_PP = ("parallelism.pipeline_parallel_degree", "experimental.pipeline_parallel_degree")
_CP = ("parallelism.context_parallel_degree", "experimental.context_parallel_degree")
_SHARD = (
    "parallelism.data_parallel_shard_degree",
    "training.data_parallel_shard_degree",
    "training.data_parallel_degree",
)
_REPLICATE = (
    "parallelism.data_parallel_replicate_degree",
    "training.data_parallel_replicate_degree",
)
_LOCAL = ("training.local_batch_size", "training.batch_size")
_WARMUP = ("lr_scheduler.warmup_steps", "training.warmup_steps")
_SAVES = ("checkpoint.enable", "checkpoint.enable_checkpoint")
_SCHEDULES = (
    "parallelism.pipeline_parallel_schedule",
    "experimental.pipeline_parallel_schedule",
)


ROWS = (
    Row("optimizer.name", "optimizer.name", default="AdamW"),
    Row("optimizer.family", "optimizer.name", default="adam", convert=optimizer_family),
    Row("optimizer.learning_rate", "optimizer.lr", default=8e-4),
    Row("optimizer.beta1", "optimizer.beta1", default=0.9),
    Row("optimizer.beta2", "optimizer.beta2", default=0.95),
    Row("optimizer.eps", "optimizer.eps", default=1e-8),
    Row("optimizer.weight_decay", "optimizer.weight_decay", default=0.1),
    Row("optimizer.grad_clip", "training.max_norm", default=1.0),
    Row("schedule.name", "lr_scheduler.decay_type", default="linear"),
    Row("batch.sequence_length", "training.seq_len", default=2048),
    Row("budget.steps", "training.steps", default=10000),
    Row("precision.compute", "training.mixed_precision_param", "bf16", dtype),
    Row("precision.master_dtype", "training.dtype", "fp32", dtype),
    Row("precision.gradient_dtype", "training.mixed_precision_reduce", "fp32", dtype),
    Row("memory.recompute", "activation_checkpoint.mode", "selective", _recompute),
    Row("memory.offload_parameters", "training.enable_cpu_offload", default=False),
    Row("memory.offload_optimizer", "training.enable_cpu_offload", default=False),
    Row("parallel.ep", "parallelism.expert_parallel_degree", default=1),
    Row("model.moe.force_balance", "debug.moe_force_load_balance", default=False),
    Row("run.output", "job.dump_folder", default="./outputs"),
)


def recognise(root: Mapping, name: str) -> bool:
    """`[job]` and `[training]`, and the model's flavour or the folder of the job's output."""
    job, training = follow(root.get("job")), follow(root.get("training"))
    model = follow(root.get("model"))
    if not isinstance(training, Mapping):
        return False
    flavoured = isinstance(model, Mapping) and "flavor" in model
    if not isinstance(job, Mapping):
        return flavoured and isinstance(follow(root.get("optimizer")), Mapping)
    return flavoured or "dump_folder" in job or "custom_config_module" in job


def translate(reader: Reader) -> list[Phase]:
    """One phase: a run of `training.steps`."""
    reader.read(ROWS)
    reader.default("optimizer.decay_embeddings", True)
    _model(reader)
    _parallel(reader)
    _batch(reader)
    _precision(reader)
    _schedule(reader)
    _checkpoint(reader)
    _evaluation(reader)
    _seed(reader)
    return [reader.phase]


def _place(reader: Reader, keys: tuple[str, ...]) -> str:
    """Which of several spellings the file has; the newest if it has none."""
    return next((key for key in keys if reader.has(key)), keys[0])


def _read(reader: Reader, fact: str, keys: tuple[str, ...], default: object = ABSENT) -> None:
    reader.read([Row(fact, _place(reader, keys), default=default)])


def _whole(reader: Reader, keys: tuple[str, ...], default: int) -> int | None:
    """A whole number at one of the keys; the default where none stands there."""
    found = reader.plain(_place(reader, keys))
    if found is ABSENT:
        return default
    return found if isinstance(found, int) and not isinstance(found, bool) else None


# --- model


def _model(reader: Reader) -> None:
    reader.derive("data.packing", True, "the text data set is cut into blocks of seq_len")
    name, flavour = reader.plain("model.name"), reader.plain("model.flavor")
    if isinstance(name, str) and isinstance(flavour, str):
        known = torchtitan_model(name, flavour)
        if known is not None:
            reader.derive("model.name", known, f"torchtitan's `{name}`, flavour `{flavour}`")
            reader.derive("model.mtp_layers", 0, "torchtitan's models have no MTP modules")
    hub = reader.plain("hf_transformers.model")
    if isinstance(hub, str):
        reader.state("model.name", hub, "hf_transformers.model")
    if reader.has("encoder"):
        reader.missing("run.stage", Absence.UNKNOWN, "an image model")
    elif reader.has("checkpoint.initial_load_path"):
        reader.missing("run.stage", Absence.UNKNOWN, "starts from a checkpoint")
        reader.state("run.resume", True, "checkpoint.initial_load_path")
        loads = reader.plain("checkpoint.initial_load_model_only")
        if isinstance(loads, bool):
            reader.state("run.resume_optimizer", not loads, "checkpoint.initial_load_model_only")
        elif loads is ABSENT:
            reader.default("run.resume_optimizer", False)
    else:
        reader.derive("run.stage", "pretrain", "starts from random weights, reads plain text")


# --- parallel sizes and batch


def _parallel(reader: Reader) -> None:
    _read(reader, "parallel.tp", _TP, 1)
    _read(reader, "parallel.pp", _PP, 1)
    _read(reader, "parallel.cp", _CP, 1)
    _read(reader, "parallel.dp_replicate", _REPLICATE, 1)
    _read(reader, "parallel.pipeline_schedule", _SCHEDULES, "1F1B")
    shard, replicate = _whole(reader, _SHARD, -1), _whole(reader, _REPLICATE, 1)
    key = _place(reader, _SHARD)
    if shard is None or replicate is None:
        return
    if shard == -1:
        reader.missing(
            "parallel.dp", Absence.AUTOMATIC, "sharding takes the ranks that are left over"
        )
    elif shard > 0 and replicate > 0:
        reader.state("parallel.dp", shard * replicate, key)
    _sharding(reader, shard, replicate)


def _sharding(reader: Reader, shard: int, replicate: int) -> None:
    """FSDP2 shards parameters too; `never` keeps them gathered between forward and backward."""
    if shard == 1:
        reader.default("parallel.zero_stage", 0)
        if replicate > 1:
            reader.derive("parallel.backend", "ddp", "replicas without sharding")
        return
    kept = reader.plain("parallelism.fsdp_reshard_after_forward") == "never"
    reader.derive(
        "parallel.zero_stage",
        2 if kept else 3,
        "FSDP2" + (" that keeps the gathered parameters" if kept else ""),
    )
    reader.derive("parallel.backend", "fsdp2", "torchtitan shards with fully_shard")


def _batch(reader: Reader) -> None:
    """What one rank reads at once, and how often before a step.

    Under a pipeline the local batch is cut into micro batches, one sequence each by default
    (parallelism.pipeline_parallel_microbatch_size). Before 0.2 there was no accumulation.
    """
    local = _whole(reader, _LOCAL, 8)
    total = _whole(reader, ("training.global_batch_size",), -1)
    pipelined = (_whole(reader, _PP, 1) or 1) > 1
    if total is not None and total > 0:
        reader.state("batch.global_batch", total, "training.global_batch_size")
    if local is None or local < 1:
        return
    if not pipelined:
        _read(reader, "batch.micro_batch", _LOCAL, 8)
        if total == -1:
            reader.default("batch.gradient_accumulation", 1)
        return
    if reader.has("experimental.pipeline_parallel_degree"):
        return
    size = _whole(reader, ("parallelism.pipeline_parallel_microbatch_size",), 1)
    if size and size > 0:
        _read(reader, "batch.micro_batch", ("parallelism.pipeline_parallel_microbatch_size",), 1)
        if total == -1 and local % size == 0:
            key = _place(reader, _LOCAL)
            reader.derive("batch.gradient_accumulation", local // size, f"`{key}` {local} / {size}")


# --- numbers


def _precision(reader: Reader) -> None:
    """Float8 acts where the converter is listed, or the old switch is on."""
    converters = reader.node("model.converters")
    names: tuple[object, ...] = ()
    if isinstance(converters, Sequence):
        names = plain_list(converters, reader.dialect.scalars)
    eight = [n for n in names if isinstance(n, str) and "float8" in n]
    if eight:
        reader.phase.facts.pop("precision.compute", None)
        reader.state("precision.compute", "fp8", "model.converters")
    elif reader.plain("float8.enable_float8_linear") is True:
        reader.phase.facts.pop("precision.compute", None)
        reader.state("precision.compute", "fp8", "float8.enable_float8_linear")


def _schedule(reader: Reader) -> None:
    """Warmup, a stable stage and a decay at the end (components/lr_scheduler.py).

    Without `decay_ratio` the decay begins when the warmup ends.
    """
    _read(reader, "schedule.warmup_steps", _WARMUP, 200)
    floors = ("lr_scheduler.min_lr_factor", "lr_scheduler.lr_min")
    _read(reader, "schedule.min_ratio", floors, 0.0)
    reader.read(
        (
            Row("schedule.decay_shape", "lr_scheduler.decay_type", "linear", _shape),
            Row("schedule.horizon_steps", "lr_scheduler.total_steps"),
        )
    )
    total = _whole(reader, ("lr_scheduler.total_steps", "training.steps"), 10000)
    warmup = _whole(reader, _WARMUP, 200)
    ratio = reader.plain("lr_scheduler.decay_ratio")
    if total is None or warmup is None:
        return
    if isinstance(ratio, int | float) and not isinstance(ratio, bool):
        _stable_stage(reader, total, warmup, ratio)
    elif ratio is ABSENT:
        _decay(reader, total, min(warmup, total), "from the end of the warmup")


def _stable_stage(reader: Reader, total: int, warmup: int, ratio: float) -> None:
    key = "lr_scheduler.decay_ratio"
    decay = min(round(total * ratio), max(0, total - warmup))
    if decay <= 0:
        reader.state("schedule.kind", "constant", key)
    elif warmup + decay >= total:
        _decay(reader, total, min(warmup, total), "`decay_ratio` leaves no stable stage")
    else:
        reader.state("schedule.kind", "wsd", key)
        reader.derive("schedule.decay_start", total - decay, f"the last {decay} of {total} steps")
        reader.derive("schedule.decay_steps", decay, f"`{key}` {ratio:g} x {total} steps")


def _decay(reader: Reader, total: int, warmup: int, reason: str) -> None:
    shape = reader.phase.value("schedule.decay_shape")
    kind = shape if shape in ("linear", "cosine") else "other"
    reader.derive("schedule.kind", str(kind), reason)
    reader.derive("schedule.decay_start", warmup, reason)
    reader.derive("schedule.decay_steps", total - warmup, reason)


# --- around the training


def _checkpoint(reader: Reader) -> None:
    enabled = reader.plain(_place(reader, _SAVES))
    kept = ABSENT if reader.has("training.batch_size") else 10  # 0 at the end of 2024
    reader.read([Row("checkpoint.keep", "checkpoint.keep_latest_k", default=kept)])
    if reader.plain("checkpoint.interval_type") == "seconds":
        return
    if enabled is True:
        reader.read([Row("checkpoint.save_interval", "checkpoint.interval", default=500)])
    elif enabled is False:
        reader.state("checkpoint.save_interval", 0, _place(reader, _SAVES))
    elif enabled is ABSENT:
        reader.default("checkpoint.save_interval", 0)


def _evaluation(reader: Reader) -> None:
    reader.read([Row("evaluation.enabled", "validation.enable", default=False)])
    if reader.phase.value("evaluation.enabled") is True:
        reader.read([Row("evaluation.interval", "validation.freq", default=10)])


def _seed(reader: Reader) -> None:
    _read(reader, "run.seed", ("debug.seed", "training.seed"))


def _extended(root: Mapping) -> bool:
    """Whether a module of the author's own adds keys."""
    for table, key in (("job", "custom_config_module"), ("experimental", "custom_args_module")):
        section = follow(root.get(table))
        module = follow(section.get(key)) if isinstance(section, Mapping) else None
        if isinstance(module, Scalar) and not module.text.startswith("torchtitan.models."):
            return bool(module.text)
    return False


DIALECT = Dialect(
    name="torchtitan",
    title="torchtitan",
    version="0.2.2",
    recognise=recognise,
    translate=translate,
    scalars=yaml_1_2,
    duplicates_refused=True,
    schema="torchtitan",
    keys=frozenset({"job", "training", "activation_checkpoint"}),
    custom_keys=_extended,
)
