"""`recipelint baseline`: only new findings fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Run
from tests.cli.rule_files import BAD

NAME = "recipelint-baseline.json"


@pytest.fixture
def accept(run: Run, project: Path, rules: Path) -> Run:
    """Run `recipelint baseline` in the project."""

    def invoke(*arguments: str) -> Result:
        return run("baseline", "--rules", str(rules), "--select", "TST", *arguments)

    return invoke


def test_what_is_accepted_does_not_fail(check: Run, accept: Run, project: Path) -> None:
    assert check("--fail-on", "info").exit_code == 1
    result = accept()
    assert result.exit_code == 0
    assert result.stdout == (
        f"{NAME}: 2 findings (2 new, 0 no longer there)\n"
        f'Name it in the settings: baseline = "{NAME}"\n'
    )
    result = check("--fail-on", "info", "--baseline", NAME)
    assert result.exit_code == 0
    assert "; 2 in the baseline" in result.stdout


def test_a_new_finding_fails(check: Run, accept: Run, project: Path) -> None:
    accept()
    (project / "bad.yaml").write_text("# moved\n\n" + BAD.replace("10", "20"))
    result = check("--baseline", NAME, "--format", "concise")
    assert result.exit_code == 1
    assert result.stdout.startswith("bad.yaml:5:18: error TST001")
    assert "; 1 in the baseline" in result.stderr
    assert f"1 entry of {NAME} out of date: `recipelint baseline --prune`" in result.stderr


def test_entries_that_are_out_of_date_are_pruned_and_nothing_added(
    check: Run, accept: Run, project: Path
) -> None:
    accept()
    (project / "bad.yaml").write_text(BAD.replace("10", "20"))
    result = accept("--prune")
    assert result.stdout.startswith(f"{NAME}: 1 finding (0 new, 1 no longer there)")
    assert check("--baseline", NAME).exit_code == 1


def test_checking_a_part_says_nothing_about_the_rest(check: Run, accept: Run) -> None:
    accept()
    assert "out of date" not in check("good.yaml", "--baseline", NAME).stderr
    accept("good.yaml")
    assert check("--fail-on", "info", "--baseline", NAME).exit_code == 0


def test_the_settings_name_the_baseline(check: Run, accept: Run, project: Path) -> None:
    (project / "recipelint.toml").write_text('baseline = "known/base.json"\n')
    (project / "known").mkdir()
    assert "known/base.json: 2 findings" in accept().stdout
    held = json.loads((project / "known" / "base.json").read_text())
    assert [f["path"] for f in held["findings"]] == ["../bad.yaml", "../odd.yaml"]
    assert check("--fail-on", "info").exit_code == 0


def test_a_baseline_that_cannot_be_read_or_written(check: Run, accept: Run, project: Path) -> None:
    (project / NAME).write_text("{}")
    result = check("--baseline", NAME)
    assert result.exit_code == 2
    assert f"{NAME} is no baseline of version 1" in result.stderr
    assert accept("--baseline", "no/such/base.json").exit_code == 2
    assert accept("--baseline", NAME).exit_code == 2, "what is none is not overwritten"
