"""Axolotl: the pydantic models behind its YAML, those of its plugins included."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from .fields import sections_from
from .modules import Found, Index, last_name, literal_or_none
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections, open_tags

PACKAGE = "axolotl"
VERSIONS = (
    "0.5.2", "0.6.0", "0.7.0", "0.8.1", "0.9.2", "0.10.0", "0.11.0", "0.12.2", "0.13.2", "0.14.0",
    "0.15.0", "0.16.1", "0.17.0", "0.18.0", "0.19.0",
)  # fmt: skip
PREFIXES = ("axolotl/",)

ROOT_MODEL = "AxolotlInputConfig"
#: Renames whose new name stands in a message or a docstring only, from ``utils/schemas``:
#: deprecated.py, validation.py (FSDP, sequence parallel), utils.py (message fields),
#: config.py (attention flags, garbage collection, dataset processes).
RENAMES: Mapping[str, Mapping[str, str]] = {
    "": {
        "dataset_processes": "dataset_num_proc",
        "dpo_beta": "rl_beta",
        "eager_attention": "attn_implementation",
        "eval_max_new_tokens": "generation_max_new_tokens",
        "eval_table_size": "num_generation_samples",
        "evaluation_strategy": "eval_strategy",
        "flash_attention": "attn_implementation",
        "flex_attention": "attn_implementation",
        "fsdp_final_state_dict_type": "fsdp_config.final_state_dict_type",
        "gc_steps": "gc_collect_steps",
        "noisy_embedding_alpha": "neftune_noise_alpha",
        "pretrain_multipack_buffer_size": "streaming_multipack_buffer_size",
        "relora_anneal_steps": "jagged_restart_anneal_steps",
        "relora_steps": "jagged_restart_steps",
        "relora_warmup_steps": "jagged_restart_warmup_steps",
        "rope_scaling": "model_config.rope_scaling",
        "sage_attention": "attn_implementation",
        "sdp_attention": "attn_implementation",
        "sequence_parallel_degree": "context_parallel_size",
        "unsloth_lora_mlp": "lora_mlp_kernel",
        "unsloth_lora_o": "lora_o_kernel",
        "unsloth_lora_qkv": "lora_qkv_kernel",
        "xformers_attention": "attn_implementation",
    },
    "SFTDataset": {
        "message_field_content": "message_property_mappings.content",
        "message_field_role": "message_property_mappings.role",
        "train_on_split": "split",
    },
}

#: Keys of releases before the first one on PyPI, from the schema of 0.4.0.
BEFORE_PYPI: Mapping[str, tuple[str, str | None]] = {
    "base_model_ignore_patterns": ("any", None),
    "eval_table_max_new_tokens": ("int", "generation_max_new_tokens"),
}
_LAST_BEFORE_PYPI = "axolotl 0.4.0"

#: While ``fsdp_config`` was a free mapping (to 0.12), it was handed to the trainer, which knows
#: these names (transformers TrainingArguments, accelerate FullyShardedDataParallelPlugin).
_FREE_FSDP: Mapping[str, tuple[str, ...]] = {
    "bool": (
        "activation_checkpointing", "cpu_offload_pin_memory", "cpu_ram_efficient_loading",
        "forward_prefetch", "limit_all_gathers", "offload_params", "reshard_after_forward",
        "sync_module_states", "use_orig_params", "xla", "xla_fsdp_grad_ckpt", "xla_fsdp_v2",
    ),
    "int": ("min_num_params", "version"),
    "str": (
        "auto_wrap_policy", "backward_prefetch", "final_state_dict_type",
        "mixed_precision_policy", "sharding_strategy", "state_dict_type",
        "transformer_layer_cls_to_wrap",
    ),
}  # fmt: skip

#: The FSDP validator strips this prefix from the keys of ``fsdp_config``.
_FSDP_PREFIX = "fsdp_"

#: Read from objects that happen to be called ``cfg`` too (a model's configuration, a property),
#: or by a slip of axolotl's own that would only mislead suggestions.
_NOT_RECIPE = frozenset(
    {"dataset_prcoesses", "key", "llm_config", "setter", "text_config", "vocab_size"}
)

_DICT_METHODS = frozenset(dir(dict)) | {"to_dict", "to_json", "add_extra_args"}
_CONFIG_NAMES = frozenset({"cfg", "axolotl_cfg"})

#: Parts of module names where ``cfg`` is a model's configuration, not the recipe.
_OTHER_CONFIGS = frozenset({"monkeypatch", "kernels", "libs", "models", "cut_cross_entropy"})


def read(release: Release, external: Mapping[str, Sequence[str]]) -> Sections:
    """The table of one axolotl release.

    ``external`` holds the values of the transformers enums that axolotl's annotations use.
    """
    index = Index(release.files)
    reader = Reader(index, external)
    root = next(found for found in index.all_classes() if found.name == ROOT_MODEL)
    sections = sections_from(reader, root, "", lambda found: extra_policy(index, found))
    for plugin, model in plugin_models(index):
        _add_plugin(sections, reader, plugin, model)
    _mark_coercions(index, sections)
    _free_fsdp(sections)
    _prefix_fsdp(sections)
    _add_unreachable(index, sections, computed_names(index, root))
    _rename(sections)
    open_tags(sections)
    return sections


def extra_policy(index: Index, found: Found) -> str:
    """What pydantic does with unknown keys of a model; "ignore" unless a base says otherwise."""
    policy = "ignore"
    for step in index.lineage(found):
        assert isinstance(step.node, ast.ClassDef)
        for statement in step.node.body:
            policy = _stated_policy(statement) or policy
    return {"allow": "open"}.get(policy, policy)


def _stated_policy(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.ClassDef) and statement.name == "Config":
        values = [_stated_policy(inner) for inner in statement.body]
        return next((value for value in values if value), None)
    if not isinstance(statement, ast.Assign):
        return None
    name, value = last_name(statement.targets[0]), statement.value
    if name == "extra":
        return str(literal_or_none(value) or last_name(value))
    if name != "model_config":
        return None
    if isinstance(value, ast.Call):
        stated = {keyword.arg: literal_or_none(keyword.value) for keyword in value.keywords}
        return stated.get("extra")
    stated_dict = literal_or_none(value)
    return stated_dict.get("extra") if isinstance(stated_dict, dict) else None


def plugin_models(index: Index) -> Iterator[tuple[str, Found]]:
    """Each plugin's dotted name and the model that its ``get_input_args`` names."""
    for plugin in index.all_classes():
        assert isinstance(plugin.node, ast.ClassDef)
        for method in plugin.node.body:
            if isinstance(method, ast.FunctionDef) and method.name == "get_input_args":
                for target in _returned_strings(method):
                    model = _by_dotted_name(index, target)
                    if model is not None:
                        yield f"{plugin.module.name}.{plugin.name}", model


def _returned_strings(method: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(method):
        value = literal_or_none(node.value) if isinstance(node, ast.Return) and node.value else None
        if isinstance(value, str):
            yield value


def _by_dotted_name(index: Index, dotted: str) -> Found | None:
    module, _, name = dotted.rpartition(".")
    for home in (module, f"{module}.args"):
        found = index.find_class(index.modules[home], name) if home in index.modules else None
        if found is not None:
            return found
    return None


def _add_plugin(sections: Sections, reader: Reader, plugin: str, model: Found) -> None:
    below = sections_from(reader, model, "", lambda found: extra_policy(reader.index, found))
    # A plugin is listed by its package, which re-exports the class that plugin.py defines.
    listed = re.sub(r"\.plugins?\.", ".", plugin)
    for name, key in below.pop("").keys.items():
        marked = replace(key, required=False, extra_facts={"plugin": listed})
        sections[""].keys.setdefault(name, marked)
    for name, section in below.items():
        sections.setdefault(name, section)


def _mark_coercions(index: Index, sections: Sections) -> None:
    """Pydantic's lax mode reads numbers and booleans from strings where no string is allowed."""
    converted = _converted_by_validator(index)
    for section in sections.values():
        for name, key in section.keys.items():
            numeric = bool(key.types & {"int", "float", "bool"})
            free_text = "str" in key.types and key.choices is None
            if numeric and (not free_text or name in converted):
                section.keys[name] = replace(key, coerces=True)


def _converted_by_validator(index: Index) -> set[str]:
    """Fields that a ``field_validator`` passes through ``float`` or ``int``."""
    names: set[str] = set()
    for found in index.all_classes():
        assert isinstance(found.node, ast.ClassDef)
        for method in found.node.body:
            if isinstance(method, ast.FunctionDef) and _converts(method):
                for decorator in method.decorator_list:
                    names |= _validated(decorator)
    return names


def _converts(method: ast.FunctionDef) -> bool:
    calls = (node for node in ast.walk(method) if isinstance(node, ast.Call))
    return any(last_name(call.func) in {"float", "int"} for call in calls)


def _validated(decorator: ast.expr) -> set[str]:
    if not isinstance(decorator, ast.Call) or last_name(decorator.func) != "field_validator":
        return set()
    return {name for name in map(literal_or_none, decorator.args) if isinstance(name, str)}


def _free_fsdp(sections: Sections) -> None:
    root = sections[""].keys
    if root["fsdp_config"].section:
        return
    keys = {name: Key(frozenset({kind})) for kind, names in _FREE_FSDP.items() for name in names}
    sections["FSDPConfig"] = Section("open", keys)
    root["fsdp_config"] = replace(root["fsdp_config"], section=("FSDPConfig",))


def add_before_pypi(sections: Sections) -> Sections:
    """Add the keys that only releases older than those on PyPI knew; for the merged table."""
    for name, (kind, new) in BEFORE_PYPI.items():
        gone = Key(frozenset({kind}), replaced_by=new, last=_LAST_BEFORE_PYPI)
        sections[""].keys.setdefault(name, gone)
    return _moved(sections)


def _moved(sections: Sections) -> Sections:
    """Name the successor of keys that were gone before their successor came."""
    for section, renames in RENAMES.items():
        keys = sections[section].keys
        for old, new in renames.items():
            if old in keys and keys[old].replaced_by is None and new in keys:
                keys[old] = replace(keys[old], replaced_by=new)
    return sections


def _prefix_fsdp(sections: Sections) -> None:
    section = sections.get("FSDPConfig")
    if section is None:
        return
    for name, key in list(section.keys.items()):
        prefixed = _FSDP_PREFIX + name.removeprefix(_FSDP_PREFIX)
        if prefixed not in section.keys:
            section.keys[prefixed] = replace(key, aliases=(), replaced_by=name)
            if section.extra == "open":
                # Not every name of the free mapping lives on; the newer model says which do.
                section.keys[prefixed] = replace(key, aliases=())
    if "version" in section.keys:
        # The prefix of this one is kept: the validator exempts it.
        section.keys["fsdp_version"] = replace(section.keys["fsdp_version"], replaced_by=None)


def _rename(sections: Sections) -> None:
    for section, renames in RENAMES.items():
        if section not in sections:
            continue
        for old, new in renames.items():
            key = sections[section].keys.get(old)
            known = new.split(".")[0] in sections[section].keys or new.startswith("model_config")
            if key is not None and known:
                sections[section].keys[old] = replace(key, replaced_by=new)


def computed_names(index: Index, root: Found) -> set[str]:
    """Methods and properties of the root model: read like keys, but never taken from the file."""
    names: set[str] = set()
    for step in index.lineage(root):
        assert isinstance(step.node, ast.ClassDef)
        names |= {item.name for item in step.node.body if isinstance(item, ast.FunctionDef)}
    return names


def _add_unreachable(index: Index, sections: Sections, computed: set[str]) -> None:
    """Add keys that the code reads from the configuration although no model declares them."""
    root = sections[""]
    known = computed | set(root.keys)
    for key in root.keys.values():
        known |= set(key.aliases)
    reads: set[str] = set()
    writes: set[str] = set()
    for name, module in index.modules.items():
        if not _OTHER_CONFIGS & set(name.split(".")):
            collect_access(module.tree, reads, writes)
    for name in sorted(reads - writes - known - _DICT_METHODS - _NOT_RECIPE):
        if not name.startswith("_"):
            facts = {"read_only_by_code": True}
            root.keys[name] = Key(types=frozenset({"any"}), extra_facts=facts)


def collect_access(tree: ast.AST, reads: set[str], writes: set[str]) -> None:
    """Collect the names read from and written to objects called ``cfg``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_config(node.value):
            (writes if isinstance(node.ctx, ast.Store) else reads).add(node.attr)
        elif isinstance(node, ast.Subscript) and _is_config(node.value):
            name = literal_or_none(node.slice)
            if isinstance(name, str):
                (writes if isinstance(node.ctx, ast.Store) else reads).add(name)
        elif isinstance(node, ast.Call) and node.args:
            reads |= _read_by_call(node)


def _read_by_call(call: ast.Call) -> set[str]:
    function = call.func
    is_get = isinstance(function, ast.Attribute) and function.attr == "get"
    if is_get and isinstance(function, ast.Attribute) and _is_config(function.value):
        name = literal_or_none(call.args[0])
    elif last_name(function) in {"getattr", "hasattr"} and len(call.args) > 1:
        name = literal_or_none(call.args[1]) if _is_config(call.args[0]) else None
    else:
        name = None
    return {name} if isinstance(name, str) else set()


def _is_config(node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and last_name(node) in _CONFIG_NAMES
