"""The catalogue of models: what is listed, how ids are matched, and what is never matched."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from recipelint.catalog import models
from recipelint.catalog.families import families, family
from recipelint.catalog.models import ids, lookup
from recipelint.estimate.build import UnknownArchitectureError, architecture
from recipelint.estimate.parameters import count

ROOT = Path(__file__).parents[2]
VISION = {"gemma3"}
"""Listed for their text layers; the formulas do not count their vision towers."""


def total(model_id: str) -> int:
    facts = lookup(model_id)
    assert facts is not None, model_id
    return count(architecture(facts)).total


def test_the_catalogue_is_as_large_as_promised() -> None:
    listed = {facts["model.family"] for facts in map(lookup, ids()) if facts}
    assert len(ids()) >= 400
    assert len(listed) >= 40


@pytest.mark.parametrize("model_id", ids())
def test_every_listed_model_is_an_architecture_with_a_source(model_id: str) -> None:
    facts = lookup(model_id)
    assert facts is not None
    assert facts["model.name"] == model_id
    assert facts["source"]
    if facts["model.family"] in VISION or "model.vocab_size" not in facts:
        with pytest.raises(UnknownArchitectureError):
            architecture(facts)
        return
    assert facts["model.family"] in families()
    assert count(architecture(facts)).total > 1e7


SIZE_IN_NAME = re.compile(r"[-_]([0-9]+(?:[._][0-9]+)?)([bm])(?=[-_]|$)", re.IGNORECASE)


@pytest.mark.parametrize("model_id", [name for name in ids() if SIZE_IN_NAME.search(name)])
def test_the_size_in_the_name_is_the_size_of_the_model(model_id: str) -> None:
    """Names round, and some leave the embedding out: 45 % is enough to catch a wrong row."""
    facts = lookup(model_id)
    size = SIZE_IN_NAME.search(model_id)
    assert facts is not None
    assert size is not None
    if facts["model.family"] in VISION or "model.vocab_size" not in facts:
        pytest.skip("not counted")
    found = count(architecture(facts))
    named = float(size[1].replace("_", ".")) * (1e9 if size[2].lower() == "b" else 1e6)
    if found.experts and size[0].lower().startswith("-a"):
        pytest.skip("active parameters")
    assert any(abs(n / named - 1) < 0.45 for n in (found.total, found.body, found.active_all))


# Exact counts of keras-hub 0.32.0's presets, an implementation of its own.
KERAS_HUB = {
    "bigscience/bloom-560m": 559_214_592,
    "bigscience/bloom-1b1": 1_065_314_304,
    "bigscience/bloom-1b7": 1_722_408_960,
    "bigscience/bloom-3b": 3_002_557_440,
    "tiiuae/falcon-rw-1b": 1_311_625_216,
    "google/gemma-2b": 2_506_172_416,
    "google/gemma-7b": 8_537_680_896,
    "google/gemma-2-2b": 2_614_341_888,
    "google/gemma-2-9b": 9_241_705_984,
    "google/gemma-2-27b": 27_227_128_320,
    "google/gemma-3-1b-it": 999_885_952,
    "google/gemma-3-270m": 268_098_176,
    "openai-community/gpt2": 124_439_808,
    "openai-community/gpt2-medium": 354_823_168,
    "openai-community/gpt2-large": 774_030_080,
    "openai-community/gpt2-xl": 1_557_611_200,
    "openai/gpt-oss-20b": 20_914_757_184,
    "openai/gpt-oss-120b": 116_829_156_672,
    "meta-llama/Llama-2-7b-hf": 6_738_415_616,
    "meta-llama/Meta-Llama-3-8B": 8_030_261_248,
    "mistralai/Mistral-7B-v0.1": 7_241_732_096,
    "mistralai/Mistral-7B-v0.3": 7_248_023_552,
    "mistralai/Magistral-Small-2506": 23_572_403_200,
    "mistralai/Mixtral-8x7B-v0.1": 46_702_792_704,
    "microsoft/Phi-3-mini-4k-instruct": 3_821_079_552,
    "Qwen/Qwen2.5-0.5B": 494_032_768,
    "Qwen/Qwen2.5-3B": 3_085_938_688,
    "Qwen/Qwen2.5-32B": 32_763_876_352,
    "Qwen/Qwen2.5-72B": 72_706_203_648,
    "Qwen/Qwen2.5-Math-7B": 7_615_616_512,
    "Qwen/Qwen3-0.6B": 596_049_920,
    "Qwen/Qwen3-1.7B": 1_720_574_976,
    "Qwen/Qwen3-4B": 4_022_468_096,
    "Qwen/Qwen3-8B": 8_190_735_360,
    "Qwen/Qwen3-14B": 14_768_307_200,
    "Qwen/Qwen3-32B": 32_762_123_264,
    "Qwen/Qwen3-30B-A3B": 30_532_122_624,
    "Qwen/Qwen3-235B-A22B": 235_093_634_560,
    "Qwen/Qwen1.5-MoE-A2.7B": 14_315_784_192,
}
# Counts that transformer-lens 4.3.0's model registry took from the Hub.
REGISTRY = {
    "internlm/internlm2-1_8b": 1_889_110_016,
    "internlm/internlm2-7b": 7_737_708_544,
}


@pytest.mark.parametrize(("model_id", "counted"), (KERAS_HUB | REGISTRY).items())
def test_counts_agree_with_others(model_id: str, counted: int) -> None:
    assert total(model_id) == counted


@pytest.mark.parametrize(
    ("model_id", "listed"),
    [
        ("unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit", "meta-llama/Meta-Llama-3.1-8B-Instruct"),
        ("unsloth/llama-3-8b-bnb-4bit", "meta-llama/Meta-Llama-3-8B"),
        ("unsloth/Llama-3.2-1B-Instruct-unsloth-bnb-4bit", "meta-llama/Llama-3.2-1B-Instruct"),
        ("NousResearch/Meta-Llama-3-8B", "meta-llama/Meta-Llama-3-8B"),
        ("TheBloke/Llama-2-7B-GPTQ", "meta-llama/Llama-2-7b-hf"),
        ("TheBloke/Llama-2-13B-chat-AWQ", "meta-llama/Llama-2-13b-chat-hf"),
        ("casperhansen/mixtral-instruct-awq", "mistralai/Mixtral-8x7B-Instruct-v0.1"),
        ("Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4", "Qwen/Qwen2.5-7B-Instruct"),
        ("axolotl-ai-co/SmolLM2-135M-bnb-nf4-bf16", "HuggingFaceTB/SmolLM2-135M"),
        ("ISTA-DASLab/Meta-Llama-3-8B-Instruct-AQLM-2Bit-1x16", "meta-llama/Meta-Llama-3-8B"),
        ("deepseek-ai/DeepSeek-V3-0324-BF16", "deepseek-ai/DeepSeek-V3"),
        ("meta-llama/llama-3.1-8b", "meta-llama/Meta-Llama-3.1-8B"),
    ],
)
def test_quantised_and_re_uploaded_variants_have_the_same_parameters(
    model_id: str, listed: str
) -> None:
    assert total(model_id) == total(listed)


@pytest.mark.parametrize(
    "model_id",
    [
        "meta-llama/Llama-3.2-11B-Vision-Instruct",  # the name of a family, another architecture
        "meta-llama/Llama-3.1-9B",  # a size that is not listed
        "Qwen/Qwen4-7B",
        "teknium/OpenHermes-2.5-Mistral-7B",  # tuned, with a vocabulary of its own
        "neuralmagic/Sparse-Llama-3.1-8B-2of4",
        "someone/Meta-Llama-3-8B-pruned",
        "someone/llama",
        "unsloth/phi-4-bnb-4bit",  # rewritten as Llama
        "someone/deepseek-v3",
        "someone/tuned-7b",
        "tlc4418/pythia_70m_sft",  # tuned by somebody else: not known to be unchanged
        "./Qwen2.5-7B",
        "../Qwen2.5-7B",
        "/models/Qwen2.5-7B",
        "a/b/Qwen2.5-7B",
        "Qwen/Qwen2.5-7B/",
        "Qwen/Qwen2.5-7B\n",
        "https://huggingface.co/Qwen/Qwen2.5-7B",
        "",
    ],
)
def test_what_is_not_certain_is_not_matched(model_id: str) -> None:
    assert lookup(model_id) is None


def test_a_sibling_brings_the_layers_but_not_the_length() -> None:
    base, sibling = lookup("allenai/Olmo-3-7B-Instruct"), lookup("allenai/Olmo-3-7B-Instruct-SFT")
    assert base is not None
    assert sibling is not None
    assert "model.max_position" in base
    assert not [fact for fact in sibling if fact.startswith(models.OF_THE_RELEASE)]
    assert base["model.layers"] == sibling["model.layers"]


def test_traits_of_the_family_come_along() -> None:
    facts = lookup("Qwen/Qwen3-8B")
    known = family("qwen3")
    assert facts is not None
    assert known is not None
    assert facts["model.norm.qk_norm"] == known.traits["model.norm.qk_norm"] == "head"
    assert facts["model.attention.qkv_bias"] is False
    assert facts["model.rope.theta"] == 1_000_000


def test_sources_that_disagree_leave_the_fact_out() -> None:
    """One package has 32000 rows for the Mixtral 8x22B base model, another 32768."""
    facts = lookup("mistralai/Mixtral-8x22B-v0.1")
    assert facts is not None
    assert "model.vocab_size" not in facts
    assert facts["model.layers"] == 56


def test_looking_up_imports_no_heavy_package() -> None:
    code = (
        "import sys; from recipelint.catalog.models import lookup; lookup('Qwen/Qwen3-8B');"
        "print([m for m in ('pydantic', 'jsonschema', 'click', 'yaml') if m in sys.modules])"
    )
    environment = {"PYTHONPATH": str(ROOT / "src"), "PATH": ""}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stdout.strip() == "[]"


def test_no_id_is_listed_twice() -> None:
    text = (ROOT / "src/recipelint/catalog/models.json").read_text(encoding="utf-8")
    names = [name.lower() for group in json.loads(text)["models"] for name in group["ids"]]
    assert len(names) == len(set(names))
