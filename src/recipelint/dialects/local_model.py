"""The model that a recipe names, read from a `config.json` on this machine.

A name may be a folder of the project (`./checkpoints/base`): its `config.json` belongs to the
recipe as other files do that it refers to. Or it is an id of the hub, which may lie in the
Hugging Face cache: that is outside the project, so it is read only for a caller who says where.
"""

from __future__ import annotations

import os

from recipelint.catalog import hub_cache
from recipelint.document import read
from recipelint.recipe.facts import Value
from recipelint.workspace import Workspace

_FILE = "config.json"


def config_path(name: str, workspace: Workspace, location: str, cache: str | None) -> str | None:
    """Return the path of the model's config.json, or None.

    `location` is the recipe's own path; `cache` is a folder as `hub_cache.folder` returns it, or
    None where the cache may not be read. A folder of the project is preferred, as transformers
    does it.
    """
    inside = workspace.find(os.path.join(name, _FILE), location)
    if inside is not None or cache is None:
        return inside
    return hub_cache.config_path(name, cache)


def model_facts(path: str) -> dict[str, Value]:
    """Return the `model.` facts of a config.json; none for any other file or an unreadable one."""
    from recipelint.dialects import get
    from recipelint.dialects.base import Reader

    try:
        document = read(path, path)
    except OSError:
        return {}
    dialect = get("hf-config")
    if document.mapping is None or document.broken:
        return {}
    if not dialect.recognise(document.mapping, path):
        return {}
    (phase, *_) = dialect.translate(Reader(document, dialect, Workspace.around(path), path))
    return {n: f.value for n, f in phase.facts.items() if n.startswith("model.")}
