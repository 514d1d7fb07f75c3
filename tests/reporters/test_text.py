"""The text report: what a person sees, in 80 and 120 columns, with and without colour."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.findings import Severity, Span
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import width
from recipelint.reporters.text import render
from tests.reporters import snapshots
from tests.reporters.samples import EPSILON, MISSPELT, UNKNOWN, at, report

ANSI = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")


def test_two_findings_in_80_columns() -> None:
    shown = render(report(MISSPELT, EPSILON, not_assessed=[UNKNOWN]), Options(width=80))
    assert shown == dedent(
        """\
        runs/falcon.yml:2:1: error CFG102 misspelt-key
          |
        2 | context_parapllel_size: 2
          | ^^^^^^^^^^^^^^^^^^^^^^ axolotl drops this key without a word
          = evidence: axolotl 0.19, schemas/config.py
          = help: did you mean `context_parallel_size`? (safe fix)

        pretrain.yaml:4:13: warning OPT001 adam-epsilon-above-gradient-rms
          |
        4 |   adam_eps: 1.0e-5
          |             ^^^^^^
          |             Epsilon is 2.6 times the largest RMS that the clipped gradients
          |             can have.
          = at: optimizer.adam_eps, phase decay
          = sum: optimizer.eps                1e-5    line 4
                 estimate.gradient.rms_bound  3.8e-6  estimate: clip / sqrt(parameters)
                 optimizer.grad_clip          1       ds.json:3
          = evidence: OLMo 2, arXiv 2501.00656, 3.4.1
                      LongCat-Flash, arXiv 2509.01322, 3.1.3; and 1 more
          = help: 1.0e-8 or lower (fix changes the run)

        2 findings (1 error, 1 warning) in 2 recipes of 61 files; 1 rule not assessed
        (run with -v to list them). `recipelint explain RULE` says why.
        """
    )


def test_a_wide_terminal_has_room_beside_the_carets() -> None:
    shown = render(report(EPSILON), Options(width=120))
    carets = "  |             ^^^^^^ "
    assert f"{carets}{EPSILON.message}\n" in shown


def test_colour_and_links_change_nothing_but_colour_and_links() -> None:
    plain = render(report(MISSPELT, EPSILON), Options())
    rich = render(report(MISSPELT, EPSILON), Options(color=True, hyperlinks=True))
    assert ANSI.sub("", rich) == plain
    assert "\x1b[1;31merror\x1b[0m" in rich
    assert "\x1b[1;33mwarning\x1b[0m" in rich
    assert "\x1b[1;31m^^^^^^^^^^^^^^^^^^^^^^\x1b[0m" in rich
    assert "\x1b]8;;https://example.org/OPT001\x1b\\" in rich


@pytest.mark.parametrize("columns", snapshots.WIDTHS)
@pytest.mark.parametrize("color", snapshots.COLORS)
def test_what_is_hard_to_lay_out_looks_as_it_did(columns: int, color: str) -> None:
    expected = snapshots.file(columns, color).read_text(encoding="utf-8")
    assert snapshots.rendered(columns, snapshots.COLORS[color]) == expected


@pytest.mark.parametrize("columns", range(40, 121, 8))
def test_only_names_that_must_not_be_broken_go_beyond_the_terminal(columns: int) -> None:
    shown = render(snapshots.hard(), Options(columns, verbose=True))
    wide = [line for line in shown.split("\n") if width(line) > columns]
    assert all(re.fullmatch(r"\S+:\d+:\d+:|  \w+ \w+ [a-z-]+", line) for line in wide)


@pytest.mark.parametrize("columns", [1, 20, 39])
def test_a_terminal_of_few_columns_gets_what_fits_into_forty(columns: int) -> None:
    few, forty = (render(snapshots.hard(), Options(c, verbose=True)) for c in (columns, 40))
    assert few == forty


def test_a_name_that_is_too_long_goes_to_the_next_line() -> None:
    path = f"{'deep/' * 10}a.yaml"
    shown = render(at("a: 1\n", Span(1, 4, 1, 5), path=path, name="a-long-name"), Options())
    assert shown.startswith(f"{path}:1:4: error TST001\n  a-long-name\n")


def test_a_place_that_is_too_long_stands_alone_for_terminals_to_link() -> None:
    path = f"{'deep/' * 20}a.yaml"
    shown = render(at("a: 1\n", Span(1, 4, 1, 5), path=path), Options())
    assert shown.startswith(f"{path}:1:4:\n  error TST001 some-rule\n")


def test_only_web_addresses_become_links() -> None:
    shown = render(
        at("a: 1\n", Span(1, 4, 1, 5), url="file:///etc/passwd\x1b\\"), Options(hyperlinks=True)
    )
    assert "\x1b" not in shown


def test_verbose_lists_what_was_not_assessed() -> None:
    shown = render(report(not_assessed=[UNKNOWN]), Options(verbose=True))
    assert shown == dedent(
        """\
        Not assessed, for want of facts:
          pretrain.yaml, phase decay
            PAR010 expert-groups: parallel.ep (not in the file)

        no findings in 2 recipes of 61 files; 1 rule not assessed
        """
    )


def test_without_the_summary_a_clean_report_is_silent() -> None:
    assert render(report(), Options(summary=False)) == ""


def test_evidence_is_shown_once_for_each_rule() -> None:
    shown = render(report(EPSILON, EPSILON), Options())
    assert shown.count("= evidence:") == 1
    assert shown.count("= sum:") == 2


def test_a_long_line_is_clipped_around_the_span() -> None:
    text = f"key: {'x' * 300}NEEDLE{'y' * 300}\n"
    source, carets = render(at(text, Span(1, 306, 1, 312)), Options()).split("\n")[2:4]
    assert width(source) <= 80
    assert source[carets.index("^") : carets.rindex("^") + 1] == "NEEDLE"
    assert source.startswith("1 | …")
    assert source.endswith("…")


def test_tabs_and_wide_characters_keep_the_carets_in_place() -> None:
    shown = render(at("a:\t日本語 x\n", Span(1, 8, 1, 9)), Options())
    assert "1 | a:  日本語 x\n  |            ^ wrong\n" in shown


def test_a_span_of_several_lines_is_marked_to_the_end_of_its_first_line() -> None:
    shown = render(at("a:\n  b: {x: 1,\n  y: 2}\n", Span(2, 6, 3, 8)), Options())
    assert "2 |   b: {x: 1,\n  |      ^^^^^^ wrong\n" in shown


@pytest.mark.parametrize("span", [Span(9, 1, 9, 4), Span(1, 1, 1, 1)])
def test_a_finding_without_its_line_still_has_its_message(span: Span) -> None:
    assert "| wrong\n" in render(at("", span), Options())


def test_the_whole_of_a_message_is_shown_in_few_columns() -> None:
    shown = render(report(EPSILON), Options(width=20))
    words = shown.replace("|", " ").split()
    assert [w for w in EPSILON.message.split() if w not in words] == []


HOSTILE = "\x1b[2J\x1b]8;;http://evil\x07\u202egnp.\u2066 ##[add-path]/tmp\r\n::error::no"


def test_hostile_strings_are_shown_and_have_no_effect() -> None:
    hostile = at(
        f"a: '{HOSTILE}'\n",
        Span(1, 4, 1, 20),
        path="::stop-commands::x.yaml",
        message=HOSTILE,
        help=HOSTILE,
        key=f"a.{HOSTILE}",
        phase=HOSTILE,
        severity=Severity.INFO,
    )
    shown = render(hostile, Options(verbose=True))
    assert "\\x1b[2J" in shown
    assert "\\u202e" in shown
    assert _harmless(shown)


@given(
    st.text(max_size=300),
    st.text(max_size=80),
    st.integers(1, 200),
    st.integers(0, 50),
    st.integers(40, 120),
)
def test_no_text_steers_the_terminal_or_the_build(
    text: str, message: str, column: int, length: int, columns: int
) -> None:
    sample = at(text, Span(1, column, 1, column + length), message=message, key=f"a.{message}")
    shown = render(sample, Options(columns))
    assert _harmless(shown)
    assert max(width(line) for line in shown.split("\n")) <= columns
    assert ANSI.sub("", render(sample, Options(columns, color=True, hyperlinks=True))) == shown


def _harmless(shown: str) -> bool:
    lines = shown.split("\n")
    return (
        all(line.isprintable() for line in lines)
        and not any(line.lstrip().startswith("::") for line in lines)
        and "##[" not in shown
    )
