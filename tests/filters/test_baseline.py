"""The baseline: what makes a finding known, new, or out of date."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint.document.places import text_at
from recipelint.filters.baseline import Baseline, BaselineError, load
from recipelint.findings import Finding, Severity, Span

WITHOUT_A_COUNT = '{"rule": "A", "path": "", "key": "", "value": "", "count": -1}'
TEXT = "a: 1\nlr: 1.0e-3\nsets:\n  - {path: x}\n"


def finding(line: int = 2, column: int = 5, length: int = 6, key: str = "lr") -> Finding:
    span = Span(line, column, line, column + length)
    return Finding("TST001", "a-rule", Severity.ERROR, "message", "a.yaml", span, key=key)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Baseline:
    """A baseline of one finding in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(TEXT)
    empty = Baseline(str(tmp_path))
    return empty.renewed([finding()], {"a.yaml": TEXT}, [str(tmp_path / "a.yaml")])


def new(base: Baseline, text: str, *findings: Finding) -> int:
    return len(base.split(findings, {"a.yaml": text})[0])


def test_the_finding_is_known(base: Baseline) -> None:
    assert text_at(TEXT, "yaml", finding().span) == "1.0e-3"
    assert new(base, TEXT, finding()) == 0


def test_it_is_known_in_another_line(base: Baseline) -> None:
    assert new(base, f"# more\n\n{TEXT}", finding(line=4)) == 0


@pytest.mark.parametrize("written", ["1.0e-3", "0.001", "'1e-3'", "1.00e-03"])
def test_it_is_known_in_another_notation(base: Baseline, written: str) -> None:
    text = TEXT.replace("1.0e-3", written)
    assert new(base, text, finding(length=len(written))) == 0


def test_another_value_key_or_rule_is_new(base: Baseline) -> None:
    assert new(base, TEXT.replace("1.0e-3", "2.0e-3"), finding()) == 1
    assert new(base, TEXT, finding(key="optim.lr")) == 1
    other = Finding("TST002", "x", Severity.ERROR, "m", "a.yaml", finding().span, key="lr")
    assert new(base, TEXT, other) == 1


def test_the_same_finding_once_more_is_new(base: Baseline) -> None:
    assert new(base, TEXT, finding(), finding()) == 1


def test_the_number_of_a_list_item_does_not_count(tmp_path: Path) -> None:
    first, second = finding(4, 12, 1, "sets[0].path"), finding(4, 12, 1, "sets[3].path")
    held = Baseline(str(tmp_path)).renewed([first], {"a.yaml": TEXT}, [])
    assert new(held, TEXT, second) == 0


# --- entries that are out of date


def stale(base: Baseline, checked: list[str], rules: list[str]) -> int:
    _, unmet = base.split([], {})
    return base.stale(unmet, checked, rules).total()


def test_an_entry_that_is_not_met_is_stale(base: Baseline) -> None:
    assert stale(base, ["a.yaml"], ["TST001"]) == 1


def test_what_was_not_checked_is_not_stale(base: Baseline) -> None:
    assert stale(base, [], ["TST001"]) == 0
    assert stale(base, ["a.yaml"], ["TST002"]) == 0


def test_entries_of_files_that_are_gone_are_stale(base: Baseline) -> None:
    Path("a.yaml").unlink()
    assert stale(base, [], []) == 1


def test_renewing_keeps_what_was_not_checked(base: Baseline) -> None:
    Path("b.yaml").write_text(TEXT)
    assert base.renewed([], {}, ["b.yaml"]).entries == base.entries
    assert base.renewed([], {}, ["a.yaml"]).entries.total() == 0


# --- the file


def test_the_file_holds_no_values_and_no_lines(base: Baseline) -> None:
    Path("known.json").write_text(base.dumps())
    assert load("known.json").entries == base.entries
    assert "1.0e-3" not in base.dumps()
    assert '"line"' not in base.dumps()


def test_an_empty_baseline_is_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_text(Baseline(str(tmp_path)).dumps())
    assert load(str(path)).entries.total() == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"recipelint_baseline": 2, "findings": []}',
        '{"recipelint_baseline": 1}',
        '{"recipelint_baseline": 1, "findings": [3]}',
        '{"recipelint_baseline": 1, "findings": [{"rule": "A"}]}',
        '{"recipelint_baseline": 1, "findings": [ROW]}'.replace("ROW", WITHOUT_A_COUNT),
        "[" * 100_000,
        "\ud800",
    ],
)
def test_anything_else_is_no_baseline(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(BaselineError):
        load(str(path))
