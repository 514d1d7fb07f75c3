"""torchtune: sections that name a callable (`_component_`) and give its arguments.

A section of the table is called after the path of the callable; `_component_` itself is the key
that says until which release the path could be imported. The keys at the top are those that the
recipe scripts read from their configuration; nothing checks the others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .callables import Callables
from .releases import Release
from .table import Key, Section, Sections

PACKAGE = "torchtune"
LICENCE = "BSD-3-Clause"
VERSIONS = (
    "0.0.1", "0.1.0", "0.1.1", "0.2.0", "0.2.1", "0.3.0", "0.3.1", "0.4.0", "0.5.0", "0.6.0",
    "0.6.1",
)  # fmt: skip
PREFIXES = ("torchtune/", "recipes/")
MARK = "_component_"

#: What came after the last release, written down as bare signatures.
MAIN_VERSION = "main"
_MAIN = Path(__file__).with_name("torchtune_main.txt")

#: Modules whose callables recipes name. Others build parts that a recipe does not give.
_PUBLIC = (
    "torchtune.models", "torchtune.datasets", "torchtune.training", "torchtune.modules.loss",
    "torchtune.rlhf", "torchtune.utils", "torchtune.data", "torchtune.modules", "torchtune.dev",
)  # fmt: skip

#: Kinds of the scalars at the top, from the annotations and uses in the recipes' own code.
_KINDS: dict[str, str] = {
    **dict.fromkeys(
        (
            "batch_size", "batch_size_val", "epochs", "gradient_accumulation_steps",
            "max_steps_per_epoch", "log_every_n_steps", "run_val_every_n_steps", "seed",
            "tensor_parallel_dim", "context_parallel_dim", "data_parallel_shard_dim",
            "data_parallel_replicate_dim", "grpo_samples", "forward_batch_size", "ppo_epochs",
            "ppo_batch_size", "max_generated_tokens", "max_new_tokens", "top_k",
            "save_every_n_steps", "fake_quant_after_n_steps", "max_seq_length",
        ),
        "int",
    ),
    **dict.fromkeys(
        (
            "shuffle", "optimizer_in_bwd", "enable_activation_checkpointing",
            "enable_activation_offloading", "enable_async_checkpointing", "fsdp_cpu_offload",
            "fsdp_reshard_after_forward", "log_peak_memory_stats", "resume_from_checkpoint",
            "save_adapter_weights_only", "low_cpu_ram", "whiten_rewards", "penalise_no_eos",
            "enable_kv_cache", "enable_fp8_training",
        ),
        "bool",
    ),
    **dict.fromkeys(("kd_ratio", "kl_coeff", "temperature", "gamma", "lmbda"), "float"),
    **dict.fromkeys(("output_dir", "device", "log_level", "ac_mode", "fp8_recipe_name"), "str"),
}  # fmt: skip

#: torchtune/training/precision.py, PRECISION_STR_TO_DTYPE; get_dtype raises for other words.
_DTYPES = frozenset({"fp16", "bf16", "fp32", "fp64"})

#: Arguments of torch's own optimizers (torch 2.x, torch/optim/{adamw,adam,sgd}.py).
_ADAM = {
    "lr": "float", "betas": "list", "eps": "float", "weight_decay": "float", "amsgrad": "bool",
    "maximize": "bool", "foreach": "bool", "capturable": "bool", "differentiable": "bool",
    "fused": "bool",
}  # fmt: skip
_TORCH: dict[str, dict[str, str]] = {
    "torch.optim.AdamW": _ADAM,
    "torch.optim.Adam": {**_ADAM, "decoupled_weight_decay": "bool"},
    "torch.optim.SGD": {
        "lr": "float", "momentum": "float", "dampening": "float", "weight_decay": "float",
        "nesterov": "bool", "maximize": "bool", "foreach": "bool", "differentiable": "bool",
        "fused": "bool",
    },
}  # fmt: skip

#: Keys that recipes of the repository's main branch read (recipes/ and recipes/dev/, 2025-2026).
_MAIN_KEYS = (
    "batch_size_val", "context_parallel_dim", "data_parallel_replicate_dim",
    "data_parallel_shard_dim", "dataset_val", "enable_fp8_training", "fp8_recipe_name",
    "run_val_every_n_steps", "save_every_n_steps", "save_last_epoch_only", "use_flex",
    "use_distributed_state_dict", "stop_token_ids", "checkpoint_dir", "keep_last_n_checkpoints",
    "tensor_parallel_plan", "ppo_epochs", "num_steps", "dataset_train", "collate_fn",
    "data_collator", "async_checkpointing", "orchestration", "inference", "training", "vllm",
    "reward_functions", "num_data_workers", "profiler", "total_epochs",
)  # fmt: skip


def read(release: Release) -> Sections:
    """The table of one release."""
    package = {n: t for n, t in release.files.items() if n.startswith("torchtune/")}
    sections = components(package)
    sections[""] = Section("ignore", {name: _top(name) for name in sorted(read_keys(release))})
    return sections


def components(files: dict[str, str]) -> Sections:
    """The callables of a set of sources by their importable path."""
    found = Callables(files)
    sections: Sections = {}
    for path, target in found.paths().items():
        signature = found.signature(target)
        if signature is None or not _is_public(path):
            continue
        keys = {name: replace(key, required=False) for name, key in signature.keys.items()}
        sections[path] = Section(signature.extra, {MARK: Key(frozenset({"str"})), **keys})
    for path in _passed_on(found):
        sections.setdefault(path, Section("open", {MARK: Key(frozenset({"str"}))}))
    return sections


def _passed_on(found: Callables) -> Iterator[str]:
    """Names of torchao that a module imports, under which recipes find them."""
    for name, module in found.index.modules.items():
        for local, (source, _) in module.imports.items():
            if source.startswith("torchao") and _is_public(f"{name}.{local}"):
                yield f"{name}.{local}"


def read_main() -> Sections:
    """What the main branch adds to the last release."""
    sections = components_of_text(_MAIN.read_text(encoding="utf-8"))
    top = [*_MAIN_KEYS, *_KINDS]
    sections[""] = Section("ignore", {name: _top(name) for name in top})
    for path, kinds in _TORCH.items():
        keys = {name: Key(frozenset({kind})) for name, kind in kinds.items()}
        sections[path] = Section("signature", {MARK: Key(frozenset({"str"})), **keys})
    return sections


def components_of_text(text: str) -> Sections:
    """Sections from `def` lines that stand under comments naming their module."""
    sections: Sections = {}
    module = ""
    for block in text.split("\n# module ")[1:]:
        module, _, body = block.partition("\n")
        for path, section in components({f"{module.replace('.', '/')}.py": body}).items():
            sections[path] = section
    return sections


def _is_public(path: str) -> bool:
    parts = path.split(".")
    return path.startswith(_PUBLIC) and not any(part.startswith("_") for part in parts)


def read_keys(release: Release) -> set[str]:
    """Names that the code reads from a recipe's configuration (`cfg.x`, `cfg.get("x")`)."""
    names: set[str] = set()
    for text in release.files.values():
        names |= set(_reads(ast.parse(text)))
    return {name for name in names if not name.startswith("_")} - {"get", "items", "keys"}


def _reads(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_config(node.value):
            yield node.attr
        elif isinstance(node, ast.Subscript) and _is_config(node.value):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                yield node.slice.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            reads = node.func.attr in ("get", "pop") and _is_config(node.func.value)
            if reads and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def _is_config(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
    return name in ("cfg", "_cfg")


def _top(name: str) -> Key:
    if name == "dtype":
        return Key(frozenset({"str"}), choices=_DTYPES)
    return Key(frozenset({_KINDS.get(name, "any")}))


def moved(sections: Sections) -> Sections:
    """Keep what is gone for good apart from what was only written down by hand.

    torch's own callables and the keys of the scripts are of no release; a path that is gone is
    said to be replaced by the one under which the same name stands now.
    """
    current = {n for n, s in sections.items() if MARK in s.keys and _still_there(n, s)}
    for name, section in sections.items():
        if name == "":
            section.keys = {k: _undated(_dated(key, k, True)) for k, key in section.keys.items()}
        elif MARK in section.keys:
            kept = name in current
            section.keys = {k: _dated(key, k, kept) for k, key in section.keys.items()}
            if name in _TORCH:
                section.keys = {k: replace(key, first=None) for k, key in section.keys.items()}
            if not kept:
                section.keys[MARK] = replace(
                    section.keys[MARK], replaced_by=_successor(name, current)
                )
    return sections


def _still_there(name: str, section: Section) -> bool:
    last = section.keys[MARK].last
    return last in (None, f"{PACKAGE} {VERSIONS[-1]}") or name in _TORCH


def _undated(key: Key) -> Key:
    """A key that only the hand-written list has may have been read before, under a constant."""
    return replace(key, first=None) if key.first == f"{PACKAGE} {MAIN_VERSION}" else key


def _dated(key: Key, name: str, kept: bool) -> Key:
    """Arguments that the last release has are not gone because no line was written for main."""
    current = kept and key.last in (None, f"{PACKAGE} {VERSIONS[-1]}")
    if current or (name != MARK and not kept):
        return replace(key, last=None)
    return key


def _successor(name: str, current: set[str]) -> str | None:
    own = name.rsplit(".", 1)[1]
    found = [path for path in current if path.rsplit(".", 1)[1] == own]
    return min(found, key=lambda path: (path.count("."), path), default=None)
