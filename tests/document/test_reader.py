"""The way in: bytes of any kind become a document, by the ending of the file's name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.document import parse, read
from recipelint.document.limits import LIMITS
from recipelint.document.reader import format_of, parse_limited
from recipelint.findings import Span
from tests.document.trees import at, codes, plain

SAME = {
    "recipe.yaml": "lr: 2\nname: größe\n",
    "recipe.yml": "{lr: 2, name: größe}",
    "recipe.json": '{"lr": 2, "name": "größe"}',
    "recipe.toml": "lr = 2\nname = 'größe'\n",
}


@pytest.mark.parametrize(("name", "text"), SAME.items())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_decoded_and_parsed_by_its_name(
    tmp_path: Path, name: str, text: str, encoding: str
) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    document = read(str(path), name)
    assert document.problems == []
    assert document.path == name
    assert plain(document.root) == {"lr": 2, "name": "größe"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.yaml", "yaml"),
        ("a/b.YML", "yaml"),
        ("ds.json", "json"),
        ("run.TOML", "toml"),
        ("recipe", "yaml"),
        ("<stdin>", "yaml"),
        ("a.json.yaml", "yaml"),
        (".json", "yaml"),
        ("", "yaml"),
    ],
)
def test_the_ending_of_the_name_is_the_format(name: str, kind: str) -> None:
    assert format_of(name) == kind


@pytest.mark.parametrize("name", SAME)
def test_a_byte_order_mark_moves_no_place(name: str) -> None:
    text = SAME[name]
    marked = parse("\ufeff" + text, name)
    assert marked.text == text
    assert at(marked, "lr").span == at(parse(text, name), "lr").span


def test_text_that_is_not_unicode_is_reported() -> None:
    document = parse_limited("name: größe\n".encode("latin-1"), "recipe.yaml")
    assert codes(document) == ["encoding"]
    assert document.broken
    assert document.root is None


def test_half_a_character_of_utf_16_is_reported() -> None:
    assert codes(parse_limited(b"\xff\xfea\x00b", "recipe.yaml")) == ["encoding"]


@pytest.mark.parametrize("name", SAME)
@given(data=st.binary())
def test_no_bytes_raise(name: str, data: bytes) -> None:
    document = parse_limited(data, name)
    assert document.broken <= bool(document.problems)


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: 1\n" + b"#" * (LIMITS.bytes - 5))
    assert plain(read(str(path), "big.yaml").root) == {"a": 1}
    path.write_bytes(b"a: 1\n" + b"#" * (LIMITS.bytes - 4))
    document = read(str(path), "big.yaml")
    assert codes(document) == ["too-large"]
    assert document.broken
    assert document.root is None
    assert len(document.text) < 100_000  # only its beginning, to tell whether it is a recipe


def test_a_file_that_cannot_be_opened_raises_oserror(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"none\.yaml"):
        read(str(tmp_path / "none.yaml"), "none.yaml")


def test_lines_are_split_where_the_parser_splits_them() -> None:
    assert parse("a: 1\r\nb: 2\rc: 3\u2028", "x.yaml").lines == ["a: 1", "b: 2", "c: 3", ""]
    assert parse('["\u2028",\r1]', "x.json").lines == ['["\u2028",', "1]"]
    assert parse("a = '\u2028'\r\nb = 1", "x.toml").lines == ["a = '\u2028'", "b = 1"]


def test_every_node_lies_within_the_text() -> None:
    document = parse("a: [1, {b: 2}]\n", "recipe.yaml")
    assert at(document, "a", 1, "b").span == Span(1, 12, 1, 13)


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(OSError, match="not a regular file"):
        read(str(tmp_path / "pipe.yaml"), "pipe.yaml")
