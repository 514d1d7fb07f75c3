"""Each limit is a setting, and reaching it is a finding that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter, Settings
from recipelint.document import parse
from recipelint.document.limits import HIGHEST, LIMITS, Limits
from recipelint.project import Project
from recipelint.workspace import Workspace
from tests.fuzzing.hostile import RECIPE, times

REACHED = {
    "bytes": RECIPE + "# more\n" * 20,
    "depth": RECIPE + "x: [[[[1]]]]\n",
    "path": RECIPE + "a_rather_long_key: {b: {c: {d: 1}}}\n",
    "values": RECIPE + "x: [1, 2, 3, 4, 5, 6]\n",
    "phases": "recipelint: 1\nphases:\n" + times(5, "  - {name: p@}\n"),
    "references": "base: x\ndefaults: [a, b, c, d, e, f]\n"
    "actor_rollout_ref: {actor: {strategy: fsdp}}\ntrainer: {n_gpus_per_node: 8}\n",
    "findings": RECIPE + times(5, "key@_nobody_knows: 1\n"),
}
SMALL = {"bytes": 90, "depth": 4, "path": 20, "values": 10}
TIGHT = {name: SMALL.get(name, 3) for name in LIMITS._fields}


def _messages(text: str, limits: Limits) -> list[str]:
    settings = Settings(select=("ALL",), limits=limits)
    return [f.message for f in Linter(settings).check_bytes(text.encode(), "a.yaml").findings]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in which references are looked for."""
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", LIMITS._fields)
def test_a_limit_that_is_reached_is_a_finding_with_its_name(project: Path, name: str) -> None:
    (project / "recipe.yaml").write_text(REACHED[name])
    (project / "recipelint.toml").write_text(f"[limits]\n{name} = {TIGHT[name]}\n")
    path = str(project / "recipe.yaml")
    report = Project(Settings(select=("ALL",))).linter(path).check_file(path)
    assert any(f.message.rstrip(".").endswith(f"`limits.{name}`") for f in report.findings)
    (project / "recipelint.toml").unlink()
    report = Project(Settings(select=("ALL",))).linter(path).check_file(path)
    assert not any("`limits." in f.message for f in report.findings)


def test_a_rule_stops_at_its_limit_and_says_so() -> None:
    found = _messages(RECIPE + times(9, "key@_nobody_knows: 1\n"), LIMITS._replace(findings=4))
    unknown = [message for message in found if "nobody_knows" in message]
    assert len(unknown) == 4
    assert "the file has more such places than 4, the limit `limits.findings`" in found


def test_phases_up_to_the_limit_are_checked() -> None:
    linter = Linter(Settings(limits=LIMITS._replace(phases=3)))
    recipe = linter.read(
        parse(REACHED["phases"], "a.yaml"), Workspace(".", linter.settings.limits), None
    )
    assert recipe is not None
    assert [phase.name for phase in recipe.phases] == ["p0", "p1", "p2"]


def test_no_limit_is_above_the_highest() -> None:
    assert all(usual <= most for usual, most in zip(LIMITS, HIGHEST, strict=True))
