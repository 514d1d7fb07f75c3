"""`recipelint estimate`: what a recipe implies."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from recipelint.estimate.facade import NAMES
from recipelint.reporters.sanitize import width
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("project")

RECIPE = """\
recipelint: 1
run: {stage: pretrain}
model:
  family: llama
  layers: 32
  hidden_size: 4096
  ffn_size: 14336
  vocab_size: 128256
  tie_embeddings: false
  attention: {heads: 32, kv_heads: 8, head_dim: 128}
  rope: {theta: 500000.0}
optimizer: {name: adamw, family: adam, learning_rate: 3.0e-4, grad_clip: 1.0}
batch: {micro_batch: 1, global_batch: 64, sequence_length: 4096}
parallel: {tp: 1, pp: 1, cp: 1, zero_stage: 3, backend: fsdp}
precision: {compute: bf16, master_dtype: fp32}
memory: {recompute: full}
adapter: {kind: none}
phases:
  - name: main
    budget: {steps: 10000}
    schedule: {kind: wsd, warmup_steps: 200, decay_steps: 1000, min_learning_rate: 0}
  - name: tail
    run: {stage: midtrain}
"""
CONFIG = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "tie_word_embeddings": False,
    "max_position_embeddings": 8192,
    "rope_theta": 500000.0,
}
PARAMETERS = 8_030_261_248
OPTIONAL_NUMBER = {"type": ["number", "null"]}
ESTIMATE = {
    "type": "object",
    "required": ["value", "unit", "low", "high", "convention", "inputs"],
    "properties": {
        "value": OPTIONAL_NUMBER,
        "unit": {"type": "string"},
        "low": OPTIONAL_NUMBER,
        "high": OPTIONAL_NUMBER,
        "convention": {"type": "string"},
        "inputs": {"type": "array", "items": {"type": "string"}},
        "reason": {"type": "string", "minLength": 1},
    },
    "additionalProperties": False,
    "if": {"properties": {"value": {"type": "null"}}},
    "then": {"required": ["reason"]},
    "else": {"not": {"required": ["reason"]}},
}
CONTRACT = {
    "type": "object",
    "required": ["phases"],
    "additionalProperties": False,
    "properties": {
        "phases": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["name", "estimates"],
                "properties": {
                    "estimates": {"required": list(NAMES), "additionalProperties": ESTIMATE}
                },
            },
        }
    },
}


@pytest.fixture
def recipe(project: Path) -> Path:
    path = project / "recipe.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.fixture
def text(run: Run, recipe: Path) -> Any:
    """The table of the recipe with some options."""

    def read(*options: str) -> str:
        result = run("estimate", str(recipe), *options)
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    return read


@pytest.fixture
def data(run: Run, recipe: Path) -> Any:
    """The phases of the recipe as data that keep the contract."""

    def read(*options: str, file: str = "recipe.yaml") -> Any:
        result = run("estimate", file, "--format", "json", *options)
        assert result.exit_code == 0, result.output
        shown = json.loads(result.stdout)
        jsonschema.validate(shown, CONTRACT)
        return shown["phases"]

    return read


def line(shown: str, label: str) -> str:
    """The rest of the first line that begins with a label."""
    found = next(row for row in shown.split("\n") if row.strip().startswith(label))
    return found.strip().removeprefix(label).strip()


# --- JSON


def test_every_estimate_is_there_with_its_inputs(data: Any) -> None:
    main, tail = data("--gpus", "8xH100-80GB")
    assert (main["name"], tail["name"]) == ("main", "tail")
    found = main["estimates"]
    assert found["parameters.total"]["value"] == PARAMETERS
    assert found["parameters.embedding"]["value"] == 2 * 128_256 * 4096
    assert found["batch.tokens_per_step"]["value"] == 64 * 4096
    assert found["batch.tokens_per_step"]["inputs"] == ["batch.global_tokens"]
    assert found["pipeline.bubble"]["value"] == 0
    assert found["gradient.rms_bound"]["value"] == pytest.approx(PARAMETERS**-0.5)
    assert "optimizer.grad_clip" in found["gradient.rms_bound"]["inputs"]
    memory = found["memory.per_gpu"]
    assert memory["low"] < memory["value"] < memory["high"]
    assert {"parallel.zero_stage", "memory.recompute"} <= set(memory["inputs"])


def test_the_three_conventions_of_active_parameters_are_named(data: Any) -> None:
    found = data()[0]["estimates"]
    matrix = 128_256 * 4096
    assert found["parameters.active"]["value"] == PARAMETERS
    assert found["parameters.active_without_input_embedding"]["value"] == PARAMETERS - matrix
    assert found["parameters.active_without_embeddings"]["value"] == PARAMETERS - 2 * matrix


def test_components_sum_to_the_total(data: Any) -> None:
    found = data()[0]["estimates"]
    parts = ("attention", "dense_ffn", "experts", "shared_experts", "router", "norms", "head")
    inner = sum(found[f"parameters.{part}"]["value"] for part in (*parts, "positions"))
    assert inner + 128_256 * 4096 == PARAMETERS


def test_unknown_is_null_with_a_reason(data: Any) -> None:
    found = data()[0]["estimates"]["run.days"]
    assert found["value"] is None
    assert found["reason"] == "cluster.gpu is not known"


def test_layouts_are_listed_where_asked_for(data: Any) -> None:
    listed = data("--gpus", "8xH100-80GB", "--compare")[0]["layouts"]
    assert listed["ranked"][0]["relative_step_time"] == 1
    assert [each["own"] for each in listed["ranked"]].count(True) == 1
    assert all(each["dp"] * each["tp"] * each["pp"] == 8 for each in listed["ranked"])
    assert "heuristic" in listed["order"]
    assert "layouts" not in data("--gpus", "8xH100-80GB")[0]


# --- what is given beside the file


def test_a_utilisation_replaces_the_published_range(data: Any) -> None:
    usual = data("--gpus", "8xH100-80GB")[0]["estimates"]["run.gpu_hours"]
    given = data("--gpus", "8xH100-80GB", "--mfu", "0.2")[0]["estimates"]["run.gpu_hours"]
    assert given["value"] == pytest.approx(2 * usual["value"])
    assert given["low"] == given["high"] == given["value"]
    assert "0.2" in given["convention"]


def test_a_price_gives_the_cost(data: Any) -> None:
    found = data("--gpus", "8xH100-80GB", "--price", "2.5")[0]["estimates"]
    assert found["run.cost"]["value"] == pytest.approx(2.5 * found["run.gpu_hours"]["value"])
    assert data()[0]["estimates"]["run.cost"]["value"] is None


def test_a_fact_can_be_given(data: Any) -> None:
    tail = data("--fact", "budget.tokens=1e9")[1]["estimates"]
    assert tail["data.tokens"]["value"] == 1e9
    assert tail["data.tokens"]["inputs"] == ["budget.tokens"]


def test_a_given_fact_does_not_replace_what_the_file_states(data: Any) -> None:
    found = data("--fact", "batch.sequence_length=8192")[0]["estimates"]
    assert found["batch.tokens_per_step"]["value"] == 64 * 4096


def test_a_given_fact_that_is_not_used_is_said_to_be(run: Run, recipe: Path) -> None:
    result = run("estimate", str(recipe), "--fact", "batch.sequence_length=8192")
    assert result.stderr == "recipelint: the file states batch.sequence_length 4096; that holds\n"
    assert run("estimate", str(recipe), "--gpus", "8xH100-80GB").stderr == ""


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ("batch.sequence_lenght=1", "did you mean `batch.sequence_length`?"),
        ("batch.sequence_length=long", "batch.sequence_length is a number"),
        ("memory.chunked_loss=2", "memory.chunked_loss is true or false"),
        ("optimizer.family=adamw", "optimizer.family is one of adam,"),
        ("batch.sequence_length", "is not NAME=VALUE"),
    ],
)
def test_a_wrong_fact_is_wrong_use(run: Run, recipe: Path, request_: str, message: str) -> None:
    result = run("estimate", str(recipe), "--fact", request_)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_config_alone_is_a_model_without_a_run(run: Run, project: Path) -> None:
    (project / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    shown = run("estimate", "config.json").stdout
    assert line(shown, "parameters") == "8.03 B"
    assert line(shown, "FLOPs per token").startswith("15 GFLOP")  # 2 x (8.03e9 - 0.525e9)
    assert line(shown, "KV cache per token") == "128 KiB  bf16"
    assert line(shown, "RoPE length") == "18,438 tokens"
    assert "Memory" not in shown
    longer = run("estimate", "config.json", "--fact", "batch.sequence_length=4096").stdout
    assert "causal mean" in line(longer, "FLOPs per token")


# --- the Hugging Face cache

NAMED = "recipelint: 1\nmodel: {name: acme/secret-8b}\nbatch: {sequence_length: 4096}\n"


def cached(folder: Path, revision: str, config: dict[str, Any]) -> Path:
    """A config.json as huggingface_hub lays it down: a link to a blob."""
    model = folder / "models--acme--secret-8b"
    blob = model / "blobs" / f"blob-{revision}"
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_text(json.dumps(config), encoding="utf-8")
    snapshot = model / "snapshots" / revision
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").symlink_to(blob)
    (model / "refs").mkdir(exist_ok=True)
    (model / "refs" / "main").write_text(revision, encoding="ascii")
    return snapshot


def test_the_cache_is_read_only_where_asked_for(
    data: Any, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "named.yaml").write_text(NAMED, encoding="utf-8")
    cached(tmp_path / "hf" / "hub", "abc", CONFIG)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)

    def total(*options: str) -> float | None:
        found = data(*options, file="named.yaml")[0]["estimates"]["parameters.total"]["value"]
        return None if found is None else float(found)

    assert total() is None
    assert total("--hf-cache") == PARAMETERS
    monkeypatch.delenv("HF_HOME")
    assert total("--hf-cache", str(tmp_path / "hf" / "hub")) == PARAMETERS


def test_the_revision_of_main_is_taken(data: Any, project: Path, tmp_path: Path) -> None:
    (project / "named.yaml").write_text(NAMED, encoding="utf-8")
    cached(tmp_path, "new", CONFIG)
    cached(tmp_path, "old", {**CONFIG, "num_hidden_layers": 16})
    (tmp_path / "models--acme--secret-8b" / "refs" / "main").write_text("new", encoding="ascii")
    found = data("--hf-cache", str(tmp_path), file="named.yaml")[0]["estimates"]
    assert found["parameters.total"]["value"] == PARAMETERS


def test_a_link_out_of_the_cache_is_not_followed(data: Any, project: Path, tmp_path: Path) -> None:
    (project / "named.yaml").write_text(NAMED, encoding="utf-8")
    outside = tmp_path / "outside.json"
    outside.write_text(json.dumps(CONFIG), encoding="utf-8")
    cache = tmp_path / "cache"
    link = cached(cache, "abc", CONFIG) / "config.json"
    link.unlink()
    link.symlink_to(outside)
    found = data("--hf-cache", str(cache), file="named.yaml")[0]["estimates"]
    assert found["parameters.total"]["value"] is None


def test_a_model_folder_of_the_project_is_read(data: Any, project: Path) -> None:
    text = "recipelint: 1\nmodel: {name: ./base}\nbatch: {sequence_length: 4096}\n"
    (project / "named.yaml").write_text(text, encoding="utf-8")
    (project / "base").mkdir()
    config = project / "base" / "config.json"
    config.write_text(json.dumps(CONFIG), encoding="utf-8")
    found = data(file="named.yaml")[0]["estimates"]
    assert found["parameters.total"]["value"] == PARAMETERS
    config.write_text('{"name": "something else"}', encoding="utf-8")
    assert data(file="named.yaml")[0]["estimates"]["parameters.total"]["value"] is None


@pytest.mark.parametrize("name", ["../outside", "/etc", "~/model", "https://example.org/m"])
def test_a_model_folder_outside_the_project_is_not(
    data: Any, project: Path, tmp_path: Path, name: str
) -> None:
    (project / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    text = f"recipelint: 1\nmodel: {{name: '{name}'}}\n"
    (project / "named.yaml").write_text(text, encoding="utf-8")
    found = data(file="named.yaml")[0]["estimates"]
    assert found["parameters.total"]["value"] is None


def test_a_cache_that_is_not_there_is_wrong_use(run: Run, recipe: Path) -> None:
    result = run("estimate", str(recipe), "--hf-cache", "/no/such/folder")
    assert result.exit_code == 2
    assert "/no/such/folder" in result.stderr


# --- the table


def test_the_table_says_what_a_person_asks(text: Any) -> None:
    shown = text("--gpus", "8xH100-80GB", "--price", "2")
    assert line(shown, "parameters") == "8.03 B"
    assert line(shown, "tokens per step").startswith("262,144")
    assert line(shown, "steps") == "10,000"
    assert line(shown, "learning rate").startswith("3e-4 to 0  wsd, warmup 2 %, decay 10 %")
    assert line(shown, "gradient RMS").startswith("at most 1.12e-5")
    assert line(shown, "pipeline bubble").startswith("0 %")
    # 262,144 x 10,000 tokens of 4.825e10 FLOPs at 0.4 x 989.4e12 FLOP/s.
    assert line(shown, "GPU hours").startswith("88.8  71 to 118")
    assert line(shown, "cost").startswith("178")


def test_memory_is_a_bar_for_each_part_against_the_capacity(text: Any) -> None:
    shown = text("--gpus", "8xH100-80GB")
    assert "of 80.0 GiB: fits" in shown
    rows = [row for row in shown.split("\n") if "│" in row]
    names = [row.split()[0] for row in rows]
    assert names[:4] == ["weights", "gradients", "optimizer", "activations"]
    assert names[-1] == "in"
    assert len({row.index("│") for row in rows}) == 1, "one line marks the capacity"


@pytest.mark.parametrize(
    ("gpus", "verdict"),
    [("8xRTX4090", "may not fit"), ("8xH100-80GB", "fits"), ("2xT4", "does not fit")],
)
def test_the_verdict_holds_the_range_against_the_capacity(
    text: Any, gpus: str, verdict: str
) -> None:
    assert f"GiB: {verdict}" in text("--gpus", gpus)


def test_phases_that_say_the_same_are_not_repeated(text: Any) -> None:
    shown = text()
    assert "Phase main" in shown
    assert "Model: as before" in shown.partition("Phase tail")[2]


def test_an_unknown_value_names_the_fact_and_the_option_that_gives_it(text: Any) -> None:
    shown = text()
    assert line(shown, "GPU hours") == "unknown  needs cluster.gpu (--gpus)"
    assert "--fact NAME=VALUE" in shown


def test_verbose_gives_conventions_and_reasons_in_full(text: Any) -> None:
    brief, full = text("--gpus", "8xH100-80GB"), text("--gpus", "8xH100-80GB", "-v")
    flat = " ".join(full.split())
    assert "head counted" not in " ".join(brief.split())
    assert "without the input embedding" in flat
    assert "overhead 0.4 to 5 GiB; high adds 10 % fragmentation" in flat
    assert "none of budget.tokens, budget.steps and budget.epochs is known" in flat


def test_a_convention_is_not_said_twice(text: Any) -> None:
    flat = " ".join(text("--gpus", "8xH100-80GB", "-v").split())
    assert "bf16, while the sequence is within every window" in flat
    assert "bf16; bf16" not in flat
    assert "causal mean; causal mean" not in flat


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(
    text: Any, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    room = max(columns, 80)
    shown = text("--gpus", "8xH100-80GB", "--price", "2", "-v", "--compare")
    assert [row for row in shown.split("\n") if width(row) > room] == []


def test_colour_adds_codes_and_nothing_else(text: Any) -> None:
    plain = text("--gpus", "8xH100-80GB", "--compare", "--color", "never")
    painted = text("--gpus", "8xH100-80GB", "--compare", "--color", "always")
    assert "\x1b" not in plain
    assert "\x1b[" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_layouts_are_ranked_and_the_own_one_marked(text: Any) -> None:
    shown = text("--gpus", "8xH100-80GB", "--compare").partition("Layouts of 8 GPUs")[2]
    assert "* is the recipe's own" in " ".join(shown.split())
    assert "The order is a heuristic" in " ".join(shown.split())
    own = next(row for row in shown.split("\n") if row.lstrip().startswith("*"))
    assert own.split()[1:8] == ["1", "1", "1", "1", "8", "3", "8"]


def test_layouts_need_the_gpus(text: Any) -> None:
    assert "unknown: parallel.world_size is not known" in text("--compare")


def test_hostile_names_stay_text(run: Run, project: Path) -> None:
    (project / "recipe.yaml").write_text(
        'recipelint: 1\nphases: [{name: "\\e[2J::error::x"}]\n', encoding="utf-8"
    )
    shown = run("estimate", "recipe.yaml").stdout
    assert "\x1b" not in shown
    assert "\\x1b[2J" in shown


# --- files


def test_standard_input_is_a_recipe_too(run: Run) -> None:
    result = run("estimate", "-", "--stdin-filename", "x.yaml", input=RECIPE)
    assert result.exit_code == 0
    assert result.stdout.startswith("x.yaml: neutral 1")


def test_a_file_that_is_no_recipe_is_said_to_be(run: Run) -> None:
    result = run("estimate", "other.yaml")
    assert result.exit_code == 1
    assert "is no recipe" in result.stderr


def test_the_plot_is_a_file(text: Any, project: Path) -> None:
    shown = text("--gpus", "8xH100-80GB", "--plot", "out.svg")
    root = ElementTree.parse(project / "out.svg").getroot()
    assert root.tag.endswith("svg")
    assert "Model" in shown, "the table is printed as well"


def test_a_plot_that_cannot_be_written_is_wrong_use(run: Run, recipe: Path) -> None:
    result = run("estimate", str(recipe), "--plot", "no/such/folder/out.svg")
    assert result.exit_code == 2
    assert "cannot write no/such/folder/out.svg" in result.stderr
