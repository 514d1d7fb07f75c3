"""GPT-NeoX: no package carries its argument classes, so their fields are written down here.

From ``megatron/neox_arguments/*.py`` of the main branch in 2025 and of the releases 1.0 and 2.0.
A key may have dashes for underscores. Unknown keys are refused, types and choices are asserted.
"""

from __future__ import annotations

from .table import Key, Section, Sections

VERSIONS = ("1.0", "2.0", "2025 main")

_FIELDS: dict[str, tuple[str, ...]] = {
    "int": (
        "adlr_autoresume_interval", "batch_size", "checkpoint_num_layers", "curriculum_seqlen",
        "decoder_seq_length", "dim_att", "eval_interval", "eval_iters", "exit_interval",
        "extra_sentinel_tokens", "feedforward_size", "ffn_dim", "global_num_gpus",
        "gmlp_attn_dim", "gradient_accumulation_steps", "gradient_noise_scale_n_batches",
        "head_size", "hidden_size", "hysteresis", "intermediate_size", "iteration",
        "keep_last_n_checkpoints", "local_rank", "log_interval", "lr_decay_iters",
        "make_vocab_size_divisible_by", "master_port", "max_position_embeddings",
        "maximum_tokens", "mean_noise_span_length", "mlp_multiple_of", "model_parallel_size",
        "moe_expert_interval", "moe_num_experts", "moe_top_k", "mup_width_scale",
        "num_attention_heads", "num_encoder_layers", "num_gpus", "num_kv_heads", "num_layers",
        "num_nodes", "num_samples", "num_unique_layers", "num_workers", "opt_pos_emb_offset",
        "padded_vocab_size", "pipe_parallel_size", "profile_step_start", "profile_step_stop",
        "rank", "rotary_emb_base", "rpe_max_distance", "rpe_num_buckets", "s3_chunk_size", "seed",
        "seq_length", "sliding_window_width", "steps_per_print", "te_fp8_amax_history_len",
        "te_fp8_margin", "top_k", "train_batch_size", "train_epochs", "train_iters",
        "train_micro_batch_size_per_gpu", "world_size", "zero_allgather_bucket_size",
        "zero_reduce_bucket_size",
    ),
    "float": (
        "attention_dropout", "clip_grad", "dpo_beta", "expansion_factor",
        "gradient_clipping", "gradient_predivide_factor", "hidden_dropout", "init_method_std",
        "kl_div_beta", "kto_beta", "kto_desirable_weight", "kto_undesirable_weight",
        "layernorm_epsilon", "loss_scale", "loss_scale_window", "lr", "lr_decay_fraction",
        "masked_lm_prob", "min_lr", "min_scale", "moe_jitter_eps", "mup_attn_temp",
        "mup_embedding_mult", "mup_init_scale", "mup_output_temp", "mup_rp_embedding_mult",
        "peak_theoretical_tflops", "rms_norm_epsilon", "rotary_pct", "scalenorm_epsilon",
        "short_seq_prob", "temperature", "top_p", "warmup", "weight_decay",
        "weighted_sampler_alpha", "z_loss",
    ),
    "bool": (
        "adlr_autoresume", "allow_chopped", "apply_query_key_layer_scaling",
        "attention_softmax_in_fp32", "bias_dropout_fusion", "bias_gelu_fusion", "char_level_ppl",
        "checkpoint_activations", "checkpoint_in_cpu", "checkpoint_validation_with_forward_pass",
        "communication_data_type", "contiguous_checkpointing", "coord_check",
        "cross_entropy_loss_fusion", "deepscale", "deepspeed",
        "deepspeed_activation_checkpointing", "deepspeed_mpi", "deepspeed_slurm",
        "detect_nvlink_pairs", "do_test", "do_train", "do_valid", "dpo_fp32",
        "dpo_reference_free", "dump_state", "dynamic_loss_scale", "eod_mask_loss", "finetune",
        "force_multi", "fp16_lm_cross_entropy", "fp32_allreduce", "fp32_reinforce",
        "gpt_j_residual",
        "gpt_j_tied", "gradient_noise_scale_cpu_offload", "is_pipe_parallel", "kto_fp32",
        "layernorm_fusion", "lazy_mpu_init", "load_universal", "log_grad_norm",
        "log_grad_pct_zeros", "log_gradient_noise_scale", "log_optimizer_states",
        "log_param_norm", "loss_on_targets_only", "mamba_causal_conv_fusion",
        "mamba_inner_func_fusion", "mamba_selective_fp32_params", "mamba_selective_scan_fusion",
        "mamba_use_bias_in_conv", "mamba_use_bias_in_linears", "memory_profiling",
        "mmap_warmup", "moe_lbl_in_fp32", "no_load_optim", "no_load_rng", "no_save_optim",
        "no_save_rng", "no_ssh_check", "no_weight_tying", "onnx_safe", "override_lr_scheduler",
        "packing", "partition_activations", "prescale_gradients", "profile", "profile_backward",
        "recompute", "reinforce_leave_one_out", "return_logits", "rmsnorm_fusion", "rope_fusion",
        "rotary_save_freqs_buffer", "save_base_shapes", "scaled_masked_softmax_fusion",
        "scaled_upper_triang_masked_softmax_fusion", "sequence_parallel", "serve_model_weights",
        "sparse_gradients", "synchronize_each_layer", "te_columnparallel", "te_fp8_mha",
        "te_fp8_wgrad", "te_layernorm_mlp", "te_mha", "te_rowparallel", "use_bias_in_attn_linear",
        "use_bias_in_mlp", "use_bias_in_norms", "use_bnb_optimizer",
        "use_checkpoint_lr_scheduler", "use_comet", "use_cpu_initialization",
        "use_flashattn_swiglu", "use_mup", "use_qk_layernorm", "use_shared_fs", "use_wandb",
        "wall_clock_breakdown", "wandb_init_all_ranks", "weight_by_num_documents",
        "zero_contiguous_gradients", "zero_reduce_scatter",
    ),
    "str": (
        "account", "autotuning_run", "base_shapes_file", "comet_experiment_name", "comet_project",
        "comet_workspace", "comment", "data_path", "deepscale_config", "distributed_backend",
        "eval_results_prefix", "exclude", "fused_kernels_build_path", "git_hash", "hostfile",
        "include", "load", "log_dir", "master_addr", "memory_profiling_path", "merge_file",
        "param_sharing_style", "pipe_partition_method", "precompute_model_name", "prompt_end",
        "s3_path", "sample_input_file", "sample_output_file", "save", "split",
        "te_fp8_amax_compute_algo", "tensorboard_dir", "text_gen_type", "user_script",
        "vocab_file", "wandb_group", "wandb_host", "wandb_project", "wandb_run_name",
        "wandb_team",
    ),
    "list": (
        "attention_config", "comet_tags", "eval_tasks", "extra_save_iters",
        "neg_test_data_paths", "neg_test_label_data_paths", "neg_train_data_paths",
        "neg_train_label_data_paths", "neg_valid_data_paths", "neg_valid_label_data_paths",
        "pos_test_data_paths", "pos_test_label_data_paths", "pos_train_data_paths",
        "pos_train_label_data_paths", "pos_valid_data_paths", "pos_valid_label_data_paths",
        "test_data_paths", "test_data_weights", "test_label_data_paths",
        "test_reward_data_paths", "train_data_paths", "train_data_weights",
        "train_label_data_paths", "train_reward_data_paths", "valid_data_paths",
        "valid_data_weights", "valid_label_data_paths", "valid_reward_data_paths",
    ),
    "map": (
        "activation_checkpointing", "amp", "autotuning", "bf16", "checkpoint", "comet_others",
        "comms_logger", "compression_training", "config_files", "csv_monitor",
        "curriculum_learning", "data_efficiency", "data_types", "deepspeed_extra_args",
        "elasticity", "flops_profiler", "fp16", "optimizer", "scheduler", "soft_prompt_tuning",
        "sparse_attention", "sparsity_config", "tensorboard", "wandb", "zero_optimization",
    ),
    "any": (
        "adlr_autoresume_object", "autotuning_config", "checkpoint_factor", "comet_experiment",
        "launcher", "online_dataserver_ips", "online_dataserver_ports", "tensorboard_writer",
        "tokenizer", "weight_server_port", "zero_stage",
    ),
}  # fmt: skip

#: Fields with a closed set of words, the words of all releases together.
_CHOICES: dict[str, tuple[str, ...]] = {
    "activation": (
        "bilinear", "geglu", "gelu", "glu", "mish", "reglu", "relu", "silu", "softsign",
        "swiglu", "swish",
    ),
    "checkpoint_scale": ("linear", "log"),
    "data_impl": ("cached", "infer", "lazy", "mmap"),
    "dataset_impl": ("gpt2", "online", "pairwise"),
    "init_method": (
        "normal", "orthogonal", "scaled_normal", "scaled_orthogonal",
        "single_residual_scaled_normal", "small_init", "wang_init", "xavier_normal",
        "xavier_uniform",
    ),
    "kl_impl": ("abs", "full", "kl", "mse"),
    "lr_decay_style": ("constant", "cosine", "exponential", "linear"),
    "model_arch": ("gpt2", "t5"),
    "moe_router_type": ("sinkhorn", "topk"),
    "norm": (
        "layernorm", "non_parametric_layernorm", "rmsnorm", "scalenorm", "te_layernorm",
        "te_rmsnorm",
    ),
    "optimizer_type": (
        "adam", "cpu_adam", "cpu_torch_adam", "lion", "madgrad_wd", "onebitadam", "sgd", "sm3",
    ),
    "output_layer_parallelism": ("column", "row"),
    "pack_impl": ("pack_until_overflow", "packed", "unpacked"),
    "pos_emb": ("alibi", "learned", "none", "rotary", "rpe", "sinusoidal"),
    "precision": ("bfloat16", "fp16", "fp32"),
    "te_fp8_format": ("e4m3", "hybrid"),
    "tokenizer_type": (
        "CharLevelTokenizer", "GPT2BPETokenizer", "HFGPT2Tokenizer", "HFTokenizer",
        "SPMTokenizer", "TiktokenTokenizer",
    ),
    "train_impl": ("dpo", "kto", "normal", "reinforce", "rm"),
}  # fmt: skip
_CHOICES["output_layer_init_method"] = _CHOICES["init_method"]

#: Fields of older releases: the last that had them, and what took their place.
_GONE: dict[str, tuple[str, str | None]] = {
    "gas": ("1.0", "gradient_accumulation_steps"),
    "attention_types": ("1.0", "attention_config"),
    "greedy": ("1.0", None),
    "save_interval": ("1.0", "checkpoint_factor"),
    "enable_expert_tensor_parallelism": ("2.0", None),
    "expert_interval": ("2.0", "moe_expert_interval"),
    "moe_eval_capacity_factor": ("2.0", None),
    "moe_expert_parallel_size": ("2.0", None),
    "moe_glu": ("2.0", None),
    "moe_loss_coeff": ("2.0", None),
    "moe_min_capacity": ("2.0", None),
    "moe_token_dropping": ("2.0", None),
    "moe_train_capacity_factor": ("2.0", None),
    "moe_type": ("2.0", None),
    "moe_use_residual": ("2.0", None),
    "num_experts": ("2.0", "moe_num_experts"),
    "create_moe_param_group": ("2.0", None),
    "label_data_paths": ("2.0", "train_label_data_paths"),
    "use_tutel": ("2.0", None),
}


def table() -> Sections:
    """The keys of all releases together."""
    keys: dict[str, Key] = {}
    for kind, names in _FIELDS.items():
        keys |= {name: _key(name, frozenset({kind})) for name in names}
    for name, words in _CHOICES.items():
        keys[name] = _key(name, frozenset({"str"}), frozenset(words))
    for name, (last, successor) in _GONE.items():
        keys[name] = Key(
            frozenset({"any"}), aliases=_dashed(name), last=f"gpt-neox {last}",
            replaced_by=successor,
        )  # fmt: skip
    return {"": Section("forbid", keys)}


def _key(name: str, types: frozenset[str], choices: frozenset[str] | None = None) -> Key:
    return Key(types, choices=choices, aliases=_dashed(name))


def _dashed(name: str) -> tuple[str, ...]:
    return (name.replace("_", "-"),) if "_" in name else ()
