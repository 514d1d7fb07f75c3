"""Edits of keys: what they touch, and where they are not made."""

from __future__ import annotations

import pytest

from recipelint.document import Entry, Mapping, Sequence, follow, parse
from recipelint.document.places import offsets
from recipelint.engine.edits import added, removed, renamed
from recipelint.engine.remedies import Remedy, of_key
from recipelint.engine.remedies import parse as parse_remedy
from recipelint.findings import Edit

YAML = "a: 1\nb: 2\nc: 3\n"
FLOW = "{a: 1, b: 2, c: 3}\n"
JSON = '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n'
TOML = "[t]\na = 1\nb = 2\nc = 3\n"


def edited(text: str, name: str, key: str, verb: str) -> str | None:
    """The text after an edit of `key`, or None where the edit is not made."""
    document = parse(text, name)
    node = follow(document.root)
    if isinstance(node, Sequence):
        node = follow(node.items[0])
    if name.endswith("toml") and isinstance(node, Mapping):
        node = follow(node.get("t"))
    assert isinstance(node, Mapping)
    entry = node.find(key)
    assert isinstance(entry, Entry)
    edit: Edit | None
    if verb == "remove":
        edit = removed(document, node, entry)
    elif verb == "rename":
        edit = renamed(document, node, entry, "new")
    else:
        edit = added(document, node, entry, "new", "true")
    if edit is None:
        return None
    begin, end = offsets(text, document.format, edit.span)
    return text[:begin] + edit.text + text[end:]


@pytest.mark.parametrize(
    ("text", "name", "key", "left"),
    [
        (YAML, "r.yaml", "b", "a: 1\nc: 3\n"),
        ("a: 1\nb: 2", "r.yaml", "b", "a: 1\n"),
        ("a: 1\r\nb: 2\r\n", "r.yaml", "a", "b: 2\r\n"),
        (FLOW, "r.yaml", "b", "{a: 1, c: 3}\n"),
        (FLOW, "r.yaml", "c", "{a: 1, b: 2}\n"),
        (JSON, "r.json", "b", '{\n  "a": 1,\n  "c": 3\n}\n'),
        (JSON, "r.json", "c", '{\n  "a": 1,\n  "b": 2\n}\n'),
        (TOML, "r.toml", "b", "[t]\na = 1\nc = 3\n"),
    ],
)
def test_a_key_goes_with_its_value_and_its_separator(
    text: str, name: str, key: str, left: str
) -> None:
    assert edited(text, name, key, "remove") == left


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a: 1\n", "a"),  # an empty mapping is another thing than none
        ("- a: 1\n  b: 2\n", "a"),  # the dash stands in its line
        ("a:\n  - 1\nb: 2\n", "a"),
        ("a: &x 1\nb: *x\n", "a"),
        ("a: 1  # why\nb: 2\n", "a"),
    ],
)
def test_what_cannot_go_by_itself_stays(text: str, key: str) -> None:
    assert edited(text, "r.yaml", key, "remove") is None


@pytest.mark.parametrize(
    ("text", "name", "after"),
    [
        (YAML, "r.yaml", "a: 1\nnew: true\nb: 2\nc: 3\n"),
        ("- b: 1\n  a: 2\n", "r.yaml", "- new: true\n  b: 1\n  a: 2\n"),
        (FLOW, "r.yaml", "{a: 1, new: true, b: 2, c: 3}\n"),
        (JSON, "r.json", '{\n  "a": 1,\n  "new": true,\n  "b": 2,\n  "c": 3\n}\n'),
        (TOML, "r.toml", "[t]\na = 1\nnew = true\nb = 2\nc = 3\n"),
    ],
)
def test_a_key_is_added_above_another_and_like_it(text: str, name: str, after: str) -> None:
    assert edited(text, name, "b", "add") == after


def test_a_name_that_stands_there_already_is_not_given_twice() -> None:
    assert edited("b: 1\nnew: 2\n", "r.yaml", "b", "rename") is None
    assert edited("b: 1\nnew: 2\n", "r.yaml", "b", "add") is None


def test_a_new_name_keeps_the_quotation_marks() -> None:
    assert edited("'b': 1\n", "r.yaml", "b", "rename") == "'new': 1\n"


def test_a_remedy_is_a_verb_and_what_it_needs() -> None:
    assert parse_remedy("remove", True) == Remedy("remove", "", "", True)
    assert parse_remedy("rename b", False) == Remedy("rename", "b", "", False)
    assert parse_remedy("add use_peft: true", False) == Remedy("add", "use_peft", "true", False)


def test_a_word_is_quoted_where_the_format_wants_it() -> None:
    document = parse(JSON, "r.json")
    assert isinstance(document.root, Mapping)
    entry = document.root.entries[1]
    fix = of_key(parse_remedy("add adapter: lora", False), document, document.root, entry)
    assert fix is not None
    assert fix.edits[0].text.startswith('"adapter": "lora",')


@pytest.mark.parametrize(
    "text", ["", "remove b", "rename", "write", "add b", "write b: c", "drop b"]
)
def test_what_is_no_remedy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no remedy"):
        parse_remedy(text, True)
