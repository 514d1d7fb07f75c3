"""nanotron: nested dataclasses, built strictly (dacite), so unknown keys stop the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from .fields import sections_from
from .modules import Index
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections, open_tags

PACKAGE = "nanotron"
VERSIONS = ("0.1.0", "0.2", "0.4")
PREFIXES = ("nanotron/config/",)

#: What came after the last release, written down as bare declarations.
MAIN_VERSION = "main"
_MAIN_FIELDS = Path(__file__).with_name("nanotron_main.txt")

ROOT_CLASS = "Config"

#: Kinds of configuration classes that the annotations name but other packages define.
_TEXT_ENUMS = (
    "PipelineEngine", "TensorParallelLinearMode", "SamplerType", "RecomputeGranularity",
    "InitScalingMethod", "xPath",
)  # fmt: skip

#: Where fields of the releases stand on the main branch, by section.
_MOVED: dict[str, dict[str, str]] = {
    "": {"data": "data_stages"},
    "OptimizerArgs": {
        name: f"optimizer_factory.{name}"
        for name in ("adam_beta1", "adam_beta2", "adam_eps", "torch_adam_is_fused")
    },
    "ParallelismArgs": {"recompute_granularity": "recompute_layer"},
}

#: Keys that only the training scripts in the repository's examples folder read, by section.
_EXAMPLES: dict[str, dict[str, str]] = {
    "DoReMiArgs": {
        "domain_names": "str", "domain_weights": "str", "ref_model_resume_checkpoint_path": "str",
        "ref_model": "map",
    },
    "MambaInit": {
        "initializer_range": "float", "n_residuals_per_layer": "int",
        "rescale_prenorm_residual": "bool",
    },
    "MambaModelConfig": {
        "d_model": "int", "dtype": "str", "fused_add_norm": "bool", "is_mamba_config": "bool",
        "num_hidden_layers": "int", "pad_token_id": "int", "pad_vocab_size_multiple": "int",
        "residual_in_fp32": "bool", "rms_norm": "bool", "rms_norm_eps": "float", "ssm_cfg": "map",
        "vocab_size": "int",
    },
    "LlaMoEConfig": {
        "is_llamoe_config": "bool", "moe_capacity_factor": "int", "moe_num_experts": "int",
        "num_experts_per_tok": "int", "moe_loss_weight": "float", "moe_z_loss_weight": "float",
        "moe_glu": "bool",
    },
}  # fmt: skip


def read(release: Release) -> Sections:
    """The table of one release."""
    return _read(Index(release.files))


def read_main() -> Sections:
    """The table of the fields written down from the main branch."""
    sections = _read(Index({"nanotron_main.py": _MAIN_FIELDS.read_text(encoding="utf-8")}))
    _add_examples(sections)
    return sections


def _read(index: Index) -> Sections:
    reader = Reader(index, dict.fromkeys(_TEXT_ENUMS, ()))
    root = next(found for found in index.all_classes() if found.name == ROOT_CLASS)
    sections = sections_from(reader, root, "", lambda _: "forbid")
    for section in sections.values():
        for name, key in section.keys.items():
            # dacite reads a missing field that may be None as None.
            required = key.required and not key.nullable
            # An enum of another package is written as text; which text, its own code decides.
            section.keys[name] = replace(key, required=required, choices=key.choices or None)
    open_tags(sections)
    return sections


def moved(sections: Sections) -> Sections:
    """Say where the keys of older releases went; for the merged table."""
    for section, renames in _MOVED.items():
        for old, new in renames.items():
            key = sections[section].keys[old]
            sections[section].keys[old] = replace(key, replaced_by=new)
    return sections


def _add_examples(sections: Sections) -> None:
    for name, table in _EXAMPLES.items():
        keys = {key: _example_key(kind) for key, kind in table.items()}
        sections[name] = Section("forbid", keys)
    model = sections["ModelArgs"].keys
    model["model_config"] = _also(model["model_config"], "LlaMoEConfig", "MambaModelConfig")
    model["init_method"] = _also(model["init_method"], "MambaInit")
    sections[""].keys["doremi"] = replace(_example_key("map"), section=("DoReMiArgs",))


def _also(key: Key, *names: str) -> Key:
    return replace(key, section=(*key.section, *names))


def _example_key(kind: str) -> Key:
    return Key(frozenset({kind}), extra_facts={"classes": ["examples"]})
