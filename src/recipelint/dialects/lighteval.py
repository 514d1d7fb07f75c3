"""lighteval: the file of the model that is evaluated, a part of a recipe.

Read from lighteval 0.13: models/abstract_model.py (ModelConfig) and its backends, and
models/nanotron/nanotron_model.py (LightEvalConfig, the file that overrides the evaluation
settings of a nanotron checkpoint). The backend is chosen on the command line; where the keys are
those of one backend only, its defaults are facts. Batch sizes of an evaluation are no facts of a
recipe.
"""

from __future__ import annotations

from recipelint.dialects.base import Dialect, Reader, Row
from recipelint.dialects.conversions import dtype, one_of
from recipelint.document import Mapping, follow
from recipelint.recipe.facts import Phase

_MODEL = "model_parameters."
_bits = one_of({"4bit": 4, "8bit": 8})
_BACKENDS = {
    "vllm": frozenset(
        {
            "data_parallel_size",
            "gpu_memory_utilization",
            "max_num_batched_tokens",
            "max_num_seqs",
            "pipeline_parallel_size",
            "swap_space",
            "tensor_parallel_size",
        }
    ),
    "sglang": frozenset(
        {"chunked_prefill_size", "context_length", "dp_size", "mem_fraction_static", "tp_size"}
    ),
}
"""Keys that give a backend away."""


ROWS = (
    Row("model.name", _MODEL + "model_name"),
    Row("model.dtype", _MODEL + "dtype", convert=dtype),
    Row("quantization.bits", _MODEL + "dtype", convert=_bits),
    Row("quantization.method", _MODEL + "quantization"),
    Row("data.tokenizer", _MODEL + "tokenizer"),
    Row("model.attention.implementation", _MODEL + "model_loading_kwargs.attn_implementation"),
)
_BY_BACKEND = {
    "vllm": (
        Row("model.dtype", _MODEL + "dtype", default="bf16", convert=dtype),
        Row("parallel.tp", _MODEL + "tensor_parallel_size", default=1),
        Row("parallel.pp", _MODEL + "pipeline_parallel_size", default=1),
        Row("parallel.dp", _MODEL + "data_parallel_size", default=1),
        Row("batch.sequence_length", _MODEL + "max_model_length"),
        Row("run.seed", _MODEL + "seed", default=1234),
    ),
    "sglang": (
        Row("parallel.tp", _MODEL + "tp_size", default=1),
        Row("parallel.dp", _MODEL + "dp_size", default=1),
        Row("batch.sequence_length", _MODEL + "context_length"),
        Row("run.seed", _MODEL + "random_seed", default=1234),
    ),
    None: (
        Row("batch.sequence_length", _MODEL + "max_length"),
        Row("run.seed", _MODEL + "seed"),
    ),
}
_OVERRIDE = (
    Row("parallel.dp", "parallelism.dp"),
    Row("parallel.tp", "parallelism.tp"),
    Row("parallel.pp", "parallelism.pp"),
    Row("parallel.pipeline_schedule", "parallelism.pp_engine"),
    Row("run.output", "logging.output_dir"),
)


def recognise(root: Mapping, name: str) -> bool:
    """`model_parameters` with a model, its older form, or nanotron's overrides."""
    parameters, model = follow(root.get("model_parameters")), follow(root.get("model"))
    if isinstance(parameters, Mapping):
        return any(
            key in parameters
            for key in ("model_name", "endpoint_name", "generation_parameters", "base_model")
        )
    if isinstance(model, Mapping) and "base_params" in model:
        return "generation" in model or "type" in model or "merged_weights" in model
    tasks = follow(root.get("tasks"))
    own = isinstance(tasks, Mapping) and "tasks" in tasks
    return own and "parallelism" in root and ("logging" in root or "generation" in root)


def translate(reader: Reader) -> list[Phase]:
    """One phase, of an evaluation."""
    if reader.has("model_parameters"):
        reader.read(_BY_BACKEND[_backend(reader)])
        reader.read(ROWS)
    elif reader.has("model.base_params"):
        _older(reader)
    else:
        reader.read(_OVERRIDE)
    reader.derive("evaluation.enabled", True, "the file configures an evaluation")
    return [reader.phase]


def _backend(reader: Reader) -> str | None:
    parameters = reader.node("model_parameters")
    keys = {e.key for e in parameters.entries} if isinstance(parameters, Mapping) else set()
    found = [name for name, own in _BACKENDS.items() if keys & own]
    return found[0] if len(found) == 1 else None


def _older(reader: Reader) -> None:
    """The form until lighteval 0.8: `pretrained=org/name,revision=main` in one text."""
    named = reader.plain("model.base_params.model_args")
    pairs = (
        dict(part.split("=", 1) for part in named.split(",") if "=" in part)
        if isinstance(named, str)
        else {}
    )
    if "pretrained" in pairs:
        reader.state("model.name", pairs["pretrained"], "model.base_params.model_args")
    reader.read(
        (
            Row("model.dtype", "model.base_params.dtype", convert=dtype),
            Row("quantization.bits", "model.base_params.dtype", convert=_bits),
        )
    )


DIALECT = Dialect(
    name="lighteval",
    title="lighteval",
    version="0.13",
    recognise=recognise,
    translate=translate,
    coerces=True,
    schema="lighteval",
    purpose="part",
    keys=frozenset({"model_parameters", "metric_options"}),
)
