"""ms-swift: the dataclasses that its command line turns into options.

A file is rewritten to options and parsed by ``HfArgumentParser``, so every text is converted and an
option that no class has stops the run. The Ray recipes group options under the name of the workers
that they are for (``ray/megatron/driver_utils.py``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from .modules import Index
from .options import joined, options, renamed, trainer_options
from .releases import Release
from .shapes import Reader
from .table import Key, Section, Sections, merge_releases

PACKAGE = "ms-swift"
VERSIONS = (
    "3.0.3", "3.2.2", "3.4.1", "3.6.4", "3.8.3", "3.10.3", "3.12.6", "4.0.4", "4.2.3", "4.4.2",
    "4.6.0",
)  # fmt: skip
PREFIXES = (
    "swift/arguments/", "swift/llm/argument/", "swift/megatron/argument", "swift/trainers/",
    "swift/rlhf_trainers/", "swift/ray", "swift/rlhf_arguments", "swift/plugin/",
)  # fmt: skip

#: Releases of transformers that these releases run with; the newest one wants less than 5.20.
TRAINER_VERSIONS = (
    "4.40.2", "4.44.2", "4.46.3", "4.48.3", "4.50.3", "4.52.4", "4.54.1", "4.56.2", "4.57.6",
    "5.0.0", "5.2.0", "5.4.0", "5.8.1", "5.12.0", "5.16.1",
)  # fmt: skip

#: New names of keys, from the classes that keep the old ones for compatibility.
RENAMES: Mapping[str, str] = {
    "train_type": "tuner_type",  # 4.0
    "sft_type": "tuner_type",
    "custom_register_path": "external_plugins",  # 4.0
    "model_id_or_path": "model",
    "metric": "eval_metric",  # 4.0
}

#: Classes of options end like this; those of trl's trainers repeat options of ``RLHFArguments``.
_CLASSES = re.compile(r"Arguments(Mixin)?$|TunerMixin$")

#: Keys that the reader of Ray recipes takes out before the options are parsed.
_RAY: Mapping[str, Key] = {
    "colocate_groups": Key(frozenset({"list"})),
    "gpus": Key(frozenset({"int"}), coerces=True),
    "nnodes": Key(frozenset({"int"}), coerces=True, default=1),
    "sleep_level": Key(frozenset({"int"}), coerces=True, default=1),
    "ENV": Key(frozenset({"map"})),
}
_GROUPS = ("train", "rollout", "teacher")


def table(releases: Sequence[Release], trainer: Sequence[Release]) -> Sections:
    """The keys of ms-swift's files, with the trainer's own."""
    tables = [(release.version, _read(release)) for release in releases]
    root = merge_releases(PACKAGE, tables)[""]
    root = joined(root, trainer_options(trainer)[""])
    for name, key in root.keys.items():
        root.keys[name] = _as_option(key)
    for name, key in _RAY.items():
        root.keys.setdefault(name, key)
    for name in _GROUPS:
        root.keys[name] = Key(frozenset({"map"}), section=("group",))
    group = Section("forbid", {n: k for n, k in root.keys.items() if n not in _GROUPS})
    renamed(root, RENAMES)
    return {"": root, "group": group}


def _read(release: Release) -> Sections:
    reader = Reader(Index(release.files))
    found = [f for f in reader.index.all_classes() if _CLASSES.search(f.name)]
    return {"": Section("forbid", options(reader, found))}


def _as_option(key: Key) -> Key:
    """Lists come as several words, mappings as JSON text, and every word is converted."""
    types = set(key.types)
    if "str" in types and key.choices is None:
        types |= {"map", "list"}
    if "list" in types:
        types |= {"str"}
    return replace(key, types=frozenset(types), coerces=True)
