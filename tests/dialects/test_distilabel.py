"""distilabel: pipelines that write data, and the graph that their steps make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recipelint import Linter
from recipelint.dialects import get
from recipelint.document import parse
from recipelint.recipe.facts import Origin, Phase
from recipelint.workspace import Workspace

EXAMPLE = Path(__file__).parents[2] / "examples/distilabel/math-instructions.yaml"
LINTER = Linter()


def pipeline(steps: dict[str, Any], edges: dict[str, list[str]]) -> str:
    """A saved pipeline with steps by their names, and what each is connected to."""
    listed = [
        {"name": name, "step": {"name": name, "type_info": {"module": "a", "name": "B"}, **step}}
        for name, step in steps.items()
    ]
    connections = [{"from": start, "to": ends} for start, ends in edges.items()]
    return yaml.safe_dump(
        {
            "distilabel": {"version": "1.5.3"},
            "pipeline": {"name": "p", "steps": listed, "connections": connections},
        }
    )


def phase(text: str) -> Phase:
    """The only phase of a pipeline."""
    document = parse(text, "pipeline.yaml")
    recipe = LINTER.translate(document, get("distilabel"), Workspace("."), None)
    assert recipe is not None
    return recipe.phases[0]


def problems(text: str) -> list[str]:
    """What is wrong with the graph."""
    report = LINTER.check_text(text, "pipeline.yaml")
    return [f.message for f in report.findings if f.rule == "DAT103"]


def test_the_example() -> None:
    facts = phase(EXAMPLE.read_text(encoding="utf-8")).facts
    stated = {n: f.value for n, f in facts.items() if f.origin is Origin.STATED}
    assert stated == {
        "run.name": "math-instructions",
        "model.name": "Qwen/Qwen2.5-7B-Instruct",
        "model.dtype": "bf16",
        "parallel.tp": 2,
        "batch.sequence_length": 8192,
        "run.seed": 7,
    }
    assert facts["data.synthetic"].value is True


def test_several_models_are_no_one_model() -> None:
    steps = {name: {"llm": {"model": f"org/{name}"}} for name in ("a", "b")}
    found = phase(pipeline(steps, {"a": ["b"]}))
    assert found.value("model.name") is None
    assert found.missing["model.name"].reason == "the steps ask several models"


def test_one_model_may_be_asked_twice() -> None:
    steps = {name: {"llm": {"model_id": "org/m"}} for name in ("a", "b")}
    assert phase(pipeline(steps, {"a": ["b"]})).value("model.name") == "org/m"


@pytest.mark.parametrize(
    ("edges", "problem"),
    [
        ({"a": ["c"]}, "there is no step called `c`"),
        ({"c": ["a"]}, "there is no step called `c`"),
        ({"a": ["b", "b"]}, "`a` is connected to `b` twice"),
        ({"a": ["b"], "b": ["a"]}, "the connection from `b` to `a` closes a circle"),
        ({"a": ["a"]}, "the connection from `a` to `a` closes a circle"),
    ],
)
def test_what_is_no_graph(edges: dict[str, list[str]], problem: str) -> None:
    assert problems(pipeline({"a": {}, "b": {}}, edges)) == [
        f"distilabel does not load the pipeline: {problem}."
    ]


def test_names_of_steps_are_their_own() -> None:
    text = pipeline({"a": {}}, {"a": []}).replace("version", "version")
    doubled = yaml.safe_load(text)
    doubled["pipeline"]["steps"] *= 2
    assert len(problems(yaml.safe_dump(doubled))) == 1


NAMES = st.sampled_from(["a", "b", "c", "d"])


@given(st.lists(st.tuples(NAMES, NAMES), max_size=8, unique=True))
def test_circles_are_those_that_a_topological_order_has(edges: list[tuple[str, str]]) -> None:
    from graphlib import CycleError, TopologicalSorter

    graph: dict[str, set[str]] = {}
    for start, end in edges:
        graph.setdefault(start, set()).add(end)
    try:
        TopologicalSorter(graph).prepare()
        circular = False
    except CycleError:
        circular = True
    text = pipeline(
        {name: {} for name in "abcd"}, {start: sorted(ends) for start, ends in graph.items()}
    )
    assert bool(problems(text)) == circular


def test_a_step_without_its_class_is_refused() -> None:
    found = yaml.safe_load(pipeline({"a": {}}, {"a": []}))
    del found["pipeline"]["steps"][0]["step"]["type_info"]
    report = LINTER.check_text(yaml.safe_dump(found), "pipeline.yaml")
    assert [f.rule for f in report.findings] == ["CFG107"]
