"""A model's `config.json` in a local Hugging Face cache.

The cache holds `models--OWNER--NAME/snapshots/REVISION/config.json`, and in `refs/main` the
revision that `main` meant last (huggingface_hub, "Understand caching"). The folder is HF_HUB_CACHE,
or `hub` in HF_HOME, or `~/.cache/huggingface/hub`. It lies outside any project, and a recipe names
the model: so nothing is read from it unless the user asks for that, and only files of this name,
inside the folder, for ids of the hub's form.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

_ID = re.compile(r"(?:[A-Za-z0-9][\w.-]{0,95}/)?[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_REVISION = re.compile(r"[\w.-]{1,100}", re.ASCII)
_NAME = "config.json"


def folder(environment: Mapping[str, str] | None = None) -> str:
    """Return where the hub's client keeps its cache, from the environment's variables."""
    known = os.environ if environment is None else environment
    if known.get("HF_HUB_CACHE"):
        return os.path.expanduser(known["HF_HUB_CACHE"])
    home = known.get("HF_HOME") or os.path.join(
        known.get("XDG_CACHE_HOME") or "~/.cache", "huggingface"
    )
    return os.path.join(os.path.expanduser(home), "hub")


def config_path(model_id: str, cache: str) -> str | None:
    """Return the path of the model's config.json in the folder `cache`, or None.

    Of several snapshots the one that `refs/main` names is taken, else the newest. Ids that are no
    hub ids (paths, URLs) and links that lead out of the cache find nothing.
    """
    if not _ID.fullmatch(model_id) or ".." in model_id or "--" in model_id:
        return None
    model = os.path.join(cache, "models--" + model_id.replace("/", "--"))
    for snapshot in _snapshots(model):
        path = os.path.join(snapshot, _NAME)
        if os.path.isfile(path) and _inside(path, cache):
            return path
    return None


def _snapshots(model: str) -> Iterator[str]:
    """The folders of snapshots, the one to prefer first."""
    every = os.path.join(model, "snapshots")
    main = _main(model)
    if main is not None:
        yield os.path.join(every, main)
    try:
        others = [entry for entry in os.scandir(every) if entry.is_dir()]
        others.sort(key=lambda entry: entry.stat().st_mtime, reverse=True)
    except OSError:
        return
    yield from (entry.path for entry in others)


def _main(model: str) -> str | None:
    """The revision in `refs/main`, where it has the form of one."""
    try:
        with open(os.path.join(model, "refs", "main"), encoding="ascii") as file:
            revision = file.read(128).strip()
    except (OSError, UnicodeDecodeError):
        return None
    return revision if _REVISION.fullmatch(revision) and ".." not in revision else None


def _inside(path: str, cache: str) -> bool:
    root = os.path.realpath(cache)
    return os.path.commonpath([os.path.realpath(path), root]) == root
