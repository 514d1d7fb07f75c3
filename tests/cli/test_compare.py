"""`recipelint compare`: two recipes side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from recipelint.catalog import reports
from recipelint.estimate.facade import NAMES
from recipelint.recipe.facts import fact_types
from recipelint.reporters.sanitize import width
from tests.cli.conftest import Run
from tests.cli.rule_files import write_rules

pytestmark = pytest.mark.usefixtures("project")

MINE = """\
recipelint: 1
run: {stage: pretrain}
model: {total_parameters: 8.0e+9, attention: {kind: gqa}}
optimizer: {name: adamw, learning_rate: 10, eps: 1.0e-8}
batch: {global_tokens: 4.0e+6, micro_batch: 3}
budget: {tokens: 1.0e+12}
data: {packing: true}
"""
THEIRS = """\
recipelint: 1
model: {name: deepseek-ai/a-model-with-a-long-name, total_parameters: 1.0e+12}
optimizer: {name: muon, learning_rate: 2.0e-4, eps: 1.0e-8}
phases:
  - name: main
    run: {stage: pretrain}
    batch: {global_tokens: 67.0e+6}
    budget: {tokens: 15.5e+12}
  - name: tail
    run: {stage: midtrain}
    budget: {tokens: 4.0e+11}
"""
AXOLOTL = """\
base_model: Qwen/Qwen2.5-7B
datasets: [{path: someone/a-dataset, type: alpaca}]
output_dir: out
sequence_len: 4096
micro_batch_size: 2
gradient_accumulation_steps: 4
num_epochs: 3
optimizer: adamw_torch_fused
lr_scheduler: cosine
learning_rate: 1.0e-5
warmup_ratio: 0.03
weight_decay: 0.1
max_grad_norm: 1.0
bf16: true
gradient_checkpointing: true
"""
TRL = """\
model_name_or_path: Qwen/Qwen2.5-7B
dataset_name: someone/a-dataset
output_dir: elsewhere
max_length: 4096
per_device_train_batch_size: 2
gradient_accumulation_steps: 4
num_train_epochs: 3
optim: adamw_torch
lr_scheduler_type: cosine
learning_rate: 1.0e-5
warmup_ratio: 0.03
weight_decay: 0.1
max_grad_norm: 1.0
bf16: true
gradient_checkpointing: true
"""
SNAPSHOTS = Path(__file__).parent / "snapshots"
ANSI = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")
TEXT_OR_NULL = {"type": ["string", "null"]}
NUMBER_OR_NULL = {"type": ["number", "null"]}
RULES = {"type": "array", "items": {"type": "string"}}
RELATION = {"enum": ["differs", "equal", "only_a", "only_b"]}
SIDE = {
    "type": "object",
    "required": ["path", "title", "dialect", "phase", "stage", "phases"],
    "additionalProperties": False,
    "properties": {
        "path": {"type": "string"},
        "title": TEXT_OR_NULL,
        "dialect": {"required": ["name", "version"]},
        "phase": TEXT_OR_NULL,
        "stage": TEXT_OR_NULL,
        "phases": {"type": "array", "items": TEXT_OR_NULL, "minItems": 1},
    },
}
FACT = {
    "type": ["object", "null"],
    "required": ["value", "origin", "path", "line", "key", "detail", "source"],
    "additionalProperties": False,
    "properties": {
        "value": {"not": {"type": "null"}},
        "origin": {"enum": ["stated", "default", "catalog", "derived", "given"]},
        "line": {"type": ["integer", "null"], "minimum": 1},
        "path": TEXT_OR_NULL,
        "key": TEXT_OR_NULL,
        "detail": TEXT_OR_NULL,
        "source": TEXT_OR_NULL,
    },
}
ESTIMATE = {
    "type": "object",
    "required": ["value", "unit", "low", "high", "reason"],
    "additionalProperties": False,
    "properties": {
        "value": NUMBER_OR_NULL,
        "unit": {"type": "string"},
        "low": NUMBER_OR_NULL,
        "high": NUMBER_OR_NULL,
        "reason": TEXT_OR_NULL,
    },
}


def _pairs(names: list[str], side: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["name", "relation", "a", "b", "ratio", "rules"],
            "additionalProperties": False,
            "properties": {
                "name": {"enum": names} if names else {"type": "string"},
                "relation": RELATION,
                "a": side,
                "b": side,
                "ratio": NUMBER_OR_NULL,
                "rules": RULES,
            },
        },
    }


CONTRACT = {
    "type": "object",
    "required": [
        "version",
        "a",
        "b",
        "facts",
        "estimates",
        "reactions",
        "other_findings",
        "summary",
    ],
    "additionalProperties": False,
    "properties": {
        "version": {"const": 1},
        "a": SIDE,
        "b": SIDE,
        "facts": _pairs([], FACT),
        "estimates": _pairs(list(NAMES), ESTIMATE),
        "reactions": {
            "type": "array",
            "items": {
                "required": ["rule", "name", "severity", "side", "names", "a", "b"],
                "additionalProperties": False,
                "properties": {
                    "rule": {"type": "string"},
                    "name": {"type": "string"},
                    "severity": {"enum": ["error", "warning", "info"]},
                    "side": {"enum": ["a", "b", "both"]},
                    "names": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                    "a": {"type": "array", "items": {"required": ["message", "line", "path"]}},
                    "b": {"type": "array", "items": {"required": ["message", "line", "path"]}},
                },
            },
        },
        "other_findings": {
            "required": ["a", "b"],
            "additionalProperties": {"type": "array", "items": {"required": ["rule", "message"]}},
        },
        "summary": {
            "required": ["differs", "equal", "only_a", "only_b"],
            "additionalProperties": {"type": "integer"},
        },
    },
}
Compare = Callable[..., str]


@pytest.fixture
def compare(run: Run, project: Path) -> Compare:
    """Compare two texts, with the tests' own rules; what is printed."""
    write_rules(project / "rules")
    (project / ".recipelint.yaml").write_text("rules: [rules]\n", encoding="utf-8")

    def invoke(a: str, b: str, *options: str) -> str:
        names = []
        for name, text in (("a.yaml", a), ("b.yaml", b)):
            if "\n" in text:
                (project / name).write_text(text, encoding="utf-8")
            names.append(name if "\n" in text else text)
        result = run("compare", *names, *options)
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    return invoke


@pytest.fixture
def data(compare: Compare) -> Callable[..., Any]:
    """Compare two texts; the JSON, which keeps the contract."""

    def invoke(a: str, b: str, *options: str) -> Any:
        shown = json.loads(compare(a, b, "--format", "json", *options))
        jsonschema.validate(shown, CONTRACT)
        return shown

    return invoke


# --- what a person sees


@pytest.mark.parametrize("columns", ["80", "120"])
def test_it_looks_as_it_was_looked_at(
    compare: Compare, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    wanted = (SNAPSHOTS / f"compare-{columns}.txt").read_text(encoding="utf-8")
    assert compare(MINE, THEIRS) == wanted


def test_all_facts_follow_on_request(compare: Compare) -> None:
    wanted = (SNAPSHOTS / "compare-all-80.txt").read_text(encoding="utf-8")
    assert compare(MINE, THEIRS, "--all") == wanted


@pytest.mark.parametrize("columns", ["80", "120"])
def test_colour_changes_nothing_but_colour(
    compare: Compare, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    plain, rich = compare(MINE, THEIRS), compare(MINE, THEIRS, "--color", "always")
    assert ANSI.sub("", rich) == plain
    assert "\x1b[1;31merror\x1b[0m TST001 on A" in rich


def test_no_colour_where_the_environment_asks_for_none(
    compare: Compare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in compare(MINE, THEIRS)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in compare(MINE, THEIRS)


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
@pytest.mark.parametrize("name", ["kimi-k2", "llama-3-405b"])
def test_no_line_is_wider_than_the_terminal(
    compare: Compare, monkeypatch: pytest.MonkeyPatch, columns: int, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = compare(MINE, name, "--all").splitlines()
    assert max(map(width, lines)) <= columns


def test_the_same_recipe_twice_differs_in_nothing(compare: Compare) -> None:
    shown = compare(MINE, MINE)
    assert shown.endswith(" No difference explains TST001, TST002 on A and TST001, TST002 on B.\n")
    assert "\n0 facts differ, 12 are equal;" in shown
    assert "Model" not in shown


def test_numbers_that_read_alike_are_told_apart(compare: Compare) -> None:
    shown = compare(MINE, MINE.replace("8.0e+9", "8000123456"))
    assert re.search(r"total_parameters +8,000,000,000(\.0)? +line 3 +8,000,123,456 ", shown)


def test_long_values_are_shown_from_where_they_differ(compare: Compare) -> None:
    same = "data/" + "x" * 80
    a, b = (f"recipelint: 1\ndata: {{tokenizer: {same}-{tail}}}\n" for tail in ("old", "new"))
    shown = compare(a, b)
    assert "…xxxxxxx-old" in shown.replace("\n", "")
    assert "…xxxxxxx-new" in shown.replace("\n", "")


def test_a_long_value_that_goes_on_is_shown_to_its_end(compare: Compare) -> None:
    a, b = (f"recipelint: 1\ndata: {{tokenizer: data/{'x' * 80}{tail}}}\n" for tail in ("", "-2"))
    assert re.search(r"…x+ +line 2 +…x+-2 +line 2\n", compare(a, b))


def test_a_fact_of_another_file_says_which(
    compare: Compare, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    (project / "zero.json").write_text('{"gradient_accumulation_steps": 8}', encoding="utf-8")
    with_file = AXOLOTL + "deepspeed: zero.json\n"
    shown = compare(with_file, AXOLOTL, "--all")
    assert re.search(r"deepspeed.batch.gradient_accumulation\s+8 +zero.json:1 ", shown)


# --- dialects


def test_two_dialects_of_one_recipe_say_the_same(data: Callable[..., Any]) -> None:
    shown = data(AXOLOTL, TRL, "--gpus", "8xH100-80GB", "--all")
    assert [f["name"] for f in shown["facts"] if f["relation"] == "differs"] == []
    equal = {f["name"] for f in shown["facts"] if f["relation"] == "equal"}
    assert {
        "optimizer.learning_rate",
        "optimizer.family",
        "schedule.warmup_ratio",
        "batch.global_tokens",
        "memory.recompute",
        "precision.compute",
        "model.layers",
    } <= equal
    by_relation = {e["relation"] for e in shown["estimates"]}
    assert by_relation == {"equal"}


def test_a_frameworks_own_words_differ_within_one_framework(data: Callable[..., Any]) -> None:
    other = AXOLOTL.replace("adamw_torch_fused", "adamw_torch")
    (fact,) = data(AXOLOTL, other)["facts"]
    assert fact["name"] == "optimizer.name"


# --- reports


@pytest.mark.parametrize("name", reports.names())
def test_every_report_can_be_compared_with(data: Callable[..., Any], name: str) -> None:
    shown = data(MINE, name)
    assert shown["b"]["title"] == reports.title(name)
    assert (shown["a"]["stage"], shown["b"]["stage"]) == ("pretrain", "pretrain")
    rate = next(f for f in shown["facts"] if f["name"] == "optimizer.learning_rate")
    assert rate["rules"] == ["TST001"]
    sources = [f["b"]["source"] for f in shown["facts"] if f["b"] is not None]
    assert [s for s in sources if s and s.endswith(("primary", "secondary"))]


@pytest.mark.parametrize("name", ["kimi-k2", "Kimi K2", "KIMI_K2", "moonlight/../kimi-k2.yaml"])
def test_a_report_is_found_by_any_spelling_of_its_name(run: Run, name: str) -> None:
    result = run("compare", "good.yaml", name)
    if "/" in name:
        assert result.stderr == f"recipelint: error: {name}: there is no such file\n"
        return
    assert result.stdout.splitlines()[1] == "B  Kimi K2 (1.04T, 32.6B active), pretrain"


def test_a_value_of_a_report_names_its_source(compare: Compare) -> None:
    shown = compare(MINE, "kimi-k2")
    assert re.search(r"global_tokens +4 M +line 5 +67 M +K2 2.5\n", shown)


def test_the_list_names_every_report(run: Run) -> None:
    lines = run("compare", "--list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == reports.names()


# --- what is known beside the files


def test_the_cluster_is_that_of_the_files(data: Callable[..., Any]) -> None:
    shown = data(AXOLOTL, "kimi-k2", "--gpus", "8xH100-80GB", "--all")
    facts = {f["name"]: f for f in shown["facts"]}
    assert facts["parallel.world_size"]["a"]["origin"] == "given"
    assert facts["parallel.world_size"]["b"] is None
    assert facts["cluster.gpu"]["b"]["value"] == "H800"


def test_a_letter_says_whose_cluster_it_is(data: Callable[..., Any]) -> None:
    shown = data(AXOLOTL, TRL, "--gpus", "A=8xH100-80GB", "--gpus", "B=16xA100-80GB")
    (fact,) = (f for f in shown["facts"] if f["name"] == "parallel.world_size")
    assert (fact["a"]["value"], fact["b"]["value"], fact["ratio"]) == (8, 16, 0.5)


def test_each_side_has_its_own_dialect(data: Callable[..., Any]) -> None:
    shown = data("{}\n", "{}\n", "--dialect", "A=axolotl", "--dialect", "B=trl")
    assert (shown["a"]["dialect"]["name"], shown["b"]["dialect"]["name"]) == ("axolotl", "trl")


def test_standard_input_is_a_side(run: Run) -> None:
    result = run("compare", "-", "kimi-k2", "--stdin-filename", "mine.yaml", input=MINE)
    assert result.stdout.startswith("A  mine.yaml: neutral 1, pretrain\n")


# --- phases


def test_phases_of_one_stage_are_compared(data: Callable[..., Any]) -> None:
    other = MINE.replace("stage: pretrain", "stage: midtrain")
    assert data(other, THEIRS)["b"]["phase"] == "tail"


def test_a_phase_can_be_chosen(data: Callable[..., Any]) -> None:
    assert data(MINE, THEIRS, "--phase", "tail")["b"]["phase"] == "tail"


# --- JSON


def test_json_names_the_rules_at_the_facts_that_they_read(data: Callable[..., Any]) -> None:
    shown = data(MINE, THEIRS)
    first, second = shown["facts"][:2]
    assert (first["name"], first["rules"]) == ("optimizer.learning_rate", ["TST001"])
    assert (second["name"], second["relation"]) == ("batch.micro_batch", "only_a")
    reaction = shown["reactions"][0]
    assert (reaction["rule"], reaction["side"]) == ("TST001", "a")
    assert reaction["a"][0]["message"] == "learning rate 10 is above 1"
    assert reaction["b"] == []
    assert shown["summary"] == {
        "differs": 7,
        "equal": 2,
        "only_a": 3,
        "only_b": 1,
    }
    (eps,) = (f for f in data(MINE, THEIRS, "--all")["facts"] if f["name"] == "optimizer.eps")
    assert (eps["relation"], eps["ratio"]) == ("equal", 1.0)


def test_json_facts_are_canonical(data: Callable[..., Any]) -> None:
    names = [f["name"] for f in data(MINE, "kimi-k2", "--all")["facts"]]
    assert set(names) <= set(fact_types())
    assert len(names) == len(set(names))


# --- Markdown


def test_markdown_has_a_table_for_each_section(compare: Compare) -> None:
    shown = compare(MINE, THEIRS, "--format", "markdown")
    assert "| tokens | 1 T <sub>line 6</sub> | 15.5 T <sub>line 8</sub> |" in shown
    assert "- error **TST001** on A: learning rate 10 is above 1" in shown
    assert "| data.tokens | 1 T | 15.5 T | × 0.0645 |" in shown


# --- strangers


HOSTILE = """\
recipelint: 1
model: {name: "\\e[2J\\u202eevil<script>|`x`", family: "::set-output name=x::y"}
optimizer: {learning_rate: 10, name: "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"}
phases:
  - {name: "\\e]0;owned\\a::warning::x", run: {stage: sft}}
  - {name: "##[error]boo", run: {stage: rl}}
"""


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
@pytest.mark.parametrize("options", [(), ("--phase", "rl")])
def test_nothing_of_a_strangers_recipe_steers_the_terminal(
    compare: Compare, form: str, options: tuple[str, ...]
) -> None:
    shown = compare(HOSTILE, MINE, "--format", form, "--all", *options)
    assert shown.isprintable() or set(filter(lambda c: not c.isprintable(), shown)) == {"\n"}
    assert not re.search(r"^\s*::", shown, re.MULTILINE)
    assert "##[" not in shown
    assert "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH" not in shown
    assert "<script>" not in shown or form != "markdown"


# --- wrong use


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "compare takes two recipes: A and B, files or names of reports (--list)"),
        (("good.yaml",), "compare takes two recipes: A and B, files or names of reports (--list)"),
        (("no.yaml", "good.yaml"), "no.yaml: there is no such file"),
        ((".", "good.yaml"), ". is a folder; compare takes one recipe on each side"),
        (("-", "-"), "only one of the recipes can be standard input"),
        (
            ("good.yaml", "kimmi-k2"),
            "there is no file and no report `kimmi-k2`; did you mean `kimi-k2`?",
        ),
        (
            ("other.yaml", "kimi-k2"),
            "other.yaml is no recipe; `recipelint check other.yaml` may say more",
        ),
        (
            ("good.yaml", "bad.yaml", "--phase", "main"),
            "--phase: there is no phase `main`: A has one without a name; B has one without a name",
        ),
        (
            ("glm-4.5", "kimi-k2", "--gpus", "8xH100"),
            "`8xH100` goes with files; for a report say A=8xH100 or B=8xH100",
        ),
        (
            ("good.yaml", "kimi-k2", "--dialect", "A=axolot"),
            "there is no dialect `axolot`; did you mean `axolotl`?",
        ),
    ],
)
def test_wrong_use_is_status_2(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("compare", *arguments)
    assert result.exit_code == 2
    assert result.stderr == f"recipelint: error: {message}\n"


def test_an_unknown_name_that_is_like_no_other_lists_them(run: Run) -> None:
    result = run("compare", "good.yaml", "zzz")
    assert result.exit_code == 2
    assert ", ".join(reports.names()) in result.stderr


def test_differences_are_no_failure_unless_asked_for(run: Run) -> None:
    assert run("compare", "bad.yaml", "good.yaml").exit_code == 0
    assert run("compare", "bad.yaml", "good.yaml", "--exit-code").exit_code == 1
    assert run("compare", "bad.yaml", "bad.yaml", "--exit-code").exit_code == 0
