"""Keys without which a file cannot be of a dialect, so that most dialects need not be imported.

A dialect's own `recognise` decides; this table only says when it would say no. Each dialect
has keys of which at least one stands at the top of all its files. A dialect that is not
listed is always asked. `tests/dialects/test_marks.py` holds the table against `recognise`.
"""

from __future__ import annotations

from recipelint.document import Mapping

MARKS: dict[str, tuple[str, ...]] = {
    "neutral": ("recipelint",),
    "dstack": ("type",),
    "distilabel": ("pipeline",),
    "lighteval": ("model_parameters", "model", "tasks"),
    "axolotl": ("base_model",),
    "nanotron": ("tokens",),
    "llm_foundry": ("train_loader",),
    "llm_foundry_mcli": ("parameters",),
    "olmo_core": ("train_module",),
    "levanter": ("trainer",),
    "litgpt": ("train",),
    "fairseq2": ("regime",),
    "megatron_lm": ("MODEL_ARGS", "ARGS", "language_model"),
    "nemo_rl": ("policy", "defaults"),
    "nemo_automodel": ("step_scheduler", "optimizer", "distributed"),
    "megatron_bridge": ("train",),
    "nemo": ("trainer", "transformer_block_type"),
    "prime_rl": ("orchestrator", "data"),
    "lingua": ("distributed",),
    "torchtitan": ("training",),
    "accelerate": ("compute_environment", "distributed_type"),
    "deepspeed": (
        "zero_optimization",
        "autotuning",
        "train_micro_batch_size_per_gpu",
        "train_batch_size",
    ),
    "hf_config": ("model_type", "architectures"),
    "verl": ("actor_rollout_ref", "trainer"),
    "openrlhf": ("train", "pretrain"),
    "ms_swift": (
        "tuner_type",
        "train_type",
        "sft_type",
        "rlhf_type",
        "split_dataset_ratio",
        "dataset_num_proc",
        "lora_rank",
        "truncation_strategy",
    ),
    "llama_factory": ("model_name_or_path",),
    "llama_factory_v1": ("train_dataset", "dist_config", "kernel_config", "sample_backend"),
    "open_instruct": ("model_name_or_path",),
    "trl": ("model_name_or_path", "per_device_train_batch_size"),
}


def words(root: Mapping) -> frozenset[str]:
    """The top-level keys, and what dashes and dotted names stand for: `train.lr` is in `train`."""
    keys = [entry.key for entry in root.entries]
    plain = (key.replace("-", "_").partition(".")[0] for key in keys)
    return frozenset(keys).union(plain)


def possible(module: str, found: frozenset[str]) -> bool:
    """Whether a file with these top-level words can be of the dialect in that module."""
    marks = MARKS.get(module)
    return marks is None or not found.isdisjoint(marks)
