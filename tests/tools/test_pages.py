"""Generated pages: text stays text in Markdown, and the key maps say what a dialect reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from recipelint.dialects import get
from tools.key_maps import KeyMap
from tools.pages import cell, prose, table, words

MARKDOWN = MarkdownIt("commonmark")


def shown(markdown: str) -> str:
    """What a reader sees of one line of Markdown."""
    inline = MARKDOWN.parseInline(markdown)[0]
    return "".join(child.content for child in inline.children or ())


@pytest.mark.parametrize(
    "text",
    [
        "2**-24; 2**-25 rounds to 0",
        "Config.__post_init__ and _batch_assertion",
        "steps <= 200 and <none> is no tag",
        "`lora_r` times `a*b*c` is *not* emphasis",
        "a lone ` tick",
    ],
)
def test_prose_is_shown_as_it_was_written(text: str) -> None:
    assert shown(prose(text)) == text.replace("`lora_r`", "lora_r").replace("`a*b*c`", "a*b*c")


@given(st.text("ab _*<`", min_size=1, max_size=12).map(str.strip).filter(bool))
def test_no_prose_becomes_emphasis_or_a_tag(text: str) -> None:
    kinds = {child.type for child in MARKDOWN.parseInline(prose(text))[0].children or ()}
    assert kinds <= {"text", "text_special", "code_inline"}


def test_a_cell_is_one_line_without_columns() -> None:
    assert cell("a |\n  b") == "a \\| b"


def test_a_table_without_rows_is_nothing() -> None:
    assert list(table(("Name",), [])) == []
    assert list(table(("A", "B"), [("1", "2")])) == ["", "| A | B |", "|---|---|", "| 1 | 2 |"]


def test_words_are_joined_as_one_says_them() -> None:
    assert words(["a"]) == "a"
    assert words(["a", "b", "c"], "or") == "a, b or c"


def keys(dialect: str, *found: str) -> list[str]:
    one = KeyMap(get(dialect), dialect, keys={"optimizer.learning_rate": dict.fromkeys(found)})
    one.tidy()
    return list(one.keys["optimizer.learning_rate"])


def test_a_key_below_a_section_is_shown_with_the_section_only() -> None:
    assert keys("nemo-rl", "lr", "policy.optimizer.lr") == ["policy.optimizer.lr"]


def test_a_key_that_also_stands_at_the_top_is_kept() -> None:
    assert keys("trl", "learning_rate", "extra.learning_rate") == [
        "learning_rate",
        "extra.learning_rate",
    ]


def test_a_dialect_is_silent_about_what_no_key_tells() -> None:
    one = KeyMap(get("trl"), "trl", keys={"optimizer.eps": {}}, defaults={"batch.micro_batch": {}})
    assert one.told == ["optimizer", "batch"]
    assert "schedule" in one.silent
    assert not {"optimizer", "batch"} & set(one.silent)


def test_the_examples_of_a_dialect_are_told_by_their_content() -> None:
    from tools.key_maps import gather

    found = {one.dialect.name: one.examples for one in gather()}
    assert Path("examples/axolotl/deepspeed") in {path.parent for path in found["deepspeed"]}
    assert all("broken" not in path.parts for paths in found.values() for path in paths)
