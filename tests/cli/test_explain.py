"""`recipelint explain` and `recipelint rules`: what there is to know about rules."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("project")


def test_a_rule_is_explained_with_reasons_evidence_and_examples(run: Run, rules: Path) -> None:
    assert run("explain", "TST001", "--rules", str(rules)).stdout == dedent(
        """\
        TST001 rate-too-high
        error, optimizer, all dialects

        The learning rate is above one

        Why error
          the tests want an error

        Condition
          where: optimizer.learning_rate > 0
          holds: optimizer.learning_rate <= parameters.highest

        Why
          A step longer than the weights themselves forgets them.

          The second paragraph says it again.

        Evidence
          * A Report, section 1 (primary)
            it diverges

        Parameters
          highest = 1

        What to do
          use a lower one

        Finds: ten
          # recipe.yaml
          recipelint: 1
          optimizer: {learning_rate: 10}

        Passes
          # recipe.yaml
          recipelint: 1
          optimizer: {learning_rate: 0.1}

        Related
          TST002
        """
    )


@pytest.mark.parametrize("name", ["TST002", "tst002", "odd-batch", "Odd-Batch"])
def test_a_rule_is_found_by_id_and_name_in_any_case(run: Run, rules: Path, name: str) -> None:
    assert run("explain", name, "--rules", str(rules)).stdout.startswith("TST002 odd-batch\n")


def test_an_unknown_rule_gets_a_suggestion(run: Run, rules: Path) -> None:
    result = run("explain", "rate-to-high", "--rules", str(rules))
    assert result.exit_code == 2
    assert result.stderr == (
        "recipelint: error: there is no rule `rate-to-high`; did you mean `rate-too-high`?\n"
    )


def test_an_explanation_as_data(run: Run, rules: Path) -> None:
    shown = json.loads(run("explain", "TST001", "--rules", str(rules), "--format", "json").stdout)
    assert shown["requires"] == "optimizer.learning_rate <= parameters.highest"
    assert shown["evidence"] == [
        {"source": "A Report", "where": "section 1", "finds": "it diverges", "status": "primary"}
    ]
    assert shown["parameters"] == {"highest": 1.0}
    assert shown["fix"] == {"set": "optimizer.learning_rate", "to": "0.001", "safe": False}
    assert shown["examples"]["bad"][0]["title"] == "ten"
    assert shown["related"] == ["TST002"]


def test_a_check_in_python_is_named(run: Run, rules: Path) -> None:
    assert "Condition\n  check: text.unreadable\n" in (
        run("explain", "TST003", "--rules", str(rules)).stdout
    )


def test_rules_are_listed_by_category(run: Run, rules: Path) -> None:
    assert run("rules", "--rules", str(rules)).stdout == dedent(
        """\
        batch
          TST002  info  The micro batch is odd [odd-batch]

        optimizer
          TST001  error  The learning rate is above one [rate-too-high]

        text
          TST003  error  The file cannot be read [not-readable]

        3 rules
        """
    )


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        ([], ["TST001", "TST002", "TST003"]),
        (["--category", "batch"], ["TST002"]),
        (["--severity", "error"], ["TST001", "TST003"]),
        (["--dialect", "axolotl"], ["TST001", "TST003"]),
        (["--dialect", "neutral", "--severity", "info"], ["TST002"]),
        (["--select", "odd-batch"], ["TST002"]),
    ],
)
def test_rules_are_filtered(run: Run, rules: Path, options: list[str], listed: list[str]) -> None:
    shown = json.loads(run("rules", "--rules", str(rules), "--format", "json", *options).stdout)
    assert [rule["id"] for rule in shown] == listed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--category", "optimiser"], "no category `optimiser`; did you mean `optimizer`?"),
        (["--dialect", "xyz"], "no dialect `xyz`; there are accelerate, axolotl"),
        (["--rules", "no-such-folder"], "'no-such-folder' does not exist"),
    ],
)
def test_wrong_filters_are_wrong_use(
    run: Run, rules: Path, options: list[str], message: str
) -> None:
    result = run("rules", "--rules", str(rules), *options)
    assert result.exit_code == 2
    assert message in result.stderr
