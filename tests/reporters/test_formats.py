"""The registry, and the formats of one line each."""

from __future__ import annotations

from textwrap import dedent

import pytest

from recipelint.findings import Span
from recipelint.reporters import FORMATS, get
from recipelint.reporters.options import Options
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


def test_statistics_count_by_rule() -> None:
    assert get("statistics")(report(EPSILON, MISSPELT, EPSILON), Options()) == dedent(
        """\
             2  OPT001  warning  in 1 of 2  adam-epsilon-above-gradient-rms
             1  CFG102  error    in 1 of 2  misspelt-key
        3 findings (1 error, 2 warnings) in 2 recipes of 61 files
        """
    )
