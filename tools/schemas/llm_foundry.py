"""llm-foundry: a training configuration that refuses unknown keys, and free sections below it.

Since 0.8 the top level is a dataclass and everything else belongs under `variables`. The sections
hold the arguments of what their `name` selects from a registry, which recipes may extend with
code of their own; what the shipped entries take is known, more is not refused here.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from .callables import Callables
from .fields import sections_from
from .modules import Found, literal_or_none
from .releases import Release
from .table import Key, Section, Sections, merge_keys

PACKAGE = "llm_foundry"
VERSIONS = ("0.11.0", "0.13.1", "0.15.1", "0.17.1", "0.19.0", "0.20.0", "0.22.0")
PREFIXES = ("llmfoundry/",)

ROOT_CLASS = "TrainConfig"
EVAL_CLASS = "EvalConfig"
_CONFIG = "llmfoundry.utils.config_utils"

#: What a section's registry entries take, by the section's name.
_ENTRIES: dict[str, tuple[str, ...]] = {
    "model": (
        "llmfoundry.models.mpt.configuration_mpt.MPTConfig",
        "llmfoundry.models.mpt.modeling_mpt.ComposerMPTCausalLM",
        "llmfoundry.models.hf.hf_causal_lm.ComposerHFCausalLM",
        "llmfoundry.models.hf.hf_t5.ComposerHFT5",
        "llmfoundry.models.hf.hf_base.BaseHuggingFaceModel",
        "llmfoundry.models.llm_embed.modeling_llm_embed.ContrastiveModel",
    ),
    "optimizer": (
        "llmfoundry.optim.lion.DecoupledLionW",
        "llmfoundry.optim.adaptive_lion.DecoupledAdaLRLion",
        "llmfoundry.optim.adaptive_lion.DecoupledClipLion",
        "llmfoundry.optim.lion8b.DecoupledLionW_8bit",
    ),
    "scheduler": ("llmfoundry.optim.scheduler.InverseSquareRootWithWarmupScheduler",),
    "train_loader": (
        "llmfoundry.data.text_data.build_text_dataloader",
        "llmfoundry.data.finetuning.dataloader.build_finetuning_dataloader",
        "llmfoundry.data.contrastive_pairs.dataloader.build_pairs_dataloader",
    ),
    "dataset": ("llmfoundry.data.text_data.StreamingTextDataset",),
    "attn_config": (
        "llmfoundry.models.layers.attention.GroupedQueryAttention",
        "llmfoundry.models.layers.attention.MultiheadAttention",
    ),
}

#: Arguments of Composer's and torch's classes that the registries hold as well. Source: composer
#: 0.32.1, optim/decoupled_weight_decay.py, optim/scheduler.py, algorithms/gradient_clipping and
#: utils/parallelism.py; mosaicml-streaming 0.11, base/dataset.py.
_OTHERS: dict[str, tuple[str, ...]] = {
    "model": ("name", "device", "master_weights_dtype", "pretrained", "tokenizer_name"),
    "optimizer": (
        "name", "lr", "betas", "eps", "weight_decay", "amsgrad", "disable_grad", "param_groups",
    ),
    "scheduler": (
        "name", "t_warmup", "t_max", "alpha", "alpha_i", "alpha_f", "scale_warmup", "t_scale",
        "t_cooldown", "alpha_f_decay", "alpha_f_cooldown",
    ),
    "train_loader": ("name", "label"),
    "dataset": (
        "streams", "remote", "local", "split", "download_retry", "download_timeout",
        "validate_hash", "keep_zip", "epoch_size", "predownload", "cache_limit",
        "partition_algo", "num_canonical_nodes", "batch_size", "shuffle", "shuffle_algo",
        "shuffle_seed", "shuffle_block_size", "sampling_method", "sampling_granularity",
        "batching_method", "replication", "allow_unsafe_types", "stream_name",
        "stream_config", "max_seq_len", "eos_token_id", "bos_token_id", "mlm_probability",
        "group_method",
    ),
}  # fmt: skip

#: Sections whose names OmegaConf hands on untyped; the shipped entries take exactly these.
_CLIPPING = {"clipping_type": "str", "clipping_threshold": "float"}

#: Functions whose arguments are keys of a fine-tuning data set, and what is none of them.
_DATASET_FUNCTIONS = ("build_from_hf", "build_from_streaming", "_validate_config")
_NOT_KEYS = frozenset({"self", "allowed_dataset_keys", "args", "kwargs", "tokenizer"})

#: Keys that end at a release before the first one read. Source: the repository's change of
#: 2023-11 that took the field out of the data sets.
_GONE = {("dataset", "tokenizer_name"): "llm_foundry 0.3.0"}


def read(release: Release) -> Sections:
    """The table of one release."""
    known = Callables(release.files)
    module = known.index.modules[_CONFIG]
    sections: Sections = {}
    for name, label in ((ROOT_CLASS, ""), (EVAL_CLASS, EVAL_CLASS)):
        found = Found(module, name, module.classes[name])
        sections |= sections_from(known.reader, found, label, lambda _: "forbid")
    for label in _ENTRIES:
        sections[label] = _entries(known, label)
    _ffn(known, sections)
    _finetuning(known, sections)
    _connect(sections)
    return sections


def _entries(known: Callables, label: str) -> Section:
    section = Section("open")
    for name in _OTHERS.get(label, ()):
        section.keys[name] = Key(frozenset({"any"}))
    for path in _ENTRIES[label]:
        module_name, name = path.rsplit(".", 1)
        module = known.index.modules.get(module_name)
        target = known.resolve(module, name) if module is not None else None
        signature = known.signature(target) if target is not None else None
        for key, facts in (signature.keys if signature else {}).items():
            own = replace(facts, choices=None, types=_types(facts), coerces=True)
            older = section.keys.get(key)
            section.keys[key] = own if older is None else merge_keys(older, own)
    return section


def _types(key: Key) -> frozenset[str]:
    """Arguments without an annotation, or of a class of the package's own, take anything."""
    return key.types or frozenset({"any"})


def _ffn(known: Callables, sections: Sections) -> None:
    """The defaults of the attention and feed-forward sections are dictionaries in the code."""
    values = known.index.modules["llmfoundry.models.utils.config_defaults"].values
    found = literal_or_none(values["attn_config_defaults"])
    assert isinstance(found, dict)
    for name in found:
        sections["attn_config"].keys.setdefault(name, Key(frozenset({"any"})))


def _finetuning(known: Callables, sections: Sections) -> None:
    """The keys of the fine-tuning loader's data set: what its constructors and its check take."""
    module = known.index.modules["llmfoundry.data.finetuning.dataloader"]
    names: set[str] = set()
    for value in module.values.values():
        if isinstance(value, ast.Set):
            names |= {str(literal_or_none(item)) for item in value.elts}
    tasks = known.index.modules["llmfoundry.data.finetuning.tasks"]
    constructors = [tasks.classes[n] for n in tasks.classes if n.endswith("Constructor")]
    functions = [node for tree in (module.tree, *constructors) for node in ast.walk(tree)]
    for node in functions:
        if isinstance(node, ast.FunctionDef) and node.name in _DATASET_FUNCTIONS:
            names |= {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    for name in sorted(names - _NOT_KEYS):
        sections["dataset"].keys.setdefault(name, Key(frozenset({"any"})))


def _connect(sections: Sections) -> None:
    root = sections[""].keys
    for key, names in (
        ("model", ("model",)),
        ("optimizer", ("optimizer",)),
        ("scheduler", ("scheduler",)),
        ("train_loader", ("train_loader",)),
    ):
        root[key] = replace(root[key], section=names)
    root["eval_loader"] = replace(
        root["eval_loader"],
        types=frozenset({"map", "list"}),
        section=("train_loader",),
        items=("train_loader",),
    )
    for key in ("icl_tasks", "eval_gauntlet"):
        root[key] = replace(root[key], types=frozenset({"map", "list", "str"}))
        evaluation = sections[EVAL_CLASS].keys[key]
        sections[EVAL_CLASS].keys[key] = replace(
            evaluation, types=frozenset({"map", "list", "str"})
        )
    loader = sections["train_loader"].keys
    loader["dataset"] = Key(frozenset({"map"}), section=("dataset",))
    model = sections["model"].keys
    model["attn_config"] = Key(frozenset({"map"}), section=("attn_config",))
    root["algorithms"] = Key(frozenset({"map"}), section=("algorithms",))
    sections["algorithms"] = Section(
        "open", {"gradient_clipping": Key(frozenset({"map"}), section=("gradient_clipping",))}
    )
    sections["gradient_clipping"] = Section(
        "forbid", {name: Key(frozenset({kind}), coerces=True) for name, kind in _CLIPPING.items()}
    )
    for section in ("model", "optimizer", "scheduler", "train_loader", "dataset"):
        sections[section].extra = "ignore"
    for label in ("", EVAL_CLASS):
        for name, facts in sections[label].keys.items():
            # Fields the program fills in itself, and defaults it sets before it looks.
            sections[label].keys[name] = replace(facts, required=False, coerces=True)


def finish(sections: Sections) -> Sections:
    """Add the keys that are gone; for the merged table."""
    for (section, name), last in _GONE.items():
        sections[section].keys[name] = Key(frozenset({"any"}), last=last)
    sections[""].keys["variables"] = Key(frozenset({"map"}))
    return sections


def mcli(sections: Sections) -> Sections:
    """The file of the platform's command line, with the recipe in `parameters`."""
    wrapped = {name: section for name, section in sections.items() if name}
    wrapped["parameters"] = sections[""]
    root = Section("open", {"parameters": Key(frozenset({"map"}), section=("parameters", "Eval"))})
    wrapped["Eval"] = wrapped.pop(EVAL_CLASS)
    wrapped[""] = root
    return wrapped
