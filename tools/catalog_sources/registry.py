"""transformer-lens' registry of Hub models: which class each has, and how many parameters.

The counts come from the Hub's own reading of the weights, so they confirm an architecture from
elsewhere, and they tell which other models have it: a model of the same class with exactly the
same number of parameters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from catalog_sources.common import Wheel

FILE = "transformer_lens/tools/model_registry/data/supported_models.json"
CLASSES = {
    "LlamaForCausalLM": "llama",
    "MistralForCausalLM": "mistral",
    "MixtralForCausalLM": "mixtral",
    "Qwen2ForCausalLM": "qwen2",
    "Qwen2MoeForCausalLM": "qwen2_moe",
    "Qwen3ForCausalLM": "qwen3",
    "Qwen3MoeForCausalLM": "qwen3_moe",
    "GemmaForCausalLM": "gemma",
    "Gemma2ForCausalLM": "gemma2",
    "Gemma3ForCausalLM": "gemma3_text",
    "OlmoForCausalLM": "olmo",
    "Olmo2ForCausalLM": "olmo2",
    "Olmo3ForCausalLM": "olmo3",
    "OlmoeForCausalLM": "olmoe",
    "DeepseekV2ForCausalLM": "deepseek_v2",
    "DeepseekV3ForCausalLM": "deepseek_v3",
    "Glm4MoeForCausalLM": "glm4_moe",
    "Glm4ForCausalLM": "glm4",
    "GlmForCausalLM": "glm",
    "GptOssForCausalLM": "gpt_oss",
    "Phi3ForCausalLM": "phi3",
    "PhiForCausalLM": "phi",
    "PhimoeForCausalLM": "phimoe",
    "PhiMoEForCausalLM": "phimoe",
    "SmolLM3ForCausalLM": "smollm3",
    "GPTNeoXForCausalLM": "gpt_neox",
    "GPT2LMHeadModel": "gpt2",
    "GPTBigCodeForCausalLM": "gpt_bigcode",
    "GPTNeoForCausalLM": "gpt_neo",
    "GPTJForCausalLM": "gptj",
    "CodeGenForCausalLM": "codegen",
    "OPTForCausalLM": "opt",
    "BloomForCausalLM": "bloom",
    "MPTForCausalLM": "mpt",
    "MptForCausalLM": "mpt",
    "FalconForCausalLM": "falcon",
    "StableLmForCausalLM": "stablelm",
    "Starcoder2ForCausalLM": "starcoder2",
    "NemotronForCausalLM": "nemotron",
    "GraniteForCausalLM": "granite",
    "GraniteMoeForCausalLM": "granitemoe",
    "CohereForCausalLM": "cohere",
    "Cohere2ForCausalLM": "cohere2",
    "InternLM2ForCausalLM": "internlm2",
    "InternLM3ForCausalLM": "internlm3",
    "BaichuanForCausalLM": "baichuan",
    "MiniCPMForCausalLM": "minicpm",
    "MiniCPM3ForCausalLM": "minicpm3",
    "SeedOssForCausalLM": "seed_oss",
    "Ernie4_5ForCausalLM": "ernie4_5",
    "Exaone4ForCausalLM": "exaone4",
    "HunYuanDenseV1ForCausalLM": "hunyuan_v1_dense",
    "ArceeForCausalLM": "arcee",
    "ApertusForCausalLM": "apertus",
    "HeliumForCausalLM": "helium",
    "MiniMaxM2ForCausalLM": "minimax_m2",
    "Dots1ForCausalLM": "dots1",
    "LongcatFlashForCausalLM": "longcat_flash",
}


@dataclass(frozen=True)
class Listed:
    """One model of the registry."""

    id: str
    family: str
    parameters: int
    downloads: int


def listed(wheel: Wheel) -> dict[str, Listed]:
    """Models with a known class and a count, by their id in lower case."""
    models = json.loads(wheel.text(FILE))["models"]
    found = {}
    for model in models:
        family = CLASSES.get(model["architecture_id"])
        metadata = model.get("metadata") or {}
        count = metadata.get("total_params")
        if family and count:
            name = model["model_id"]
            found[name.lower()] = Listed(name, family, count, metadata.get("downloads") or 0)
    return found
