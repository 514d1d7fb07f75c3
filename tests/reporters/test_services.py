"""The formats of other programs, read back by their own parsers or by their published grammar."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.findings import Edit, Fix, Severity, Span
from recipelint.reporters import get
from recipelint.reporters.options import Options
from tests.reporters.samples import EPSILON, MISSPELT, at, report

HOSTILE = st.text(st.characters(exclude_categories=()), max_size=60)
POSITION = {
    "type": "object",
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer"}},
    "required": ["line", "column"],
    "additionalProperties": False,
}
RANGE = {
    "type": "object",
    "properties": {"start": POSITION, "end": POSITION},
    "required": ["start", "end"],
    "additionalProperties": False,
}
TEXT = {"type": "string"}
RDJSON = {
    "type": "object",
    "properties": {
        "source": {"type": "object", "properties": {"name": TEXT, "url": TEXT}},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "message": TEXT,
                    "location": {
                        "type": "object",
                        "properties": {"path": TEXT, "range": RANGE},
                        "required": ["path", "range"],
                        "additionalProperties": False,
                    },
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {"type": "object", "properties": {"value": TEXT, "url": TEXT}},
                    "suggestions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"range": RANGE, "text": TEXT},
                            "additionalProperties": False,
                        },
                    },
                },
                "required": ["message", "location", "severity", "code"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["source", "diagnostics"],
    "additionalProperties": False,
}
"""`DiagnosticResult` of reviewdog's proto/rdf, with the keys that we use and no others."""
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "description": TEXT,
            "check_name": TEXT,
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)"},
                    "lines": {
                        "type": "object",
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                        "required": ["begin"],
                    },
                },
                "required": ["path", "lines"],
            },
        },
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
    },
}
"""GitLab's documented Code Quality report format."""


def test_json_lines_are_the_findings_of_json_one_a_line() -> None:
    sample = report(MISSPELT, EPSILON)
    lines = [json.loads(line) for line in get("json-lines")(sample, Options()).splitlines()]
    whole = json.loads(get("json")(sample, Options()))
    assert lines == [{"version": 1, **finding} for finding in whole["findings"]]


# --- GitLab


@given(HOSTILE)
def test_gitlab_has_the_documented_keys_whatever_a_file_holds(text: str) -> None:
    sample = at("", Span(1, 1, 1, 1), message=text, path=f"a{text}")
    shown = get("gitlab")(sample, Options())
    jsonschema.validate(json.loads(shown), GITLAB)
    json.dumps(json.loads(shown), ensure_ascii=False).encode()


def test_gitlab_tells_every_two_findings_apart() -> None:
    issues = json.loads(get("gitlab")(report(EPSILON, EPSILON, MISSPELT), Options()))
    assert len({issue["fingerprint"] for issue in issues}) == 3
    assert [issue["severity"] for issue in issues] == ["major", "major", "critical"]


def test_gitlab_paths_have_no_dot_in_front() -> None:
    (issue,) = json.loads(get("gitlab")(at("", Span(1, 1, 1, 1), path="./a/b.yaml"), Options()))
    assert issue["location"]["path"] == "a/b.yaml"


# --- Azure


def read_azure(line: str) -> tuple[dict[str, str], str]:
    """Properties and message, as `Command.TryParse` of azure-pipelines-agent reads a line."""
    head = "##vso[task.logissue "
    assert line.startswith(head)
    end = line.index("]")
    pairs = (pair.split("=", 1) for pair in line[len(head) : end].split(";") if pair)
    return {name: azure_text(value) for name, value in pairs}, azure_text(line[end + 1 :])


def azure_text(text: str) -> str:
    for escaped, char in {"%3B": ";", "%0D": "\r", "%0A": "\n", "%5D": "]"}.items():
        text = text.replace(escaped, char)
    return text.replace("%AZP25", "%")


@given(HOSTILE.filter(lambda text: "%" not in text))
def test_azure_is_one_command_whatever_a_file_holds(text: str) -> None:
    sample = at("", Span(2, 3, 2, 4), message=text, path=f"a{text}")
    shown = get("azure")(sample, Options())
    assert shown.count("\n") == 1
    assert shown.count("##vso[") == 1
    properties, _ = read_azure(shown[:-1])
    assert list(properties) == ["type", "sourcepath", "linenumber", "columnnumber", "code"]
    assert (properties["linenumber"], properties["code"]) == ("2", "TST001")


def test_azure_brings_special_characters_through() -> None:
    sample = at("", Span(1, 1, 1, 1), message="50% ; ] ok", path="a;b].yaml")
    properties, message = read_azure(get("azure")(sample, Options()).rstrip("\n"))
    assert properties["sourcepath"] == "a;b].yaml"
    assert message == "some-rule: 50% ; ] ok"


# --- JUnit


def test_junit_is_read_by_a_parser_of_its_consumers() -> None:
    parser = pytest.importorskip("junitparser", reason="junitparser is in the dev extra")
    sample = report(MISSPELT, EPSILON, names=["good.yaml", "runs/falcon.yml", "pretrain.yaml"])
    found = parser.JUnitXml.fromstring(get("junit")(sample, Options()).encode())
    assert (found.tests, found.failures, found.errors) == (3, 1, 0)
    suites = {suite.name: list(suite) for suite in found}
    assert [case.is_passed for case in suites["good.yaml"]] == [True]
    assert [case.is_passed for case in suites["runs/falcon.yml"]] == [False]
    (passed,) = suites["pretrain.yaml"]
    assert passed.is_passed
    assert "3.8e-6" in passed.system_out


@pytest.mark.parametrize(
    ("fail_on", "failures"), [("info", 2), ("warning", 2), ("error", 1), ("never", 0)]
)
def test_junit_fails_what_fails_the_run(fail_on: str, failures: int) -> None:
    shown = get("junit")(report(MISSPELT, EPSILON), Options(fail_on=fail_on))
    assert shown.count("<failure ") == failures


@given(HOSTILE)
def test_junit_is_well_formed_whatever_a_file_holds(text: str) -> None:
    from xml.etree.ElementTree import fromstring

    sample = at("", Span(1, 1, 1, 1), message=text, path=f"a{text}", help=text)
    root = fromstring(get("junit")(sample, Options()).encode())
    assert [element.tag for element in root.iter()] == [
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
    ]


# --- reviewdog


@given(HOSTILE)
def test_rdjson_has_reviewdogs_keys_whatever_a_file_holds(text: str) -> None:
    fix = Fix("t", (Edit(Span(1, 1, 1, 2), text),), safe=True)
    sample = at("ab", Span(1, 1, 1, 2), message=text, path=f"a{text}", fix=fix)
    found = json.loads(get("rdjson")(sample, Options()))
    jsonschema.validate(found, RDJSON)
    json.dumps(found, ensure_ascii=False).encode()


def test_rdjson_columns_are_bytes() -> None:
    """The example of reviewdog.proto: the `b` of `a𐐀b` stands in column 6."""
    (found,) = json.loads(get("rdjson")(at("a𐐀b", Span(1, 3, 1, 4)), Options()))["diagnostics"]
    assert found["location"]["range"]["start"] == {"line": 1, "column": 6}


# --- Markdown


def test_markdown_is_a_table_with_the_worst_first() -> None:
    markdown = pytest.importorskip("markdown_it", reason="markdown-it-py is in the dev extra")
    shown = get("markdown")(report(EPSILON, MISSPELT), Options())
    html = markdown.MarkdownIt("commonmark").enable("table").render(shown)
    rows = re.findall(r"<td>(error|warning|info)</td>", html)
    assert rows == ["error", "warning"]
    assert "context_parallel_size" in html


@given(HOSTILE)
def test_markdown_shows_text_of_files_literally(text: str) -> None:
    markdown = pytest.importorskip("markdown_it", reason="markdown-it-py is in the dev extra")
    from recipelint.reporters.markdown import escape
    from recipelint.reporters.sanitize import visible

    html = (
        markdown.MarkdownIt("commonmark").enable("table").render(f"| x |\n|-|\n| {escape(text)}. |")
    )
    cell = re.search(r"<td>(.*)\.</td>", html, re.DOTALL)
    assert cell is not None
    assert "<" not in cell[1]
    from html import unescape

    assert unescape(cell[1]) == visible(text).lstrip(" ")


def test_severities_are_mapped_to_those_of_each_service() -> None:
    note = EPSILON._replace(severity=Severity.INFO)
    assert '"severity": "INFO"' in get("rdjson")(report(note), Options())
    assert '"severity": "info"' in get("gitlab")(report(note), Options())
    assert "type=warning;" in get("azure")(report(note), Options())
