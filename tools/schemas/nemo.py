"""NeMo 1: the closed parts of a Hydra file, which are Lightning's Trainer and ``exp_manager``.

``Trainer(**cfg.trainer)`` refuses other keys, and ``exp_manager`` is merged into a structured
configuration, which does too. Everything else is read key by key and left open here.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from .fields import sections_from
from .modules import Found, Index
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections

PACKAGE = "nemo-toolkit"
VERSIONS = ("1.23.0", "2.2.1", "2.7.3", "3.0.0")
PREFIXES = ("nemo/utils/",)
TRAINER = "pytorch-lightning"
TRAINER_VERSIONS = ("1.9.5", "2.0.9", "2.3.3", "2.6.0")
TRAINER_PREFIXES = ("pytorch_lightning/trainer/",)

_MANAGER = "ExpManagerConfig"

#: Blocks that NeMo-Aligner's scripts take out of ``trainer`` before they build it.
_TAKEN_OUT = (
    "dpo", "draft_p", "kto", "ppo", "reinforce", "rm", "rs", "sft", "spin", "self_rewarding",
)  # fmt: skip

#: Arguments of Trainers before 1.9.
_OLDER = (
    "amp_level", "checkpoint_callback", "flush_logs_every_n_steps", "log_gpu_memory",
    "prepare_data_per_node", "process_position", "progress_bar_refresh_rate",
    "reload_dataloaders_every_epoch", "stochastic_weight_avg", "terminate_on_nan",
    "track_grad_norm", "truncated_bptt_steps", "weights_save_path", "weights_summary",
)  # fmt: skip


def read_trainer(release: Release) -> Sections:
    """The arguments of ``Trainer.__init__``."""
    index = Index(release.files)
    found = next(f for f in index.all_classes() if f.name == "Trainer")
    assert isinstance(found.node, ast.ClassDef)
    init = next(
        node
        for node in found.node.body
        if isinstance(node, ast.FunctionDef) and node.name == "__init__"
    )
    names = [argument.arg for argument in (*init.args.args[1:], *init.args.kwonlyargs)]
    keys = {name: Key(frozenset({"any"})) for name in (*names, *_TAKEN_OUT, *_OLDER)}
    return {
        "": Section("open", {"trainer": Key(frozenset({"map"}), section=("Trainer",))}),
        "Trainer": Section("forbid", keys),
    }


def read(release: Release) -> Sections:
    """The structured configuration of ``exp_manager``."""
    index = Index(release.files)
    root = next(found for found in index.all_classes() if found.name == _MANAGER)
    sections = sections_from(Reader(index), root, _MANAGER, _policy)
    for section in sections.values():
        for name, key in section.keys.items():
            section.keys[name] = _structured(key)
    sections[""] = Section("open", {"exp_manager": Key(frozenset({"map"}), section=(_MANAGER,))})
    return sections


def _policy(_: Found) -> str:
    return "forbid"


def _structured(key: Key) -> Key:
    """OmegaConf turns any scalar into text where text is wanted, and text into numbers."""
    types = key.types
    if "str" in types:
        types = types | {"int", "float", "bool"}
    if "float" in types:
        types = types | {"int"}
    return replace(key, types=types, coerces=True, required=False, choices=None)
