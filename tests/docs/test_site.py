"""The site is whole: its navigation has every page, and every link leads somewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tools.site_hooks import expanded, outward, repository

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
WRITTEN = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")]
CONFIG = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def leaves(nav: Any) -> Iterator[str]:
    """The pages of a navigation."""
    if isinstance(nav, str):
        yield nav
    for item in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from leaves(item)


def test_every_page_is_in_the_navigation_once() -> None:
    pages = Counter(leaves(expanded(CONFIG["nav"], DOCS)))
    assert pages == Counter(page.relative_to(DOCS).as_posix() for page in PAGES)


def test_an_index_comes_first_in_its_folder() -> None:
    assert expanded(["rules/"], DOCS)[0][0] == "rules/index.md"


def test_the_build_is_strict_and_fetches_nothing_for_readers() -> None:
    assert CONFIG["strict"] is True
    assert CONFIG["theme"]["font"] is False
    assert not [css for css in CONFIG["extra_css"] if ":" in css]
    assert "repo_url" not in CONFIG  # the theme would ask the repository's host for its stars


def tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What a page's headings are called in links."""
    found: Counter[str] = Counter()
    names = set()
    parsed = tokens(page)
    for opening, inline in pairwise(parsed):
        if opening.type == "heading_open":
            text = "".join(child.content for child in inline.children or ())
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            names.add(f"{slug}_{found[slug]}" if found[slug] else slug)
            found[slug] += 1
    return names


ANCHORS = {page: anchors(page) for page in PAGES}


def links(page: Path) -> Iterator[str]:
    for token in tokens(page):
        for child in token.children or ():
            if child.type == "link_open":
                yield str(child.attrs["href"])


@pytest.mark.parametrize("page", [*PAGES, *WRITTEN], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if ":" in path:
            continue
        if not target.exists() or (anchor and target in ANCHORS and anchor not in ANCHORS[target]):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("../../examples/trl", "{repository}/tree/main/examples/trl"),
        ("../../README.md#try-it", "{repository}/blob/main/README.md#try-it"),
        ("../facts.md#run", "../facts.md#run"),
        ("#rules", "#rules"),
        ("https://example.org/a", "https://example.org/a"),
    ],
)
def test_on_the_site_a_link_out_of_the_docs_leads_to_the_repository(link: str, leads: str) -> None:
    found = outward(f"[text]({link})", DOCS / "dialects" / "trl.md", DOCS)
    assert found == f"[text]({leads.format(repository=repository())})"


def test_a_link_out_of_the_docs_to_nothing_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    outward("[text](../gone.md)", DOCS / "index.md", DOCS)
    assert "index.md links to ../gone.md" in caplog.text


# --- the same text on the site, which Python-Markdown makes, and in a browser of the repository

ELEMENT = re.compile(r"<(h[1-6]|p|ul|ol|li|table|tr|td|pre|code|strong|em)[ >]")


def elements(html: str) -> Counter[str]:
    """How many elements of each kind there are, code blocks apart from code in a line."""
    found = Counter(ELEMENT.findall(html))
    found["code"] -= found["pre"]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(DOCS).as_posix())
def test_a_page_has_the_same_structure_for_both_kinds_of_readers(page: Path) -> None:
    markdown = pytest.importorskip("markdown", reason="markdown comes with the docs extra")
    pytest.importorskip("pymdownx", reason="pymdownx comes with the docs extra")
    text = page.read_text(encoding="utf-8")
    extensions = ["tables", "toc", "pymdownx.highlight", "pymdownx.superfences"]
    site = markdown.markdown(text, extensions=extensions)
    browsed = MarkdownIt("commonmark").enable("table").render(text)
    assert elements(site) == elements(browsed)
