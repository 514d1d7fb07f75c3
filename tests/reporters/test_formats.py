"""The registry, and the formats of one line each."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.findings import Span
from recipelint.reporters import FORMATS, get
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible
from tests.processes import python
from tests.reporters.samples import EPSILON, MISSPELT, UNKNOWN, at, report


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_renders_an_empty_and_a_full_report(name: str) -> None:
    for sample in (report(), report(MISSPELT, EPSILON, not_assessed=[UNKNOWN])):
        shown = get(name)(sample, Options())
        assert shown == "" or shown.endswith("\n")
        assert all("OPT001" in shown for finding in sample.findings)


def test_an_unknown_format_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        get("xml")


def test_a_format_is_imported_when_it_is_asked_for() -> None:
    code = (
        "import sys, recipelint.reporters as r; r.get('concise');"
        "print(sorted(m for m in sys.modules if m.startswith('recipelint.reporters.')))"
    )
    loaded = python("-c", code).stdout.decode()
    assert "recipelint.reporters.concise" in loaded
    assert "recipelint.reporters.sarif" not in loaded


def test_concise_is_one_line_each() -> None:
    assert get("concise")(report(MISSPELT, EPSILON), Options()) == dedent(
        """\
        runs/falcon.yml:2:1: error CFG102 misspelt-key: axolotl drops this key without a word
        pretrain.yaml:4:13: warning OPT001 adam-epsilon-above-gradient-rms: """
        """Epsilon is 2.6 times the largest RMS that the clipped gradients can have.
        """
    )


def test_concise_stays_one_line_whatever_a_file_holds() -> None:
    hostile = at("", Span(1, 1, 1, 1), path="::a\n::error::b", message="c\u2028d\r\n::error::e")
    shown = get("concise")(hostile, Options())
    assert shown.count("\n") == 1
    assert not shown.startswith("::")
    assert "\u2028" not in shown


@given(st.text(st.characters(exclude_categories=()), max_size=60), st.text(max_size=30))
def test_concise_is_read_by_the_pattern_that_editors_use(message: str, path: str) -> None:
    """As the problem matchers of VS Code and `errorformat` of Vim describe it."""
    sample = at("", Span(3, 14, 3, 15), message=message, path=f"{path}/a.yaml")
    pattern = r"^(.+):(\d+):(\d+): (error|warning|info) ([A-Z]{3}\d{3}) ([a-z0-9-]+): (.*)$"
    (found,) = re.findall(pattern, get("concise")(sample, Options()), re.MULTILINE)
    assert found[1:6] == ("3", "14", "error", "TST001", "some-rule")
    assert found[6] == visible(message)


@pytest.mark.parametrize("name", ["text", "markdown", "statistics", "html"])
@pytest.mark.parametrize(
    ("suppressed", "known", "said"),
    [
        (0, 0, "61 files; 1 rule not"),
        (2, 0, "61 files; 2 suppressed; 1 rule not"),
        (0, 1, "61 files; 1 in the baseline; 1 rule not"),
        (2, 1, "61 files; 2 suppressed, 1 in the baseline; 1 rule not"),
    ],
)
def test_what_is_not_shown_is_counted(name: str, suppressed: int, known: int, said: str) -> None:
    sample = report(not_assessed=[UNKNOWN], suppressed=suppressed, known=known)
    assert said in " ".join(get(name)(sample, Options()).split())


def test_statistics_count_by_rule() -> None:
    assert get("statistics")(report(EPSILON, MISSPELT, EPSILON), Options()) == dedent(
        """\
             2  OPT001  warning  in 1 of 2  adam-epsilon-above-gradient-rms
             1  CFG102  error    in 1 of 2  misspelt-key
        3 findings (1 error, 2 warnings) in 2 recipes of 61 files
        """
    )
