"""What mkdocs does beside its own work: folders in the navigation, links out of the docs.

The pages are read in the repository as well, so they link to files beside `docs/` by relative
paths. On the site such a link leads to the repository. A link to a file that is not there is a
warning, which the strict build makes an error.
"""

from __future__ import annotations

import logging
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
_LOG = logging.getLogger("mkdocs.plugins.site_hooks")


def on_config(config: Any) -> Any:
    """Put the pages of a folder where the navigation names the folder (`rules/`)."""
    config.nav = expanded(config.nav, Path(config.docs_dir))
    return config


def expanded(nav: Any, docs: Path) -> Any:
    """The navigation with every `folder/` replaced by its pages, the index first."""
    if isinstance(nav, list):
        return [expanded(item, docs) for item in nav]
    if isinstance(nav, dict):
        return {title: expanded(item, docs) for title, item in nav.items()}
    if not nav.endswith("/"):
        return nav
    pages = sorted((docs / nav).glob("*.md"), key=lambda page: (page.stem != "index", page.name))
    return [page.relative_to(docs).as_posix() for page in pages]


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Lead links that leave the docs to the repository."""
    docs = Path(config.docs_dir)
    return outward(markdown, docs / page.file.src_path, docs)


def outward(markdown: str, source: Path, docs: Path) -> str:
    """`markdown` of the page at `source` with its links out of `docs` as addresses."""

    def address(link: re.Match[str]) -> str:
        path, _, anchor = link.group(1).partition("#")
        target = (source.parent / path).resolve()
        if not path or ":" in path or target.is_relative_to(docs) or path.startswith("/"):
            return link.group(1)
        if not target.is_relative_to(ROOT) or not target.exists():
            _LOG.warning("%s links to %s, which is not there", source.name, path)
        kind = "tree" if target.is_dir() else "blob"
        found = f"{repository()}/{kind}/main/{target.relative_to(ROOT).as_posix()}"
        return f"{found}#{anchor}" if anchor else found

    return _LINK.sub(address, markdown)


@cache
def repository() -> str:
    """The address of the repository, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["urls"]["Repository"])
