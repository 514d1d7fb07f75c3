"""The pages are played as sessions: what they show is what the commands and the code print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tools.page_sessions import Block, Session, blocks, matches, refresh

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if page.parent == DOCS)
PLAYED = [page for page in PAGES if any(b.language in ("console", "python") for b in blocks(page))]


def name(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("page", PLAYED, ids=name)
def test_a_page_does_what_it_shows(page: Path, tmp_path: Path) -> None:
    for shown in Session(tmp_path, page).play():
        place = f"{name(page)}:{shown.block.line}: {shown.head}\n{shown.printed}"
        assert shown.status == shown.expected, f"exit status {shown.status}: {place}"
        assert "Traceback" not in shown.printed, place
        assert shown.right, f"it prints something else (make refresh writes it anew): {place}"


def skipped() -> list[tuple[str, Block]]:
    return [(name(page), block) for page in PAGES for block in blocks(page) if block.not_run]


def test_what_is_not_run_is_rare() -> None:
    assert 0 < len(skipped()) <= 4, skipped()


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=name)
def test_no_command_stands_where_it_would_not_be_run(page: Path) -> None:
    """Commands stand in console blocks, and pages made by a generator have none."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    commands = re.compile(r"^(\$ .*|recipelint .*)$", re.MULTILINE)
    indented = [
        found for t in tokens if t.type == "code_block" for found in commands.findall(t.content)
    ]
    assert indented == []
    played = ("console", "python") if page in PAGES else ()
    others = [b for b in blocks(page) if b.language not in played and b.title is None]
    assert [found for block in others for found in commands.findall(block.text)] == []
    assert page in PAGES or not [b for b in blocks(page) if b.language in ("console", "python")]


# --- the reading of blocks, on a page made for it


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def play(page: Path, text: str) -> list[tuple[bool, int, str]]:
    page.write_text(text, encoding="utf-8")
    home = page.parent / "home"
    home.mkdir()
    return [(one.right, one.status, one.printed) for one in Session(home, page).play()]


def test_a_command_is_compared_with_what_stands_below_it(page: Path) -> None:
    text = "```console\n$ echo one\none\n$ echo two\nthree\n$ echo four\n```\n"
    assert play(page, text) == [(True, 0, "one\n"), (False, 0, "two\n"), (True, 0, "four\n")]


def test_a_status_is_told_in_a_comment(page: Path) -> None:
    page.write_text("```console\n$ exit 2  # exit status 2\n$ exit 3\n```\n", encoding="utf-8")
    home = page.parent / "home"
    home.mkdir()
    found = [(one.expected, one.status) for one in Session(home, page).play()]
    assert found == [(2, 2), (0, 3)]


def test_a_titled_block_is_a_file_and_a_line_of_one(page: Path) -> None:
    text = (
        '```yaml title="a/b.yaml"\none: 1\ntwo: 2\nthree: 3\n```\n'
        '```yaml title="a/b.yaml:2"\ntwo: 22\n```\n'
        "```console\n$ cat a/b.yaml\n```\n"
    )
    assert play(page, text) == [(True, 0, "one: 1\ntwo: 22\nthree: 3\n")]


def test_code_shares_names_and_is_held_against_what_it_prints(page: Path) -> None:
    text = '```python\nx = 1\n```\n```python\nprint(x + 1)\n```\n```text title="prints"\n3\n```\n'
    assert play(page, text) == [(False, 0, "2\n")]


def test_a_block_that_is_not_run_says_why(page: Path) -> None:
    assert play(page, "```console\n# not run: it would fail\n$ false\n```\n") == []


@pytest.mark.parametrize(
    ("shown", "same"),
    [("a\nb\nc\n", True), ("a\n…\n", True), ("…\nc\n", True), ("a\n…\nb\n", False), ("a\n", False)],
)
def test_an_ellipsis_stands_for_any_lines(shown: str, same: bool) -> None:
    assert matches(shown, "a\nb\nc\n") is same


def test_a_page_is_refreshed_where_it_is_wrong(page: Path) -> None:
    text = "```console\n# three times\n$ echo one\n?\n$ echo two\n…\n$ echo three\n```\n"
    page.write_text(text, encoding="utf-8")
    refresh(page)
    assert page.read_text(encoding="utf-8") == text.replace("?", "one")


def test_a_page_whose_command_fails_is_left_alone(page: Path) -> None:
    text = "```console\n$ echo one\n?\n$ false\n```\n"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="exit status 1: false"):
        refresh(page)
    assert page.read_text(encoding="utf-8") == text
