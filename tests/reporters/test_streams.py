"""Formats that are written file by file say the same as when all is known at once."""

from __future__ import annotations

import pytest

from recipelint.linter import Report
from recipelint.reporters import STREAMED, get, stream
from recipelint.reporters.options import Options
from recipelint.reporters.summary import Tally
from tests.reporters.samples import EPSILON, MISSPELT, report


def parts() -> list[Report]:
    """A file with a finding, one without, and another one with a finding."""
    return [report(EPSILON), Report(files=1, recipes=1), report(MISSPELT, EPSILON)]


@pytest.mark.parametrize("summary", [True, False])
@pytest.mark.parametrize("name", STREAMED)
def test_a_report_in_parts_reads_as_the_whole(name: str, summary: bool) -> None:
    options = Options(width=80, summary=summary)
    whole, tally, told = Report(), Tally(), stream(name, options)
    text = ""
    for part in parts():
        whole.add(part)
        tally.add(part)
        text += told.take(part)
    assert text + told.end(tally) == get(name)(whole, options)
    assert "CFG102" in text


def test_a_tally_counts_as_the_whole_report_does() -> None:
    tally, whole = Tally(), Report()
    for part in parts():
        tally.add(part)
        whole.add(part)
    assert tally.sentence() == Tally(whole).sentence()
    assert tally.worst == whole.worst
    assert tally.findings == len(whole.findings) == 3
