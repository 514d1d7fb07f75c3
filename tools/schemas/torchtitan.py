"""torchtitan: nested dataclasses filled from TOML, strictly, so unknown keys stop the run.

The last release with TOML is 0.2.2; later ones are configured in Python. A job may name a module
that extends the configuration, so the extensions that the package ships are read as well.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .fields import sections_from
from .modules import Found, Index
from .releases import Release
from .shapes import Reader
from .table import Section, Sections, merge_keys

PACKAGE = "torchtitan"
LICENCE = "BSD-3-Clause"
FIRST_VERSION = "2024-12"
VERSIONS = ("0.1.0", "0.2.0", "0.2.1", "0.2.2")
PREFIXES = (
    "torchtitan/config",
    "torchtitan/components/ft/config/",
    "torchtitan/components/quantization/",
    "torchtitan/experiments/",
    "torchtitan/models/",
)

_FIRST_FIELDS = Path(__file__).with_name("torchtitan_2024.txt")
_ROOT = "JobConfig"
_HOMES = ("torchtitan.config.job_config", "torchtitan.config_manager")

#: Where a key went, by the class that had it. Sources: the classes of the newer releases, and
#: the warnings of `_validate_config` in torchtitan/config/manager.py.
_MOVED: dict[str, dict[str, str]] = {
    "": {"float8": "quantize.linear.float8", "mx": "quantize.linear.mx"},
    "Job": {"print_args": "print_config"},
    "Model": {"tokenizer_path": "hf_assets_path"},
    "Metrics": {
        "enable_color_printing": "disable_color_printing",
        "rank_0_only": "save_for_all_ranks",
    },
    "Optimizer": {"fused": "implementation"},
    "LRScheduler": {"lr_min": "min_lr_factor"},
    "Training": {
        "batch_size": "local_batch_size",
        "warmup_steps": "lr_scheduler.warmup_steps",
        "compile": "compile.enable",
        "seed": "debug.seed",
        "deterministic": "debug.deterministic",
        "enable_loss_parallel": "parallelism.disable_loss_parallel",
        "disable_loss_parallel": "parallelism.disable_loss_parallel",
        "enable_float8_linear": "float8.enable_float8_linear",
        "fp8_linear": "model.converters",
        "enable_fsdp_float8_all_gather": "quantize.linear.float8.enable_fsdp_float8_all_gather",
        "data_parallel_degree": "parallelism.data_parallel_shard_degree",
        "data_parallel_replicate_degree": "parallelism.data_parallel_replicate_degree",
        "data_parallel_shard_degree": "parallelism.data_parallel_shard_degree",
        "tensor_parallel_degree": "parallelism.tensor_parallel_degree",
    },
    "Experimental": {
        "enable_async_tensor_parallel": "parallelism.enable_async_tensor_parallel",
        "context_parallel_degree": "parallelism.context_parallel_degree",
        "context_parallel_rotate_method": "parallelism.context_parallel_rotate_method",
        "pipeline_parallel_degree": "parallelism.pipeline_parallel_degree",
        "pipeline_parallel_schedule": "parallelism.pipeline_parallel_schedule",
        "pipeline_parallel_schedule_csv": "parallelism.pipeline_parallel_schedule_csv",
        "pipeline_parallel_split_points": "parallelism.module_fqns_per_model_part",
        "pipeline_parallel_microbatches": "parallelism.pipeline_parallel_microbatch_size",
    },
    "Parallelism": {"pipeline_parallel_split_points": "module_fqns_per_model_part"},
    "Checkpoint": {
        "enable_checkpoint": "enable",
        "model_weights_only": "last_save_model_only",
        "last_save_model_weights_only": "last_save_model_only",
        "initial_load_model_weights_only": "initial_load_model_only",
    },
    "Float8": {"enable_float8_linear": "model.converters"},
    "MemoryEstimation": {"enabled": "enable"},
}


def read(release: Release) -> Sections:
    """The table of one release and of the extensions that it ships."""
    index = Index(release.files)
    roots = [found for found in index.all_classes() if found.name == _ROOT]
    homes = [found for found in roots if found.module.name in _HOMES]
    sections = _read(index, homes[0])
    for found in roots:
        if found not in homes:
            _extend(sections, _read(index, found))
    return sections


def read_first() -> Sections:
    """The table before the first release."""
    index = Index({"torchtitan_2024.py": _FIRST_FIELDS.read_text(encoding="utf-8")})
    root = next(found for found in index.all_classes() if found.name == _ROOT)
    return _read(index, root)


def _read(index: Index, root: Found) -> Sections:
    sections = sections_from(Reader(index), root, "", lambda _: "forbid")
    for section in sections.values():
        for name, key in section.keys.items():
            section.keys[name] = replace(key, required=False)
    return sections


def _extend(sections: Sections, further: Sections) -> None:
    """Add an extension's keys; the module that a job names decides which of them are read."""
    for name, section in further.items():
        known = sections.setdefault(name, Section("forbid"))
        for key, facts in section.keys.items():
            known.keys[key] = merge_keys(facts, known.keys[key]) if key in known.keys else facts


def moved(sections: Sections) -> Sections:
    """Say where the keys of older releases went; for the merged table."""
    for section, renames in _MOVED.items():
        for old, new in renames.items():
            known = sections[section].keys.get(old)
            if known is not None and known.last is not None:
                sections[section].keys[old] = replace(known, replaced_by=new)
    return sections
