"""The estimates by name: which facts go into each, and which formula they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recipelint.estimate.named.inputs import Inputs, Quantity

COMPONENTS = (
    "attention",
    "dense_ffn",
    "experts",
    "shared_experts",
    "router",
    "norms",
    "positions",
    "head",
    "mtp",
)
"""Components of a model whose parameters are counted apart, the embedding aside."""

TABLE: Mapping[str, str] = MappingProxyType(
    {
        "parameters.total": "model.total",
        "parameters.active": "model.active",
        "parameters.active_without_input_embedding": "model.active_without_input_embedding",
        "parameters.active_without_embeddings": "model.active_without_embeddings",
        "parameters.embedding": "model.embedding",
        "parameters.non_embedding": "model.non_embedding",
        **{f"parameters.{part}": f"components.{part}" for part in COMPONENTS},
        "flops.forward_per_token": "model.forward",
        "flops.weights_per_token": "model.weights_only",
        "flops.training_per_token": "model.training",
        "flops.decode_per_token": "model.decode",
        "flops.training_total": "cost.training_total",
        "kv_cache.bytes_per_token": "model.cache_per_token",
        "kv_cache.bytes_per_sequence": "model.cache_per_sequence",
        "rope.longest_length": "model.longest_length",
        "gradient.rms_bound": "run.rms_bound",
        "schedule.steps": "run.steps",
        "schedule.warmup_share": "run.warmup_share",
        "schedule.decay_share": "run.decay_share",
        "schedule.final_learning_rate": "run.final_learning_rate",
        "schedule.mean_learning_rate": "run.mean_learning_rate",
        "batch.tokens_per_step": "run.tokens_per_step",
        "data.tokens": "run.tokens",
        "data.tokens_per_parameter": "run.tokens_per_parameter",
        "memory.model_states": "memory.model_states",
        "memory.weights": "memory.weights",
        "memory.gradients": "memory.gradients",
        "memory.optimizer_states": "memory.optimizer_states",
        "memory.activations": "memory.activations",
        "memory.logits": "memory.logits",
        "memory.gathered": "memory.gathered",
        "memory.per_gpu": "memory.per_gpu",
        "memory.model_states_low": "memory.model_states_low",
        "memory.per_gpu_low": "memory.per_gpu_low",
        "memory.per_gpu_high": "memory.per_gpu_high",
        "memory.capacity": "cluster.capacity",
        "cluster.nvlink_domain": "cluster.nvlink_domain",
        "cluster.peak": "cluster.peak",
        "pipeline.bubble": "parallel.bubble",
        "communication.tensor": "cost.tensor_traffic",
        "communication.pipeline": "cost.pipeline_traffic",
        "communication.context": "cost.context_traffic",
        "communication.expert": "cost.expert_traffic",
        "communication.data": "cost.data_traffic",
        "run.gpu_hours": "cost.gpu_hours",
        "run.days": "cost.days",
        "run.needed_mfu": "cost.needed_mfu",
        "run.cost": "cost.price",
        "run.interruptions": "cost.interruptions",
    }
)
"""Name of each estimate, and the module and function of this package that makes it.

Given as text so that a check imports the formulas of the estimates it asks for and no others.
"""


@cache
def maker(name: str) -> Callable[[Inputs], Quantity]:
    """Return the function behind an estimate. Raises KeyError for a name that does not exist."""
    module, _, function = TABLE[name].partition(".")
    found: Callable[[Inputs], Quantity] = getattr(import_module(f"{__name__}.{module}"), function)
    return found
