"""Rule files: what a wrong one is told."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from recipelint.engine.rules import RuleError, load, load_file

RULE: dict[str, Any] = {
    "id": "TST001",
    "name": "large-epsilon",
    "severity": "warning",
    "summary": "the epsilon is large",
    "requires": "optimizer.eps < parameters.limit",
    "at": "optimizer.eps",
    "message": "epsilon {optimizer.eps:.1e} is not below {parameters.limit}",
    "why": "because",
    "evidence": [
        {"source": "a report", "where": "section 1", "finds": "it is so", "status": "judgement"}
    ],
    "parameters": {"limit": 1e-6},
    "examples": {"bad": [{"text": "recipelint: 1"}], "good": [{"text": "recipelint: 1"}]},
}


def written(folder: Path, **changes: Any) -> Path:
    """A rule file with these fields changed; None takes a field away."""
    rule = copy.deepcopy(RULE) | changes
    path = folder / "TST001-large-epsilon.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in rule.items() if v is not None}))
    return path


def test_a_right_rule_is_compiled(tmp_path: Path) -> None:
    rule = load_file(str(written(tmp_path)))
    assert rule.reads == ("optimizer.eps", "parameters.limit")
    assert rule.requires is not None
    assert rule.requires.type == "boolean"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"requires": "optimizer.epsilon < 1"}, "there is no fact `optimizer.epsilon`"),
        ({"requires": "optimizer.eps"}, "requires: is a number; a condition is needed"),
        ({"requires": None}, "a rule has either `requires` or `check`"),
        ({"check": "text.syntax"}, "a rule has either `requires` or `check`"),
        ({"requires": None, "check": "text.sintax"}, "did you mean `text.syntax`?"),
        ({"severity": "fatal"}, "`fatal` is not error, warning or info"),
        ({"id": "T1"}, "`T1` is not three or four capitals and three digits"),
        ({"name": "LargeEpsilon"}, "is not kebab-case"),
        ({"why": None}, "why: is needed"),
        ({"evidence": []}, "at least one source is needed"),
        ({"evidence": [{"source": "a"}]}, "has source, where, finds and status"),
        ({"message": "{optimizer.epz}"}, "there is no fact `optimizer.epz`"),
        ({"message": "{optimizer.eps:x}"}, "`x` is not a format for a number"),
        ({"at": "optimizer.epz"}, "at: there is no fact `optimizer.epz`"),
        ({"dialects": ["axolot"]}, "did you mean `axolotl`?"),
        ({"examples": {"bad": []}}, "`bad` and `good` are needed"),
        ({"examples": {"bad": 3, "good": []}}, "examples stand in a list"),
        (
            {"examples": {"bad": [{"text": "x", "files": "a"}], "good": []}},
            "`files` maps names of files to their texts",
        ),
        (
            {"examples": {"bad": [{"text": "x", "line": "a"}], "good": []}},
            "`line` is the number of a line",
        ),
        ({"sevirity": "error"}, "did you mean `severity`?"),
        ({"fix": {"set": "optimizer.eps"}}, "has `set`, `to` and `safe`"),
        ({"parameters": [1]}, "a mapping of names to values is needed"),
        ({"requires": "parameters.limits > 1"}, "did you mean `parameters.limit`?"),
        ({"requires": "estimate.parameters.totl > 1"}, "there is no fact"),
        ({"requires": "deepspeed.optimizer.epz > 1"}, "there is no fact"),
    ],
)
def test_a_wrong_rule_names_its_file_and_its_field(
    changes: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    path = written(tmp_path, **changes)
    with pytest.raises(RuleError) as refused:
        load_file(str(path))
    assert str(refused.value).startswith(str(path))
    assert reason in str(refused.value)


def test_a_rule_file_that_is_not_yaml_is_an_error_of_one_line(tmp_path: Path) -> None:
    path = tmp_path / "TST001-x.yaml"
    path.write_text("id: [")
    with pytest.raises(RuleError) as refused:
        load_file(str(path))
    assert "\n" not in str(refused.value)


def test_a_rule_file_cannot_construct_python_objects(tmp_path: Path) -> None:
    path = tmp_path / "TST001-x.yaml"
    path.write_text("id: !!python/object/apply:os.system ['true']")
    with pytest.raises(RuleError):
        load_file(str(path))


def test_two_rules_cannot_share_an_id(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        written(tmp_path / name)
    with pytest.raises(RuleError, match="TST001 is taken by"):
        load([str(tmp_path)])


def test_a_folder_inside_another_one_holds_no_second_rule(tmp_path: Path) -> None:
    (tmp_path / "batch").mkdir()
    written(tmp_path / "batch")
    rules = load([str(tmp_path), str(tmp_path / "batch"), str(tmp_path)])
    assert list(rules.rules) == ["TST001"]


def test_a_path_below_the_working_directory_is_shown_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lint-rules").mkdir()
    path = written(tmp_path / "lint-rules", severity="fatal")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuleError, match=r"^lint-rules/TST001-large-epsilon\.yaml:\d+: sev"):
        load(["lint-rules"])
    with pytest.raises(RuleError) as refused:
        load_file(str(path))
    assert refused.value.path == str(path)


@pytest.mark.parametrize("name", ["../other.yaml", "/etc/other.yaml", "a/../../b.yaml", ".", ""])
@pytest.mark.parametrize("field", ["file", "files"])
def test_the_files_of_an_example_lie_beside_it(name: str, field: str, tmp_path: Path) -> None:
    example = {"text": "recipelint: 1", field: name if field == "file" else {name: "{}"}}
    path = written(tmp_path, examples={"bad": [example], "good": []})
    with pytest.raises(RuleError, match="is no file beside the example"):
        load_file(str(path))


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(RuleError, match="there is no such rule folder"):
        load(["/nowhere/at/all"])
