"""Training scripts that are no package: the keys they add to the trainer's own.

Copied by hand, as names and types, from the dataclasses of two public repositories:
open-r1 (``src/open_r1/configs.py``, ``scripts/pass_rate_filtering``) and the alignment-handbook
(``src/alignment/configs.py``, its first releases and its present ones).
"""

from __future__ import annotations

from dataclasses import replace

from .table import Key, Section, Sections

_OPEN_R1 = {
    "str": (
        "chat_template", "code_language", "code_provider", "dataset_prompt_column",
        "e2b_router_url", "hub_model_revision", "ioi_provider", "morph_router_url",
        "system_prompt", "wandb_entity", "wandb_project", "wandb_run_group",
        "code_eval_scoring_mode", "output_dataset_name", "dataset_split",
    ),
    "int": (
        "code_eval_test_batch_size", "cosine_max_len", "max_completion_len",
        "num_completions_to_print", "parallel_code_exec_per_proc", "repetition_n_grams",
        "soft_punish_cache", "dataset_start_index", "dataset_end_index",
    ),
    "float": (
        "cosine_max_value_correct", "cosine_max_value_wrong", "cosine_min_value_correct",
        "cosine_min_value_wrong", "repetition_max_penalty", "pass_rate_min", "pass_rate_max",
    ),
    "bool": (
        "enforce_same_language", "overwrite_hub_revision", "push_to_hub_revision",
        "wandb_log_unique_prompts",
    ),
    "list": ("benchmarks", "callbacks", "reward_funcs"),
    "map": ("dataset_mixture",),
}  # fmt: skip

_HANDBOOK = {
    "str": (
        "base_model_revision", "chat_template", "hub_model_revision", "model_code_revision",
        "text_column", "tokenizer_name_or_path", "truncation_side",
    ),
    "int": ("preprocessing_num_workers",),
    "bool": ("auto_insert_empty_system_msg", "use_flash_attention_2"),
    "list": ("dataset_configs", "dataset_splits"),
    "map": ("dataset_mixer", "dataset_mixture"),
}  # fmt: skip

_MIXTURE = "DatasetMixture"
_MIXTURE_ITEM = "DatasetMixtureItem"


def add_scripts(sections: Sections) -> None:
    """Add the scripts' keys and classes to the trainer's table."""
    root = sections[""].keys
    for label, table in (("alignment-handbook", _HANDBOOK), ("open-r1", _OPEN_R1)):
        for kind, names in table.items():
            for name in names:
                root[name] = _joined(root.get(name), kind, label)
    root["dataset_mixture"] = replace(root["dataset_mixture"], section=(_MIXTURE,))
    # Both repositories read the mixture with ``get``: other keys in it are passed over.
    sections[_MIXTURE] = Section(
        "ignore",
        {
            "datasets": Key(frozenset({"list"}), items=(_MIXTURE_ITEM,), required=True),
            "seed": Key(frozenset({"int"}), default=0),
            "test_split_size": Key(frozenset({"float"})),
        },
    )
    sections[_MIXTURE_ITEM] = Section(
        "ignore",
        {
            "id": Key(frozenset({"str"}), required=True),
            "config": Key(frozenset({"str"})),
            "split": Key(frozenset({"str"}), default="train"),
            "columns": Key(frozenset({"list"})),
            "weight": Key(frozenset({"float"}), default=1.0),
        },
    )


def _joined(known: Key | None, kind: str, label: str) -> Key:
    types = {kind} | ({"str"} if kind == "list" else set())
    if known is None:
        coerces = kind in {"bool", "int", "float"}
        return Key(frozenset(types), coerces=coerces, extra_facts={"classes": [label]})
    facts = dict(known.extra_facts)
    facts["classes"] = [*facts.get("classes", []), label]
    # A script keeps a key alive whatever the packages did with it.
    return replace(known, types=known.types | types, last=None, extra_facts=facts)
