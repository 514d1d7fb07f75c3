"""lighteval: the model that is evaluated, by each of the forms that its files have had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from recipelint import Linter
from recipelint.dialects import get
from recipelint.document import parse
from recipelint.recipe.facts import Origin, Phase
from recipelint.workspace import Workspace

EXAMPLE = Path(__file__).parents[2] / "examples/lighteval/smollm3-3b-vllm.yaml"
LINTER = Linter()


def phase(text: str) -> Phase:
    """The only phase of a file's text, without what the catalogue adds."""
    recipe = LINTER.translate(parse(text, "model.yaml"), get("lighteval"), Workspace("."), None)
    assert recipe is not None
    return recipe.phases[0]


def own(text: str) -> dict[str, object]:
    """The facts that the file or the framework states."""
    origins = (Origin.STATED, Origin.DEFAULT)
    return {n: f.value for n, f in phase(text).facts.items() if f.origin in origins}


def model(**parameters: Any) -> str:
    """A file with these parameters of the model."""
    return yaml.safe_dump({"model_parameters": {"model_name": "a/b", **parameters}})


def test_the_example() -> None:
    assert own(EXAMPLE.read_text(encoding="utf-8")) == {
        "model.name": "HuggingFaceTB/SmolLM3-3B",
        "model.dtype": "bf16",
        "parallel.tp": 2,
        "parallel.pp": 1,
        "parallel.dp": 4,
        "batch.sequence_length": 32768,
        "run.seed": 1234,
    }


def test_an_evaluation_is_none_of_the_training() -> None:
    found = phase(model(batch_size=10))
    assert found.value("evaluation.enabled") is True
    assert found.value("batch.micro_batch") is None


def test_the_backend_tells_the_defaults() -> None:
    """Keys of one backend only give it away; without them nothing is known of the others."""
    assert own(model(gpu_memory_utilization=0.8)) == {
        "model.name": "a/b",
        "model.dtype": "bf16",
        "parallel.tp": 1,
        "parallel.pp": 1,
        "parallel.dp": 1,
        "run.seed": 1234,
    }
    assert own(model(tp_size=4, context_length=4096)) == {
        "model.name": "a/b",
        "parallel.tp": 4,
        "parallel.dp": 1,
        "batch.sequence_length": 4096,
        "run.seed": 1234,
    }
    assert own(model()) == {"model.name": "a/b"}


@pytest.mark.parametrize(
    ("dtype", "fact", "value"),
    [
        ("float16", "model.dtype", "fp16"),
        ("bfloat16", "model.dtype", "bf16"),
        ("float32", "model.dtype", "fp32"),
        ("4bit", "quantization.bits", 4),
        ("8bit", "quantization.bits", 8),
    ],
)
def test_formats(dtype: str, fact: str, value: object) -> None:
    assert own(model(dtype=dtype)) == {"model.name": "a/b", fact: value}


def test_formats_that_the_model_decides_are_no_facts() -> None:
    assert own(model(dtype="auto")) == {"model.name": "a/b"}


def test_the_transformers_backend() -> None:
    text = model(
        tokenizer="c/d", max_length=2048, model_loading_kwargs={"attn_implementation": "eager"}
    )
    assert own(text) == {
        "model.name": "a/b",
        "data.tokenizer": "c/d",
        "batch.sequence_length": 2048,
        "model.attention.implementation": "eager",
    }


def test_the_older_form() -> None:
    text = (
        "model:\n  base_params: {model_args: 'pretrained=a/b,revision=main', dtype: bfloat16}\n"
        "  generation: {}\n"
    )
    assert own(text) == {"model.name": "a/b", "model.dtype": "bf16"}


def test_the_overrides_of_nanotron() -> None:
    text = (
        "batch_size: 8\nlogging: {output_dir: out}\ntasks: {tasks: 'lighteval|gsm8k|5'}\n"
        "parallelism: {dp: 2, tp: 4, pp: 1, pp_engine: 1f1b}\n"
    )
    assert own(text) == {
        "parallel.dp": 2,
        "parallel.tp": 4,
        "parallel.pp": 1,
        "parallel.pipeline_schedule": "1f1b",
        "run.output": "out",
    }


def test_a_key_that_no_backend_has_is_refused() -> None:
    report = LINTER.check_text(model(max_generation_toks=256, batch_size=10), "model.yaml")
    assert [(f.rule, f.key) for f in report.findings] == [
        ("CFG101", "model_parameters.max_generation_toks")
    ]


def test_options_of_metrics_have_one_spelling() -> None:
    report = LINTER.check_text(model() + "metrics_options: {a: {b: 1}}\n", "model.yaml")
    assert [(f.rule, f.help) for f in report.findings] == [
        ("CFG102", "did you mean `metric_options`?")
    ]


def test_heads_that_the_gpus_do_not_divide_are_found() -> None:
    text = model(model_name="Qwen/Qwen2.5-7B", tensor_parallel_size=8)
    assert "PAR002" in [f.rule for f in LINTER.check_text(text, "model.yaml").findings]
