"""NeMo AutoModel: blocks that become dataclasses, and refuse keys that are not their fields.

Top-level names are read one by one and left open. Blocks with a ``_target_`` become the arguments
of what it names: the sections called after a dotted path are the signatures of the package's own
callables, and the key ``_target_`` says until which release the path could be imported.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from .callables import Callable, Callables
from .fields import all_fields
from .modules import Found, Index, last_name
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections

PACKAGE = "nemo-automodel"
VERSIONS = ("0.1.2", "0.2.0", "0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0")
PREFIXES = ("nemo_automodel/components/", "nemo_automodel/recipes/")

#: The dataclass that each block becomes, and keys that the recipe takes out before.
_BLOCKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "step_scheduler": (
        ("StepSchedulerConfig",), ("_target_", "local_batch_size", "dp_size", "dataloader"),
    ),
    "lr_scheduler": (("LRSchedulerConfig",), ("_target_",)),
    "checkpoint": (
        ("CheckpointingConfig",),
        ("_target_", "restore_from", "load_base_model", "model_type", "checkpoint_type"),
    ),
    "mlflow": (("MLflowConfig",), ("_target_",)),
    "comet": (("CometConfig",), ("_target_",)),
    "distributed": (
        ("FSDP2Config", "MegatronFSDPConfig", "DDPConfig", "FSDP2Manager", "DDPManager",
         "MegatronFSDPManager", "NVFSDPManager", "ParallelismSizes"),
        ("_target_", "strategy", "dp_size", "dp_replicate_size", "tp_size", "cp_size", "pp_size",
         "ep_size", "pipeline", "moe", "activation_checkpointing", "world_size", "multimodal",
         "timeout_minutes", "ranks"),
    ),
}  # fmt: skip

#: Keys of blocks in releases whose code passed them on by name.
_BEFORE: dict[str, tuple[str, ...]] = {
    "step_scheduler": ("grad_acc_steps", "max_grad_norm", "ckpt_every_epoch"),
    "lr_scheduler": ("warmup_steps", "lr_wsd_decay_steps", "wd_decay_style"),
    "checkpoint": ("staging_dir", "cache_dir", "load_from", "async_save", "best_metric_key"),
    "mlflow": (), "comet": (),
    "distributed": (
        "backend", "tp_plan", "use_hf_tp_plan", "data_parallel_sharding_strategy", "moe_mesh",
        "module", "megatron_fsdp_unit_modules", "zero_dp_strategy", "nvfsdp_unit_modules",
        "custom_tp_plan", "moe_parallel", "pipeline_config", "moe_parallel_config",
    ),
}  # fmt: skip


#: Parts of the package whose callables recipes name; the models' own layers are no part of them.
_PUBLIC = tuple(
    f"nemo_automodel.components.{name}"
    for name in (
        "datasets.", "loss.", "optim.", "quantization.", "_peft.", "eval.", "training.rng.",
        "training.step_scheduler.", "models.common.utils.", "models.common.BackendConfig",
    )
)  # fmt: skip
MARK = "_target_"


def read(release: Release) -> Sections:
    """The table of one release."""
    return {**_blocks(release), **_components(release)}


def _components(release: Release) -> Sections:
    """Signatures by path: where a callable is defined, and where a package offers it."""
    found = Callables(release.files)
    packages = {name for name in found.index.modules if _is_package(release, name)}
    sections: Sections = {}
    for path, target in found.paths().items():
        holder = path.rpartition(".")[0]
        if not path.startswith(_PUBLIC) or holder not in {target.module.name, *packages}:
            continue
        fields = _fields(found, target)
        signature = found.signature(target)
        if fields is not None:
            signature = Section("signature", fields)
        if signature is None or not signature.keys:
            continue
        keys = {name: Key(frozenset({"any"})) for name in signature.keys}
        sections[path] = Section(signature.extra, {MARK: Key(frozenset({"str"})), **keys})
    return sections


def _fields(found: Callables, target: Callable) -> dict[str, Key] | None:
    """The fields of a dataclass whose bases the release has; None for other callables."""
    node = target.node
    if not isinstance(node, ast.ClassDef):
        return None
    marks = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    if not any(last_name(mark) == "dataclass" for mark in marks):
        return None
    if any(isinstance(s, ast.FunctionDef) and s.name == "__init__" for s in node.body):
        return None
    own = Found(target.module, node.name, node)
    return {name: Key(frozenset({"any"})) for name in all_fields(found.reader, own)}


def _is_package(release: Release, module: str) -> bool:
    return f"{module.replace('.', '/')}/__init__.py" in release.files


def _blocks(release: Release) -> Sections:
    """The blocks that become a dataclass without naming one."""
    reader = Reader(Index(release.files))
    classes = {found.name: found for found in reader.index.all_classes()}
    sections: Sections = {"": Section("open", {})}
    for block, (names, taken) in _BLOCKS.items():
        known = [classes[name] for name in names if name in classes]
        keys = {name: Key(frozenset({"any"})) for name in (*taken, *_BEFORE[block])}
        for found in known:
            for name, field in all_fields(reader, found).items():
                keys.setdefault(name, _key(field.shape.types))
        sections[""].keys[block] = Key(frozenset({"any"}), section=(block,))
        sections[block] = Section("forbid" if known else "open", keys)
    return sections


def _key(types: frozenset[str]) -> Key:
    """Texts are evaluated as literals, and dataclasses do not check their fields' types."""
    del types
    return replace(Key(frozenset({"any"})), coerces=True)
