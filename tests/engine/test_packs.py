"""Rule packs: what was compiled once is the same when it is read, and never stale."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recipelint import fingerprint
from recipelint.engine import packs
from recipelint.engine.rules import Rule, RuleError, load_file, shipped_folder
from tests.engine.test_rules import written


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/recipelint/rules"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one rule."""
    path = tmp_path / "rules/own"
    path.mkdir(parents=True)
    written(path)
    return path.parent


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each rule file that is really read and compiled."""
    seen: list[str] = []

    def noted(path: str) -> Rule:
        seen.append(os.path.basename(path))
        return load_file(path)

    monkeypatch.setattr(packs, "load_file", noted)
    return seen


def described(rule: Rule) -> list[object]:
    """All that a rule holds, with expressions as their sources and trees."""
    logic, reasons = rule.logic, rule.reasons
    expressions = [logic.applies, logic.requires, logic.fix.value if logic.fix else None]
    templates = [logic.message, logic.help]
    return [
        (rule.id, rule.name, rule.severity, rule.profile, rule.dialects, rule.category, rule.path),
        [e and (e.source, e.type, e.names, e.tree) for e in expressions],
        [t and (t.source, t.names, len(t.parts)) for t in templates],
        (logic.check, logic.at, dict(logic.parameters), logic.yields_to),
        logic.fix and (logic.fix.fact, logic.fix.safe),
        reasons,
    ]


def test_the_shipped_rules_come_back_as_they_were() -> None:
    folder = os.path.abspath(shipped_folder())
    rules = [load_file(os.path.join(folder, name)) for name in packs.rule_names(folder)]
    data = packs.encode(rules, folder)
    assert data is not None
    assert packs.is_whole(data)
    assert [described(r) for r in packs.decode(data, folder)] == [described(r) for r in rules]


def test_rules_are_compiled_once(folder: Path, compiled: list[str]) -> None:
    first = packs.rules_in(str(folder))
    again = packs.rules_in(str(folder))
    assert len(compiled) == 1
    assert again.digest == first.digest
    assert [described(r) for r in again.rules] == [described(r) for r in first.rules]


def test_a_changed_rule_is_compiled_anew(folder: Path, compiled: list[str]) -> None:
    """Also where size and time of the file are what they were."""
    (path,) = folder.rglob("*.yaml")
    before = packs.rules_in(str(folder))
    status = path.stat()
    path.write_text(path.read_text().replace("1.0e-06", "1.0e-05"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    after = packs.rules_in(str(folder))
    assert path.stat().st_size == status.st_size
    assert before.rules[0].parameters != after.rules[0].parameters
    assert len(compiled) == 2


def test_another_recipelint_compiles_anew(
    folder: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    packs.rules_in(str(folder))
    monkeypatch.setattr(fingerprint, "program", lambda: "another")
    packs.rules_in(str(folder))
    assert len(compiled) == 2


def test_a_wrong_rule_stays_an_error(folder: Path) -> None:
    (path,) = folder.rglob("*.yaml")
    path.write_text(path.read_text().replace("optimizer.eps <", "optimizer.epz <"))
    for _ in range(2):
        with pytest.raises(RuleError, match=r"there is no fact `optimizer\.epz`"):
            packs.rules_in(str(folder))


@pytest.mark.parametrize("keep", [0, 10, 200, -1])
def test_a_damaged_pack_is_made_anew(
    folder: Path, cache: Path, compiled: list[str], keep: int
) -> None:
    first = packs.rules_in(str(folder))
    (pack,) = cache.iterdir()
    pack.write_bytes(pack.read_bytes()[:keep])
    again = packs.rules_in(str(folder))
    assert [described(r) for r in again.rules] == [described(r) for r in first.rules]
    assert len(compiled) == 2
    assert packs.is_whole(pack.read_bytes())


def test_without_a_cache_the_rules_are_compiled_each_time(
    folder: Path, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    for _ in range(2):
        assert [rule.id for rule in packs.rules_in(str(folder)).rules] == ["TST001"]
    assert len(compiled) == 2


def test_what_json_cannot_hold_is_not_packed(folder: Path, cache: Path) -> None:
    """A date as a parameter would come back as text."""
    (path,) = folder.rglob("*.yaml")
    path.write_text(path.read_text().replace("limit: 1.0e-06", "limit: 1.0e-06\n  day: 2026-01-01"))
    (rule,) = packs.rules_in(str(folder)).rules
    assert str(rule.parameters["day"]) == "2026-01-01"
    assert not cache.exists() or list(cache.iterdir()) == []


def test_old_packs_go(folder: Path, cache: Path) -> None:
    (path,) = folder.rglob("*.yaml")
    text = path.read_text()
    for number in range(40):
        path.write_text(text.replace("because", f"because of {number}"))
        packs.rules_in(str(folder))
    assert 0 < len(list(cache.iterdir())) <= 32
