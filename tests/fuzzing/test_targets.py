"""The fuzzer's targets: on inputs that once broke something, and on some that nobody chose."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.run import table
from fuzz.seeds import seeds, words
from fuzz.targets import ENDINGS, TARGETS, bounded
from recipelint import Linter, Settings
from recipelint.document import parse
from recipelint.document.nodes import Scalar
from recipelint.findings import Finding, Severity, Span
from recipelint.linter import Report
from recipelint.reporters import get
from recipelint.reporters.options import Options
from tests.document.trees import at, text_at

BROKE = [
    ("document", b"\0datasets: &sets\n  - *sets\n", "an alias without a value has no text"),
    ("document", b"\0a: 1\nb: [", "an error behind the end of the text"),
    ("document", b"\0a: [1\n", "an error in a line that is not there"),
    ("document", b"\0a: {b: {c", "an empty value behind the end of the text"),
    ("document", b"\0mydel: ...\n{moe: 1", "a value that is an end of a document elsewhere"),
    ("document", b"\0l: &oon:! {", "a value that begins in the word of its anchor"),
    ("document", b"\0a: {pp: -, vpp 1}\n", "a value that is a list elsewhere"),
    ("document", b"\0&se\n\xef\xbb\xbf+", "a byte order mark between an anchor and its value"),
    ("document", b"\2a = 1\n[", "an error at the end of TOML"),
    ("expressions", b";first(data.stage_starts) == 1", "the first item of an empty list"),
    ("rule_files", b"", "an empty rule file"),
    ("rule_files", b"- 1\n", "a rule file that is a list"),
    ("output", b"\0\0##[group]x\0##[group]x", "a command of which the carets show a part"),
]


@pytest.mark.parametrize(("layer", "data"), [row[:2] for row in BROKE], ids=[r[2] for r in BROKE])
def test_what_once_broke_holds(layer: str, data: bytes) -> None:
    bounded(TARGETS[layer].run, data)


@pytest.mark.parametrize("layer", TARGETS)
@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_hold(layer: str, data: bytes) -> None:
    bounded(TARGETS[layer].run, data)


@pytest.mark.parametrize("layer", TARGETS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_mixtures_of_seeds_and_words_hold(layer: str, data: st.DataObject) -> None:
    known = [*_seeds(layer)[:200], *(word.encode() for word in words(layer))]
    parts = data.draw(st.lists(st.sampled_from(known), max_size=4))
    bounded(TARGETS[layer].run, b"".join(parts)[:4_000])


_SEEDS: dict[str, list[bytes]] = {}


def _seeds(layer: str) -> list[bytes]:
    if layer not in _SEEDS:
        _SEEDS[layer] = sorted(seeds(layer), key=len)
    return _SEEDS[layer]


# --- what those inputs were about


def test_the_first_item_of_an_empty_list_is_unknown() -> None:
    report = Linter(Settings(select=("ALL",))).check_text(
        "recipelint: 1\ndata: {stage_starts: []}\nrun: {stage: pretrain}\n"
    )
    assert report.recipes == 1


def test_a_value_begins_behind_the_last_character_of_its_anchor() -> None:
    document = parse("l: &oon:! {", "a.yaml")
    held = at(document, "l")
    assert isinstance(held, Scalar)
    assert (held.text, text_at(document, held.span)) == (":! {", ":! {")


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_problem_lies_behind_the_text(ending: str) -> None:
    for text in ("a: [1\n", "a: [1", '{"a": ', "a = [", "[", '"', "a: {b", "\x00"):
        for problem in parse(text, f"a.{ending}").problems:
            lines = text.split("\n")
            assert problem.span.end_line <= len(lines)
            assert problem.span.end_column <= len(lines[problem.span.end_line - 1]) + 1


@pytest.mark.parametrize("column", [1, 2, 3])
def test_a_runners_command_is_disarmed_wherever_the_carets_stand(column: int) -> None:
    span = Span(1, column, 1, column + 1)
    finding = Finding("TST001", "some-rule", Severity.ERROR, "wrong", "a.yaml", span)
    report = Report(files=1, recipes=1, findings=[finding], sources={"a.yaml": "##[group]x"})
    assert "##[" not in get("text")(report, Options())


# --- the harness itself


def test_a_target_notices_what_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.targets.MAX_SECONDS", -1.0)
    with pytest.raises(AssertionError, match="bytes"):
        bounded(TARGETS["document"].run, b"\0a: 1")


def test_every_layer_has_seeds_and_words() -> None:
    assert all(_seeds(layer) and words(layer) for layer in TARGETS)


def test_the_table_counts_together() -> None:
    from fuzz.run import Outcome

    lines = list(table([Outcome("document", 1_000, 5, 2, 60, 1.0, None)] * 2))
    assert lines[-1].split() == ["together", "2,000"]
