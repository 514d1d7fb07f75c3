"""The JSON report, held against a schema of the published contract."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from hypothesis import example, given
from hypothesis import strategies as st

from recipelint.findings import Span
from recipelint.reporters.json import render
from recipelint.reporters.options import Options
from tests.reporters.samples import EPSILON, MISSPELT, UNKNOWN, at, report

TEXT = {"type": "string"}
TEXT_OR_NULL = {"type": ["string", "null"]}
PLACE = {"type": "integer", "minimum": 1}
COUNT = {"type": "integer", "minimum": 0}
SPAN = {"line": PLACE, "column": PLACE, "end_line": PLACE, "end_column": PLACE}


def closed(**properties: Any) -> dict[str, Any]:
    """An object with these keys, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


FIX = closed(
    title=TEXT,
    safe={"type": "boolean"},
    edits={"type": "array", "items": closed(**SPAN, text=TEXT)},
)
FINDING = closed(
    rule=TEXT,
    name=TEXT,
    severity={"enum": ["error", "warning", "info"]},
    message=TEXT,
    path=TEXT,
    **SPAN,
    key=TEXT_OR_NULL,
    fact=TEXT_OR_NULL,
    phase=TEXT_OR_NULL,
    url=TEXT_OR_NULL,
    help=TEXT_OR_NULL,
    inputs={"type": "array", "items": closed(name=TEXT, value=TEXT, origin=TEXT)},
    evidence={
        "type": "array",
        "items": closed(source=TEXT, where=TEXT, finds=TEXT, status=TEXT),
    },
    fix={"anyOf": [FIX, {"type": "null"}]},
)
SKIPPED = closed(
    rule=TEXT,
    name=TEXT,
    path=TEXT,
    phase=TEXT_OR_NULL,
    missing={"type": "array", "items": TEXT},
    reason=TEXT_OR_NULL,
)
CONTRACT = closed(
    version={"const": 1},
    files=COUNT,
    recipes=COUNT,
    findings={"type": "array", "items": FINDING},
    not_assessed={"type": "array", "items": SKIPPED},
    summary=closed(
        findings=COUNT,
        error=COUNT,
        warning=COUNT,
        info=COUNT,
        suppressed=COUNT,
        known=COUNT,
        not_assessed=COUNT,
        by_rule={"type": "object", "additionalProperties": COUNT},
    ),
)


def test_a_report_keeps_the_contract() -> None:
    sample = report(MISSPELT, EPSILON, not_assessed=[UNKNOWN], suppressed=3, known=1)
    shown = json.loads(render(sample, Options()))
    jsonschema.validate(shown, CONTRACT)
    assert shown["summary"] == {
        "findings": 2,
        "error": 1,
        "warning": 1,
        "info": 0,
        "suppressed": 3,
        "known": 1,
        "not_assessed": 1,
        "by_rule": {"CFG102": 1, "OPT001": 1},
    }


def test_the_contract_refuses_other_keys() -> None:
    shown = json.loads(render(report(MISSPELT), Options()))
    shown["findings"][0]["row"] = 1
    assert not jsonschema.Draft202012Validator(CONTRACT).is_valid(shown)


def test_a_clean_report_has_all_keys() -> None:
    shown = json.loads(render(report(), Options()))
    jsonschema.validate(shown, CONTRACT)
    assert shown["findings"] == []


def test_places_count_from_one_and_end_one_past() -> None:
    (finding,) = json.loads(render(report(EPSILON), Options()))["findings"]
    assert (finding["line"], finding["column"]) == (4, 13)
    assert (finding["end_line"], finding["end_column"]) == (4, 19)


@example("###[error]##")
@given(st.text(st.characters(exclude_categories=())))
def test_strings_survive_and_steer_nothing(text: str) -> None:
    shown = render(at("", Span(1, 1, 1, 1), message=text, path=text), Options())
    assert json.loads(shown)["findings"][0]["message"] == text
    assert shown.isascii()
    assert shown.replace("\n", "").isprintable()
    assert "##[" not in shown
