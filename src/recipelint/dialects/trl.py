"""Hugging Face TrainingArguments in YAML: TRL, open-r1, alignment-handbook.

Read from transformers 4.36 to 5.23 and TRL 1.16. The trainer (SFT, DPO, GRPO …) is chosen by the
script, not by the file, so the stage is read from keys that only one of them has. TRL's parser
hands top-level values to argparse, which turns numeric strings into numbers; nested mappings are
passed on as they are.
"""

from __future__ import annotations

from recipelint.dialects.base import Dialect, Reader, Row
from recipelint.dialects.huggingface import (
    TRAINING_ARGUMENTS,
    named_in_path,
    read_arguments,
    read_compute,
    read_lora,
    read_saving,
    read_sharding,
)
from recipelint.document import Mapping
from recipelint.recipe.facts import Absence, Phase

_RL_KEYS = ("num_generations", "reward_funcs", "max_completion_length", "vllm_mode")
_TEACHER_KEYS = ("teacher_model_name_or_path", "teacher_model_server_url", "use_teacher_server")
"""Keys of the trainers that distil; they generate as well, but have no group of completions."""
_STAGES = {
    "sft": "sft", "dpo": "preference", "orpo": "preference", "kto": "preference",
    "simpo": "preference", "cpo": "preference", "grpo": "rl", "rloo": "rl", "reward": "reward",
}  # fmt: skip
"""The stage behind the names of TRL's trainers."""
_RATES = {"sft": 2e-5, "preference": 1e-6, "rl": 1e-6, "reward": 1e-4}
_TOP = frozenset(
    {
        "model_name_or_path",
        "per_device_train_batch_size",
        "gradient_accumulation_steps",
        "lr_scheduler_type",
        "num_train_epochs",
        "learning_rate",
        "output_dir",
    }
)


ROWS = (
    *TRAINING_ARGUMENTS,
    Row("model.name", "model_name_or_path"),
    Row("data.packing", "packing", default=False),
    Row("model.attention.implementation", "attn_implementation"),
    Row("model.moe.aux_loss_coefficient", "router_aux_loss_coef"),
    Row("rl.group_size", "num_generations"),
    Row("rl.generation_batch", "generation_batch_size"),
    Row("rl.temperature", "temperature"),
    Row("rl.clip_low", "epsilon"),
    Row("rl.clip_high", "epsilon_high"),
    Row("rl.max_prompt", "max_prompt_length"),
    Row("rl.max_completion", "max_completion_length"),
    Row("rl.ratio_level", "importance_sampling_level"),
    Row("preference.label_smoothing", "label_smoothing"),
)


_OTHERS = frozenset(
    {
        "base_model",
        "finetuning_type",
        "cutoff_len",
        "tuner_type",
        "train_type",
        "dataset_mixer_list",
        "chat_template_name",
        "use_flash_attn",
        "use_slow_tokenizer",
        "with_tracking",
        "checkpointing_steps",
    }
)
"""Keys that only LLaMA-Factory, ms-swift, axolotl or open-instruct have."""


def recognise(root: Mapping, name: str) -> bool:
    """TrainingArguments' own names, without those of the frameworks that build on them."""
    keys = {e.key for e in root.entries}
    if keys & _OTHERS or {"stage", "template"} <= keys:
        return False
    own = len(keys & _TOP)
    if "model_name_or_path" in keys:
        return own >= 3 or bool(keys & {"dataset_mixer", "dataset_mixture", "dataset_name"})
    return own >= 4 and "per_device_train_batch_size" in keys


def translate(reader: Reader) -> list[Phase]:
    """One phase; the DeepSpeed file that the recipe names is linked."""
    read_arguments(reader, ROWS)
    stage = _stage(reader)
    _by_stage(reader, stage)
    _sequence_length(reader, stage)
    _precision(reader)
    _adapter(reader)
    _memory(reader)
    _parallel(reader)
    read_saving(reader)
    read_sharding(reader)
    return [reader.phase]


def _stage(reader: Reader) -> str | None:
    for key in _TEACHER_KEYS:
        if reader.has(key):
            reader.state("run.stage", "distill", key)
            return "distill"
    for key in _RL_KEYS:
        if reader.has(key):
            reader.state("run.stage", "rl", key)
            return "rl"
    named = named_in_path(reader, _STAGES)
    if named:
        reader.derive("run.stage", _STAGES[named], f"`{named}` in the file's name")
        return _STAGES[named]
    if reader.has("beta") or reader.has("max_prompt_length"):
        key = "beta" if reader.has("beta") else "max_prompt_length"
        reader.state("run.stage", "preference", key)
        return "preference"
    for key in ("packing", "dataset_text_field", "completion_only_loss", "max_seq_length"):
        if reader.has(key):
            reader.state("run.stage", "sft", key)
            return "sft"
    reader.missing("run.stage", Absence.ELSEWHERE, "chosen by the script that is started")
    return None


def _by_stage(reader: Reader, stage: str | None) -> None:
    if stage in _RATES:
        reader.default("optimizer.learning_rate", _RATES[stage])
    if reader.has("beta"):
        fact = "rl.kl_coefficient" if stage == "rl" else "preference.beta"
        reader.state(fact, reader.plain("beta"), "beta")
    if stage == "rl":
        leave_one_out = named_in_path(reader, ("grpo", "rloo")) == "rloo"
        name = "rloo" if leave_one_out else "grpo"
        reader.derive("rl.algorithm", name, "keys that only GRPO and RLOO read")
        if not reader.has("num_generations"):
            reader.default("rl.group_size", 2 if leave_one_out else 8)
        if not reader.has("temperature"):
            reader.default("rl.temperature", 1.0)
    if stage == "preference" and isinstance(reader.plain("loss_type"), str):
        reader.state("preference.loss", reader.plain("loss_type"), "loss_type")
    elif stage == "preference" and _is_plain_dpo(reader):
        reader.default("preference.loss", "sigmoid")


def _is_plain_dpo(reader: Reader) -> bool:
    return not reader.has("loss_type") and named_in_path(reader, _STAGES) == "dpo"


def _sequence_length(reader: Reader, stage: str | None) -> None:
    for key in ("max_length", "max_seq_length"):
        if reader.has(key):
            reader.state("batch.sequence_length", reader.plain(key), key)
            return
    if stage in ("sft", "preference", "reward") and not reader.has("max_length"):
        node = reader.node("max_length")
        if node is None:
            reader.default("batch.sequence_length", 1024)


def _precision(reader: Reader) -> None:
    if not read_compute(reader):
        reader.missing("precision.compute", Absence.ELSEWHERE, "taken from the launcher when unset")


def _adapter(reader: Reader) -> None:
    for bits in (4, 8):
        if reader.plain(f"load_in_{bits}bit") is True:
            reader.state("quantization.bits", bits, f"load_in_{bits}bit")
    if reader.plain("use_peft") is True:
        kind = "dora" if reader.plain("use_dora") is True else "lora"
        if reader.plain("load_in_4bit") is True:
            kind = "qlora"
        reader.state("adapter.kind", kind, "use_peft")
        read_lora(reader, kind)
        if reader.plain("use_rslora") is True:
            reader.state("adapter.rslora", True, "use_rslora")
    elif reader.plain("use_peft") is False:
        reader.state("adapter.kind", "none", "use_peft")
    else:
        reader.default("adapter.kind", "none")


def _parallel(reader: Reader) -> None:
    """The trainer splits the model only where `parallelism_config` says so, and never in stages."""
    reader.default("parallel.pp", 1)
    if not reader.has("parallelism_config"):
        reader.default("parallel.tp", 1)
        reader.default("parallel.cp", 1)


def _memory(reader: Reader) -> None:
    for key in (
        "gradient_checkpointing",
        "activation_checkpointing",
        "fsdp_config.activation_checkpointing",
    ):
        flag = reader.plain(key)
        if isinstance(flag, bool):
            reader.state("memory.recompute", "full" if flag else "none", key)


DIALECT = Dialect(
    name="trl",
    title="TRL",
    version="1.16",
    recognise=recognise,
    translate=translate,
    coerces=True,
    schema="trl",
    keys=_TOP,
    unknown_keys="TRL's own scripts pass over it and other scripts refuse it",
    own_scripts=True,
)
