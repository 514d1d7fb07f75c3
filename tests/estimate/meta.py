"""transformers' own classes on the meta device: no weights, no memory, exact shapes."""

from __future__ import annotations

from typing import Any

import torch
import transformers
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

transformers.logging.set_verbosity_error()


def parameters_of(config: dict[str, Any]) -> int:
    """Parameters of the causal language model that `config` describes.

    LongCat-Flash's class allocates expert weights for identity experts too, which its forward pass
    never reads; they are taken off.
    """
    values = {key: value for key, value in config.items() if key != "model_type"}
    values.setdefault("pad_token_id", 0)
    built = CONFIG_MAPPING[config["model_type"]](**values)
    with torch.device("meta"):
        model = transformers.AutoModelForCausalLM.from_config(built)
    unused = 0
    if config["model_type"] == "longcat_flash":
        unused = _identity_rows(model, built)
    return sum(weights.numel() for weights in model.parameters()) - unused


def _identity_rows(model: Any, config: Any) -> int:
    """Rows of stacked expert weights that belong to identity experts."""
    return sum(
        weights[: config.zero_expert_num].numel()
        for name, weights in model.named_parameters()
        if ".experts." in name and weights.shape[0] > config.n_routed_experts
    )
