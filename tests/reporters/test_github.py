"""Workflow commands, read back the way GitHub's runner reads them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recipelint.findings import Span
from recipelint.reporters.github import render
from recipelint.reporters.options import Options
from recipelint.reporters.sanitize import visible
from tests.reporters.samples import EPSILON, MISSPELT, at, report


def read(line: str) -> tuple[str, dict[str, str], str]:
    """Command, properties and data of a line, after `TryParseV2` in actions/runner."""
    bare = line.lstrip()
    assert bare.startswith("::")
    end = bare.index("::", 2)
    name, _, listed = bare[2:end].partition(" ")
    pairs = (pair.split("=", 1) for pair in listed.split(",") if pair)
    return name, {key: unescape(value, ":,") for key, value in pairs}, unescape(bare[end + 2 :])


def unescape(text: str, further: str = "") -> str:
    """Undo the escapes; the percent sign comes last."""
    for char in f"\r\n{further}%":
        text = text.replace(f"%{ord(char):02X}", char)
    return text


def test_a_finding_is_a_command_at_its_place() -> None:
    (line,) = render(report(MISSPELT), Options()).splitlines()
    assert read(line) == (
        "error",
        {
            "file": "runs/falcon.yml",
            "line": "2",
            "col": "1",
            "endColumn": "22",
            "title": "CFG102 misspelt-key",
        },
        "axolotl drops this key without a word\nhelp: did you mean `context_parallel_size`?",
    )


def test_the_worst_come_first_since_github_shows_ten() -> None:
    lines = render(report(EPSILON, MISSPELT), Options()).splitlines()
    assert [read(line)[0] for line in lines] == ["error", "warning"]


def test_a_span_of_several_lines_has_no_columns() -> None:
    (line,) = render(at("a:\n b\n", Span(1, 1, 2, 3)), Options()).splitlines()
    assert read(line)[1] == {
        "file": "a.yaml",
        "line": "1",
        "endLine": "2",
        "title": "TST001 some-rule",
    }


@given(st.text(max_size=80), st.text(min_size=1, max_size=40))
def test_nothing_in_a_file_makes_another_command(message: str, path: str) -> None:
    shown = render(at("", Span(1, 1, 1, 1), message=message, path=path), Options())
    assert shown.endswith("\n")
    assert shown.count("\n") == 1
    assert shown[:-1].isprintable()
    assert "##[" not in shown
    name, properties, data = read(shown[:-1])
    assert name == "error"
    assert list(properties) == ["file", "line", "col", "endColumn", "title"]
    assert properties["file"] == visible(path)
    assert data == visible(message)
