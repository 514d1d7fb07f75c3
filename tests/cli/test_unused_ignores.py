"""Entries of `per-file-ignores` that leave nothing out are found, as unused comments are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.rule_files import BAD, JUDGE


@pytest.fixture
def judged(rules: Path) -> Path:
    """The tests' rules with the one about unused suppressions."""
    path = rules / "hygiene" / "TST301-unused-suppression.yaml"
    path.parent.mkdir()
    path.write_text(JUDGE, encoding="utf-8")
    return rules


@pytest.fixture
def ignores(project: Path, judged: Path) -> Path:
    """Settings with four entries: one in use, three not."""
    path = project / "recipelint.toml"
    path.write_text(
        """\
[per-file-ignores]
"bad.yaml" = ["TST001"]
"odd.yaml" = ["TST002", "TST003"]
"gone/**" = "TST001"
"good.yaml" = ["optimizer"]
""",
        encoding="utf-8",
    )
    return path


def unused(check: Run, *arguments: str) -> list[str]:
    """The place and the problem of each entry that is called unused."""
    shown = json.loads(check(*arguments, "--format", "json").stdout)
    found: list[dict[str, Any]] = [f for f in shown["findings"] if f["rule"] == "TST301"]
    return [
        f"{f['path']}:{f['line']}:{f['column']} {f['message'].removeprefix('There is nothing to ')}"
        for f in found
    ]


UNUSED = [
    "recipelint.toml:3:25 silence: `TST003` finds nothing in the files of `odd.yaml`.",
    "recipelint.toml:4:13 silence: no recipe matches `gone/**`.",
    "recipelint.toml:5:16 silence: `optimizer` finds nothing in the files of `good.yaml`.",
]


@pytest.mark.usefixtures("ignores")
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (".",),
        ("--jobs", "2"),
        ("--no-cache",),
        ("--fix", "--unsafe-fixes"),
        ("..", "good.yaml"),
    ],
)
def test_a_run_over_the_whole_project_finds_unused_entries(
    check: Run, arguments: tuple[str, ...]
) -> None:
    expected = [line.replace("recipelint", "../project/recipelint") for line in UNUSED]
    assert unused(check, *arguments) in (UNUSED, expected)


@pytest.mark.usefixtures("ignores")
def test_the_second_run_finds_them_as_well_from_the_cache(
    check: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert unused(check) == UNUSED
    assert unused(check) == UNUSED


@pytest.mark.usefixtures("ignores")
@pytest.mark.parametrize("arguments", [("good.yaml", "odd.yaml", "bad.yaml"), ("inner",)])
def test_a_run_over_a_part_calls_nothing_unused(
    check: Run, project: Path, arguments: tuple[str, ...]
) -> None:
    (project / "inner").mkdir()
    (project / "inner" / "bad.yaml").write_text(BAD, encoding="utf-8")
    assert unused(check, *arguments) == []


@pytest.mark.usefixtures("ignores")
def test_an_entry_whose_rule_does_not_run_is_passed_over(check: Run) -> None:
    assert unused(check, "--select", "TST301,TST003") == UNUSED[:1]
    assert unused(check, "--ignore", "TST301") == []


@pytest.mark.usefixtures("judged")
def test_an_entry_whose_rule_lacks_facts_is_passed_over(check: Run, project: Path) -> None:
    """Whether the rate is too high in `odd.yaml`, where there is none, nobody knows."""
    (project / "recipelint.toml").write_text('per-file-ignores = {"odd.yaml" = ["TST001"]}')
    assert unused(check) == []


@pytest.mark.usefixtures("judged")
def test_each_settings_file_is_judged_by_its_own_files(check: Run, project: Path) -> None:
    (project / "recipelint.toml").write_text('per-file-ignores = {"bad.yaml" = ["TST001"]}')
    inner = project / "inner"
    inner.mkdir()
    (inner / "recipelint.toml").write_text('per-file-ignores = {"bad.yaml" = ["TST001"]}')
    assert [line.split(":")[0] for line in unused(check)] == ["inner/recipelint.toml"]
    (inner / "bad.yaml").write_text(BAD, encoding="utf-8")
    assert unused(check) == []


@pytest.mark.usefixtures("ignores")
def test_the_text_report_shows_the_line_of_the_settings(check: Run) -> None:
    shown = check().stdout
    assert "recipelint.toml:4:13: warning TST301 unused-suppression\n" in shown
    assert '4 | "gone/**" = "TST001"\n' in shown


@pytest.mark.usefixtures("ignores")
def test_a_severity_of_the_project_holds_for_its_own_settings(
    check: Run, project: Path, ignores: Path
) -> None:
    text = ignores.read_text()
    ignores.write_text(f'severity = {{TST301 = "error"}}\n{text}')
    assert check("--fail-on", "error").exit_code == 1
    ignores.write_text(text)
    assert check("--fail-on", "error").exit_code == 0


@pytest.mark.usefixtures("ignores")
def test_unused_entries_can_be_known_and_become_stale(check: Run, run: Run, rules: Path) -> None:
    run("baseline", "--rules", str(rules))
    known = ("--baseline", "recipelint-baseline.json")
    assert unused(check, *known) == []
    settings = Path("recipelint.toml")
    settings.write_text(settings.read_text().replace('"gone/**" = "TST001"\n', ""))
    assert "1 entry of recipelint-baseline.json out of date" in check(*known).stderr
