"""The fix of an unused suppression: the comment goes, or its part for the rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint import Linter, fixes
from recipelint.engine.rules import RuleSet, load
from recipelint.filters.removal import removal
from recipelint.findings import Finding, Severity, Span
from tests.cli.rule_files import JUDGE, write_rules


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    """Two rules on values, and that on unused suppressions."""
    folder = write_rules(tmp_path_factory.mktemp("rules"))
    (folder / "text" / "TST301-unused-suppression.yaml").write_text(JUDGE)
    return load([str(folder)])


def mended(rules: RuleSet, text: str, name: str = "a.yaml") -> str:
    """The text after its safe fixes."""

    def lint(state: str) -> fixes.State:
        return fixes.State(
            state, tuple(Linter(rules=rules).check_text(state, name).findings), False
        )

    return fixes.mend(lint(text), name, Path(name).suffix[1:], False, lint).state.text


HEAD = "recipelint: 1\n"
RATE = "optimizer: {learning_rate: 0.1}"
HIGH = "optimizer: {learning_rate: 10}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{RATE}  # recipelint: ignore[TST001] why\n", f"{RATE}\n"),
        (f"{RATE} # recipelint: ignore[TST001, rate-too-high] why\n", f"{RATE}\n"),
        (f"# recipelint: ignore[TST001] why\n{RATE}\n", f"{RATE}\n"),
        (f"  # recipelint: ignore[TST001]\n{RATE}\n", f"{RATE}\n"),
        (f"{RATE}\n# recipelint: ignore-file[TST001]", f"{RATE}\n"),
        (f"{RATE}  # recipelint: ignore[TST001]\r\nbatch: {{}}\r\n", f"{RATE}\r\nbatch: {{}}\r\n"),
        (
            f"# recipelint: ignore-file[TST001, TST003] why [so]\n{HIGH}\n",
            f"# recipelint: ignore-file[TST001] why [so]\n{HIGH}\n",
        ),
        (
            f"# recipelint: ignore-file[TST003,TST001]\n{HIGH}\n",
            f"# recipelint: ignore-file[TST001]\n{HIGH}\n",
        ),
        (
            f"# recipelint: ignore[TST001] why\n{HIGH}\n",
            f"# recipelint: ignore[TST001] why\n{HIGH}\n",
        ),
    ],
)
def test_what_silences_nothing_is_taken_out(rules: RuleSet, before: str, after: str) -> None:
    assert mended(rules, HEAD + before) == HEAD + after


def test_in_toml_it_is_the_same(rules: RuleSet) -> None:
    before = "recipelint = 1\n[optimizer]\nlearning_rate = 0.1 # recipelint: ignore[TST001]\n"
    after = "recipelint = 1\n[optimizer]\nlearning_rate = 0.1\n"
    assert mended(rules, before, "a.toml") == after


@given(
    st.lists(
        st.from_regex(r"[A-Z]{3}[0-9]{3}", fullmatch=True), min_size=1, max_size=4, unique=True
    ),
    st.sampled_from(["key: 1", "", "  "]),
    st.text("ab [],#", max_size=12),
    st.data(),
)
def test_a_comment_loses_one_name_and_keeps_the_rest(
    names: list[str], code: str, reason: str, data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(names))
    line = f"{code}# recipelint: ignore[{', '.join(names)}]{reason}"
    comment = Span(1, len(code) + 1, 1, len(line) + 1)
    fix = removal([line, "next: 2"], comment, names, gone)
    finding = Finding("X", "x", Severity.WARNING, "m", "a.yaml", comment, fix=fix)
    after = fixes.apply(f"{line}\nnext: 2", "yaml", [finding])
    rest = [name for name in names if name != gone]
    if rest:
        assert after == f"{code}# recipelint: ignore[{', '.join(rest)}]{reason}\nnext: 2"
    else:
        assert after == (f"{code}\nnext: 2" if code.strip() else "next: 2")
