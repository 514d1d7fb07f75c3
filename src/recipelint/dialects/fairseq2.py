"""fairseq2 recipes: YAML 1.2 read by ruamel, structured into dataclasses.

Read from fairseq2 0.8.1: recipe/config.py. Each recipe (`fairseq2 lm sft` …) starts from a preset
of its own, so an absent key is not the class's default and is left unknown.
"""

from __future__ import annotations

import re
from functools import lru_cache

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.common import has_mapping, is_null, number, numbers, read_betas, text
from recipelint.dialects.conversions import dtype, one_of
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import value, yaml_1_2
from recipelint.recipe.facts import Absence, Phase

_SPACED = re.compile(r"[-+]?\d+(?:_\d+)+(?:\.[\d_]*)?(?:[eE][-+]?\d+)?")
_T = "trainer."
_O = "optimizer.config."
_L = "lr_scheduler.config."
_R = "regime."
_family = one_of({"adamw": "adam", "adafactor": "adafactor"}, otherwise="other")
_backend = one_of({"ddp": "ddp", "fsdp": "fsdp"})
_KINDS = {
    "cosine_annealing": "cosine",
    "myle": "inverse_sqrt",
    "noam": "inverse_sqrt",
    "polynomial_decay": "polynomial",
    "tri_stage": "other",
}
_REGIME = frozenset(
    {
        "num_steps",
        "max_num_steps",
        "num_data_epochs",
        "validate_every_n_steps",
        "checkpoint_every_n_steps",
        "publish_metrics_every_n_steps",
        "validate_after_n_steps",
    }
)


@lru_cache(maxsize=4096)
def ruamel(text: str) -> object:
    """ruamel's YAML 1.2: the core schema, with underscores between the digits of numbers."""
    if _SPACED.fullmatch(text):
        return yaml_1_2(text.replace("_", ""))
    return yaml_1_2(text)


def _kind(name: object) -> object:
    return _KINDS.get(name.replace("-", "_"), ABSENT) if isinstance(name, str) else ABSENT


def _recompute(mode: object) -> object:
    return {"off": "none", "layerwise": "full"}.get(str(mode), ABSENT)


ROWS = (
    Row("model.name", "model.config_overrides.hf_name"),
    Row("model.dtype", "model.dtype", convert=dtype),
    Row("optimizer.name", "optimizer.name"),
    Row("optimizer.family", "optimizer.name", convert=_family),
    Row("optimizer.learning_rate", _O + "lr"),
    Row("optimizer.eps", _O + "eps"),
    Row("optimizer.weight_decay", _O + "weight_decay"),
    Row("optimizer.grad_clip", _T + "max_grad_norm"),
    Row("schedule.name", "lr_scheduler.name"),
    Row("schedule.kind", "lr_scheduler.name", convert=_kind),
    Row("schedule.warmup_steps", _L + "num_warmup_steps"),
    Row("schedule.decay_steps", _L + "cycle_len"),
    Row("schedule.min_learning_rate", _L + "final_lr"),
    Row("schedule.min_ratio", _L + "final_lr_scale"),
    Row("batch.gradient_accumulation", _T + "grad_accumulation.num_batches"),
    Row("batch.micro_batch", "dataset.batch_size"),
    Row("batch.micro_batch", "dataset.config_overrides.batch_size"),
    Row("batch.sequence_length", "dataset.max_seq_len"),
    Row("batch.sequence_length", "dataset.config_overrides.max_seq_len"),
    Row("budget.steps", _R + "num_steps"),
    Row("budget.epochs", _R + "num_data_epochs"),
    Row("parallel.tp", "gang.tensor_parallel_size"),
    Row("parallel.backend", _T + "data_parallelism", convert=_backend),
    Row("memory.recompute", _T + "activation_checkpointing.mode", convert=_recompute),
    Row("checkpoint.save_interval", _R + "checkpoint_every_n_steps"),
    Row("checkpoint.keep", _R + "keep_last_n_checkpoints"),
    Row("evaluation.interval", _R + "validate_every_n_steps"),
    Row("run.seed", "common.seed"),
    Row("run.name", "common.metric_recorders.wandb.run_name"),
    Row("data.tokenizer", "tokenizer.name"),
    Row("data.tokenizer", "tokenizer.path"),
    Row("preference.beta", "criterion.config.beta"),
)


def recognise(root: Mapping, name: str) -> bool:
    """A `regime` of training steps, beside a model, data set or trainer."""
    regime = has_mapping(root, "regime")
    if regime is None or not any(key in regime for key in _REGIME):
        return False
    return any(has_mapping(root, key) is not None for key in ("model", "dataset", "trainer"))


def translate(reader: Reader) -> list[Phase]:
    """One phase."""
    reader.read(ROWS)
    _model(reader)
    read_betas(reader, _O + "betas")
    if is_null(reader, _T + "max_grad_norm"):
        reader.state("optimizer.grad_clip", 0.0, _T + "max_grad_norm")
    _precision(reader)
    _sharding(reader)
    _schedule(reader)
    _data(reader)
    _stage(reader)
    return [reader.phase]


def _model(reader: Reader) -> None:
    """The name of an asset card, or an architecture of a family, with overrides of its numbers."""
    own = "model.config_overrides."
    reader.read(
        (
            Row("model.layers", own + "num_layers"),
            Row("model.hidden_size", own + "model_dim"),
            Row("model.attention.heads", own + "num_attn_heads"),
            Row("model.attention.kv_heads", own + "num_key_value_heads"),
            Row("model.max_position", own + "max_seq_len"),
            Row("model.dropout", own + "dropout_p"),
            Row("model.rope.theta", own + "rope_theta"),
        )
    )


def _precision(reader: Reader) -> None:
    mode = text(reader, _T + "mixed_precision.mode")
    key = _T + "mixed_precision.dtype"
    if mode == "off":
        reader.read((Row("precision.compute", "model.dtype", convert=dtype),))
    else:
        reader.read((Row("precision.compute", key, convert=dtype),))
        if reader.phase.value("model.dtype") is not None:
            reader.read((Row("precision.master_dtype", "model.dtype", convert=dtype),))


def _sharding(reader: Reader) -> None:
    if reader.phase.value("parallel.backend") == "fsdp":
        key = _T + "fsdp.reshard_after_forward"
        reshards = reader.plain(key)
        if isinstance(reshards, bool):
            reader.state("parallel.zero_stage", 3 if reshards else 2, key)
    elif reader.phase.value("parallel.backend") == "ddp":
        reader.state("parallel.zero_stage", 0, _T + "data_parallelism")


def _schedule(reader: Reader) -> None:
    """Without a cycle length the cosine ends with the run (recipe/component.py)."""
    if is_null(reader, _L + "cycle_len") and reader.phase.value("schedule.kind") == "cosine":
        steps = reader.phase.value("budget.steps")
        warmup = reader.phase.value("schedule.warmup_steps")
        if isinstance(steps, int | float) and isinstance(warmup, int | float):
            detail = f"num_steps {steps:g} - num_warmup_steps {warmup:g}"
            reader.derive("schedule.decay_steps", steps - warmup, detail)
    if reader.phase.value("schedule.kind") == "polynomial" and number(reader, _L + "power") == 1:
        reader.derive("schedule.decay_shape", "linear", "a power of 1")
    ratios = numbers(reader, _L + "stage_ratio")
    if len(ratios) == 3 and sum(ratios) > 0:
        reader.state("schedule.warmup_ratio", ratios[0], _L + "stage_ratio")
        reader.state("schedule.decay_share", ratios[2], _L + "stage_ratio")


def _data(reader: Reader) -> None:
    for key in (
        "dataset.config_overrides.sources.train",
        "dataset.config_overrides.sources",
    ):
        node = reader.node(key)
        if not isinstance(node, Sequence):
            continue
        weights = []
        for item in node.items:
            mapping = follow(item)
            weight = follow(mapping.get("weight")) if isinstance(mapping, Mapping) else None
            if isinstance(weight, Scalar):
                weights.append(value(weight, reader.dialect.scalars))
        good = [w for w in weights if isinstance(w, int | float) and not isinstance(w, bool)]
        if good and len(good) == len(node.items):
            reader.state("data.sources.weight", tuple(good), key)
            reader.default("data.weights_normalized", True)


def _stage(reader: Reader) -> None:
    family = text(reader, "dataset.family") or ""
    if reader.has("criterion"):
        reader.state("run.stage", "preference", "criterion")
    elif reader.entry("dataset.chat_mode") is not None:
        reader.state("run.stage", "sft", "dataset.chat_mode")
    elif family == "lm_train" and not reader.has("model.name") and not reader.has("model.path"):
        reader.state("run.stage", "pretrain", "dataset.family")
    else:
        reader.missing("run.stage", Absence.ELSEWHERE, "the command line names the recipe")


DIALECT = Dialect(
    name="fairseq2",
    title="fairseq2",
    version="0.8.1",
    recognise=recognise,
    translate=translate,
    scalars=ruamel,
    duplicates_refused=True,
    schema="fairseq2",
    keys=frozenset({"regime", "gang", "lr_scheduler", "dataset"}),
)
