"""GPT-NeoX: flat YAML in several files that are merged, keys with dashes or underscores.

Read from EleutherAI/gpt-neox, main branch of 2025: megatron/neox_arguments/*.py (names,
defaults, consistency checks), megatron/learning_rates.py (AnnealingLR), megatron/training.py.
A model file and a file of data paths are given on the command line together, so what a file
leaves out may stand in its sibling unless the file describes model, optimizer and length.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row, plain_list
from recipelint.dialects.common import learned_positions, own_kv_heads, read_betas
from recipelint.dialects.conversions import Convert, dtype, negated, one_of, recompute
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.recipe.facts import Absence, Phase

_OWN = frozenset(
    {
        "pipe_parallel_size", "pos_emb", "no_weight_tying", "gpt_j_residual", "merge_file",
        "train_data_paths", "output_layer_parallelism", "checkpoint_factor", "rotary_pct",
        "partition_activations", "synchronize_each_layer",
    }
)  # fmt: skip
"""Keys that only GPT-NeoX spells so at the top level."""

_GATED = ("geglu", "reglu", "swiglu", "bilinear", "glu")
_SCHEDULES = ("constant", "linear", "cosine", "exponential")
_STAGES = {"dpo": "preference", "kto": "preference", "rm": "reward", "reinforce": "rl"}


def _any_case(table: dict[str, object]) -> Convert:
    """A conversion for names that GPT-NeoX lower-cases before it compares them."""
    canonical = one_of(table)
    return lambda name: canonical(name.lower()) if isinstance(name, str) else ABSENT


_family = _any_case({
    "adam": "adam", "onebitadam": "adam", "cpu_adam": "adam", "cpu_torch_adam": "adam",
    "lion": "lion", "sgd": "sgd", "sm3": "other", "madgrad_wd": "other",
})  # fmt: skip
_norm = _any_case({
    "layernorm": "layernorm", "te_layernorm": "layernorm", "non_parametric_layernorm": "none",
    "rmsnorm": "rmsnorm", "te_rmsnorm": "rmsnorm",
})  # fmt: skip


def _at_least_one(size: object) -> object:
    """0 pipeline stages means that the model is not cut at all."""
    return 1 if size == 0 and not isinstance(size, bool) else size


def _experts(count: object) -> object:
    return 0 if count == 1 and not isinstance(count, bool) else count


def _held_out(split: object) -> object:
    """The second of the proportions in `split`, for example 0.03 for "969, 30, 1"."""
    if not isinstance(split, str):
        return ABSENT
    try:
        shares = [float(part) for part in split.split(",")]
    except ValueError:
        return ABSENT
    return shares[1] / sum(shares) if len(shares) == 3 and sum(shares) > 0 else ABSENT


ROWS = (
    Row("model.layers", "num_layers"),
    Row("model.hidden_size", "hidden_size"),
    Row("model.activation", "activation", default="gelu"),
    Row(
        "model.gated_mlp", "activation", default=False,
        convert=lambda a: a in _GATED if isinstance(a, str) else ABSENT,
    ),
    Row("model.tie_embeddings", "no_weight_tying", default=True, convert=negated),
    Row("model.max_position", "max_position_embeddings"),
    Row("model.dropout", "hidden_dropout", default=0.0),
    Row("model.mup", "use_mup", default=False),
    Row("model.attention.heads", "num_attention_heads"),
    Row("model.attention.kv_heads", "num_kv_heads"),
    Row("model.attention.dropout", "attention_dropout", default=0.0),
    Row("model.attention.window", "sliding_window_width"),
    Row("model.norm.kind", "norm", default="layernorm", convert=_norm),
    Row(
        "model.norm.qk_norm", "use_qk_layernorm", default="none",
        convert=lambda flag: "none" if flag is False else ABSENT,
    ),
    Row("model.moe.experts", "moe_num_experts", default=0, convert=_experts),
    Row("optimizer.name", "optimizer.type"),
    Row("optimizer.family", "optimizer.type", convert=_family),
    Row("optimizer.learning_rate", "optimizer.params.lr"),
    Row("optimizer.eps", "optimizer.params.eps"),
    Row("optimizer.momentum", "optimizer.params.momentum"),
    Row("optimizer.weight_decay", "weight_decay", default=0.1),
    Row("optimizer.grad_clip", "gradient_clipping", default=1.0),
    Row("optimizer.eight_bit", "use_bnb_optimizer", default=False),
    Row("schedule.name", "lr_decay_style", default="linear"),
    Row(
        "schedule.kind", "lr_decay_style", default="linear",
        convert=lambda n: n if n in _SCHEDULES else ABSENT,
    ),
    Row("schedule.horizon_steps", "lr_decay_iters"),
    Row("schedule.min_learning_rate", "min_lr", default=0.0),
    Row("batch.micro_batch", "train_micro_batch_size_per_gpu"),
    Row("batch.gradient_accumulation", "gradient_accumulation_steps"),
    Row("batch.global_batch", "train_batch_size"),
    Row("batch.sequence_length", "seq_length"),
    Row("budget.steps", "train_iters"),
    Row("budget.epochs", "train_epochs"),
    Row("parallel.world_size", "global_num_gpus"),
    Row("parallel.tp", "model_parallel_size", default=1),
    Row("parallel.pp", "pipe_parallel_size", default=1, convert=_at_least_one),
    Row("parallel.zero_stage", "zero_optimization.stage"),
    Row("parallel.sequence_parallel", "sequence_parallel", default=False),
    Row("cluster.gpus_per_node", "num_gpus"),
    Row("precision.compute", "precision", convert=dtype),
    Row("precision.bf16", "bf16.enabled"),
    Row("precision.fp16", "fp16.enabled"),
    Row(
        "precision.gradient_dtype", "data_types.grad_accum_dtype",
        convert=dtype,
    ),
    Row("precision.loss_scale", "fp16.loss_scale"),
    Row("memory.recompute", "checkpoint_activations", default="none", convert=recompute),
    Row("checkpoint.keep", "keep_last_n_checkpoints"),
    Row("run.seed", "seed", default=1234),
    Row("run.output", "save"),
    Row("data.packing", "pack_impl", default=True, convert=lambda p: p != "unpacked"),
    Row("data.validation_share", "split", convert=_held_out),
    Row("evaluation.interval", "eval_interval", default=1000),
    Row("stability.z_loss", "z_loss", default=0.0),
)  # fmt: skip

_MARKS = frozenset(row.key.partition(".")[0] for row in ROWS) | {
    "vocab_file", "train_data_paths", "valid_data_paths", "data_path", "pos_emb", "data_impl",
    "rotary_pct", "checkpoint_factor", "tokenizer_type", "log_dir", "tensorboard_dir", "warmup",
}  # fmt: skip


def spelt(reader: Reader, key: str) -> str:
    """The key as the file writes its first part: with underscores, or with dashes."""
    head, dot, rest = key.partition(".")
    if reader.own(head) is None:
        keys = (entry.key for entry in reader.root.entries)
        head = next((own for own in keys if own.replace("-", "_") == head), head)
    return head + dot + rest


def recognise(root: Mapping, _name: str) -> bool:
    """Several flat keys of GPT-NeoX; one that only it has must be among them."""
    if not isinstance(root, Mapping) or isinstance(follow(root.get("model")), Mapping):
        return False
    keys = {entry.key.replace("-", "_") for entry in root.entries}
    return bool(keys & _OWN) and len(keys & _MARKS) >= 3


def translate(reader: Reader) -> list[Phase]:
    """One phase; the merged files are one recipe, of which this one may be a part."""
    if not _is_whole(reader):
        reader.unread = "it may stand in another of the files that are merged"
    reader.read(row._replace(key=spelt(reader, row.key)) for row in ROWS)
    _architecture(reader)
    _positions(reader)
    _experts_of(reader)
    _optimizer(reader)
    _schedule(reader)
    _batch(reader)
    _precision(reader)
    _stage(reader)
    _data(reader)
    _checkpoint(reader)
    reader.derive("parallel.backend", "deepspeed", "GPT-NeoX trains with DeepSpeed")
    return [reader.phase]


def _is_whole(reader: Reader) -> bool:
    """Whether model, optimizer and length are all described here."""
    length = "train_iters" if reader.has(spelt(reader, "train_iters")) else "train_epochs"
    return all(
        reader.has(spelt(reader, key)) for key in ("num_layers", "hidden_size", "optimizer", length)
    )


def _architecture(reader: Reader) -> None:
    phase = reader.phase
    own_kv_heads(reader)
    if phase.value("model.gated_mlp") is False:
        _plain_mlp(reader)
    elif phase.value("model.gated_mlp"):
        reader.missing(
            "model.ffn_size", Absence.UNKNOWN, "a gated width follows from `mlp_multiple_of`"
        )
    kind = phase.value("model.norm.kind")
    eps = {"layernorm": ("layernorm_epsilon", 1e-5), "rmsnorm": ("rms_norm_epsilon", 1e-8)}
    if kind in eps:
        key, default = eps[str(kind)]
        reader.read([Row("model.norm.eps", spelt(reader, key), default=default)])
    if kind == "layernorm":
        reader.read([Row("model.norm.bias", spelt(reader, "use_bias_in_norms"), default=True)])
    biases = spelt(reader, "use_bias_in_attn_linear")
    reader.read(
        Row(fact, biases, default=True)
        for fact in ("model.attention.qkv_bias", "model.attention.output_bias")
    )
    _attention(reader)


def _plain_mlp(reader: Reader) -> None:
    hidden = reader.phase.value("model.hidden_size")
    reader.read([Row("model.ffn_size", spelt(reader, "intermediate_size"))])
    stated = any(
        reader.has(spelt(reader, key)) for key in ("intermediate_size", "expansion_factor")
    )
    if isinstance(hidden, int) and not stated:
        reader.default("model.ffn_size", 4 * hidden)
    reader.read([Row("model.mlp_bias", spelt(reader, "use_bias_in_mlp"), default=True)])


def _attention(reader: Reader) -> None:
    """`attention_config: [[["flash"], 32]]` names the kernel of each layer."""
    key = spelt(reader, "attention_config")
    node: object = reader.node(key)
    for _ in range(3):
        node = follow(node.items[0]) if isinstance(node, Sequence) and node.items else node
    if isinstance(node, Scalar):
        reader.state("model.attention.implementation", node.text, key)
        if node.text in ("rwkv", "mamba"):
            reader.state("model.attention.kind", "linear", key)
    elif reader.entry(key) is None:
        reader.default("model.attention.implementation", "global")


def _positions(reader: Reader) -> None:
    key = spelt(reader, "pos_emb")
    kind = reader.plain(key) if reader.has(key) else (None if reader.unread else "learned")
    if kind == "rotary":
        reader.read(
            [
                Row("model.rope.theta", spelt(reader, "rotary_emb_base"), default=10000),
                Row("model.rope.partial", spelt(reader, "rotary_pct"), default=1.0),
            ]
        )
        reader.derive("model.rope.scaling", "none", "GPT-NeoX has no scaled rotary embedding")
    if isinstance(kind, str):
        learned_positions(reader, kind == "learned", f"`pos_emb` is {kind}")


def _experts_of(reader: Reader) -> None:
    if not reader.phase.value("model.moe.experts"):
        return
    reader.read(
        [
            Row("model.moe.top_k", spelt(reader, "moe_top_k"), default=1),
            Row("model.moe.layer_interval", spelt(reader, "moe_expert_interval"), default=1),
        ]
    )


def _optimizer(reader: Reader) -> None:
    adam = reader.has("optimizer.params") and reader.phase.value("optimizer.family") == "adam"
    read_betas(reader, "optimizer.params.betas", (0.9, 0.999) if adam else None)
    if not reader.has("zero_optimization"):
        reader.default("parallel.zero_stage", 0)
    old = reader.plain("zero_optimization.cpu_offload")
    device = reader.plain("zero_optimization.offload_optimizer.device")
    if isinstance(old, bool):
        reader.state("memory.offload_optimizer", old, "zero_optimization.cpu_offload")
    elif isinstance(device, str):
        key = "zero_optimization.offload_optimizer.device"
        reader.state("memory.offload_optimizer", device != "none", key)


def _schedule(reader: Reader) -> None:
    """AnnealingLR warms up for `warmup` times `lr_decay_iters` and decays until that step."""
    key = spelt(reader, "warmup")
    share = reader.plain(key) if reader.has(key) else (None if reader.unread else 0.01)
    steps = reader.phase.value("budget.steps")
    horizon = reader.phase.value("schedule.horizon_steps")
    if horizon is None and steps is not None and not reader.has(spelt(reader, "lr_decay_fraction")):
        horizon = steps
        reader.default("schedule.horizon_steps", steps)
    if not isinstance(share, int | float) or isinstance(share, bool):
        return
    if reader.has(key):
        reader.state("schedule.warmup_ratio", share, key)
    else:
        reader.default("schedule.warmup_ratio", share)
    if isinstance(horizon, int | float):
        detail = f"warmup {share} x lr_decay_iters {horizon}"
        reader.derive("schedule.warmup_steps", int(share * horizon), detail)


def _batch(reader: Reader) -> None:
    """One of accumulation, micro and global batch follows from the others and the GPUs."""
    has = [
        reader.has(spelt(reader, key))
        for key in ("gradient_accumulation_steps", "gas", "train_batch_size")
    ]
    if not any(has):
        reader.default("batch.gradient_accumulation", 1)
    if has[1] and not has[0]:
        reader.state("batch.gradient_accumulation", reader.plain("gas"), "gas")


def _precision(reader: Reader) -> None:
    if reader.phase.value("precision.compute") is not None:
        return
    if reader.plain("bf16.enabled") is True:
        reader.state("precision.compute", "bf16", "bf16.enabled")
    elif reader.plain("fp16.enabled") is True:
        kind = dtype(reader.plain("fp16.type"))
        key = "fp16.type" if isinstance(kind, str) else "fp16.enabled"
        reader.state("precision.compute", kind if isinstance(kind, str) else "fp16", key)


def _stage(reader: Reader) -> None:
    """Labels and `finetune` tell that a run is no pretraining, but not which kind of tuning."""
    kind = reader.plain(spelt(reader, "train_impl"))
    tuned = reader.plain(spelt(reader, "finetune")) is True
    labelled = reader.has(spelt(reader, "train_label_data_paths"))
    if isinstance(kind, str) and kind in _STAGES:
        reader.state("run.stage", _STAGES[kind], spelt(reader, "train_impl"))
        _objective(reader, kind)
    elif tuned or labelled:
        reader.missing("run.stage", Absence.UNKNOWN, "it starts from an earlier model")
    elif reader.unread:
        reader.missing("run.stage", Absence.ELSEWHERE, reader.unread)
    else:
        reader.derive("run.stage", "pretrain", "`train_impl` is normal and nothing is fine-tuned")
    if tuned:
        reader.state("run.resume", True, spelt(reader, "finetune"))
        reader.state("run.resume_optimizer", False, spelt(reader, "finetune"))
    if reader.phase.value("stability.z_loss") and kind != "rm":
        reader.derive("stability.z_loss_active", False, "the z-loss is computed for `rm` alone")


def _objective(reader: Reader, kind: str) -> None:
    if kind in ("dpo", "kto"):
        reader.state("preference.loss", kind, spelt(reader, "train_impl"))
        reader.read([Row("preference.beta", spelt(reader, f"{kind}_beta"), default=0.1)])
    elif kind == "reinforce":
        reader.state("rl.algorithm", "reinforce", spelt(reader, "train_impl"))
        reader.read([Row("rl.kl_coefficient", spelt(reader, "kl_div_beta"), default=0.1)])


def _data(reader: Reader) -> None:
    key = spelt(reader, "train_data_weights")
    weights = reader.node(key)
    entry = reader.entry(key)
    if isinstance(weights, Sequence) and entry is not None:
        items = plain_list(weights, reader.dialect.scalars)
        if items and all(isinstance(i, int | float) and not isinstance(i, bool) for i in items):
            reader.state("data.sources.weight", items, key, entry)
    reader.derive("data.weights_normalized", True, "GPT-NeoX divides weights by their sum")
    if reader.has(spelt(reader, "data_path")) and not reader.has("split"):
        reader.default("data.validation_share", 0.03)


def _checkpoint(reader: Reader) -> None:
    """With the linear scale each multiple of the factor is saved, and the end."""
    scale = reader.plain(spelt(reader, "checkpoint_scale"))
    key = spelt(reader, "checkpoint_factor")
    if scale in (ABSENT, "linear") and reader.has(key):
        reader.state("checkpoint.save_interval", reader.plain(key), key)
    if reader.has("save"):
        reader.default("checkpoint.save_final", True)


DIALECT = Dialect(
    name="gpt-neox",
    title="GPT-NeoX",
    version="2025 main",
    recognise=recognise,
    translate=translate,
    schema="gpt-neox",
    keys=frozenset(
        {
            "pipe_parallel_size", "model_parallel_size", "pipe-parallel-size",
            "model-parallel-size", "num_layers", "num-layers", "pos_emb", "pos-emb",
            "no_weight_tying", "no-weight-tying",
        }
    ),
)  # fmt: skip
