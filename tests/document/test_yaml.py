"""YAML: PyYAML is the oracle for what a text means, its own pieces for where it stands."""

from __future__ import annotations

import functools
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recipelint.document import Alias, Mapping, Scalar, Sequence, parse, read
from recipelint.document.limits import LIMITS
from recipelint.findings import Span
from tests.document.trees import (
    LEAVES,
    assert_places_read_alike,
    at,
    codes,
    documents,
    key_of,
    plain,
    text_at,
)

as_text = functools.partial(yaml.load, Loader=yaml.BaseLoader)
needs_libyaml = pytest.mark.skipif(
    not yaml.__with_libyaml__, reason="the pure Python parser refuses a tab behind a value"
)
STYLES: list[dict[str, Any]] = [
    {"default_flow_style": False},
    {"default_flow_style": True},
    {"default_style": '"', "width": 20},
    {"default_style": "'"},
    {"allow_unicode": True, "indent": 4, "width": 30},
]


# What a text means


@given(documents(LEAVES), st.sampled_from(STYLES))
def test_the_tree_is_what_pyyaml_loads(data: dict[str, object], style: dict[str, Any]) -> None:
    text = yaml.safe_dump(data, **style)
    document = parse(text, "recipe.yaml")
    assert document.problems == []
    assert plain(document.root) == yaml.safe_load(text)


@needs_libyaml
@given(st.text(st.sampled_from("ab:-?#&*!|>'\"%@`{}[], \n\t<1.0~\\é")))
def test_text_without_problems_is_read_as_libyaml_reads_it(text: str) -> None:
    document = parse(text, "recipe.yaml")
    if document.problems:
        return
    try:
        expected = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    except yaml.constructor.ConstructorError:
        return  # tags, and keys that clash only once they are built
    except ValueError:
        return  # impossible dates
    found = [document.root, *document.more] if expected else []
    assert len(found) == len(expected)
    if all(isinstance(part, dict | list) and _has_text_keys(part) for part in expected):
        assert [plain(part) for part in found] == expected


def _has_text_keys(data: object) -> bool:
    if isinstance(data, dict):
        return all(isinstance(k, str) and _has_text_keys(v) for k, v in data.items())
    return not isinstance(data, list) or all(map(_has_text_keys, data))


@given(st.text())
def test_no_text_raises(text: str) -> None:
    document = parse(text, "recipe.yaml")
    assert document.broken <= bool(document.problems)


# Where it stands


@given(documents(LEAVES), st.sampled_from(STYLES))
def test_the_text_at_each_place_reads_as_the_value(
    data: dict[str, object], style: dict[str, Any]
) -> None:
    document = parse(yaml.safe_dump(data, **style), "recipe.yaml")
    assert_places_read_alike(document, as_text, yaml.safe_load)


BLOCKS = st.text("ab #\n", max_size=30).map(lambda text: text.rstrip("\n") + "\n" * ("a" in text))


@given(st.dictionaries(st.text("abc", min_size=1), BLOCKS))
def test_the_text_at_a_block_scalar_reads_as_the_value(data: dict[str, str]) -> None:
    """Up to blank lines at its end, which `|+` keeps and the place leaves out."""
    document = parse(yaml.safe_dump(data, default_style="|"), "recipe.yaml")
    assert_places_read_alike(document, as_text, lambda text: yaml.safe_load(text + "\n"))


def test_keys_and_values_have_places_of_their_own() -> None:
    document = parse("optimizer:\n  eps: 1e-8  # small\n", "recipe.yaml")
    entry = key_of(document, "optimizer", "eps")
    assert entry.key_span == Span(2, 3, 2, 6)
    assert entry.value.span == Span(2, 8, 2, 12)
    assert at(document, "optimizer").span == Span(2, 3, 2, 12)


def test_collections_end_with_the_last_thing_in_them_or_with_their_bracket() -> None:
    document = parse("a:\n  - 1\n  - 22\n\n# end\nb: [1,\n  2 ]\n", "recipe.yaml")
    assert at(document, "a").span == Span(2, 3, 3, 7)
    assert at(document, "b").span == Span(6, 4, 7, 6)


def test_a_missing_value_stands_behind_its_colon() -> None:
    document = parse("eps:\nlr: 1\n", "recipe.yaml")
    assert at(document, "eps").span == Span(1, 5, 1, 5)
    assert plain(document.root) == {"eps": None, "lr": 1}


def test_columns_count_characters_not_bytes() -> None:
    document = parse("größe: {ß: 'λ𝛽', x: 1}\n", "recipe.yaml")
    assert at(document, "größe", "x").span == Span(1, 21, 1, 22)


@pytest.mark.parametrize("style", ["|", ">", "|-", ">+", "|2"])
def test_a_block_scalar_ends_with_its_last_line_of_text(style: str) -> None:
    document = parse(f"a: {style}\n  one # no comment\n\n  two\n\n\nb: 1\n", "recipe.yaml")
    assert at(document, "a").span == Span(1, 4, 4, 6)


def test_a_block_scalar_without_text_is_its_header() -> None:
    document = parse("a: |-  # nothing\n\nb: 1\n", "recipe.yaml")
    assert text_at(document, at(document, "a").span) == "|-"


def test_anchor_and_tag_do_not_belong_to_the_place_of_a_scalar() -> None:
    document = parse("a: &x !!float 3\nb: !!str # why\n  no\nc: &y\n", "recipe.yaml")
    places = [text_at(document, at(document, key).span) for key in "abc"]
    assert places == ["3", "no", ""]
    assert plain(document.root) == {"a": 3.0, "b": "no", "c": None}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_every_line_end_of_yaml_1_1_starts_a_line(end: str) -> None:
    document = parse(f"a: 1{end}b:{end}  c: xyz{end}", "recipe.yaml")
    assert document.problems == []
    assert at(document, "b", "c").span == Span(3, 6, 3, 9)
    assert text_at(document, Span(3, 6, 3, 9)) == "xyz"


# Keys


def test_a_key_that_stands_twice_is_reported_at_its_second_place() -> None:
    document = parse("lr: 1\nwarmup: 2\nlr: 3\nlr: 4\n", "recipe.yaml")
    assert codes(document) == ["duplicate-key", "duplicate-key"]
    assert [p.span.line for p in document.problems] == [3, 4]
    assert {p.other for p in document.problems} == {Span(1, 1, 1, 3)}
    assert {p.key for p in document.problems} == {"lr"}
    assert plain(document.root) == yaml.safe_load(document.text)


def test_keys_of_different_mappings_are_not_duplicates() -> None:
    assert parse("- {lr: 1}\n- {lr: 1}\n", "r.yaml").problems == []


def test_a_key_that_is_a_list_is_reported_and_left_out() -> None:
    document = parse("? [a, b]\n: 1\n? plain\n: 2\n", "recipe.yaml")
    assert codes(document) == ["complex-key"]
    assert plain(document.root) == {"plain": 2}


@pytest.mark.parametrize(
    "text",
    [
        "base: &b {lr: 1, eps: 2}\nrun:\n  <<: *b\n",
        "base: &b {lr: 1, eps: 2}\nrun:\n  lr: 3\n  <<: *b\n",
        "base: &b {lr: 1, eps: 2}\nrun:\n  <<: *b\n  lr: 3\n",
        "x: &x {lr: 1}\ny: &y {lr: 2, eps: 2}\nrun: {<<: [*x, *y]}\n",
        "x: &x {lr: 1}\ny: &y {lr: 2, eps: 2}\nrun: {<<: *x, <<: *y}\n",
        "x: &x {lr: 1}\ny: &y {<<: *x, eps: 2}\nrun: {<<: *y, a: 0}\n",
        "x: &x {lr: 1, lr: 2}\nrun: {<<: *x}\n",
        "run: {<<: {a: {b: 1}}, c: 1}\n",
        "run: {'<<': {a: 1}, \"b\": 1}\n",
    ],
)
def test_merge_keys_bring_in_what_pyyaml_brings_in(text: str) -> None:
    assert plain(parse(text, "recipe.yaml").root) == yaml.safe_load(text)


def test_merged_entries_keep_the_place_where_they_are_written() -> None:
    document = parse("base: &b {lr: 1}\nrun:\n  <<: *b\n", "recipe.yaml")
    entry = key_of(document, "run", "lr")
    assert entry.merged
    assert entry.value.span == Span(1, 15, 1, 16)
    assert not key_of(document, "base", "lr").merged


def test_a_merge_key_needs_a_mapping() -> None:
    document = parse("run:\n  <<: 3\n  lr: 1\n", "recipe.yaml")
    assert codes(document) == ["syntax"]
    assert plain(document.root) == {"run": {"lr": 1}}


# Anchors, tags, streams


def test_an_alias_stands_where_it_is_written_and_means_its_anchor() -> None:
    document = parse("a: &x [1, 2]\nb: *x\n", "recipe.yaml")
    alias = at(document, "b")
    assert isinstance(alias, Alias)
    assert alias.span == Span(2, 4, 2, 6)
    assert alias.target is at(document, "a")


def test_an_alias_without_an_anchor_is_an_error_at_the_alias() -> None:
    document = parse("a: *nothing\n", "recipe.yaml")
    assert codes(document) == ["syntax"]
    assert document.problems[0].span == Span(1, 4, 1, 12)


def test_anchors_end_with_their_document() -> None:
    assert codes(parse("a: &x 1\n---\nb: *x\n", "recipe.yaml")) == ["syntax"]


@pytest.mark.parametrize("text", ["&a [*a]", "a: &a {b: {c: *a}}", "a: &a {<<: *a}"])
def test_an_anchor_that_contains_itself_is_cut(text: str) -> None:
    document = parse(text, "recipe.yaml")
    assert "too-large" in codes(document)
    assert plain(document.root) is not None  # a walk that follows aliases comes to an end


def test_an_alias_counts_as_what_it_stands_for() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 60)]
    started = time.perf_counter()
    document = parse("\n".join(["l0: &l0 [x]", *levels]), "recipe.yaml")
    assert time.perf_counter() - started < 1
    assert codes(document) == ["too-large"]
    assert document.problems[0].message.endswith("`limits.values`")


def test_aliases_cannot_nest_deeper_than_brackets_can() -> None:
    links = [f"l{n}: &l{n} [*l{n - 1}]" for n in range(1, 200)]
    document = parse("\n".join(["l0: &l0 [x]", *links]), "recipe.yaml")
    assert codes(document) == ["too-large"]
    assert document.problems[0].message.endswith("`limits.depth`")


def test_a_file_full_of_small_aliases_is_read() -> None:
    names = "\n".join(f"k{n}: {{<<: *a, b: *a}}" for n in range(1_000))
    document = parse(f"a: &a {{x: 1}}\n{names}\n", "recipe.yaml")
    assert document.problems == []


def test_a_bomb_of_merge_keys_meets_a_limit() -> None:
    wide = ", ".join(f"k{n}: 0" for n in range(3000))
    merges = "\n".join(f"m{n}: {{<<: *w}}" for n in range(400))
    document = parse(f"w: &w {{{wide}}}\n{merges}\n", "recipe.yaml")
    assert codes(document) == ["too-large"]
    assert document.broken


def test_tags_stay_with_their_nodes() -> None:
    document = parse("a: !!int '3'\nb: !custom x\nc: !list [1]\nd: ! 5\n", "recipe.yaml")
    tags = [getattr(at(document, key), "tag", None) for key in "abcd"]
    assert tags == ["int", "!custom", "!list", "!"]
    assert plain(document.root) == {"a": 3, "b": "x", "c": [1], "d": "5"}


def test_further_documents_follow_the_first() -> None:
    document = parse("a: 1\n---\nb: 2\n---\n- 3\n", "recipe.yaml")
    assert plain(document.root) == {"a": 1}
    assert [plain(node) for node in document.more] == [{"b": 2}, [3]]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\t\n"])
def test_a_file_without_content_has_no_root(text: str) -> None:
    document = parse(text, "recipe.yaml")
    assert document.root is None
    assert document.mapping is None


def test_styles_are_kept_apart() -> None:
    document = parse("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: >\n  x\n", "recipe.yaml")
    found = [at(document, key) for key in "abcde"]
    styles = [node.style for node in found if isinstance(node, Scalar)]
    assert styles == ["plain", "quoted", "quoted", "block", "block"]


# Broken and hostile texts


def test_after_an_error_the_tree_holds_what_stands_before_it() -> None:
    document = parse("model:\n  layers: 3\n  heads: [1, 2\nlr: 1\n", "recipe.yaml")
    assert document.broken
    assert codes(document) == ["syntax"]
    assert document.problems[0].span.line == 4
    assert at(document, "model", "layers").span == Span(2, 11, 2, 12)


def test_a_tab_for_indentation_is_named() -> None:
    document = parse("model:\n\tlayers: 3\n", "recipe.yaml")
    assert codes(document) == ["syntax"]
    assert "tabs" in (document.problems[0].help or "")


@needs_libyaml
def test_a_tab_behind_a_value_is_allowed() -> None:
    assert plain(parse("lr:\t1\t# one\n", "recipe.yaml").root) == {"lr": 1}


@pytest.mark.parametrize("bad", ["\x00", "\x01", "\x1b", "\ud800", "\ufffe"])
def test_a_forbidden_character_is_reported_at_its_place(bad: str) -> None:
    document = parse(f"é: 1\nname: x{bad}y\n", "recipe.yaml")
    assert codes(document) == ["syntax"]
    assert document.problems[0].span == Span(2, 8, 2, 9)
    assert bad not in document.problems[0].message


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000])
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    document = parse(text, "recipe.yaml")
    assert time.perf_counter() - started < 2
    assert document.broken
    assert codes(document) == ["too-large"]


def test_nesting_up_to_the_limit_is_read() -> None:
    document = parse("[" * LIMITS.depth + "]" * LIMITS.depth, "recipe.yaml")
    assert document.problems == []
    assert isinstance(document.root, Sequence)


# Real files


def _corpus() -> list[Path]:
    folder = os.environ.get("RECIPELINT_CORPUS")
    return sorted(Path(folder).rglob("*.y*ml")) if folder else []


@pytest.mark.skipif(not _corpus(), reason="RECIPELINT_CORPUS names no folder of recipes")
def test_real_recipes_are_read_as_pyyaml_reads_them() -> None:
    compared = 0
    for path in _corpus():
        try:
            expected = yaml.safe_load(path.read_bytes())
        except (yaml.YAMLError, ValueError):
            continue  # custom tags, several documents, templates
        document = read(str(path), path.name)
        found, wanted = plain(document.root), _with_text_keys(expected, document.root)
        assert _canonical(found) == _canonical(wanted), path
        compared += 1
    assert compared > len(_corpus()) / 2


_canonical = functools.partial(json.dumps, sort_keys=True, default=repr)


def _with_text_keys(data: object, node: object) -> object:
    """PyYAML's data with the keys as they are written: the tree does not build keys."""
    if isinstance(node, Alias):
        node = node.target
    if isinstance(data, dict) and isinstance(node, Mapping):
        built = {yaml.safe_load(e.key) if e.key not in data else e.key: e for e in node.effective()}
        return {built[k].key: _with_text_keys(v, built[k].value) for k, v in data.items()}
    if isinstance(data, list) and isinstance(node, Sequence):
        return [_with_text_keys(v, n) for v, n in zip(data, node.items, strict=True)]
    return data
