"""OLMo: one schedule in steps or tokens, widths that count two matrices, and durations in text."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Linter
from recipelint.recipe.facts import Absence, Origin
from tests.dialects.test_translation import EXAMPLES, example, expect, phase

EXAMPLE = "olmo/olmo-1b.yaml"
TEXT = (EXAMPLES / EXAMPLE).read_text()


def rules_found(text: str, folder: Path) -> set[str]:
    """The rules that find something in a recipe."""
    path = folder / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return {finding.rule for finding in Linter().check_file(str(path)).findings}


def test_a_recipe_in_tokens() -> None:
    expect(
        example(EXAMPLE),
        {
            "run.stage": "pretrain",
            "run.name": "olmo-1b-demo",
            "run.seed": 6198,
            "model.layers": 16,
            "model.hidden_size": 2048,
            "model.ffn_size": 8192,  # half of mlp_hidden_size
            "model.gated_mlp": True,
            "model.attention.heads": 16,
            "model.attention.kv_heads": 16,
            "model.vocab_size": 100352,
            "model.tokenizer_size": 100278,
            "model.tie_embeddings": False,
            "model.rope.theta": 500000,
            "model.learned_positions": 0,
            "model.norm.kind": "rmsnorm",
            "model.norm.qk_norm": "full",
            "model.norm.bias": False,
            "optimizer.family": "adam",
            "optimizer.eps": 1e-8,
            "optimizer.beta2": 0.95,
            "optimizer.decay_embeddings": False,
            "optimizer.grad_clip": 1.0,
            "schedule.kind": "cosine",
            "schedule.warmup_tokens": 8_388_608_000,
            "schedule.warmup_steps": 4000,  # over 512 x 4096 tokens a step
            "schedule.horizon_tokens": 5e11,
            "schedule.min_learning_rate": pytest.approx(4e-5),
            "batch.global_tokens": 2_097_152,
            "budget.tokens": 500_000_000_000,
            "budget.steps": 238_419,
            "parallel.backend": "fsdp",
            "parallel.zero_stage": 3,
            "precision.compute": "bf16",
            "precision.master_dtype": "fp32",
            "stability.z_loss": 1e-5,
            "stability.z_loss_active": True,
            "checkpoint.save_interval": 1000,
            "evaluation.enabled": True,
        },
    )


@pytest.mark.parametrize(
    ("written", "fact", "value"),
    [
        ("1000", "budget.steps", 1000),
        ("2e12T", "budget.tokens", 2e12),
        ("1ep", "budget.epochs", 1),
        ("52e9", "budget.steps", 52e9),  # no suffix: steps
    ],
)
def test_a_duration_says_its_unit(written: str, fact: str, value: float) -> None:
    found = phase(TEXT.replace("max_duration: 5e11T", f"max_duration: {written}"))
    assert found.value(fact) == value


def test_the_class_fills_in_what_is_absent() -> None:
    found = phase("model: {d_model: 64}\ndata: {}\ntokenizer: {}\nmax_duration: 10\n")
    expect(
        found,
        {
            "optimizer.name": "lionw",
            "optimizer.family": "lion",
            "optimizer.grad_clip": 0.0,
            "model.dropout": 0.1,
            "model.vocab_size": 50304,
            "model.learned_positions": 1024,
            "model.ffn_size": 128,  # 4 x 64, both halves of SwiGLU
            "schedule.warmup_steps": 100,
            "memory.recompute": "none",
        },
    )
    assert found.facts["optimizer.name"].origin is Origin.DEFAULT


def test_constant_has_no_warmup_and_no_minimum() -> None:
    found = phase(TEXT.replace("cosine_with_warmup", "constant"))
    expect(found, {"schedule.kind": "constant", "schedule.warmup_steps": 0})
    assert "schedule.min_ratio" not in found.facts


def test_multi_query_attention_has_one_head_of_keys() -> None:
    found = phase(TEXT.replace("n_heads: 16", "n_heads: 16\n  multi_query_attention: true"))
    assert found.value("model.attention.kv_heads") == 1


def test_a_run_that_stops_early_keeps_its_horizon() -> None:
    text = TEXT.replace("  t_max: 5e11\n", "").replace(
        "max_duration: 5e11T", "max_duration: 100000\nstop_at: 60000"
    )
    expect(
        phase(text),
        {
            "budget.steps": 60_000,
            "schedule.horizon_steps": 100_000,
            "schedule.truncated": True,
        },
    )


def test_null_switches_saving_off() -> None:
    found = phase(TEXT.replace("save_interval: 1000", "save_interval: null"))
    assert found.value("checkpoint.save_interval") == 0


def test_a_loaded_checkpoint_leaves_the_stage_open() -> None:
    found = phase(TEXT + "load_path: /checkpoints/step1000\nreset_optimizer_state: true\n")
    expect(found, {"run.resume": True, "run.resume_optimizer": False, "run.stage": None})
    assert found.missing["run.stage"].absence is Absence.UNKNOWN


def test_interpolation_inside_the_file() -> None:
    found = phase(TEXT.replace("eval_interval: 1000", "eval_interval: ${save_interval}"))
    assert found.value("evaluation.interval") == 1000


@pytest.mark.parametrize(
    ("good", "bad", "rule"),
    [
        ("activation_type: swiglu", "activation_typ: swiglu", "CFG101"),
        ("init_fn: normal", "init_fn: gaussian", "CFG106"),
        ("n_layers: 16", "n_layers: [16]", "CFG105"),
        ("max_duration: 5e11T", "max_duration: 5e11", "CFG105"),  # a float, which is refused
    ],
)
def test_the_typed_configuration(good: str, bad: str, rule: str, tmp_path: Path) -> None:
    assert rules_found(TEXT, tmp_path) == set()
    assert rule in rules_found(TEXT.replace(good, bad), tmp_path)


def test_the_values_are_those_of_the_framework(tmp_path: Path) -> None:
    """OLMo's own loader reads the example to the same numbers."""
    config = pytest.importorskip("olmo.config")
    loaded = config.TrainConfig.load(str(EXAMPLES / EXAMPLE))
    found = example(EXAMPLE)
    assert found.value("optimizer.learning_rate") == loaded.optimizer.learning_rate
    assert found.value("optimizer.eps") == loaded.optimizer.eps
    assert found.value("schedule.horizon_tokens") == loaded.scheduler.t_max
    assert found.value("schedule.min_ratio") == loaded.scheduler.alpha_f
    assert found.value("batch.global_batch") == loaded.global_train_batch_size
    assert found.value("model.attention.kv_heads") == loaded.model.effective_n_kv_heads
    assert found.value("run.seed") == loaded.seed
    bare = tmp_path / "bare.yaml"
    bare.write_text("model: {d_model: 64}\ndata: {}\ntokenizer: {}\nmax_duration: 10\n")
    default = config.TrainConfig.load(str(bare))
    absent = phase(bare.read_text())
    assert absent.value("optimizer.learning_rate") == default.optimizer.learning_rate
    assert absent.value("optimizer.weight_decay") == default.optimizer.weight_decay
    assert absent.value("schedule.warmup_steps") == default.scheduler.t_warmup
    assert absent.value("batch.micro_batch") == default.device_train_microbatch_size
    assert absent.value("checkpoint.save_interval") == default.save_interval
    assert absent.value("stability.z_loss") == default.auxiliary_loss_multiplier
