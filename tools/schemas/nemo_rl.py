"""NeMo RL: its package on the index is empty, so only keys that were renamed are written down.

From the changes to ``examples/configs`` in the repository. Unknown keys are kept and ignored
there, and every section is left open here.
"""

from __future__ import annotations

from .table import Key, Section, Sections

VERSIONS = ("0.2", "0.3", "2026-08")

#: Keys of older releases by section: the last release that had them, and their present names.
_GONE: dict[str, dict[str, tuple[str, str]]] = {
    "sft": {
        "num_steps": ("0.2", "max_num_steps"), "num_epochs": ("0.2", "max_num_epochs"),
    },
    "dpo": {
        "num_steps": ("0.2", "max_num_steps"), "num_epochs": ("0.2", "max_num_epochs"),
    },
    "grpo": {"num_steps": ("0.2", "max_num_steps")},
}  # fmt: skip


def table() -> Sections:
    """The renamed keys, in sections that are open otherwise."""
    root = {name: Key(frozenset({"any"}), section=(name,)) for name in _GONE}
    sections: Sections = {"": Section("open", root)}
    for name, gone in _GONE.items():
        keys = {
            key: Key(frozenset({"any"}), last=f"nemo-rl {last}", replaced_by=successor)
            for key, (last, successor) in gone.items()
        }
        sections[name] = Section("open", keys)
    return sections
