"""Levanter: YAML with `!include`, decoded by draccus into dataclasses.

Read from marin-levanter 0.2.20 (trainer.py, optim/config.py, optim/muon.py, main/train_lm.py,
models) and, for keys of 2023 to 2025, from stanford-crfm/levanter. Numeric text is converted by
the field's type; unknown keys stop the run.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import decide, has_mapping, is_null, number, text
from recipelint.dialects.conversions import is_number, one_of, recompute
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.recipe.facts import Absence, Phase

_M = "model."
_O = "optimizer."
_T = "trainer."
_TRAINER = frozenset(
    {
        "train_batch_size",
        "num_train_steps",
        "mp",
        "tensor_parallel_axes",
        "per_device_parallelism",
        "model_axis_size",
        "fsdp_axis",
        "axis_resources",
        "steps_per_eval",
    }
)
_BESIDE = frozenset(
    {
        "model",
        "data",
        "optimizer",
        "initialize_from_hf",
        "model_name_or_path",
        "data_cache_dir",
        "hf_checkpoint",
    }
)
_DTYPES = {
    "f32": "fp32",
    "float32": "fp32",
    "full": "fp32",
    "bf16": "bf16",
    "bfloat16": "bf16",
    "f16": "fp16",
    "float16": "fp16",
    "half": "fp16",
}
_family = one_of(
    {
        "adam": "adam",
        "adopt": "adam",
        "mini": "adam",
        "cautious": "adam",
        "mars": "adam",
        "lion": "lion",
        "muon": "muon",
        "soap": "shampoo",
        "kron": "shampoo",
    },
    otherwise="other",
)
_SCHEDULES = {
    "cosine": "cosine",
    "linear": "linear",
    "constant": "constant",
    "inv_sqrt": "inverse_sqrt",
    "inv": "other",
    "power": "other",
    "polynomial": "polynomial",
}
_scaling = one_of({"default": "none", "llama3": "llama3", "yarn": "yarn"}, otherwise="other")
_model_type = one_of(
    {
        "llama": "llama",
        "gpt2": "gpt2",
        "mistral": "mistral",
        "mixtral": "mixtral",
        "olmo2": "olmo2",
        "qwen": "qwen2",
        "qwen3": "qwen3",
        "gemma": "gemma",
        "gemma2": "gemma2",
    }
)
_WEIGHTS = (
    "initialize_from_hf",
    "initialize_from_checkpoint_path",
    _T + "initialize_from",
    "hf_checkpoint",
)
_DENSE = ("llama", "gpt2", "mistral", "olmo2", "qwen", "qwen3", "gemma", "gemma2")
_TUNING = ("supervised_data", "chat_train_urls", "dataset_type", "reset_data_loader_on_init")


def _count(found: object) -> object:
    return found if isinstance(found, int) and not isinstance(found, bool) else ABSENT


ROWS = (
    Row("model.family", _M + "type", convert=_model_type),
    Row("model.layers", _M + "num_layers"),
    Row("model.hidden_size", _M + "hidden_dim"),
    Row("model.ffn_size", _M + "intermediate_dim"),
    Row("model.attention.heads", _M + "num_heads"),
    Row("model.attention.kv_heads", _M + "num_kv_heads"),
    Row("model.attention.head_dim", _M + "head_dim"),
    Row("model.attention.implementation", _M + "attn_backend"),
    Row("model.attention.dropout", _M + "attn_pdrop"),
    Row("model.activation", _M + "activation_function"),
    Row("model.tie_embeddings", _M + "tie_word_embeddings"),
    Row("model.norm.eps", _M + "layer_norm_epsilon"),
    Row("model.init_std", _M + "initializer_range"),
    Row("model.dropout", _M + "resid_pdrop"),
    Row("model.rope.theta", _M + "rope.theta"),
    Row("model.rope.scaling", _M + "rope.type", convert=_scaling),
    Row("model.rope.factor", _M + "rope.factor"),
    Row("model.rope.original_max_position", _M + "rope.original_max_position_embeddings"),
    Row("model.moe.experts", _M + "n_routed_experts"),
    Row("model.moe.top_k", _M + "num_experts_per_tok"),
    Row("model.moe.shared_experts", _M + "n_shared_experts"),
    Row("model.moe.aux_loss_coefficient", _M + "lbl_coef"),
    Row("model.moe.router_z_loss", _M + "rzl_coef"),
    Row("memory.recompute", _M + "gradient_checkpointing", default="full", convert=recompute),
    Row("optimizer.name", _O + "type", default="adam"),
    Row("optimizer.family", _O + "type", default="adam", convert=_family),
    Row("optimizer.learning_rate", _O + "learning_rate", default=6e-4),
    Row("optimizer.weight_decay", _O + "weight_decay"),
    Row("optimizer.beta1", _O + "beta1"),
    Row("optimizer.beta2", _O + "beta2"),
    Row("optimizer.eps", _O + "epsilon"),
    Row("optimizer.momentum", _O + "momentum"),
    Row("optimizer.grad_clip", _O + "max_grad_norm"),
    Row("schedule.name", _O + "lr_schedule", default="cosine"),
    Row("schedule.min_ratio", _O + "min_lr_ratio", default=0.1),
    Row("batch.sequence_length", "train_seq_len"),
    Row("batch.sequence_length", _M + "seq_len"),
    Row("batch.sequence_length", _M + "max_seq_len"),
    Row("batch.sequence_length", "max_seq_len"),
    Row("model.max_position", _M + "seq_len"),
    Row("model.max_position", _M + "max_seq_len"),
    Row("budget.steps", _T + "num_train_steps", default=400_000),
    Row("parallel.tp", _T + "model_axis_size"),
    Row("stability.z_loss", "z_loss_weight", default=0.0),
    Row("evaluation.interval", _T + "steps_per_eval", default=1000),
    Row("run.seed", _T + "seed", default=0),
    Row("run.name", _T + "id"),
    Row("run.output", _T + "checkpointer.base_path"),
    Row("adapter.rank", "lora.r"),
    Row("adapter.alpha", "lora.alpha"),
    Row("adapter.dropout", "lora.dropout"),
    Row("adapter.targets", "lora.target_modules"),
)


def recognise(root: Mapping, name: str) -> bool:
    """A trainer section with Levanter's own words, beside a model, data or optimizer."""
    trainer = has_mapping(root, "trainer")
    if trainer is None:
        return False
    words = sum(key in trainer for key in _TRAINER)
    beside = any(key in root for key in _BESIDE)
    return beside and (words >= 2 or "mp" in trainer)


def translate(reader: Reader) -> list[Phase]:
    """One phase; `data` may stand in a file of its own."""
    reader.read(ROWS)
    _model(reader)
    _optimizer(reader)
    _schedule(reader)
    _batch(reader)
    _precision(reader)
    _data(reader)
    _stage(reader)
    return [reader.phase]


def _model(reader: Reader) -> None:
    key = "initialize_from_hf"
    takes = reader.plain("use_hf_model_config") is True
    if isinstance(reader.plain(key), str):
        if takes or not reader.has("model"):
            reader.state("model.name", text(reader, key), key)
    elif reader.has("model_name_or_path"):
        reader.state("model.name", text(reader, "model_name_or_path"), "model_name_or_path")
    kind = text(reader, _M + "type")
    if kind in _DENSE:
        reader.derive("model.moe.experts", 0, f"{kind} has no experts")
    if reader.plain(_M + "use_qk_norm") is True:
        reader.state("model.norm.qk_norm", "head", _M + "use_qk_norm")
    biased = reader.plain(_M + "use_bias")
    if isinstance(biased, bool):
        reader.state("model.attention.qkv_bias", biased, _M + "use_bias")
        reader.state("model.mlp_bias", biased, _M + "use_bias")


def _optimizer(reader: Reader) -> None:
    """Adam's defaults, where the section is Adam's (optim/config.py)."""
    kind = text(reader, _O + "type") or "adam"
    if kind == "adam":
        for fact, key, value in (
            ("optimizer.beta1", "beta1", 0.9),
            ("optimizer.beta2", "beta2", 0.95),
            ("optimizer.eps", "epsilon", 1e-8),
            ("optimizer.weight_decay", "weight_decay", 0.1),
            ("optimizer.grad_clip", "max_grad_norm", 1.0),
        ):
            if reader.entry(_O + key) is None:
                reader.default(fact, value)
    if is_null(reader, _O + "max_grad_norm"):
        reader.state("optimizer.grad_clip", 0.0, _O + "max_grad_norm")


def _schedule(reader: Reader) -> None:
    """Warmup and decay up to 1 are shares of the run, beyond that steps."""
    name = text(reader, _O + "lr_schedule") or "cosine"
    if not reader.has(_O + "warmup"):
        if not is_null(reader, _O + "warmup"):
            reader.default("schedule.warmup_ratio", 0.01)
    else:
        _share_or_steps(reader, _O + "warmup", "schedule.warmup_ratio", "schedule.warmup_steps")
    cycles = any(reader.has(_O + key) for key in ("cycles", "cycle_length", "haps"))
    if cycles:
        reader.derive("schedule.kind", "cosine_restarts", "the schedule has cycles")
        return
    if reader.has(_O + "decay") and name in _SCHEDULES and name != "constant":
        reader.state("schedule.kind", "wsd", _O + "decay")
        _share_or_steps(reader, _O + "decay", "schedule.decay_share", "schedule.decay_steps")
        if name in ("cosine", "linear"):
            decide(reader, "schedule.decay_shape", _O + "lr_schedule", name)
    else:
        reader.read((Row("schedule.kind", _O + "lr_schedule", "cosine", one_of(_SCHEDULES)),))
    if name == "constant":
        reader.phase.facts.pop("schedule.min_ratio", None)


def _share_or_steps(reader: Reader, key: str, share: str, steps: str) -> None:
    found = number(reader, key)
    if found is not None:
        reader.state(share if found <= 1 else steps, found, key)


def _batch(reader: Reader) -> None:
    key = _T + "train_batch_size"
    node = reader.node(key)
    if isinstance(node, Sequence):
        reader.state("batch.ramp", True, key)
        reader.missing("batch.global_batch", Absence.UNKNOWN, "the batch size has a schedule")
    else:
        reader.read((Row("batch.global_batch", key, default=512),))
    each = number(reader, _T + "per_device_parallelism")
    if each is not None and each > 0:
        reader.state("batch.micro_batch", each, _T + "per_device_parallelism")
    elif each == -1:
        reader.state("batch.gradient_accumulation", 1, _T + "per_device_parallelism")
    elif each is None and not reader.has(_T + "per_device_parallelism"):
        reader.default("batch.gradient_accumulation", 1)


def policy(found: str) -> dict[str, str]:
    """The dtypes of a jmp policy: `f32` or `p=f32,c=bfloat16`, as params and compute."""
    if "=" not in found:
        dtype = _DTYPES.get(found.strip().lower())
        return {"params": dtype, "compute": dtype} if dtype else {}
    parts: dict[str, str] = {}
    for part in found.split(","):
        name, _, dtype_name = part.partition("=")
        dtype = _DTYPES.get(dtype_name.strip().lower())
        which = {"p": "params", "c": "compute"}.get(name.strip()[:1])
        if dtype and which:
            parts[which] = dtype
    return parts


def _precision(reader: Reader) -> None:
    key = _T + "mp"
    found = text(reader, key)
    parts = policy(found) if found else {"params": "fp32", "compute": "fp32"}
    decide(reader, "precision.compute", key, parts.get("compute", ABSENT))
    decide(reader, "precision.master_dtype", key, parts.get("params", ABSENT))


def _data(reader: Reader) -> None:
    """Mixture weights are rescaled to one; `data` may be an `!include` of a file."""
    reader.read((Row("data.tokenizer", "tokenizer"), Row("data.tokenizer", "data.tokenizer")))
    node = reader.node("data")
    if isinstance(node, Scalar) and node.text:
        included = reader.opened(node.text)
        if included is None:
            reader.missing("data.tokenizer", Absence.ELSEWHERE, f"`data` is in {node.text}")
        else:
            included.phase = reader.phase
            included.read((Row("data.tokenizer", "tokenizer"),))
        return
    weights = reader.node("data.train_weights")
    if isinstance(weights, Mapping):
        values = [follow(entry.value) for entry in weights.entries]
        found = [v.text for v in values if isinstance(v, Scalar)]
        numbers = tuple(_float(t) for t in found)
        if numbers and len(found) == len(values) and all(is_number(n) for n in numbers):
            reader.state("data.sources.weight", numbers, "data.train_weights")
        reader.default("data.weights_normalized", True)
    reader.derive("data.packing", True, "documents are concatenated")


def _float(found: str) -> float | None:
    try:
        return float(found)
    except ValueError:
        return None


def _stage(reader: Reader) -> None:
    tuning = next((key for key in _TUNING if reader.has(key)), None)
    if tuning is not None or reader.has("lora"):
        reader.state("run.stage", "sft", tuning or "lora")
    elif reader.has("model_name_or_path"):
        reader.state("run.stage", "sft", "model_name_or_path")
    elif any(reader.truthy(key) for key in _WEIGHTS):
        reader.missing("run.stage", Absence.UNKNOWN, "the run starts from trained weights")
    else:
        reader.derive("run.stage", "pretrain", "the weights are new")
    if reader.has("lora"):
        reader.state("adapter.kind", "lora", "lora")
    averaging = text(reader, _T + "model_averaging.type")
    if averaging is not None and averaging.startswith("ema"):
        reader.state("checkpoint.averaging.kind", "ema", _T + "model_averaging.type")
        reader.read((Row("checkpoint.averaging.ema_decay", _T + "model_averaging.beta"),))


DIALECT = Dialect(
    name="levanter",
    title="Levanter",
    version="0.2.20",
    recognise=recognise,
    translate=translate,
    coerces=True,
    schema="levanter",
    keys=frozenset({"trainer", "optimizer", "data", "model", "initialize_from_hf"}),
)
