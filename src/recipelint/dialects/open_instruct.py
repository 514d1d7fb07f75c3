"""open-instruct: flat YAML of its SFT and DPO scripts.

Read from the repository allenai/open-instruct: `finetune.py`, `dpo_tune_cache.py`,
`dpo_config.py`. The file is read by PyYAML and handed to the argument class as it is: `5e-06`
stays a text. Which script runs is said on the command line. The defaults of DPO changed between
its versions, so none is taken; precision and DeepSpeed come from the launcher.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row, plain_list
from recipelint.dialects.conversions import kept, one_of, recompute
from recipelint.dialects.huggingface import named_in_path, schedule_kind
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import number_in, value
from recipelint.recipe.facts import Absence, Phase

_MARKS = frozenset(
    {
        "use_slow_tokenizer",
        "use_flash_attn",
        "with_tracking",
        "checkpointing_steps",
        "keep_last_n_checkpoints",
        "dataset_mixer_list",
        "chat_template_name",
    }
)
_TRAINING = frozenset({"learning_rate", "per_device_train_batch_size", "max_seq_length"})
_SCRIPTS = {"sft": "sft", "dpo": "preference", "finetune": "sft"}
"""The stage behind the scripts, which a file is often called after."""
_loss = one_of({"dpo": "sigmoid", "dpo_norm": "dpo_norm", "simpo": "simpo", "wpo": "wpo"})
_TARGETS = ("q_proj", "o_proj", "v_proj", "k_proj", "gate_proj", "up_proj", "down_proj")


ROWS = (
    Row("model.name", "model_name_or_path"),
    Row("optimizer.learning_rate", "learning_rate", default=2e-5),
    Row("optimizer.weight_decay", "weight_decay", default=0.0),
    Row("optimizer.eight_bit", "use_8bit_optimizer", default=False),
    Row("schedule.name", "lr_scheduler_type"),
    Row("schedule.kind", "lr_scheduler_type", default="linear", convert=schedule_kind),
    Row("schedule.warmup_ratio", "warmup_ratio", default=0.03),
    Row("schedule.min_ratio", "final_lr_ratio"),
    Row("batch.micro_batch", "per_device_train_batch_size", default=8),
    Row("batch.gradient_accumulation", "gradient_accumulation_steps", default=1),
    Row("batch.sequence_length", "max_seq_length"),
    Row("budget.steps", "max_train_steps"),
    Row("budget.epochs", "num_epochs"),
    Row("budget.epochs", "num_train_epochs", default=2),
    Row("data.packing", "packing", default=False),
    Row("memory.recompute", "gradient_checkpointing", default="none", convert=recompute),
    Row("data.tokenizer", "tokenizer_name_or_path"),
    Row("data.tokenizer", "tokenizer_name"),
    Row("preference.beta", "beta"),
    Row("preference.beta", "dpo_beta"),
    Row("preference.loss", "loss_type", convert=_loss),
    Row("preference.loss", "dpo_loss_type", convert=_loss),
    Row("preference.label_smoothing", "label_smoothing"),
    Row("preference.label_smoothing", "dpo_label_smoothing"),
    Row("parallel.cp", "sequence_parallel_size"),
    Row("parallel.zero_stage", "zero_stage"),
    Row("checkpoint.keep", "keep_last_n_checkpoints", default=3, convert=kept),
    Row("run.seed", "seed", default=42),
    Row("run.output", "output_dir"),
)


def recognise(root: Mapping, name: str) -> bool:
    """The trainer's model key beside keys that only these scripts have."""
    keys = {entry.key for entry in root.entries}
    if "model_name_or_path" not in keys or keys & {"finetuning_type", "template", "cutoff_len"}:
        return False
    return bool(keys & _MARKS) and bool(keys & _TRAINING)


def translate(reader: Reader) -> list[Phase]:
    """One phase."""
    reader.read(ROWS)
    _stage(reader)
    reader.default("optimizer.name", "adamw")
    reader.default("optimizer.family", "adam")
    _clipping(reader)
    _attention(reader)
    _adapter(reader)
    _balancing(reader)
    _mixture(reader)
    _saving(reader)
    reason = "taken from the launcher"
    reader.missing("precision.compute", Absence.ELSEWHERE, reason)
    return [reader.phase]


def _stage(reader: Reader) -> None:
    for key in ("beta", "loss_type", "dpo_beta", "dpo_loss_type"):
        if reader.has(key):
            reader.state("run.stage", "preference", key)
            return
    named = named_in_path(reader, _SCRIPTS)
    if named:
        reader.derive("run.stage", _SCRIPTS[named], f"`{named}` in the file's name")
    else:
        reader.missing("run.stage", Absence.ELSEWHERE, "chosen by the script that is started")


def _clipping(reader: Reader) -> None:
    """Below zero is off in these scripts, but a DeepSpeed file may clip."""
    for key in ("clip_grad_norm", "max_grad_norm"):
        bound = reader.plain(key)
        if isinstance(bound, int | float) and not isinstance(bound, bool) and bound > 0:
            reader.state("optimizer.grad_clip", bound, key)
            return
    reason = "not clipped by the script; a DeepSpeed file of the launcher may clip"
    reader.missing("optimizer.grad_clip", Absence.ELSEWHERE, reason)


def _attention(reader: Reader) -> None:
    flash = reader.plain("use_flash_attn")
    if flash is True:
        name = "model.attention.implementation"
        reader.state(name, "flash_attention_2", "use_flash_attn")
    elif flash in (ABSENT, None):
        reader.default("model.attention.implementation", "flash_attention_2")


def _adapter(reader: Reader) -> None:
    """`use_qlora` only loads the weights in 4 bits; without `use_lora` nothing is added to them."""
    quantized = reader.plain("use_qlora") is True
    if quantized:
        reader.state("quantization.bits", 4, "use_qlora")
    if reader.plain("use_lora") is not True:
        reader.default("adapter.kind", "none")
        return
    reader.state("adapter.kind", "qlora" if quantized else "lora", "use_lora")
    reader.read(
        (
            Row("adapter.rank", "lora_rank", default=64),
            Row("adapter.alpha", "lora_alpha", default=16),
            Row("adapter.dropout", "lora_dropout", default=0.1),
        )
    )
    reader.default("adapter.targets", _TARGETS)


def _balancing(reader: Reader) -> None:
    if reader.plain("load_balancing_loss") is True:
        key = "load_balancing_weight"
        if reader.has(key):
            reader.state("model.moe.aux_loss_coefficient", reader.plain(key), key)
        reader.state("model.moe.aux_loss_active", True, "load_balancing_loss")


def _mixture(reader: Reader) -> None:
    """A mapping of name to share, or a list in which names and shares take turns.

    Whole numbers are counts of samples there, and only shares are weights.
    """
    names, shares = _mapped(reader) or _listed(reader)
    key = "dataset_mixer" if reader.has("dataset_mixer") else "dataset_mixer_list"
    if names:
        reader.state("data.sources.name", names, key)
    if shares and all(isinstance(share, float) and share <= 1 for share in shares):
        reader.state("data.sources.weight", shares, key)


def _mapped(reader: Reader) -> tuple[tuple[object, ...], tuple[object, ...]] | None:
    node = reader.node("dataset_mixer")
    if not isinstance(node, Mapping):
        return None
    entries = list(node.effective())
    names = tuple(entry.key for entry in entries)
    nodes = [follow(entry.value) for entry in entries]
    rules = reader.dialect.scalars
    return names, tuple(value(n, rules) if isinstance(n, Scalar) else None for n in nodes)


def _listed(reader: Reader) -> tuple[tuple[object, ...], tuple[object, ...]]:
    node = reader.node("dataset_mixer_list")
    if not isinstance(node, Sequence):
        return (), ()
    items = plain_list(node, reader.dialect.scalars)
    return items[::2], tuple(_share(item) for item in items[1::2])


def _share(item: object) -> object:
    """Shares stand as texts: `1.0` is all of a data set and `500` is 500 samples."""
    if isinstance(item, str):
        return number_in(item)
    return item


def _saving(reader: Reader) -> None:
    steps = reader.plain("checkpointing_steps")
    number = number_in(steps) if isinstance(steps, str) else steps
    if isinstance(number, int | float) and not isinstance(number, bool) and number >= 1:
        reader.state("checkpoint.save_interval", number, "checkpointing_steps")


DIALECT = Dialect(
    name="open-instruct",
    title="open-instruct",
    version="2026-08",
    recognise=recognise,
    translate=translate,
    schema="open-instruct",
    keys=frozenset({"model_name_or_path", "use_slow_tokenizer", "with_tracking", "max_seq_length"}),
)
