"""Fixes: edits that change their spans and nothing else, and never make a file worse."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint import fixes
from recipelint.document import Mapping, parse
from recipelint.findings import Edit, Finding, Fix, Severity, Span


def finding(
    span: Span,
    text: str,
    *,
    safe: bool = True,
    rule: str = "TST001",
    severity: Severity = Severity.WARNING,
    path: str = "a.yaml",
) -> Finding:
    fix = Fix("fix", (Edit(span, text),), safe)
    return Finding(rule, "a-rule", severity, "message", path, span, key=rule, fix=fix)


def at(line: int, column: int, length: int) -> Span:
    return Span(line, column, line, column + length)


# --- bytes


@pytest.mark.parametrize(
    "data",
    [
        b"a: 1\r\nb: 2\r\n",
        b"\xef\xbb\xbfa: 1\r\n\nb: 2",
        "a: ü\r".encode("utf-16"),
        b"\xfe\xff" + "a: 1\n".encode("utf-16-be"),
        b"",
    ],
)
def test_text_goes_back_to_the_same_bytes(data: bytes) -> None:
    held = fixes.Text.decode(data)
    assert held.encode(held.text) == data


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        fixes.Text.decode(b"\x80")


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.text("xyz0 \u00fc", min_size=1, max_size=5)),
        min_size=1,
        max_size=8,
        unique_by=lambda pair: pair[0],
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.data(),
)
def test_an_edit_changes_its_span_and_nothing_else(
    pairs: list[tuple[str, str]], end: str, data: st.DataObject
) -> None:
    """The value at any key becomes another; text before and behind is the same to the byte."""
    text = "".join(f"{key}: '{value}'  # {key}{end}" for key, value in pairs)
    document = parse(text, "a.yaml")
    assert isinstance(document.root, Mapping)
    number = data.draw(st.integers(0, len(pairs) - 1))
    span = document.root.entries[number].value.span
    changed = fixes.apply(text, "yaml", [finding(span, "NEW")])
    key, value = pairs[number]
    head, tail = text.split(f"{key}: '{value}'", 1)
    assert changed == f"{head}{key}: NEW{tail}"


def test_edits_of_several_lines_and_at_one_place() -> None:
    text = "a: 1\r\nb: 2\r\nc: 3"
    several = [finding(at(3, 4, 1), "30"), finding(at(1, 4, 1), "10")]
    assert fixes.apply(text, "yaml", several) == "a: 10\r\nb: 2\r\nc: 30"
    across = [finding(Span(1, 4, 2, 4), "x")]
    assert fixes.apply(text, "yaml", across) == "a: x2\r\nc: 3"


def test_an_edit_beyond_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="no lines 7 to 7"):
        fixes.apply("a: 1", "yaml", [finding(at(7, 1, 1), "x")])


# --- conflicts


def test_of_overlapping_fixes_the_first_wins() -> None:
    first, inside, behind = (
        finding(at(1, 1, 5), "x"),
        finding(at(1, 3, 1), "y"),
        finding(at(1, 6, 2), "z"),
    )
    assert fixes.compatible([behind, inside, first]) == [first, behind]


def test_the_same_edit_twice_is_made_once() -> None:
    one, other = finding(at(1, 4, 1), "2"), finding(at(1, 4, 1), "2", rule="TST002")
    assert fixes.compatible([one, other]) == [one, other]
    assert fixes.apply("a: 1", "yaml", [one, other]) == "a: 2"


_SPANS = st.builds(at, st.integers(1, 3), st.integers(1, 6), st.integers(0, 4))


@given(st.lists(st.tuples(_SPANS, st.sampled_from("xy")), max_size=6))
def test_compatible_edits_can_be_made_in_any_order(edits: list[tuple[Span, str]]) -> None:
    text = "0123456789\n" * 3
    chosen = fixes.compatible([finding(span, new) for span, new in edits])
    assert fixes.apply(text, "yaml", chosen) == fixes.apply(text, "yaml", chosen[::-1])
    spans = sorted({f.span for f in chosen})
    for left, right in itertools.pairwise(spans):
        assert (left.end_line, left.end_column) <= (right.line, right.column)


# --- mending


def state(text: str, *findings: Finding) -> fixes.State:
    return fixes.State(text, findings, parse(text, "a.yaml").broken)


def digits(text: str) -> fixes.State:
    """A linter that objects to each `1` (wants 2) and, as an error, to each `9`."""
    found = [
        finding(at(1, column, 1), "2") for column, char in enumerate(text, 1) if char == "1"
    ] + [
        finding(at(1, column, 1), "0", severity=Severity.ERROR, safe=False)
        for column, char in enumerate(text, 1)
        if char == "9"
    ]
    return state(text, *found)


def test_all_safe_fixes_are_made() -> None:
    mended = fixes.mend(digits("a: 1191"), "a.yaml", "yaml", False, digits)
    assert mended.state.text == "a: 2292"
    assert [f.rule for f in mended.fixed] == ["TST001"] * 3


def test_unsafe_fixes_are_made_on_demand() -> None:
    assert fixes.mend(digits("a: 19"), "a.yaml", "yaml", True, digits).state.text == "a: 20"


def test_fixing_again_changes_nothing() -> None:
    once = fixes.mend(digits("a: 1191"), "a.yaml", "yaml", True, digits).state.text
    assert fixes.mend(digits(once), "a.yaml", "yaml", True, digits).state.text == once


def test_fixes_of_other_files_are_left_out() -> None:
    other = state("a: 1", finding(at(1, 4, 1), "2", path="b.json"))
    assert fixes.mend(other, "a.yaml", "yaml", True, digits).state.text == "a: 1"


def test_a_fix_that_breaks_the_file_is_not_kept_and_holds_no_other_up() -> None:
    def lint(text: str) -> fixes.State:
        found = [finding(at(1, 4, 1), "[", rule="BAD001")]
        if "b: 1" in text:
            found.append(finding(at(2, 4, 1), "2", rule="TST002"))
        return state(text, *found)

    mended = fixes.mend(lint("a: x\nb: 1\n"), "a.yaml", "yaml", False, lint)
    assert mended.state.text == "a: x\nb: 2\n"
    assert [f.rule for f in mended.fixed] == ["TST002"]
    assert [f.rule for f in mended.refused] == ["BAD001"]


def test_a_fix_that_brings_a_worse_finding_is_not_kept() -> None:
    def lint(text: str) -> fixes.State:
        if "1" in text:
            return state(text, finding(at(1, 4, 1), "2"))
        return state(text, finding(at(1, 4, 1), "1", severity=Severity.ERROR, safe=False))

    mended = fixes.mend(lint("a: 1"), "a.yaml", "yaml", False, lint)
    assert (mended.state.text, mended.fixed) == ("a: 1", [])


def test_fixes_that_undo_each_other_come_to_an_end() -> None:
    def lint(text: str) -> fixes.State:
        return state(text, finding(at(1, 4, 1), "2" if "1" in text else "1"))

    assert fixes.mend(lint("a: 1"), "a.yaml", "yaml", False, lint).state.text == "a: 1"
