"""LitGPT: YAML read by jsonargparse into the arguments of a training function.

Read from litgpt 0.5.13: args.py, pretrain.py, finetune/{full,lora,adapter,adapter_v2}.py. Which
function runs is a word of the command line; the keys tell pre-training (`model_name`) from
fine-tuning (`checkpoint_dir`), and LoRA from full fine-tuning.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import decide, has_mapping, is_null, number, read_betas, text
from recipelint.dialects.conversions import is_number
from recipelint.document import Mapping, Scalar
from recipelint.document.scalars import omegaconf
from recipelint.recipe.facts import Absence, Phase

_T = "train."
_I = "optimizer.init_args."
_TRAIN = frozenset(
    {
        "global_batch_size",
        "micro_batch_size",
        "lr_warmup_steps",
        "lr_warmup_fraction",
        "max_seq_length",
        "log_interval",
        "save_interval",
        "max_tokens",
        "epochs",
        "min_lr",
        "max_norm",
    }
)
_PRECISIONS = {"bf16": "bf16", "16": "fp16", "32": "fp32"}
_TARGETS = (
    ("lora_query", True, ("query",)),
    ("lora_key", False, ("key",)),
    ("lora_value", True, ("value",)),
    ("lora_projection", False, ("projection",)),
    ("lora_mlp", False, ("mlp",)),
    ("lora_head", False, ("head",)),
)


def _hub_id(path: object) -> object:
    """LitGPT keeps the model `org/name` in `checkpoints/org/name`."""
    return path.removeprefix("checkpoints/") if isinstance(path, str) else ABSENT


ROWS = (
    Row("batch.sequence_length", _T + "max_seq_length"),
    Row("budget.steps", _T + "max_steps"),
    Row("schedule.warmup_ratio", _T + "lr_warmup_fraction"),
    Row("checkpoint.save_interval", _T + "save_interval", default=1000),
    Row("run.output", "out_dir"),
    Row("cluster.nodes", "num_nodes", default=1),
    Row("optimizer.learning_rate", _I + "lr"),
    Row("optimizer.weight_decay", _I + "weight_decay"),
    Row("optimizer.eps", _I + "eps"),
)

PRETRAIN_ROWS = (
    Row("model.name", "model_name"),
    Row("batch.global_batch", _T + "global_batch_size", default=512),
    Row("batch.micro_batch", _T + "micro_batch_size", default=4),
    Row("budget.tokens", _T + "max_tokens"),
    Row("optimizer.grad_clip", _T + "max_norm"),
    Row("schedule.min_learning_rate", _T + "min_lr"),
    Row("schedule.warmup_steps", _T + "lr_warmup_steps"),
    Row("model.tie_embeddings", _T + "tie_embeddings"),
    Row("model.layers", "model_config.n_layer"),
    Row("model.hidden_size", "model_config.n_embd"),
    Row("model.attention.heads", "model_config.n_head"),
    Row("model.attention.kv_heads", "model_config.n_query_groups"),
    Row("model.ffn_size", "model_config.intermediate_size"),
    Row("model.vocab_size", "model_config.padded_vocab_size"),
    Row("model.max_position", "model_config.block_size"),
    Row("model.rope.theta", "model_config.rope_base"),
    Row("evaluation.interval", "eval.interval", default=1000),
    Row("run.seed", "seed", default=42),
    Row("data.tokenizer", "tokenizer_dir"),
)

FINETUNE_ROWS = (
    Row("model.name", "checkpoint_dir", convert=_hub_id),
    Row("batch.global_batch", _T + "global_batch_size", default=16),
    Row("batch.micro_batch", _T + "micro_batch_size", default=1),
    Row("budget.epochs", _T + "epochs", default=5),
    Row("schedule.warmup_steps", _T + "lr_warmup_steps"),
    Row("evaluation.interval", "eval.interval"),
    Row("run.seed", "seed", default=1337),
    Row("data.validation_share", "data.init_args.val_split_fraction"),
)


def recognise(root: Mapping, name: str) -> bool:
    """A `train` section of its own words, and a model to train or to start from."""
    train = has_mapping(root, "train")
    if train is None or "model" in root or "trainer" in root:
        return False
    own = sum(key in train for key in _TRAIN)
    names = any(key in root for key in ("checkpoint_dir", "model_name", "model_config"))
    return own >= 2 and names


def translate(reader: Reader) -> list[Phase]:
    """One phase; the keys tell which of the training functions reads the file."""
    reader.read(ROWS)
    if reader.has("model_name") or reader.has("model_config"):
        _pretrain(reader)
    else:
        _finetune(reader)
    _optimizer(reader)
    _precision(reader)
    _devices(reader)
    return [reader.phase]


def _pretrain(reader: Reader) -> None:
    """Cosine from the end of the warmup to `min_lr` over `max_tokens` (pretrain.py, get_lr)."""
    reader.read(PRETRAIN_ROWS)
    whole = reader.entry("train") is None
    defaults = (
        ("budget.tokens", "max_tokens", 3_000_000_000_000),
        ("optimizer.grad_clip", "max_norm", 1.0),
        ("schedule.min_learning_rate", "min_lr", 4e-5),
        ("model.tie_embeddings", "tie_embeddings", False),
    )
    for fact, key, value in defaults:
        if whole or reader.entry(_T + key) is None:
            reader.default(fact, value)
    _warmup(reader, 2000)
    reader.derive("schedule.kind", "cosine", "LitGPT's only schedule")
    starts = "initial_checkpoint_dir"
    if reader.has(starts):
        reader.state("run.stage", "midtrain", starts)
        reader.state("run.resume", True, starts)
    else:
        reader.derive("run.stage", "pretrain", "`model_name` is trained from scratch")
    reader.derive("adapter.kind", "none", "pre-training trains all weights")


def _warmup(reader: Reader, default: int) -> None:
    if is_null(reader, _T + "lr_warmup_steps"):
        if not reader.has(_T + "lr_warmup_fraction"):
            reader.state("schedule.warmup_steps", 0, _T + "lr_warmup_steps")
    elif reader.entry(_T + "lr_warmup_steps") is None:
        reader.default("schedule.warmup_steps", default)


def _finetune(reader: Reader) -> None:
    """The annealing ends at 0 whatever `min_lr` says, and nothing clips (finetune/*.py)."""
    reader.read(FINETUNE_ROWS)
    _warmup(reader, 100)
    reader.derive("schedule.kind", "cosine", "LitGPT's only schedule")
    reader.derive("schedule.min_learning_rate", 0.0, "CosineAnnealingLR is built without eta_min")
    reader.derive("optimizer.grad_clip", 0.0, "the fine-tuning functions do not clip")
    reader.derive("run.stage", "sft", "`checkpoint_dir` is fine-tuned on instructions")
    _adapter(reader)
    bits = {"bnb.nf4": 4, "bnb.nf4-dq": 4, "bnb.fp4": 4, "bnb.fp4-dq": 4, "bnb.int8-training": 8}
    method = text(reader, "quantize")
    if method in bits:
        reader.state("quantization.bits", bits[method], "quantize")
        reader.state("quantization.method", method.removeprefix("bnb."), "quantize")


def _adapter(reader: Reader) -> None:
    keys = [entry.key for entry in reader.root.entries if entry.key.startswith("lora_")]
    if not keys:
        reader.missing(
            "adapter.kind", Absence.ELSEWHERE, "the command line says which function is run"
        )
        return
    kind = "qlora" if reader.has("quantize") else "lora"
    reader.state("adapter.kind", kind, keys[0])
    reader.read(
        (
            Row("adapter.rank", "lora_r", default=8),
            Row("adapter.alpha", "lora_alpha", default=16),
            Row("adapter.dropout", "lora_dropout", default=0.05),
        )
    )
    targets: list[str] = []
    for key, default, names in _TARGETS:
        flag = reader.plain(key)
        if flag is True or (flag is ABSENT and default):
            targets.extend(names)
    reader.derive("adapter.targets", tuple(targets), "the `lora_…` switches that are on")


def _optimizer(reader: Reader) -> None:
    """An optimizer's name, or a class with its arguments; torch's defaults fill the rest."""
    node = reader.node("optimizer")
    key = "optimizer" if isinstance(node, Scalar) or node is None else "optimizer.class_path"
    path = text(reader, key)
    if path is None and node is not None:
        return
    name = (path or "AdamW").rsplit(".", 1)[-1]
    adam = name in ("AdamW", "Adam")
    decide(reader, "optimizer.name", key, name)
    decide(reader, "optimizer.family", key, "adam" if adam else "sgd" if name == "SGD" else "other")
    if name != "AdamW":
        return
    read_betas(reader, _I + "betas", (0.9, 0.999))
    for fact, default in (
        ("optimizer.learning_rate", 1e-3),
        ("optimizer.weight_decay", 0.01),
        ("optimizer.eps", 1e-8),
    ):
        if fact not in reader.phase.facts and fact not in reader.phase.missing:
            reader.derive(fact, default, "torch.optim.AdamW's default")


def _precision(reader: Reader) -> None:
    found = text(reader, "precision")
    if found is None:
        reader.missing("precision.compute", Absence.AUTOMATIC, "chosen by the GPU")
        return
    kind, _, mode = found.partition("-")
    if kind in _PRECISIONS:
        reader.state("precision.compute", _PRECISIONS[kind], "precision")
        master = "fp32" if mode == "mixed" else _PRECISIONS[kind]
        if mode in ("mixed", "true") and reader.phase.value("adapter.kind") in (None, "none"):
            reader.state("precision.master_dtype", master, "precision")


def _devices(reader: Reader) -> None:
    """`global_batch_size` is divided by the ranks, and what remains is dropped (args.py)."""
    devices, nodes = number(reader, "devices"), reader.phase.value("cluster.nodes")
    finetunes = reader.phase.value("run.stage") == "sft"
    if devices is None and finetunes and reader.entry("devices") is None:
        devices = 1
    if devices is None or not is_number(nodes) or devices < 1:
        reader.missing("parallel.world_size", Absence.AUTOMATIC, "all devices that are there")
        return
    assert isinstance(nodes, int | float)
    reader.derive(
        "parallel.world_size", devices * nodes, f"devices {devices:g} x num_nodes {nodes:g}"
    )
    reader.derive("parallel.dp", devices * nodes, f"devices {devices:g} x num_nodes {nodes:g}")
    if devices * nodes > 1:
        reader.derive("parallel.backend", "fsdp", "more than one device")
    accumulation = _accumulation(reader, devices * nodes)
    if accumulation is not None:
        reader.derive(
            "batch.gradient_accumulation",
            accumulation,
            "global_batch_size // ranks // micro_batch_size",
        )


def _accumulation(reader: Reader, ranks: float) -> int | None:
    whole = reader.phase.number("batch.global_batch")
    micro = reader.phase.number("batch.micro_batch")
    if whole is None or not micro or ranks < 1:
        return None
    rounds = int(whole // ranks // micro)
    return rounds if rounds >= 1 and rounds * micro * ranks == whole else None


DIALECT = Dialect(
    name="litgpt",
    title="LitGPT",
    version="0.5.13",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf,
    coerces=True,
    schema="litgpt",
    keys=frozenset({"checkpoint_dir", "train", "eval", "logger_name", "devices"}),
)
