"""distilabel: a pipeline that writes data with language models, saved as YAML.

Read from distilabel 1.5: pipeline/base.py (dump, from_dict) and pipeline/_dag.py. A pipeline is
steps and the connections between them; a step that asks a model holds it under `llm`. Where every
step asks the same model, that model is a fact.
"""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.dialects.base import Dialect, Reader, Row
from recipelint.dialects.conversions import dtype
from recipelint.document import Entry, Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import value
from recipelint.recipe.facts import Absence, Phase

ROWS = (Row("run.name", "pipeline.name"),)
_MODEL_KEYS = ("model", "model_id", "model_name")
_OF_ONE_MODEL = (
    ("model.dtype", ("dtype", "torch_dtype")),
    ("parallel.tp", ("extra_kwargs.tensor_parallel_size", "tensor_parallel_size")),
    ("parallel.pp", ("extra_kwargs.pipeline_parallel_size",)),
    ("batch.sequence_length", ("extra_kwargs.max_model_len",)),
    ("quantization.method", ("quantization",)),
    ("run.seed", ("seed",)),
    ("data.tokenizer", ("tokenizer",)),
)


def recognise(root: Mapping, name: str) -> bool:
    """`pipeline` with steps, and the version of distilabel or the connections beside it."""
    pipeline = follow(root.get("pipeline"))
    if not isinstance(pipeline, Mapping) or "steps" not in pipeline:
        return False
    return "distilabel" in root or "connections" in pipeline


def translate(reader: Reader) -> list[Phase]:
    """One phase for the whole pipeline."""
    reader.read(ROWS)
    reader.derive("data.synthetic", True, "a pipeline of distilabel generates data")
    models = list(_models(reader))
    named = {_text(reader, model, key): (model, key) for model, key in models}
    if len(named) == 1:
        model, key = models[0]
        _state(reader, "model.name", model, key)
        _settings(reader, model)
    elif named:
        reader.missing("model.name", Absence.UNKNOWN, "the steps ask several models")
    return [reader.phase]


def steps(root: Mapping) -> Iterator[Mapping]:
    """The steps of a pipeline: mappings with `step` and mostly `name`."""
    pipeline = follow(root.get("pipeline"))
    listed = follow(pipeline.get("steps")) if isinstance(pipeline, Mapping) else None
    for item in listed.items if isinstance(listed, Sequence) else ():
        step = follow(item)
        if isinstance(step, Mapping):
            yield step


def _models(reader: Reader) -> Iterator[tuple[Mapping, str]]:
    """The models that the steps ask, each with the key that names it."""
    for outer in steps(reader.root):
        step = follow(outer.get("step"))
        model = follow(step.get("llm")) if isinstance(step, Mapping) else None
        if isinstance(model, Mapping):
            key = next((k for k in _MODEL_KEYS if k in model), None)
            if key is not None:
                yield model, key


def _entry(model: Mapping, key: str) -> Entry | None:
    """The entry at a dotted key below a model."""
    node: object = model
    found: Entry | None = None
    for part in key.split("."):
        found = node.find(part) if isinstance(node, Mapping) else None
        node = follow(found.value) if found else None
    return found


def _plain(reader: Reader, model: Mapping, key: str) -> object:
    entry = _entry(model, key)
    node = follow(entry.value) if entry else None
    return value(node, reader.dialect.scalars) if isinstance(node, Scalar) else None


def _text(reader: Reader, model: Mapping, key: str) -> str:
    return str(_plain(reader, model, key))


def _state(reader: Reader, fact: str, model: Mapping, key: str) -> None:
    found = _plain(reader, model, key)
    if fact == "model.dtype":
        found = dtype(found)
    if found is not None:
        reader.state(fact, found, f"llm.{key}", _entry(model, key))


def _settings(reader: Reader, model: Mapping) -> None:
    for fact, keys in _OF_ONE_MODEL:
        for key in keys:
            if _entry(model, key) is not None and fact not in reader.phase.facts:
                _state(reader, fact, model, key)


DIALECT = Dialect(
    name="distilabel",
    title="distilabel",
    version="1.5",
    recognise=recognise,
    translate=translate,
    schema="distilabel",
    keys=frozenset({"distilabel", "pipeline", "requirements"}),
)
