"""Axolotl: flat YAML, read by PyYAML and a pydantic model that drops unknown keys.

Read from axolotl 0.19: utils/schemas/*.py and core/builders/base.py. Pydantic turns numeric
strings into numbers, so `2e-5` is harmless at the top level.
"""

from __future__ import annotations

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.huggingface import (
    TRAINING_ARGUMENTS,
    eight_bit,
    link_deepspeed,
    optimizer_family,
    read_arguments,
    read_lora,
    schedule_kind,
    with_own,
)
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import value, yaml_1_1
from recipelint.recipe.facts import Absence, Phase

_PREFERENCE = ("dpo", "ipo", "kto", "orpo", "simpo")
_ATTENTION = {
    "flash_attention": "flash_attention_2",
    "sdp_attention": "sdpa",
    "eager_attention": "eager",
    "flex_attention": "flex_attention",
    "xformers_attention": "xformers",
    "sage_attention": "sage",
}

ROWS = (
    *with_own(
        TRAINING_ARGUMENTS,
        Row("optimizer.name", "optimizer", default="adamw_torch_fused"),
        Row("optimizer.family", "optimizer", default="adam", convert=optimizer_family),
        Row("optimizer.eight_bit", "optimizer", convert=eight_bit),
        Row("schedule.name", "lr_scheduler"),
        Row("schedule.kind", "lr_scheduler", default="cosine", convert=schedule_kind),
        Row("schedule.min_ratio", "cosine_min_lr_ratio"),
        Row("batch.micro_batch", "micro_batch_size", default=1),
        Row("budget.epochs", "num_epochs", default=1.0),
        Row("checkpoint.keep", "save_total_limit", default=4),
    ),
    Row("model.name", "base_model"),
    Row("batch.sequence_length", "sequence_len", default=512),
    Row("data.packing", "sample_packing"),
    Row("data.validation_share", "val_set_size", default=0.0),
    Row("parallel.tp", "tensor_parallel_size", default=1),
    Row("parallel.cp", "context_parallel_size", default=1),
    Row("parallel.dp_replicate", "dp_replicate_size"),
    Row("preference.beta", "rl_beta"),
    Row("preference.beta", "dpo_beta"),
    Row("preference.label_smoothing", "dpo_label_smoothing"),
    Row("rl.group_size", "trl.num_generations"),
    Row("rl.generation_batch", "trl.generation_batch_size"),
    Row("rl.kl_coefficient", "trl.beta"),
    Row("rl.clip_low", "trl.epsilon"),
    Row("rl.clip_high", "trl.epsilon_high"),
    Row("rl.temperature", "trl.temperature"),
    Row("rl.max_completion", "trl.max_completion_length"),
    Row("model.rope.theta", "overrides_of_model_config.rope_theta"),
    Row("model.rope.theta", "model_config.rope_theta"),
    Row("model.moe.aux_loss_coefficient", "overrides_of_model_config.router_aux_loss_coef"),
    Row("model.moe.aux_loss_coefficient", "model_config.router_aux_loss_coef"),
    Row("model.moe.aux_loss_active", "overrides_of_model_config.output_router_logits"),
    Row("model.moe.aux_loss_active", "model_config.output_router_logits"),
)


def recognise(root: Mapping, name: str) -> bool:
    """`base_model` beside one of the keys that every axolotl recipe has."""
    if "base_model" not in root:
        return False
    return any(
        key in root
        for key in (
            "micro_batch_size",
            "sequence_len",
            "pretraining_dataset",
            "adapter",
            "rl",
            "datasets",
            "lora_model_dir",
        )
    ) and not ({"models", "merge_method", "slices"} & {e.key for e in root.entries})


def translate(reader: Reader) -> list[Phase]:
    """One phase; the DeepSpeed file that the recipe names is linked."""
    read_arguments(reader, ROWS)
    _stage(reader)
    _precision(reader)
    _attention(reader)
    _adapter(reader)
    _checkpoint(reader)
    _evaluation(reader)
    _parallel(reader)
    link_deepspeed(reader)
    return [reader.phase]


def _stage(reader: Reader) -> None:
    method = reader.plain("rl")
    if isinstance(method, str):
        if method in _PREFERENCE:
            reader.state("run.stage", "preference", "rl")
            reader.state("preference.loss", "sigmoid" if method == "dpo" else method, "rl")
        elif method in ("grpo", "gdpo", "ebft"):
            reader.state("run.stage", "rl", "rl")
            reader.state("rl.algorithm", method, "rl")
    elif reader.truthy("reward_model"):
        reader.state("run.stage", "reward", "reward_model")
    elif reader.has("pretraining_dataset"):
        stage = "pretrain" if reader.plain("reinit_weights") is True else "midtrain"
        reader.state("run.stage", stage, "pretraining_dataset")
    elif _completion_only(reader):
        reader.missing("run.stage", Absence.UNKNOWN, "plain text may be pre-training or tuning")
    elif reader.has("datasets"):
        reader.state("run.stage", "sft", "datasets")


def _completion_only(reader: Reader) -> bool:
    datasets = reader.node("datasets")
    if not isinstance(datasets, Sequence):
        return False
    for item in datasets.items:
        mapping = follow(item)
        kind = follow(mapping.get("type")) if isinstance(mapping, Mapping) else None
        if isinstance(kind, Scalar) and kind.text == "completion":
            return True
    return False


def _precision(reader: Reader) -> None:
    bf16, fp16 = reader.plain("bf16"), reader.plain("fp16")
    bf16_on = bf16 in (True, "true", "full") or reader.plain("bfloat16") is True
    if reader.plain("fp8") is True:
        reader.state("precision.compute", "fp8", "fp8")
    elif bf16_on:
        reader.state("precision.compute", "bf16", "bf16" if reader.has("bf16") else "bfloat16")
    elif fp16 is True and bf16 in (ABSENT, None, False):
        reader.state("precision.compute", "fp16", "fp16")
    else:
        reader.missing("precision.compute", Absence.AUTOMATIC, "bf16 is chosen by the GPU")


def _attention(reader: Reader) -> None:
    if reader.has("attn_implementation"):
        reader.state(
            "model.attention.implementation",
            reader.plain("attn_implementation"),
            "attn_implementation",
        )
        return
    for key, implementation in _ATTENTION.items():
        if reader.plain(key) is True:
            reader.state("model.attention.implementation", implementation, key)
            return


def _adapter(reader: Reader) -> None:
    kind = reader.plain("adapter")
    if kind in (ABSENT, None, "") and reader.has("unfrozen_parameters"):
        reader.missing("adapter.kind", Absence.UNKNOWN, "only some parameters are trained")
        return
    if kind in (ABSENT, None, "") and reader.has("hatchery.lora_rank"):
        reader.state("adapter.kind", "lora", "hatchery.lora_rank")  # the plug-in trains elsewhere
        reader.read((Row("adapter.rank", "hatchery.lora_rank"),))
        return
    if kind in (ABSENT, None, ""):
        reader.default("adapter.kind", "none")
        return
    name = "dora" if reader.plain("peft_use_dora") is True else kind
    if name not in ("lora", "qlora", "dora", "llama-adapter"):
        name = "other"
    reader.state("adapter.kind", name, "adapter")
    read_lora(reader, str(name))
    if reader.plain("peft_use_rslora") is True:
        reader.state("adapter.rslora", True, "peft_use_rslora")
    if reader.plain("load_in_4bit") is True:
        reader.state("quantization.bits", 4, "load_in_4bit")
    elif reader.plain("load_in_8bit") is True:
        reader.state("quantization.bits", 8, "load_in_8bit")


def _checkpoint(reader: Reader) -> None:
    steps = reader.plain("save_steps")
    if isinstance(steps, int | float) and not isinstance(steps, bool) and steps >= 1:
        reader.state("checkpoint.save_interval", steps, "save_steps")
    recompute = reader.plain("gradient_checkpointing")
    if recompute is True or recompute in ("offload", "offload_disk"):
        reader.state("memory.recompute", "full", "gradient_checkpointing")
    elif recompute in (ABSENT, None):
        reader.default("memory.recompute", "none")


def _evaluation(reader: Reader) -> None:
    if reader.has("test_datasets"):
        reader.phase.facts.pop("data.validation_share", None)
        reader.missing("data.validation_share", Absence.UNKNOWN, "`test_datasets` are given")
    for key in ("eval_steps", "evals_per_epoch"):
        if reader.truthy(key):
            reader.state("evaluation.enabled", True, key)
            return
    strategy = reader.plain("eval_strategy")
    if isinstance(strategy, str):
        reader.state("evaluation.enabled", strategy != "no", "eval_strategy")


def _parallel(reader: Reader) -> None:
    reader.default("parallel.pp", 1)  # there is no pipeline
    if reader.has("fsdp") or reader.has("fsdp_config"):
        two = reader.plain("fsdp_version") in (2, "2")
        key = "fsdp" if reader.has("fsdp") else "fsdp_config"
        reader.state("parallel.backend", "fsdp2" if two else "fsdp", key)
    elif reader.has("deepspeed"):
        reader.state("parallel.backend", "deepspeed", "deepspeed")


def _builds_scheduler(root: Mapping) -> bool:
    """Whether axolotl's own cosine, or a plugin from elsewhere, makes the scheduler."""
    plugins = follow(root.get("plugins"))
    for item in plugins.items if isinstance(plugins, Sequence) else ():
        plugin = follow(item)
        if not isinstance(plugin, Scalar) or not plugin.text.startswith("axolotl."):
            return True
    cosine = _plain(root, "lr_scheduler") in (None, "cosine")
    return cosine and any(
        _plain(root, key) for key in ("cosine_min_lr_ratio", "lr_quadratic_warmup")
    )


def _plain(root: Mapping, key: str) -> object:
    node = follow(root.get(key))
    return value(node, yaml_1_1) if isinstance(node, Scalar) else None


DIALECT = Dialect(
    name="axolotl",
    title="axolotl",
    version="0.19",
    recognise=recognise,
    translate=translate,
    coerces=True,
    schema="axolotl",
    keys=frozenset({"base_model", "datasets", "micro_batch_size", "sequence_len", "adapter"}),
    own_scheduler=_builds_scheduler,
    unknown_keys="axolotl drops it without a word",
)
