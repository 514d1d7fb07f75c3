"""MaxText: one flat pydantic model made of many, which refuses unknown keys.

The model exists since 0.2.0; keys that `base.yml` had before are written down here.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from .fields import sections_from
from .modules import Found, Index
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections, merge_keys

PACKAGE = "maxtext"
VERSIONS = ("0.2.0", "0.2.1", "0.2.3", "0.2.5")
PREFIXES = ("maxtext/configs/types.py", "maxtext/common/common_types.py")

#: What trains and what learns by reinforcement; a file does not say which of them reads it.
ROOT_CLASSES = ("MaxTextConfig", "RLConfig")

#: Keys of `base.yml` before 0.2.0, with what took their place. Source: MaxText's base.yml of
#: 2024 and 2025 (MaxText/configs/base.yml).
_BEFORE: dict[str, str | None] = {
    "cosine_learning_rate_final_fraction": "learning_rate_final_fraction",
    "base_num_heads": "base_num_query_heads",
    "model_fsdp_ag_once": None,
    "quantization_calibration_method": None,
    "tile_activation_dim": None,
    "tile_batch_seq": None,
    "tile_weight_dim": None,
}

#: Keys that name other files or are read before the model is built (pyconfig.py).
#: Keys of the trainers under `experimental`, which bring base files of their own. Source:
#: maxtext/experimental/rl/grpo_trainer.py.
_EXPERIMENTAL = (
    "inference_devices_per_replica", "inference_replicas", "inference_rollouts",
    "use_pathways_reshard",
)  # fmt: skip
_LOADER = ("base_config", "model_name", "override_model_config")


def read(release: Release) -> Sections:
    """The table of one release."""
    index = Index(release.files)
    reader = Reader(index, {})
    sections: Sections = {}
    for found in index.all_classes():
        if found.name in ROOT_CLASSES:
            _join(sections, sections_from(reader, found, "", lambda one: _policy(index, one)))
    for section in sections.values():
        for name, key in section.keys.items():
            section.keys[name] = _loose(key)
    for name in _LOADER:
        sections[""].keys.setdefault(name, Key(frozenset({"str", "bool"})))
    for name in _EXPERIMENTAL:
        sections[""].keys.setdefault(name, Key(frozenset({"any"})))
    return sections


def _join(sections: Sections, more: Sections) -> None:
    for name, section in more.items():
        known = sections.setdefault(name, Section(section.extra))
        for key, facts in section.keys.items():
            older = known.keys.get(key)
            known.keys[key] = facts if older is None else merge_keys(older, facts)


def _policy(index: Index, found: Found) -> str:
    """The model and its sections forbid what they do not declare, if they say so."""
    texts = [_config_text(step) for step in index.lineage(found)]
    return "forbid" if any("forbid" in text for text in texts) else "open"


def _config_text(found: Found) -> str:
    assert isinstance(found.node, ast.ClassDef)
    for statement in found.node.body:
        if (
            isinstance(statement, ast.Assign)
            and ast.unparse(statement.targets[0]) == "model_config"
        ):
            return ast.unparse(statement.value)
    return ""


def _loose(key: Key) -> Key:
    """Lists come as text as well, and pydantic converts; nothing is required beside base.yml."""
    types = key.types | {"str"} if "list" in key.types else key.types
    return replace(key, types=types, coerces=True, required=False)


def add_before(sections: Sections) -> Sections:
    """The keys of older base files, as gone."""
    root: Section = sections[""]
    for name, new in _BEFORE.items():
        if name not in root.keys:
            last = "maxtext before 0.2.0"
            root.keys[name] = Key(frozenset({"any"}), last=last, replaced_by=new)
    return sections
