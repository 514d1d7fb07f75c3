"""Fixes of all rules, on what the rules find bad: made once, they touch nothing else."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from recipelint import Linter, Settings, fixes
from recipelint.document import parse
from recipelint.document.places import offsets
from recipelint.document.reader import format_of
from recipelint.findings import Edit
from recipelint.linter import rule_set


@cache
def _linter() -> Linter:
    return Linter(Settings(select=("ALL",)))


@cache
def _fixable() -> tuple[tuple[str, str], ...]:
    """The rules' bad examples that have a fix, as names and texts."""
    examples = [(e.file, e.text) for rule in rule_set(()) for e in rule.bad if not e.files]
    return tuple(
        (name, text)
        for name, text in dict.fromkeys(examples)
        if any(finding.fix for finding in _linter().check_text(text, name).findings)
    )


def _judged(name: str, text: str) -> fixes.State:
    report = _linter().check_text(text, name)
    return fixes.State(text, tuple(report.findings), parse(text, name).broken)


def _mended(name: str, text: str, unsafe: bool) -> fixes.Mended:
    start = _judged(name, text)
    kind = format_of(name)
    path = start.findings[0].path if start.findings else name
    return fixes.mend(start, path, kind, unsafe, lambda changed: _judged(name, changed))


def test_there_are_fixes_to_try() -> None:
    assert len(_fixable()) > 20


@settings(max_examples=60, deadline=None)
@given(st.data(), st.booleans())
def test_fixing_a_fixed_file_changes_nothing(data: st.DataObject, unsafe: bool) -> None:
    name, text = data.draw(st.sampled_from(_fixable()))
    once = _mended(name, text, unsafe)
    again = _mended(name, once.state.text, unsafe)
    assert again.state.text == once.state.text
    assert again.fixed == []


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["\n", "\r\n"]))
def test_a_fix_changes_its_edits_and_no_other_character(data: st.DataObject, end: str) -> None:
    name, text = data.draw(st.sampled_from(_fixable()))
    text = text.replace("\n", end)
    findings = [f for f in _judged(name, text).findings if f.fix is not None]
    finding = data.draw(st.sampled_from(findings))
    assert finding.fix is not None
    changed = fixes.apply(text, format_of(name), [finding])
    assert _without(text, name, finding.fix.edits) in _removals(changed, finding.fix.edits)


def _without(text: str, name: str, edits: tuple[Edit, ...]) -> str:
    """The text less what the edits replace."""
    places = sorted({offsets(text, format_of(name), edit.span) for edit in edits}, reverse=True)
    for begin, end in places:
        text = text[:begin] + text[end:]
    return text


def _removals(text: str, edits: tuple[Edit, ...]) -> set[str]:
    """The text less what the edits put in, wherever that may stand."""
    found = {text}
    for edit in dict.fromkeys(edits):
        found = {
            one[:at] + one[at + len(edit.text) :]
            for one in found
            for at in range(len(one) + 1)
            if one.startswith(edit.text, at)
        }
    return found
