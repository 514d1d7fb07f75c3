"""LLaMA-Factory: the dataclasses behind its flat recipes, and those of its second generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .modules import Found, Index
from .options import joined, options, renamed, trainer_options
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections, merge_releases

PACKAGE = "llamafactory"
VERSIONS = (
    "0.7.1", "0.8.0", "0.8.3", "0.9.0", "0.9.1", "0.9.2", "0.9.3", "0.9.4", "0.9.5",
)  # fmt: skip
V1_VERSIONS = ("0.9.4", "0.9.5")
PREFIXES = ("llamafactory/hparams/", "llamafactory/extras/constants.py", "llamafactory/v1/")

#: Releases of transformers that these releases run with; the newest one allows 5.6 at most.
TRAINER_VERSIONS = (
    "4.40.2", "4.42.4", "4.44.2", "4.46.3", "4.48.3", "4.50.3", "4.52.4", "4.54.1", "4.56.2",
    "4.57.6", "5.0.0", "5.2.0", "5.4.0",
)  # fmt: skip

_FLOAT = frozenset({"float"})

#: New names of keys, from ``hparams`` of the releases on both sides of each change.
RENAMES: Mapping[str, str] = {
    "evaluation_strategy": "eval_strategy",  # transformers 4.41
    "image_resolution": "image_max_pixels",  # 0.9.2
    "video_resolution": "video_max_pixels",
    "dpo_beta": "pref_beta",  # 0.7
    "dpo_loss": "pref_loss",
    "dpo_ftx": "pref_ftx",
    "orpo_beta": "pref_beta",
    "cutoff_length": "cutoff_len",
    "quantization_device": "quantization_device_map",
    "visual_inputs": "template",
    "num_layer_trainable": "freeze_trainable_layers",
    "name_module_trainable": "freeze_trainable_modules",
}

#: Megatron's keys, which count where the environment asks for a Megatron back end (``USE_MCA`` or
#: ``USE_MEGATRON_BRIDGE``): LLaMA-Factory's ``hparams/megatron_bridge_args.py`` and the fields of
#: mcore_adapter's ``DistributingParallelArguments`` and ``MegatronArguments``.
MEGATRON: Mapping[str, tuple[str, ...]] = {
    "int": (
        "context_parallel_size", "expert_model_parallel_size", "expert_tensor_parallel_size",
        "pipeline_model_parallel_size", "recompute_num_layers", "tensor_model_parallel_size",
        "virtual_pipeline_model_parallel_size", "moe_router_topk", "num_layers_per_virtual_stage",
    ),
    "bool": (
        "account_for_embedding_in_pipeline_split", "account_for_loss_in_pipeline_split",
        "apply_rope_fusion", "async_save", "bias_activation_fusion", "calculate_per_token_loss",
        "cross_entropy_loss_fusion", "ddp_average_in_collective", "delay_grad_reduce",
        "distribute_saved_activations", "export_hf_on_finish", "masked_softmax_fusion",
        "moe_grouped_gemm", "moe_shared_expert_overlap", "overlap_grad_reduce",
        "overlap_p2p_comm", "overlap_param_gather", "save_hf_model", "sequence_parallel",
        "swap_optimizer", "tp_comm_overlap", "use_distributed_optimizer", "use_packed_sequences",
        "use_sequence_packing", "variable_seq_lengths",
    ),
    "float": ("moe_aux_loss_coeff", "moe_z_loss_coeff"),
    "str": (
        "additional_configs", "extra_config", "megatron_pretrained_checkpoint",
        "mixed_precision", "moe_router_dtype", "moe_token_dispatcher_type",
        "pipeline_model_parallel_layout", "recompute_granularity", "recompute_method",
        "transformer_impl",
    ),
}  # fmt: skip

#: Keys of the repository between two releases: ``hparams`` of June 2024, and after 0.9.5.
_BETWEEN: Mapping[str, Key] = {
    "kto_beta": Key(_FLOAT, last="llamafactory 0.7.1", replaced_by="pref_beta"),
    "kto_ftx": Key(_FLOAT, last="llamafactory 0.7.1", replaced_by="pref_ftx"),
    "kt_config": Key(frozenset({"map", "str"})),
    "kt_cpu_activation": Key(frozenset({"str"}), choices=frozenset({"retain", "recompute"})),
    "kt_non_expert_weight_path": Key(frozenset({"str"})),
}

#: Top-level keys that the repository's own recipes of the second generation have after 0.9.5.
_SECOND_LATER: Mapping[str, Key] = {
    "cp_mode": Key(frozenset({"str"})),
    "cp_size": Key(frozenset({"int"}), default=1),
}

_CLASSES = (
    "ModelArguments", "DataArguments", "TrainingArguments", "FinetuningArguments",
    "GeneratingArguments", "EvaluationArguments", "RayArguments",
)  # fmt: skip
_SECOND_CLASSES = ("ModelArguments", "DataArguments", "TrainingArguments", "SampleArguments")
_PLUGIN = "PluginConfig"


def table(releases: Sequence[Release], trainer: Sequence[Release]) -> Sections:
    """The keys of recipes for ``llamafactory-cli``, with the trainer's own."""
    tables = [(release.version, _read(release)) for release in releases]
    root = merge_releases(PACKAGE, tables)[""]
    root = joined(root, trainer_options(trainer)[""])
    for kind, names in MEGATRON.items():
        for name in names:
            root.keys.setdefault(name, Key(frozenset({kind, "str"})))
    for name, key in _BETWEEN.items():
        root.keys.setdefault(name, key)
    renamed(root, RENAMES)
    return {"": root}


def _read(release: Release) -> Sections:
    reader = Reader(Index(release.files))
    found = _classes(reader.index, "llamafactory.hparams.", _CLASSES)
    return {"": Section("forbid", options(reader, found))}


def second_table(releases: Sequence[Release]) -> Sections:
    """The keys of recipes of the second generation (``USE_V1``)."""
    tables = [(release.version, _read_second(release)) for release in releases]
    merged = merge_releases(PACKAGE, tables)
    for name, key in _SECOND_LATER.items():
        merged[""].keys.setdefault(name, key)
    return merged


def _read_second(release: Release) -> Sections:
    reader = Reader(Index(release.files))
    found = _classes(reader.index, "llamafactory.v1.config.", _SECOND_CLASSES)
    keys = options(reader, found)
    for name, key in keys.items():
        if name.endswith("_config"):
            keys[name] = replace(key, types=frozenset({"map", "str"}), section=(_PLUGIN,))
    plugin = Section("open", {"name": Key(frozenset({"str"}), required=True)})
    return {"": Section("forbid", keys), _PLUGIN: plugin}


def _classes(index: Index, prefix: str, names: tuple[str, ...]) -> list[Found]:
    return [
        found
        for found in index.all_classes()
        if found.module.name.startswith(prefix) and found.name in names
    ]
