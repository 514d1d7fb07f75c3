"""torchtune: what its recipes say, and what the callables that they name take."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter
from recipelint.dialects.builders import torchtune_model
from recipelint.recipe.facts import Absence, Origin
from tests.dialects.test_translation import example, expect, phase

EXAMPLE = "torchtune/llama-3.1-8b-lora.yaml"
FULL = """
model:
  _component_: torchtune.models.qwen2_5.qwen2_5_7b_instruct
tokenizer:
  _component_: torchtune.models.qwen2_5.qwen2_5_tokenizer
  max_seq_len: null
dataset:
  _component_: torchtune.datasets.alpaca_dataset
optimizer:
  _component_: torch.optim.AdamW
  lr: 2e-5
batch_size: 2
epochs: 3
gradient_accumulation_steps: 8
dtype: bf16
output_dir: /tmp/run
"""


def test_a_lora_recipe() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "sft",
            "run.seed": 17,
            "run.output": "runs/llama-3.1-8b-lora",
            "run.resume_optimizer": False,
            "model.name": "meta-llama/Llama-3.1-8B",  # from the builder's name
            "model.layers": 32,  # from the catalogue
            "model.dtype": "bf16",
            "adapter.kind": "lora",
            "adapter.rank": 32,
            "adapter.alpha": 64,
            "adapter.dropout": 0.05,
            "adapter.targets": ("q_proj", "k_proj", "v_proj", "output_proj", "w1", "w2", "w3"),
            "optimizer.name": "AdamW",
            "optimizer.family": "adam",
            "optimizer.learning_rate": 2e-4,  # OmegaConf reads it as a number
            "optimizer.beta1": 0.9,
            "optimizer.beta2": 0.95,
            "optimizer.eps": 1e-8,  # torch's default
            "optimizer.weight_decay": 0.01,
            "optimizer.grad_clip": 1.0,
            "optimizer.state_dtype": "bf16",
            "schedule.kind": "cosine",
            "schedule.warmup_steps": 50,
            "schedule.min_ratio": 0.0,
            "batch.micro_batch": 2,
            "batch.gradient_accumulation": 4,
            "batch.sequence_length": 4096,
            "budget.epochs": 2,
            "data.packing": True,
            "data.document_mask": True,
            "precision.compute": "bf16",
            "precision.master_dtype": "bf16",
            "memory.recompute": "full",
            "memory.offload_activations": False,
            "memory.chunked_loss": True,
            "evaluation.enabled": True,
            "evaluation.interval": 100,
            "parallel.tp": 1,
        },
    )


def test_without_a_scheduler_the_rate_is_constant_and_nothing_is_clipped() -> None:
    found = phase(FULL)
    expect(
        found,
        {
            "schedule.kind": "constant",
            "optimizer.grad_clip": 0.0,
            "optimizer.beta2": 0.999,
            "adapter.kind": "none",
            "memory.recompute": "none",
            "data.packing": False,
            "evaluation.enabled": False,
        },
    )
    assert found.facts["optimizer.grad_clip"].origin is Origin.DEFAULT


def test_a_null_is_no_clipping_and_stands_in_the_file() -> None:
    fact = phase(FULL + "clip_grad_norm: null\n").facts["optimizer.grad_clip"]
    assert (fact.value, fact.origin, fact.key) == (0.0, Origin.STATED, "clip_grad_norm")


def test_a_length_of_null_is_unknown_not_a_default() -> None:
    missing = phase(FULL).missing["batch.sequence_length"]
    assert missing.absence is Absence.UNKNOWN


def test_steps_in_an_epoch_count_in_every_epoch() -> None:
    assert phase(FULL + "max_steps_per_epoch: 100\n").value("budget.steps") == 300


def test_an_interpolation_is_followed() -> None:
    text = FULL.replace("batch_size: 2", "per_gpu: 6\nbatch_size: ${per_gpu}")
    assert phase(text).value("batch.micro_batch") == 6


def test_a_base_in_four_bits() -> None:
    text = FULL.replace("qwen2_5_7b_instruct", "lora_qwen2_5_7b_instruct\n  quantize_base: true")
    expect(
        phase(text),
        {"adapter.kind": "qlora", "quantization.bits": 4, "quantization.method": "nf4"},
    )


def test_preference_with_its_loss() -> None:
    text = FULL + "loss: {_component_: torchtune.rlhf.loss.DPOLoss, beta: 0.05}\n"
    expect(
        phase(text),
        {
            "run.stage": "preference",
            "preference.loss": "sigmoid",
            "preference.beta": 0.05,
            "preference.label_smoothing": 0.0,
        },
    )


def test_reinforcement_learning_with_groups() -> None:
    text = FULL + "grpo_samples: 8\ntemperature: 0.9\nkl_coeff: 0.01\n"
    expect(
        phase(text),
        {
            "run.stage": "rl",
            "rl.algorithm": "grpo",
            "rl.group_size": 8,
            "rl.temperature": 0.9,
            "rl.kl_coefficient": 0.01,
        },
    )


def test_distillation_has_a_teacher() -> None:
    text = FULL + (
        "teacher_model: {_component_: torchtune.models.qwen2_5.qwen2_5_14b_instruct}\n"
        "kd_loss: {_component_: torchtune.modules.loss.ForwardKLWithChunkedOutputLoss}\n"
    )
    expect(
        phase(text),
        {"run.stage": "distill", "distillation.loss": "ForwardKLWithChunkedOutputLoss"},
    )


def test_eight_bit_states_have_a_format_of_their_own() -> None:
    found = phase(FULL.replace("torch.optim.AdamW", "bitsandbytes.optim.PagedAdamW8bit"))
    expect(found, {"optimizer.eight_bit": True, "optimizer.state_dtype": None})


@pytest.mark.parametrize(
    ("builder", "model"),
    [
        ("lora_llama3_1_8b", "meta-llama/Llama-3.1-8B"),
        ("qlora_llama2_7b", "meta-llama/Llama-2-7b-hf"),
        ("qwen2_5_0_5b", "Qwen/Qwen2.5-0.5B"),
        ("my_own_model", None),
    ],
)
def test_a_builder_names_its_model(builder: str, model: str | None) -> None:
    assert torchtune_model(builder) == model


def test_every_builder_is_one_of_the_catalogue() -> None:
    from recipelint.catalog.models import lookup
    from recipelint.dialects.builders import _TORCHTITAN, _TORCHTUNE

    ids = {*_TORCHTUNE.values(), *_TORCHTITAN.values()}
    assert [i for i in sorted(ids) if lookup(i) is None] == []


class TestCallables:
    """Arguments are held against the callable that the section names."""

    def rules(self, text: str) -> list[tuple[str, str | None]]:
        report = Linter().check_text(text, "recipe.yaml")
        return [(f.rule, f.key) for f in report.findings if f.rule in ("CFG114", "CFG115")]

    def test_of_a_callable_that_takes_them(self) -> None:
        assert self.rules(FULL) == []

    def test_of_a_callable_of_ones_own(self) -> None:
        assert self.rules(FULL.replace("torch.optim.AdamW", "mine.optim.Own\n  any: 1")) == []

    def test_inside_a_list(self) -> None:
        text = FULL.replace(
            "dataset:\n  _component_: torchtune.datasets.alpaca_dataset",
            "dataset:\n  - _component_: torchtune.models.llama3.llama3_tokenizer\n    pth: x",
        )
        assert self.rules(text) == [("CFG114", "dataset[0].pth")]

    def test_an_extra_keyword_is_passed_on_where_the_callable_takes_any(self) -> None:
        text = FULL.replace("alpaca_dataset", "alpaca_dataset\n  trust_remote_code: true")
        assert self.rules(text) == []


def test_the_builders_make_the_models_that_they_are_said_to(tmp_path: Path) -> None:
    """torchtune's own builders, called on torch's meta device, against the catalogue."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("torchtune", exc_type=ImportError)
    models = pytest.importorskip("torchtune.models.llama3_1", exc_type=ImportError)
    with torch.device("meta"):
        built = models.llama3_1_8b()
    found = phase(FULL.replace("qwen2_5.qwen2_5_7b_instruct", "llama3_1.llama3_1_8b"))
    expect(
        found,
        {
            "model.layers": len(built.layers),
            "model.hidden_size": built.tok_embeddings.embedding_dim,
            "model.vocab_size": built.tok_embeddings.num_embeddings,
            "model.attention.heads": built.num_heads,
            "model.attention.head_dim": built.head_dim,
        },
    )
