"""What runs without being asked for: what is certain, and what was asked for in another way."""

from __future__ import annotations

from recipelint.engine.rules import load, shipped_folder

RULES = load([shipped_folder()])
ASKED_FOR = {"STB104"}
"""It runs on a log that somebody gave with `--metrics`."""
CORRECTED = {"ARC016", "CTX012", "DSP025", "PRF004"}
"""What they say has been corrected in frameworks' own published recipes, and they are rare."""


def test_every_error_runs_by_default() -> None:
    assert [r.id for r in RULES if r.severity.value == "error" and r.profile != "default"] == []


def test_information_runs_by_default_only_on_the_file_itself() -> None:
    """Names that a framework dropped, and suppressions without effect, are certain."""
    shown = {r.id for r in RULES if r.severity.value == "info" and r.profile == "default"}
    assert {i for i in shown if not i.startswith("CFG")} == ASKED_FOR | CORRECTED


def test_what_rests_on_judgement_alone_is_no_warning_by_default() -> None:
    """Two exceptions were asked for: by a setting (reasons), and by giving a log."""
    alone = {
        r.id
        for r in RULES
        if r.severity.value == "warning"
        and r.profile == "default"
        and all(c.status == "judgement" for c in r.evidence)
    }
    assert alone == {"CFG303", "SCH032"}
