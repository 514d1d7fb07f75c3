"""TRL and the Hugging Face trainer: dataclasses that the command line turns into options.

The parser takes a YAML value as the default of an option, so it converts strings and never
checks other kinds; keys that no option has stop the run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from .fields import own_fields, to_key
from .launcher import launch_options
from .modules import Found, Index, last_name
from .releases import Release
from .shapes import Reader
from .table import NO_DEFAULT, Key, Section, Sections, merge_keys, open_tags, succeed

PACKAGE = "trl"
VERSIONS = (
    "0.7.11", "0.8.6", "0.9.6", "0.10.1", "0.11.4", "0.12.2", "0.13.0", "0.14.0", "0.15.2",
    "0.16.1", "0.17.0", "0.18.2", "0.19.1", "0.20.0", "0.21.0", "0.22.2", "0.23.1", "0.24.0",
    "0.25.1", "0.26.2", "0.27.2", "0.28.0", "0.29.1", "1.0.0", "1.1.0", "1.3.0", "1.5.1", "1.7.1",
    "1.9.2", "1.11.0", "1.13.0", "1.14.2", "1.16.0",
)  # fmt: skip
PREFIXES = ("trl/trainer/", "trl/experimental/", "trl/scripts/", "trl/commands/", "trl/utils.py")

#: Modules whose dataclasses become options of a training script.
_OPTION_MODULES = re.compile(
    r"_config$|\.model_config$|\.trainer\.utils$|\.scripts\.(?!vllm_serve|chat|env|_hf_argparser)\w+$"
    r"|\.commands\.cli_utils$|^trl\.utils$"
)
_OPTION_CLASSES = re.compile(r"(Config|Arguments)$")

#: Renames that no released class spells out as an assignment. Sources: release notes and
#: docstrings of the classes named in each line.
RENAMES: Mapping[str, str] = {
    "adafactor": "optim",  # transformers TrainingArguments 4.x, as the next lines' old names
    "dispatch_batches": "accelerator_config.dispatch_batches",
    "fsdp_min_num_params": "fsdp_config.min_num_params",
    "fsdp_transformer_layer_cls_to_wrap": "fsdp_config.transformer_layer_cls_to_wrap",
    "split_batches": "accelerator_config.split_batches",
    "evaluation_strategy": "eval_strategy",  # transformers TrainingArguments 4.41
    "fp16_backend": "half_precision_backend",  # transformers TrainingArguments 4.x
    "gradient_checkpointing": "activation_checkpointing",  # transformers TrainingArguments 5.x
    "gradient_checkpointing_kwargs": "activation_checkpointing_kwargs",
    "group_by_length": "train_sampling_strategy",  # transformers TrainingArguments 5.x
    "include_inputs_for_metrics": "include_for_metrics",
    "max_seq_length": "max_length",  # trl SFTConfig 0.16
    "no_cuda": "use_cpu",
    "per_gpu_eval_batch_size": "per_device_eval_batch_size",
    "per_gpu_train_batch_size": "per_device_train_batch_size",
    "push_to_hub_model_id": "hub_model_id",
    "push_to_hub_organization": "hub_model_id",
    "push_to_hub_token": "hub_token",
    "torch_dtype": "dtype",  # trl ModelConfig 0.23
    "torchdynamo": "torch_compile_backend",
    "tpu_metrics_debug": "debug",
    "use_liger": "use_liger_kernel",  # trl SFTConfig 0.17
    "use_liger_loss": "use_liger_kernel",  # trl DPOConfig, GRPOConfig 0.2x
    "vllm_guided_decoding_regex": "vllm_structured_outputs_regex",  # trl GRPOConfig 0.28
    "warmup_ratio": "warmup_steps",  # transformers TrainingArguments 5.0
}


@dataclass
class Declared:
    """What one release declares: by class label, its keys; and the sections below them."""

    classes: dict[str, dict[str, Key]] = field(default_factory=dict)
    sections: Sections = field(default_factory=dict)


def read(release: Release, external: Mapping[str, Sequence[str]]) -> Declared:
    """The option classes of one trl or transformers release."""
    index = Index(release.files)
    reader = Reader(index, external)
    declared = Declared()
    for found in index.all_classes():
        if not _is_option_class(found, release.package):
            continue
        label = f"{release.package}.{found.name}"
        keys = declared.classes.setdefault(label, {})
        for step in index.lineage(found):
            _collect(reader, step, keys, declared.sections)
    return declared


def _is_option_class(found: Found, package: str) -> bool:
    assert isinstance(found.node, ast.ClassDef)
    if package == "transformers":
        return found.name in {"TrainingArguments", "Seq2SeqTrainingArguments"}
    if not _OPTION_MODULES.search(found.module.name) or found.name == "DatasetConfig":
        return False
    is_dataclass = any("dataclass" in ast.dump(item) for item in found.node.decorator_list)
    return is_dataclass and _OPTION_CLASSES.search(found.name) is not None


def _collect(reader: Reader, step: Found, keys: dict[str, Key], sections: Sections) -> None:
    closed = closed_by_code(reader, step)
    for one in own_fields(reader, step):
        key = _as_option(to_key(one, lambda found: found.name))
        if one.name in closed:
            key = replace(key, choices=closed[one.name])
        keys[one.name] = key
        for below in (*one.shape.sections, *one.shape.items):
            sections.setdefault(below.name, _dataclass_section(reader, below))


def _dataclass_section(reader: Reader, found: Found) -> Section:
    """A nested dataclass: built with ``Class(**mapping)``, so unknown keys are refused."""
    section = Section("forbid")
    for step in reader.index.lineage(found):
        for one in own_fields(reader, step):
            key = to_key(one, lambda below: below.name)
            section.keys[one.name] = replace(key, nullable=True)
    return section


def _as_option(key: Key) -> Key:
    """How the parser treats a field: strings are converted, a lone string stands for a list."""
    types = key.types | ({"str"} if "list" in key.types else set())
    numeric = bool(key.types & {"bool", "int", "float"})
    return replace(key, types=frozenset(types), coerces=numeric, required=False, nullable=True)


def closed_by_code(reader: Reader, found: Found) -> dict[str, frozenset[str]]:
    """Fields that ``__post_init__`` passes through an enum (``self.x = Enum(self.x)``)."""
    assert isinstance(found.node, ast.ClassDef)
    closed: dict[str, frozenset[str]] = {}
    for method in found.node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__post_init__":
            for node in ast.walk(method):
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                    name = last_name(node.targets[0])
                    values = reader.shape(found.module, node.value.func).choices
                    arguments = [last_name(argument) for argument in node.value.args]
                    if values and arguments == [name]:
                        closed[name] = values
    return closed


@dataclass
class _Life:
    """A key over the releases of its packages."""

    merged: dict[str, Key] = field(default_factory=dict)
    seen: dict[str, list[str]] = field(default_factory=dict)


def merge(
    packages: Mapping[str, Sequence[tuple[str, Declared]]], launch: Mapping[str, Key]
) -> Sections:
    """One table from the releases of several packages, each oldest first.

    A key is gone only when the newest release of every package lacks it. ``classes`` names the
    classes that ever had it (of transformers alone where those have it: the others inherit it),
    ``defaults`` the newest default per class where it differs, and ``class_last`` the last
    release of a class that lost it.
    """
    lives: dict[str, _Life] = {}
    newest: dict[str, str] = {}
    sections: Sections = {}
    order = {package: [version for version, _ in table] for package, table in packages.items()}
    for releases in packages.values():
        for version, declared in releases:
            for name, section in declared.sections.items():
                _merge_section(sections, name, section)
            for label, keys in declared.classes.items():
                newest[label] = version
                for name, key in keys.items():
                    life = lives.setdefault(name, _Life())
                    older = life.merged.get(label, key)
                    life.merged[label] = succeed(older, key, f"{_package(label)} {version}")
                    life.seen.setdefault(label, []).append(version)
    root = Section("forbid")
    for name, life in lives.items():
        root.keys[name] = _settle(name, life, order, newest)
    for name, key in launch.items():
        root.keys.setdefault(name, key)
    root.keys["env"] = Key(frozenset({"map"}), extra_facts={"classes": ["trl.TrlParser"]})
    sections[""] = root
    open_tags(sections)
    return sections


def _merge_section(sections: Sections, name: str, section: Section) -> None:
    born = sections.setdefault(name, Section(section.extra))
    for key, facts in section.keys.items():
        born.keys[key] = merge_keys(born.keys.get(key, facts), facts)


def _settle(
    name: str,
    life: _Life,
    order: Mapping[str, Sequence[str]],
    newest: Mapping[str, str],
) -> Key:
    labels = sorted(life.merged, key=_class_rank)
    key = life.merged[labels[-1]]
    for label in reversed(labels):
        key = merge_keys(key, life.merged[label])
    first = _first(life, order)
    last = _last(life, order)
    # Every trainer configuration has the trainer's own arguments, redeclared or not.
    inherited = [label for label in labels if _package(label) == "transformers"]
    # Redeclared or not, the trainer's own guards look at them.
    for label in inherited:
        own = life.merged[label]
        key = replace(key, bounds=own.bounds, bounded_since=own.bounded_since)
    facts: dict[str, object] = {"classes": inherited or labels}
    facts |= _defaults(life, labels, newest)
    if last is None and not inherited:
        facts |= _class_last(life, labels, order)
    return replace(key, first=first, last=last, replaced_by=RENAMES.get(name), extra_facts=facts)


def _class_rank(label: str) -> tuple[int, str]:
    package = label.partition(".")[0]
    return (["transformers", "trl"].index(package), label)


def _newest_seen(life: _Life, label: str) -> str:
    return life.seen[label][-1]


def _first(life: _Life, order: Mapping[str, Sequence[str]]) -> str | None:
    """The first release that has the key, unless some package always had it."""
    found: list[str] = []
    for package, versions in order.items():
        seen = {v for label, vs in life.seen.items() if _package(label) == package for v in vs}
        if versions[0] in seen:
            return None
        found += [f"{package} {version}" for version in versions if version in seen][:1]
    return found[0] if found else None


def _last(life: _Life, order: Mapping[str, Sequence[str]]) -> str | None:
    """The last release that has the key, unless the newest of some package still has it."""
    found: list[str] = []
    for package, versions in order.items():
        seen = {v for label, vs in life.seen.items() if _package(label) == package for v in vs}
        if versions[-1] in seen:
            return None
        found += [f"{package} {version}" for version in versions if version in seen][-1:]
    return found[0] if found else None


def _package(label: str) -> str:
    return label.partition(".")[0]


def _defaults(life: _Life, labels: Sequence[str], newest: Mapping[str, str]) -> dict[str, object]:
    """The defaults of classes whose own newest release still declares the key itself."""
    base = life.merged[labels[0]].default
    differing = {
        label: life.merged[label].default
        for label in labels[1:]
        if _newest_seen(life, label) == newest[label]
        and life.merged[label].default is not NO_DEFAULT
        and life.merged[label].default != base
    }
    return {"defaults": differing} if differing else {}


def _class_last(
    life: _Life, labels: Sequence[str], order: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    gone = {
        label: f"{_package(label)} {_newest_seen(life, label)}"
        for label in labels
        if _newest_seen(life, label) != order[_package(label)][-1]
    }
    return {"class_last": gone} if gone else {}


def launch_keys(releases: Sequence[Release]) -> dict[str, Key]:
    """Options of ``accelerate launch``: the ``trl`` command passes unknown keys on to it."""
    keys: dict[str, Key] = {}
    for release in releases:
        for option in launch_options(release):
            facts = {"classes": ["accelerate.launch"]}
            keys[option.name] = replace(option.key, extra_facts=facts)
    return keys
