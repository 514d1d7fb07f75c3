"""Meta Lingua: nested YAML, merged by OmegaConf onto dataclasses that refuse unknown keys.

Read from lingua's apps/main/train.py, lingua/optim.py, lingua/data.py, lingua/distributed.py and
lingua/transformer.py (main, June 2025). Other apps of the repository have models of their own.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import number, own_kv_heads
from recipelint.dialects.conversions import dtype, is_number, one_of, positive
from recipelint.dialects.omegaconf import interpolate
from recipelint.document import Mapping, Scalar, follow
from recipelint.document.scalars import omegaconf, value
from recipelint.recipe.facts import Absence, Phase

_TRANSFORMER = frozenset(
    {
        *("dim", "n_layers", "head_dim", "n_heads", "n_kv_heads", "ffn_dim_multiplier"),
        *("multiple_of", "norm_eps", "rope_theta", "init_base_std", "init_std_factor"),
        *("max_seqlen", "seed", "vocab_size", "weight_tying", "sliding_window"),
        *("attn_impl", "mask", "n_future_head"),
    }
)
"""Keys of the plain transformer; one of another app's keys means another architecture."""
_kind = one_of(
    {
        "constant": "constant",
        "linear": "linear",
        "cosine": "cosine",
        "inv_sqrt": "inverse_sqrt",
        "wsd": "wsd",
    },
    otherwise="other",
)
_zero_stage = one_of({"full_shard": 3, "no_shard": 0})
_MARKS = ("fsdp_type", "dp_shard", "selective_activation_checkpointing", "model_dtype")


def _recompute(flag: object) -> object:
    return {True: "selective", False: "none"}[flag] if isinstance(flag, bool) else ABSENT


ROWS = (
    Row("optimizer.learning_rate", "optim.lr", default=3e-4),
    Row("optimizer.weight_decay", "optim.weight_decay", default=0.1),
    Row("optimizer.eps", "optim.epsilon", default=1e-8),
    Row("optimizer.beta1", "optim.beta1", default=0.9),
    Row("optimizer.beta2", "optim.beta2", default=0.95),
    Row("optimizer.grad_clip", "optim.clip", default=1.0),
    Row("schedule.name", "optim.scheduler", default="cosine"),
    Row("schedule.kind", "optim.scheduler", default="cosine", convert=_kind),
    Row("batch.micro_batch", "data.batch_size", default=2),
    Row("batch.gradient_accumulation", "grad_acc_steps", default=1),
    Row("batch.sequence_length", "data.seq_len", default=2048),
    Row("budget.steps", "steps", default=1000),
    Row("precision.compute", "distributed.model_dtype", default="bf16", convert=dtype),
    Row("memory.recompute", "distributed.selective_activation_checkpointing", "none", _recompute),
    Row("parallel.tp", "distributed.tp_size", default=1),
    Row("parallel.zero_stage", "distributed.fsdp_type", default=0, convert=_zero_stage),
    Row("checkpoint.save_interval", "checkpoint.dump.every", default=1000),
    Row("run.name", "name", default="lingua"),
    Row("run.seed", "seed", default=42),
    Row("run.output", "dump_dir"),
    Row("data.tokenizer", "data.tokenizer.path"),
)
MODEL_ROWS = (
    Row("model.hidden_size", "model.dim", default=512),
    Row("model.layers", "model.n_layers", default=8),
    Row("model.attention.heads", "model.n_heads"),
    Row("model.attention.kv_heads", "model.n_kv_heads"),
    Row("model.attention.head_dim", "model.head_dim"),
    Row("model.attention.window", "model.sliding_window"),
    Row("model.vocab_size", "model.vocab_size", convert=positive),
    Row("model.norm.eps", "model.norm_eps", default=1e-5),
    Row("model.rope.theta", "model.rope_theta", default=10000.0),
    Row("model.tie_embeddings", "model.weight_tying", default=False),
)


def recognise(root: Mapping, name: str) -> bool:
    """`distributed` with lingua's own switches, beside `optim` or `data.sources`."""
    distributed = follow(root.get("distributed"))
    if not isinstance(distributed, Mapping) or not any(m in distributed for m in _MARKS):
        return False
    data = follow(root.get("data"))
    sources = isinstance(data, Mapping) and "sources" in data
    return sources or isinstance(follow(root.get("optim")), Mapping)


def translate(reader: Reader) -> list[Phase]:
    """One phase of pre-training from text."""
    reader.read(ROWS)
    reader.derive("optimizer.name", "AdamW", "lingua/optim.py builds torch's AdamW")
    reader.derive("optimizer.family", "adam", "lingua/optim.py builds torch's AdamW")
    reader.derive("precision.master_dtype", "fp32", "FSDP2's mixed precision keeps fp32 weights")
    reader.derive("precision.gradient_dtype", "fp32", "FSDP2 reduces gradients in fp32")
    reader.derive("data.packing", True, "documents are cut into blocks of seq_len")
    reader.default("data.document_mask", False)
    _stage(reader)
    _model(reader)
    _parallel(reader)
    _schedule(reader)
    _sources(reader)
    reader.default("evaluation.enabled", reader.has("eval"))
    return [reader.phase]


def _stage(reader: Reader) -> None:
    if reader.has("checkpoint.init_ckpt_path"):
        reader.state("run.resume", True, "checkpoint.init_ckpt_path")
        reader.missing("run.stage", Absence.UNKNOWN, "starts from a checkpoint")
    else:
        reader.derive("run.stage", "pretrain", "starts from random weights, reads plain text")
    keep = reader.plain("checkpoint.dump.keep")
    if isinstance(keep, int) and keep > 0:
        reader.state("checkpoint.keep", keep, "checkpoint.dump.keep")


def _model(reader: Reader) -> None:
    """The numbers of the plain transformer; other apps' models are unknown."""
    section = reader.node("model")
    keys = {e.key for e in section.effective()} if isinstance(section, Mapping) else set()
    if reader.has("model_type") or not keys <= _TRANSFORMER:
        for name in ("model.layers", "model.hidden_size", "model.attention.heads"):
            reader.missing(name, Absence.UNKNOWN, "not the plain transformer of apps/main")
        return
    reader.read(MODEL_ROWS)
    reader.default("model.gated_mlp", True)
    reader.default("model.moe.experts", 0)
    reader.default("model.norm.kind", "rmsnorm")
    width = reader.phase.value("model.hidden_size")
    _heads(reader, width)
    _ffn(reader, width)


def _heads(reader: Reader, width: object) -> None:
    heads, size = reader.plain("model.n_heads"), number(reader, "model.head_dim")
    if heads in (ABSENT, None) and size is not None and size >= 1 and is_number(width):
        reader.derive("model.attention.heads", int(width // size), "dim / head_dim")
    own_kv_heads(reader)


def _ffn(reader: Reader, width: object) -> None:
    """Two thirds of four times the width, rounded up (lingua/transformer.py, FeedForward)."""
    factor, step = reader.plain("model.ffn_dim_multiplier"), reader.plain("model.multiple_of")
    step = 256 if step is ABSENT else step
    if not _positive(width) or not _positive(step):
        return
    size = int(2 * 4 * int(str(width)) / 3)
    if isinstance(factor, int | float) and not isinstance(factor, bool):
        size = int(factor * size)
    elif factor not in (ABSENT, None):
        return
    unit = int(str(step))
    rounded = unit * ((size + unit - 1) // unit)
    reader.derive("model.ffn_size", rounded, f"8/3 x dim {width}, up to a multiple of {unit}")


def _positive(found: object) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and found > 0


def _parallel(reader: Reader) -> None:
    """Replicas are raised to fill the ranks where the sizes do not multiply to them."""
    kind = reader.plain("distributed.fsdp_type")
    if kind == "full_shard":
        reader.state("parallel.backend", "fsdp2", "distributed.fsdp_type")
    reader.missing(
        "parallel.dp", Absence.AUTOMATIC, "replicas are set so that the ranks are filled"
    )


def _schedule(reader: Reader) -> None:
    """`constant` warms up for no step, whatever `warmup` says (lingua/optim.py, build_lr_fn)."""
    kind = reader.phase.value("schedule.kind")
    if kind == "constant":
        reader.derive("schedule.warmup_steps", 0, "lingua's `constant` ignores `warmup`")
        return
    reader.read(
        (
            Row("schedule.warmup_steps", "optim.warmup", default=2000),
            Row("schedule.min_ratio", "optim.lr_min_ratio", default=0.1),
        )
    )
    cycle = reader.plain("optim.cycle_length")
    if kind == "wsd" and cycle in (ABSENT, 1, 1.0):
        reader.read([Row("schedule.decay_share", "optim.decay_fraction", default=0.1)])
        steps, share = (
            reader.phase.value("budget.steps"),
            reader.phase.value("schedule.decay_share"),
        )
        if _positive(steps) and isinstance(share, float):
            decay = int(int(str(steps)) * share)
            reader.derive("schedule.decay_steps", decay, "decay_fraction x steps")
            reader.derive("schedule.decay_start", int(str(steps)) - decay, "steps - decay")


def _sources(reader: Reader) -> None:
    """Weights are normalised by the sampler (lingua/data.py, choose_source)."""
    reader.default("data.weights_normalized", True)
    sources, entry = reader.node("data.sources"), reader.entry("data.sources")
    if not isinstance(sources, Mapping) or entry is None:
        return
    items = [follow(e.value) for e in sources.effective()]
    weights = tuple(
        value(item, reader.dialect.scalars) for item in items if isinstance(item, Scalar)
    )
    if weights and all(isinstance(w, int | float) for w in weights):
        reader.state("data.sources.weight", weights, "data.sources", entry)


DIALECT = Dialect(
    name="lingua",
    title="Meta Lingua",
    version="main",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf,
    duplicates_refused=True,
    schema="lingua",
    interpolate=interpolate,
    keys=frozenset({"dump_dir", "optim", "distributed", "grad_acc_steps", "async_eval_gpus"}),
)
