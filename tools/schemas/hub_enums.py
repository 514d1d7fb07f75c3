"""The enums of transformers that other packages use in their annotations."""

from __future__ import annotations

from collections.abc import Sequence

from .modules import Index, enum_values, is_enum
from .releases import Release

PACKAGE = "transformers"
VERSIONS = (
    "4.36.2", "4.40.2", "4.42.4", "4.44.2", "4.46.3", "4.48.3", "4.50.3", "4.52.4", "4.54.1",
    "4.56.2", "4.57.6", "5.0.0", "5.2.0", "5.4.0", "5.8.1", "5.12.0", "5.16.1", "5.20.2", "5.23.0",
)  # fmt: skip
PREFIXES = (
    "transformers/training_args", "transformers/trainer_utils.py", "transformers/debug_utils.py",
    "transformers/trainer_pt_utils.py", "transformers/hf_argparser.py",
)  # fmt: skip


def enum_choices(releases: Sequence[Release]) -> dict[str, list[str]]:
    """The values of each string enum, joined over the releases, by class name."""
    joined: dict[str, set[str]] = {}
    for release in releases:
        index = Index(release.files)
        for found in index.all_classes():
            if is_enum(index, found):
                values = [value for value in enum_values(found) if isinstance(value, str)]
                joined.setdefault(found.name, set()).update(values)
    return {name: sorted(values) for name, values in sorted(joined.items()) if values}
