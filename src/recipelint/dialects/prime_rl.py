"""prime-rl: TOML for reinforcement learning (`[trainer]`, `[orchestrator]`) or for SFT.

Read from prime-rl's pydantic models (packages/prime-rl-configs, 2026): rl.py, sft.py, trainer.py,
orchestrator.py. Unknown keys are refused. Shared keys at the top (`seq_len`, `max_steps`,
`[model]`) are handed down to the parts that do not set their own. The text "None" is null.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.conversions import dtype, one_of
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import value, yaml_1_2
from recipelint.recipe.facts import Absence, Phase

_family = one_of({"adamw": "adam", "muon": "muon", "sgd": "sgd"}, otherwise="other")
_kind = one_of({"constant": "constant", "linear": "wsd", "cosine": "cosine"}, otherwise="other")
_PARTS = ("trainer", "inference", "deployment", "model", "ckpt", "max_steps", "seq_len")
_SFT = frozenset(
    {
        *("model", "tokenizer", "renderer", "data", "val", "optim", "scheduler", "ckpt", "log"),
        *("wandb", "monitors", "output_dir", "clean_output_dir", "matmul_precision", "max_steps"),
        *("memory_profiler_path", "bench", "gc", "trace_path", "dist_timeout_seconds"),
        *("loss_impl", "heartbeat", "deployment", "slurm", "dry_run", "experimental", "eval"),
        *("inference", "run", "resume", "clean", "env_vars", "weight_broadcast", "seq_len", "loss"),
    }
)
"""Top-level keys of the SFT configuration and of a trainer's own."""
_ORCHESTRATOR = (
    *("batch_size", "token_batch_size", "group_size", "rollouts_per_example", "train", "algo"),
    *("algorithms", "sampling", "max_off_policy_steps", "seq_len", "max_steps"),
)
"""Keys that the table has in a recipe, and not in a chart that deploys its service."""
_DATA = ("name", "type", "seq_len", "batch_size", "micro_batch_size", "fake")


def _rows(prefix: str) -> tuple[Row, ...]:
    """The key map of a trainer whose tables begin with `prefix`."""
    model, optim, rate = prefix + "model.", prefix + "optim.", prefix + "scheduler."
    return (
        Row("optimizer.name", optim + "type", default="adamw"),
        Row("optimizer.family", optim + "type", default="adam", convert=_family),
        Row("optimizer.learning_rate", optim + "lr", default=1e-6),
        Row("optimizer.weight_decay", optim + "weight_decay", default=0.01),
        Row("optimizer.beta1", optim + "betas1", default=0.9),
        Row("optimizer.beta2", optim + "betas2"),
        Row("optimizer.momentum", optim + "mu"),
        Row("schedule.name", rate + "type", default="constant"),
        Row("schedule.kind", rate + "type", default="constant", convert=_kind),
        Row("precision.master_dtype", model + "optimization_dtype", "fp32", dtype),
        Row("precision.gradient_dtype", model + "reduce_dtype", "fp32", dtype),
        Row("model.attention.implementation", model + "attn"),
        Row("parallel.ep", model + "ep"),
        Row("parallel.cp", model + "cp", default=1),
        Row("parallel.dp_replicate", model + "dp_replicate"),
        Row("memory.offload_parameters", model + "fsdp_cpu_offload", default=False),
        Row("memory.offload_optimizer", model + "optim_cpu_offload"),
        Row("model.moe.force_balance", model + "debug.force_balanced_routing", default=False),
    )


RL_ROWS = (
    Row("rl.group_size", "orchestrator.rollouts_per_example"),
    Row("rl.group_size", "orchestrator.group_size", default=1),
    Row("rl.generation_batch", "orchestrator.batch_size"),
    Row("rl.temperature", "orchestrator.train.sampling.temperature", default=1.0),
    Row("rl.max_completion", "orchestrator.train.sampling.max_completion_tokens"),
    Row("rl.max_completion", "orchestrator.train.sampling.max_tokens"),
    Row("batch.global_batch", "orchestrator.batch_size"),
    Row("batch.global_tokens", "orchestrator.token_batch_size"),
)
SFT_ROWS = (
    Row("batch.global_batch", "data.batch_size", default=128),
    Row("batch.micro_batch", "data.micro_batch_size", default=1),
    Row("batch.sequence_length", "data.seq_len"),
    Row("run.seed", "data.seed"),
)


def recognise(root: Mapping, name: str) -> bool:
    """`[orchestrator]` with one of its companions, or nothing but keys of the SFT trainer."""
    orchestrator = follow(root.get("orchestrator"))
    if isinstance(orchestrator, Mapping):
        own = any(key in orchestrator for key in _ORCHESTRATOR)
        return own and any(part in root for part in _PARTS)
    model, data = follow(root.get("model")), follow(root.get("data"))
    if not isinstance(model, Mapping) or not isinstance(data, Mapping):
        return False
    if any(entry.key not in _SFT for entry in root.entries):
        return False
    return any(key in data for key in _DATA) and (
        "optim" in root or "max_steps" in root or "ckpt" in root
    )


def translate(reader: Reader) -> list[Phase]:
    """One phase: the trainer's side of the run."""
    learns_by_reward = reader.has("orchestrator")
    prefix = "trainer." if learns_by_reward else ""
    reader.read(_rows(prefix))
    _optimizer(reader, prefix)
    _schedule(reader, prefix)
    _model(reader, prefix)
    _memory(reader, prefix)
    _adapter(reader, prefix)
    if learns_by_reward:
        _reward(reader)
    else:
        _supervised(reader)
    _checkpoint(reader, prefix)
    return [reader.phase]


# --- what both trainers share


def _empty(reader: Reader, key: str) -> bool:
    """Whether nothing stands at the key, or the text that means null."""
    return reader.node(key) is None or reader.plain(key) == "None"


def _optimizer(reader: Reader, prefix: str) -> None:
    """Only AdamW's own arguments have defaults that hold for every release read."""
    key = prefix + "optim.max_norm"
    if reader.plain(key) == "None":
        reader.state("optimizer.grad_clip", 0.0, key)
    else:
        reader.read([Row("optimizer.grad_clip", key, default=1.0)])
    if reader.phase.value("optimizer.family") == "adam":
        if _empty(reader, prefix + "optim.betas2"):
            reader.default("optimizer.beta2", 0.999)
        reader.derive("optimizer.eps", 1e-8, "torch.optim.AdamW's own; prime-rl has no key for it")


def _schedule(reader: Reader, prefix: str) -> None:
    """`linear` holds the rate and decays in the last `decay_steps` (ten, if it does not say)."""
    rate = prefix + "scheduler."
    kind = reader.phase.value("schedule.kind")
    if kind == "constant":
        reader.derive("schedule.warmup_steps", 0, "the constant scheduler has no warmup")
        return
    reader.read(
        (
            Row("schedule.warmup_steps", rate + "warmup_steps", default=10),
            Row("schedule.min_learning_rate", rate + "min_lr", default=0.0),
        )
    )
    if kind == "wsd":
        reader.read([Row("schedule.decay_steps", rate + "decay_steps", default=10)])
        reader.derive("schedule.decay_shape", "linear", "the linear scheduler")


def _model(reader: Reader, prefix: str) -> None:
    shared, own = "model.name", prefix + "model.name"
    reader.read([Row("model.name", own if reader.has(own) else shared)])
    reader.derive("precision.compute", "bf16", "FSDP2's parameters are cast to bfloat16")
    if reader.plain(prefix + "model.fp8") is True:
        reader.phase.facts.pop("precision.compute", None)
        reader.state("precision.compute", "fp8", prefix + "model.fp8")
    for name in ("parallel.tp", "parallel.pp"):
        reader.derive(name, 1, "prime-rl's trainer shards with FSDP2 alone")
    kept = reader.plain(prefix + "model.reshard_after_forward") is False
    reader.derive("parallel.zero_stage", 2 if kept else 3, "FSDP2")
    reader.derive("parallel.backend", "fsdp2", "FSDP2")


def _memory(reader: Reader, prefix: str) -> None:
    """Selective checkpointing, or of every n-th layer, keeps part of the activations."""
    table = prefix + "model.ac"
    offloads = isinstance(reader.node(prefix + "model.ac_offloading"), Mapping)
    if isinstance(reader.node(table), Mapping):
        mode, every = reader.plain(table + ".mode"), reader.plain(table + ".freq")
        part = mode == "selective" or every not in (ABSENT, 1)
        reader.state("memory.recompute", "selective" if part else "full", table)
    elif offloads:
        reader.derive("memory.recompute", "full", "`ac_offloading` switches checkpointing on")
    elif _empty(reader, table):
        reader.default("memory.recompute", "none")
    if offloads:
        reader.state("memory.offload_activations", True, prefix + "model.ac_offloading")


def _adapter(reader: Reader, prefix: str) -> None:
    table = prefix + "model.lora"
    if not isinstance(reader.node(table), Mapping):
        if _empty(reader, table):
            reader.default("adapter.kind", "none")
        return
    reader.state("adapter.kind", "lora", table)
    reader.read(
        (
            Row("adapter.rank", table + ".rank", default=16),
            Row("adapter.alpha", table + ".alpha", default=32.0),
            Row("adapter.dropout", table + ".dropout", default=0.0),
            Row("adapter.targets", table + ".target_modules"),
        )
    )


def _checkpoint(reader: Reader, prefix: str) -> None:
    """Without a `[ckpt]` table nothing is saved; without an interval only the end is."""
    table = next(
        (t for t in ("ckpt", prefix + "ckpt") if isinstance(reader.node(t), Mapping)), None
    )
    if table is None:
        reader.default("checkpoint.save_interval", 0)
        reader.default("checkpoint.save_final", False)
        return
    reader.read(
        (
            Row("checkpoint.save_interval", table + ".interval"),
            Row("checkpoint.keep", table + ".keep_last"),
        )
    )
    reader.state("checkpoint.save_final", True, table)
    for key in ("resume.step", table + ".resume_step"):
        if reader.has(key):
            reader.state("run.resume", True, key)
            return


def _trainer_ranks(reader: Reader) -> None:
    """The GPUs that train; those that generate are others."""
    nodes = _first(reader, "deployment.num_train_nodes", "deployment.num_nodes")
    gpus = _first(reader, "deployment.num_train_gpus", "deployment.num_gpus")
    each = reader.plain("deployment.gpus_per_node")
    each = 8 if each is ABSENT else each
    if reader.plain("deployment.type") == "multi_node":
        if nodes and isinstance(each, int) and isinstance(reader.plain(nodes), int):
            count = int(str(reader.plain(nodes)))
            reader.state("parallel.world_size", count * each, nodes)
    elif gpus:
        reader.state("parallel.world_size", reader.plain(gpus), gpus)


def _first(reader: Reader, *keys: str) -> str | None:
    return next((key for key in keys if reader.has(key)), None)


# --- the two kinds of run


def _reward(reader: Reader) -> None:
    reader.derive("run.stage", "rl", "`[orchestrator]` collects rollouts")
    reader.read(RL_ROWS)
    algorithm = _first(reader, "orchestrator.algo.type", "orchestrator.algo.id")
    if algorithm:
        reader.state("rl.algorithm", reader.plain(algorithm), algorithm)
    elif not reader.has("orchestrator.algorithms") and not reader.has("orchestrator.algo"):
        reader.default("rl.algorithm", "grpo")
    length = _first(reader, "trainer.model.seq_len", "seq_len", "orchestrator.seq_len")
    reader.read([Row("batch.sequence_length", length or "seq_len", default=2048)])
    steps = _first(reader, "max_steps", "trainer.max_steps", "orchestrator.max_steps")
    reader.read([Row("budget.steps", steps or "max_steps")])
    _trainer_ranks(reader)
    if isinstance(reader.node("orchestrator.eval"), Mapping):
        reader.state("evaluation.enabled", True, "orchestrator.eval")
        reader.read([Row("evaluation.interval", "orchestrator.eval.interval", default=100)])
    else:
        reader.default("evaluation.enabled", False)
    _sources(reader)


def _supervised(reader: Reader) -> None:
    fake = reader.plain("data.type") == "fake" or reader.has("data.fake")
    if fake:
        reader.missing("run.stage", Absence.UNKNOWN, "made-up data, to try the set-up")
    else:
        reader.state("run.stage", "sft", "data")
        reader.read(SFT_ROWS)
    packed = reader.plain("data.pack_function")
    reader.default("data.packing", True) if packed is ABSENT else reader.state(
        "data.packing", packed == "cat", "data.pack_function"
    )
    reader.read([Row("budget.steps", "max_steps"), Row("evaluation.interval", "val.interval")])
    table = _first(reader, "val", "eval")
    if table:
        reader.state("evaluation.enabled", True, table)
    else:
        reader.default("evaluation.enabled", False)
    _trainer_ranks(reader)


def _sources(reader: Reader) -> None:
    """Shares of the environments, which the orchestrator normalises."""
    for key in ("orchestrator.train.source", "orchestrator.train.env"):
        node, entry = reader.node(key), reader.entry(key)
        if not isinstance(node, Sequence) or entry is None:
            continue
        shares = [_share(reader, follow(item)) for item in node.items]
        if shares and None not in shares:
            reader.default("data.weights_normalized", True)
            reader.state("data.sources.weight", tuple(shares), key, entry)


def _share(reader: Reader, item: object) -> float | int | None:
    found = follow(item.get("ratio")) if isinstance(item, Mapping) else None
    plain = value(found, reader.dialect.scalars) if isinstance(found, Scalar) else None
    return plain if isinstance(plain, int | float) and not isinstance(plain, bool) else None


DIALECT = Dialect(
    name="prime-rl",
    title="prime-rl",
    version="main",
    recognise=recognise,
    translate=translate,
    scalars=yaml_1_2,
    duplicates_refused=True,
    schema="prime-rl",
    keys=frozenset({"orchestrator", "trainer", "inference"}),
)
