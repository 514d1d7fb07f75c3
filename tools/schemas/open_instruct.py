"""open-instruct: the fields of its scripts' argument classes, which are on no package index.

Copied by hand, as names and types, from the public repository allenai/open-instruct: the classes
``FlatArguments`` of ``finetune.py`` and ``dpo_tune_cache.py`` (2024 to 2026), those of
``dpo_config.py`` and ``dpo_utils.py``, and ``TokenizerConfig`` of ``dataset_transformation.py``.
The list grows with every month of that repository, so an unknown key is no proof of a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .table import Key, Section, Sections

_NAMES: Mapping[str, tuple[str, ...]] = {
    "str": (
        "activation_memory_budget", "cache_mode", "chat_template_name", "checkpointing_steps",
        "config_hash", "config_name", "dataset_cache_mode", "dataset_config_hash",
        "dataset_config_name", "dataset_local_cache_dir", "dataset_mix_dir", "dataset_name",
        "dpo_loss_type", "eval_priority", "eval_workspace", "exp_name", "get_tokenizer_fn",
        "gs_bucket_path", "gs_checkpoint_state_dir", "hf_entity", "hf_metadata_dataset",
        "hf_repo_id", "hf_repo_revision", "hf_repo_url", "local_cache_dir", "loss_type",
        "lr_scheduler_type", "model_name_or_path", "model_revision", "output_dir", "reduce_loss",
        "reference_logprobs_cache_path", "resume_from_checkpoint", "run_name", "save_to_hub",
        "tokenizer_name", "tokenizer_name_or_path", "tokenizer_revision", "train_file",
        "wandb_entity", "wandb_project", "wandb_project_name",
    ),
    "int": (
        "context_parallel_degree", "gradient_accumulation_steps", "keep_last_n_checkpoints",
        "local_rank", "logging_steps", "lora_rank", "max_seq_length", "max_train_samples",
        "max_train_steps", "num_epochs", "num_train_epochs", "oe_eval_gpu_multiplier",
        "oe_eval_max_length", "per_device_train_batch_size", "preprocessing_num_workers", "seed",
        "sequence_parallel_size", "tensor_parallel_degree", "timeout", "zero_hpz_partition_size",
        "zero_stage", "shard_degree", "num_replicas",
    ),
    "float": (
        "beta", "clip_grad_norm", "dpo_beta", "dpo_gamma_beta_ratio", "dpo_label_smoothing",
        "final_lr_ratio", "gamma_beta_ratio", "label_smoothing", "learning_rate",
        "load_balancing_weight", "lora_alpha", "lora_dropout", "max_grad_norm", "warmup_ratio",
        "weight_decay",
    ),
    "bool": (
        "activation_checkpointing", "add_bos", "add_seed_and_date_to_exp_name",
        "cache_dataset_only", "cache_logprobs_only", "clean_checkpoints_at_end", "compile_model",
        "concatenated_forward", "dataset_skip_cache", "do_not_randomize_output_dir",
        "dpo_use_paged_optimizer", "fused_optimizer", "gradient_checkpointing",
        "load_balancing_loss", "low_cpu_mem_usage", "offload_optimizer", "offload_param",
        "overwrite_cache", "overwrite_output_dir", "packing", "push_to_hub", "skip_cache",
        "sync_each_batch", "trust_remote_code", "try_auto_save_to_beaker",
        "try_launch_beaker_eval_jobs", "use_8bit_optimizer", "use_flash_attn", "use_liger_kernel",
        "use_lora", "use_qlora", "use_slow_tokenizer", "verbose", "with_tracking",
        "zero_quantized_weights",
    ),
    "list": (
        "dataset_mixer_list", "dataset_mixer_list_splits", "dataset_target_columns",
        "dataset_transform_fn", "mixer_list", "mixer_list_splits", "oe_eval_tasks", "report_to",
        "target_columns", "transform_fn",
    ),
    "map": ("additional_model_arguments", "dataset_mixer"),
}  # fmt: skip

_DEFAULTS: Mapping[str, object] = {
    "gradient_accumulation_steps": 1,
    "gradient_checkpointing": False,
    "learning_rate": 2e-5,
    "lora_alpha": 16,
    "lora_dropout": 0.1,
    "lora_rank": 64,
    "lr_scheduler_type": "linear",
    "per_device_train_batch_size": 8,
    "seed": 42,
    "use_lora": False,
    "warmup_ratio": 0.03,
    "weight_decay": 0.0,
}
_SCHEDULES = frozenset(
    {"linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup"}
)


def table() -> Sections:
    """The keys of open-instruct's files. The parser converts nothing."""
    root = Section("ignore")
    for kind, names in _NAMES.items():
        types = {kind}
        if kind in ("list", "map"):
            types |= {"str"}
        if kind == "str":
            types |= {"bool", "int", "float"}
        for name in names:
            key = Key(frozenset(types))
            root.keys[name] = replace(key, default=_DEFAULTS[name]) if name in _DEFAULTS else key
    schedule = root.keys["lr_scheduler_type"]
    root.keys["lr_scheduler_type"] = replace(schedule, types=frozenset({"str"}), choices=_SCHEDULES)
    return {"": root}
