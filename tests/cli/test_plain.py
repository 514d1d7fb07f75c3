"""The command lines that go without click mean the same as click says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipelint.cli import checking, plain
from recipelint.cli.checking import Request
from recipelint.cli.commands import cli
from recipelint.engine.rules import PROFILES
from recipelint.findings import Severity

PLAIN = [
    *([name] for name in plain._FLAGS),
    *([name, value] for name, (_, values) in plain._CHOICES.items() for value in values),
    ["--jobs", "3"],
    ["runs/a.yaml"],
    ["b c.yml"],
    ["-"],
]


def by_click(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> Request:
    """What click makes of a command line."""
    asked: list[Request] = []
    monkeypatch.setattr("recipelint.cli.check.check", lambda wanted: asked.append(wanted) or 0)
    with pytest.raises(SystemExit):
        cli.main(arguments, prog_name="recipelint")
    return asked[0]


@settings(deadline=None, max_examples=150)
@given(parts=st.lists(st.sampled_from(PLAIN), max_size=6))
def test_a_plain_command_line_asks_for_what_click_understands(parts: list[list[str]]) -> None:
    arguments = ["check", *(argument for part in parts for argument in part)]
    wanted = plain.request(arguments)
    if "-" in arguments:
        assert wanted is None
        return
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert wanted == by_click(arguments, monkeypatch)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["rules"],
        ["check", "--help"],
        ["check", "--jobs", "0"],
        ["check", "--jobs", "²"],
        ["check", "--jobs"],
        ["check", "--fail-on", "never!"],
        ["check", "--fail-on=never"],
        ["check", "-qv"],
        ["check", "--fix", "a.yaml"],
        ["check", "--", "a.yaml"],
        ["--version"],
    ],
)
def test_any_other_command_line_is_for_click(arguments: list[str]) -> None:
    assert plain.request(arguments) is None


def test_the_values_known_are_values_of_the_options() -> None:
    assert plain._CHOICES["--profile"][1] == PROFILES
    assert plain._CHOICES["--fail-on"][1] == (*(s.value for s in Severity), "never")


def test_nothing_is_checked_while_a_command_line_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "Run", None)
    assert plain.request(["check", "--no-cache", "a.yaml"]) is not None
