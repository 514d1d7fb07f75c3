"""Hugging Face `config.json`: a model's architecture, a part of a recipe.

Each model class has its own spellings and defaults, and is read by them. Multimodal files keep the
language model's numbers under `text_config`; the towers beside it are not counted, so such a
model's family is unknown.
"""

from __future__ import annotations

from recipelint.catalog.hf_config import KEYS, facts_of
from recipelint.dialects.base import Dialect, Reader, Row
from recipelint.document import Mapping, Node, Scalar, Sequence, follow
from recipelint.document.scalars import value, yaml_1_2
from recipelint.recipe.facts import Absence, Phase, fact_types

_MORE_KEYS = {
    "model.family": ("model_type",),
    "model.dtype": ("dtype", "torch_dtype"),
    "model.attention.window": ("sliding_window",),
    "model.rope.theta": ("rope_theta", "rope_parameters.rope_theta"),
    "model.rope.scaling": (
        "rope_parameters.rope_type",
        "rope_scaling.rope_type",
        "rope_scaling.type",
    ),
    "model.rope.factor": ("rope_parameters.factor", "rope_scaling.factor"),
    "model.rope.original_max_position": (
        "rope_parameters.original_max_position_embeddings",
        "rope_scaling.original_max_position_embeddings",
    ),
}
ROWS = tuple(
    Row(name, key)
    for names in (KEYS, _MORE_KEYS)
    for name, keys in names.items()
    for key in keys
    if name in fact_types()
)
"""Every key that may hold a fact, for editors; `translate` knows which class reads which."""
_MAX_DEPTH = 4


def recognise(root: Mapping, name: str) -> bool:
    """`model_type` or `architectures`, with numbers of an architecture."""
    numbers = (
        "num_hidden_layers",
        "n_layer",
        "num_layers",
        "hidden_size",
        "n_embd",
        "text_config",
        "d_model",
    )
    marks = "model_type" in root or "architectures" in root
    return marks and any(n in root for n in numbers) and "base_model" not in root


def translate(reader: Reader) -> list[Phase]:
    """One phase of model facts, read from `text_config` where there is one."""
    nested = follow(reader.root.get("text_config"))
    whole = not isinstance(nested, Mapping)
    if isinstance(nested, Mapping):
        reader.root = nested
    for name, found in facts_of(_plain(reader.root)).items():
        if name in fact_types() and (whole or name != "model.family"):
            _place(reader, name, found)
    if not whole:
        reader.missing("model.family", Absence.UNKNOWN, "the other towers are not counted")
    return [reader.phase]


def _place(reader: Reader, name: str, found: object) -> None:
    """State a value at the key that holds it; what no key holds is the class's default."""
    for key in (*_MORE_KEYS.get(name, ()), *KEYS.get(name, ())):
        if reader.has(key):
            reader.state(name, found, key)
            return
    reader.default(name, found)


def _plain(mapping: Mapping, depth: int = 0) -> dict[str, object]:
    return {e.key: _value(e.value, depth) for e in mapping.effective()}


def _value(node: Node, depth: int) -> object:
    target = follow(node)
    if isinstance(target, Scalar):
        return value(target, yaml_1_2)
    if depth > _MAX_DEPTH:
        return None
    if isinstance(target, Mapping):
        return _plain(target, depth + 1)
    items = target.items if isinstance(target, Sequence) else []
    return [_value(item, depth + 1) for item in items]


DIALECT = Dialect(
    name="hf-config",
    title="transformers",
    version="5.23",
    recognise=recognise,
    translate=translate,
    scalars=yaml_1_2,
    purpose="part",
    keys=frozenset({"model_type", "architectures", "hidden_size"}),
)
