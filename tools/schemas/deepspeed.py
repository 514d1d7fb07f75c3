"""DeepSpeed: its JSON, read partly by pydantic models and partly key by key from a dictionary."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .fields import evaluate, sections_from
from .modules import Found, Index, Module, last_name, literal_or_none
from .releases import Release
from .shapes import Reader
from .table import NO_DEFAULT, Key, Section, Sections

PACKAGE = "deepspeed"
VERSIONS = (
    "0.12.6", "0.13.5", "0.14.5", "0.15.4", "0.16.9", "0.17.6", "0.18.9", "0.19.2", "0.19.4",
    "0.19.6", "0.19.8",
)  # fmt: skip
PREFIXES = ("deepspeed/",)

#: Names that hold the whole file in the modules below.
_ROOT_NAMES = frozenset({"param_dict", "_param_dict", "ds_config"})

#: Modules that read the file. Elsewhere the same names stand for parts of it.
_READERS = (
    "deepspeed.autotuning.config", "deepspeed.comm.config", "deepspeed.compile.config",
    "deepspeed.datastates.config", "deepspeed.monitor.config",
    "deepspeed.nebula.config", "deepspeed.profiling.config", "deepspeed.runtime.config",
    "deepspeed.runtime.activation_checkpointing.config", "deepspeed.runtime.precision_config",
    "deepspeed.runtime.eigenvalue", "deepspeed.runtime.model_checkpointing.config",
    "deepspeed.runtime.swap_tensor.aio_config", "deepspeed.runtime.tensor_parallel.config",
    "deepspeed.runtime.zero.config", "deepspeed.utils.config", "deepspeed.moe.config",
)  # fmt: skip

#: Sections that are built as ``Model(**section)``; the models refuse unknown keys.
_MODELS = {
    "bf16": "DeepSpeedBF16Config", "bfloat16": "DeepSpeedBF16Config", "comet": "CometConfig",
    "comms_logger": "CommsLoggerConfig", "compile": "CompileConfig", "csv_monitor": "CSVConfig",
    "fp16": "DeepSpeedFP16Config", "hybrid_engine": "HybridEngineConfig",
    "tensor_parallel": "TPTrainingConfig", "tensorboard": "TensorBoardConfig",
    "wandb": "WandbConfig", "weight_quantization": "WeightQuantConfig",
    "zero_optimization": "DeepSpeedZeroConfig",
}  # fmt: skip

#: Tables of removed keys, by the section they stand in.
_REMOVED = {
    "": "_REMOVED_TOP_LEVEL_CONFIG_KEYS",
    "zero_optimization": "_REMOVED_ZERO_CONFIG_KEYS",
}

_TIMER = "DeepSpeedThroughputTimerConfig"

#: Sections read by code that takes them apart further down, or hands them on whole.
_OPEN = (
    "amp", "autotuning", "compression_training", "curriculum_learning", "data_efficiency",
    "elasticity", "expert_parallel", "nebula", "pipeline", "progressive_layer_drop",
    "quantize_training", "sparse_attention",
)  # fmt: skip

#: Kinds of keys whose default is ``None``; from the constants' comments in runtime/constants.py.
_KINDS = {
    "communication_data_type": "str", "gradient_accumulation_steps": "int",
    "seq_parallel_communication_data_type": "str", "steps_per_print": "int",
    "train_batch_size": "int", "train_micro_batch_size_per_gpu": "int",
}  # fmt: skip

#: Read by other parts of the package (mpu set-up), or by a name that is a function's parameter.
_ELSEWHERE = {
    "communication_data_type": "str", "data_parallel_size": "int",
    "seq_parallel_communication_data_type": "str", "sequence_parallel_size": "int",
}  # fmt: skip

#: Names that runtime/config.py reads from a part of the file which it calls ``param_dict`` too.
_NOT_AT_TOP = frozenset({"attention", "enabled", "mode"})

#: Helper functions that return one section.
_HELPERS = {"get_checkpoint_params": "checkpoint", "get_data_types_params": "data_types"}

#: Precision keys of the releases that had no model for them yet.
_PLAIN_PRECISION = ("enabled", "immediate_grad_update")

_ANY = Key(frozenset({"any"}))


@dataclass
class Accesses:
    """Keys read from the file: at the top (section "") and from each section."""

    keys: dict[str, dict[str, Key]] = field(default_factory=dict)

    def add(self, section: str, name: str, key: Key) -> None:
        """Keep the better typed of two readings of a key."""
        known = self.keys.setdefault(section, {}).get(name)
        if known is None or "any" in known.types:
            self.keys[section][name] = key


def read(release: Release) -> Sections:
    """The table of one DeepSpeed release."""
    index = Index(_config_files(release))
    accesses = collect(index)
    sections = {name: Section("ignore", dict(keys)) for name, keys in accesses.keys.items()}
    root = sections[""]
    root.keys = {name: key for name, key in root.keys.items() if name not in _NOT_AT_TOP}
    for name, kind in _ELSEWHERE.items():
        root.keys.setdefault(name, Key(frozenset({kind})))
    _move_writer(sections)
    for name in _OPEN:
        if _mentioned(release, name):
            root.keys[name] = Key(frozenset({"map"}))
            sections[name] = Section("open")
    for name in [name for name in sections if name and name != "writer"]:
        root.keys[name] = _section_key(name, root.keys.get(name, _ANY))
    _add_models(release, index, sections)
    _add_params(sections)
    _refuse(index, sections, release.label)
    _accept_auto(sections)
    for name, section in sections.items():
        if name and section.extra == "ignore":
            section.extra = "open"  # gathered from look-ups in the code, which is not complete
    return sections


def _move_writer(sections: Sections) -> None:
    """The checkpoint writer's settings stand inside "checkpoint"."""
    writer = sections[""].keys.pop("writer", None)
    if writer is not None:
        key = Key(frozenset({"map"}), section=("writer",))
        sections.setdefault("checkpoint", Section("ignore")).keys["writer"] = key


def _config_files(release: Release) -> dict[str, str]:
    """Only what the configuration needs; the rest of the package is large."""
    wanted = ("config", "compiler", "constants", "enum", "eigenvalue", "lr_schedules")
    return {
        path: text
        for path, text in release.files.items()
        if any(word in path.rsplit("/", 1)[-1] for word in wanted) and "/inference/v2" not in path
    }


def _mentioned(release: Release, name: str) -> bool:
    quoted = (f'"{name}"', f"'{name}'")
    return any(mark in text for text in release.files.values() for mark in quoted)


def collect(index: Index) -> Accesses:
    """Every key that the reading modules take from the file."""
    accesses = Accesses()
    for name in _READERS:
        module = index.modules.get(name)
        if module is not None:
            parts = _named_parts(index, module)
            for node in ast.walk(module.tree):
                for section, key, facts in _accessed(index, module, parts, node):
                    accesses.add(section, key, facts)
    return accesses


def _named_parts(index: Index, module: Module) -> dict[str, str]:
    """Variables that hold one section (``x = param_dict[KEY]``), by name."""
    parts: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            section = _section_of(index, module, {}, node.value)
            if section:
                parts[node.targets[0].id] = section
    return parts


def _section_of(index: Index, module: Module, parts: dict[str, str], node: ast.expr) -> str | None:
    """Which part of the file an expression is: "" the whole, a name one section, else ``None``."""
    if last_name(node) in _ROOT_NAMES and not isinstance(node, ast.Subscript):
        return ""
    if isinstance(node, ast.Name):
        return parts.get(node.id)
    if isinstance(node, ast.Subscript) and last_name(node.value) in _ROOT_NAMES:
        return _text(index, module, node.slice)
    if isinstance(node, ast.Call) and last_name(node.func) in _HELPERS:
        return _HELPERS[last_name(node.func)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "keys":
            return _section_of(index, module, parts, node.func.value)
        if node.func.attr == "get" and last_name(node.func.value) in _ROOT_NAMES and node.args:
            return _text(index, module, node.args[0])
    return None


def _accessed(
    index: Index, module: Module, parts: dict[str, str], node: ast.AST
) -> Iterator[tuple[str, str, Key]]:
    holder: ast.expr | None = None
    name: ast.expr | None = None
    default: ast.expr | None = None
    if isinstance(node, ast.Call) and node.args:
        if last_name(node.func) in {"get_scalar_param", "get_dict_param", "get_list_param"}:
            holder, name, default = node.args[0], node.args[1], node.args[-1]
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            holder, name = node.func.value, node.args[0]
            default = node.args[1] if len(node.args) > 1 else None
    elif isinstance(node, ast.Subscript):
        holder, name = node.value, node.slice
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        holder, name = node.comparators[0], node.left
    if holder is None or name is None:
        return
    section = _section_of(index, module, parts, holder)
    text = _text(index, module, name)
    if section is not None and text is not None:
        yield section, text, _key(index, module, text, default)


def _text(index: Index, module: Module, node: ast.expr) -> str | None:
    value = evaluate(index, Found(module, "", node), node)
    return value if isinstance(value, str) else None


def _key(index: Index, module: Module, name: str, node: ast.expr | None) -> Key:
    default = NO_DEFAULT if node is None else evaluate(index, Found(module, "", node), node)
    kinds = {bool: "bool", int: "int", float: "float", str: "str", list: "list", dict: "map"}
    kind = kinds.get(type(default), _KINDS.get(name, "any"))
    return Key(frozenset({kind}), default=default)


def _section_key(name: str, known: Key) -> Key:
    """A section is a mapping; the oldest form of ZeRO's was a mere switch."""
    types = {"map", "bool"} if name == "zero_optimization" else {"map"}
    return replace(known, types=frozenset(types), section=(name,), default=NO_DEFAULT)


def _add_models(release: Release, index: Index, sections: Sections) -> None:
    root = sections[""]
    reader = Reader(index)
    for name, model in _MODELS.items():
        found = next((one for one in index.all_classes() if one.name == model), None)
        if found is not None and _mentioned(release, name):
            _add_model(reader, found, name, sections)
        elif name in ("bf16", "bfloat16"):
            plain = {key: Key(frozenset({"bool"}), default=False) for key in _PLAIN_PRECISION}
            sections[name] = Section("ignore", plain)
        if name in sections:
            root.keys[name] = _section_key(name, root.keys.get(name, _ANY))
    timer = next((one for one in index.all_classes() if one.name == _TIMER), None)
    if timer is not None:
        _add_model(reader, timer, "throughput", sections)
        sections["timers"].keys["throughput"] = _section_key("throughput", _ANY)


def _add_model(reader: Reader, found: Found, name: str, sections: Sections) -> None:
    below = sections_from(reader, found, name, lambda _: "forbid")
    for one in below.values():
        for key, facts in one.keys.items():
            one.keys[key] = replace(facts, coerces=bool(facts.types & {"bool", "int", "float"}))
    sections.update(below)
    _mark_renamed(reader.index, found, sections[name])


def _mark_renamed(index: Index, found: Found, section: Section) -> None:
    for step in index.lineage(found):
        for node in ast.walk(step.node):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                new = _new_name(node.value)
                if new not in (None, node.target.id) and node.target.id in section.keys:
                    key = section.keys[node.target.id]
                    section.keys[node.target.id] = replace(key, replaced_by=new)


def _new_name(value: ast.expr | None) -> str | None:
    """The ``new_param`` of a deprecated field; the first where several are named."""
    if not isinstance(value, ast.Call):
        return None
    for node in ast.walk(value):
        if isinstance(node, ast.keyword) and node.arg == "new_param":
            text = literal_or_none(node.value)
            return str(text).split(" ")[0]
        if isinstance(node, ast.Dict):
            for key, entry in zip(node.keys, node.values, strict=True):
                if key is not None and literal_or_none(key) == "new_param":
                    return str(literal_or_none(entry)).split(" ")[0]
    return None


def _add_params(sections: Sections) -> None:
    """Optimizer and scheduler take free parameters, which their own classes check."""
    for name in ("optimizer", "scheduler"):
        keys = sections.setdefault(name, Section("ignore")).keys
        keys["type"] = Key(frozenset({"str"}))
        keys["params"] = Key(frozenset({"map"}))
        sections[""].keys[name] = Key(frozenset({"map"}), section=(name,))


def _refuse(index: Index, sections: Sections, label: str) -> None:
    """Keys that this release stops at with an error, from its tables of removed features."""
    module = index.modules["deepspeed.runtime.config"]
    for section, table in _REMOVED.items():
        node = module.values.get(table)
        keys = sections[section].keys
        for name in map(literal_or_none, _dict_keys(node)):
            if isinstance(name, str):
                known = keys.get(name, _ANY)
                keys[name] = replace(known, extra_facts={"refused_since": label})


def _dict_keys(node: ast.AST | None) -> list[ast.expr]:
    return [key for key in node.keys if key is not None] if isinstance(node, ast.Dict) else []


def _accept_auto(sections: Sections) -> None:
    """The Hugging Face integration fills in "auto"; JSON writes large counts as 5e8."""
    for section in sections.values():
        for name, key in section.keys.items():
            types = key.types | ({"float"} if "int" in key.types else set())
            if types & {"bool", "int", "float"} and "str" not in types:
                section.keys[name] = replace(
                    key, types=types | {"str"}, choices=frozenset({"auto"})
                )
            else:
                section.keys[name] = replace(key, types=types)
