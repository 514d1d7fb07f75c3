"""DeepSpeed settings that are read under one stage only, or by another part."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recipelint import Linter, Settings

LINTER = Linter(Settings(select=("DSP",)))


def deepspeed(**sections: object) -> list[tuple[str, str | None]]:
    """Rules and keys of the findings in a DeepSpeed file with these sections."""
    text = json.dumps({"train_micro_batch_size_per_gpu": 4, **sections}, indent=2)
    return [(f.rule, f.key) for f in LINTER.check_text(text, "ds.json").findings]


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_keys_of_stage_three_are_read_by_it_alone(stage: int) -> None:
    zero = {"stage": stage, "stage3_max_reuse_distance": 1000, "overlap_comm": True}
    key = "zero_optimization.stage3_max_reuse_distance"
    assert deepspeed(zero_optimization=zero) == [("DSP014", key)]


def test_under_stage_three_they_are_fine() -> None:
    assert deepspeed(zero_optimization={"stage": 3, "stage3_max_reuse_distance": 1000}) == []


def test_switching_a_feature_of_stage_three_off_asks_for_nothing() -> None:
    zero = {"stage": 2, "stage3_gather_16bit_weights_on_model_save": False}
    assert deepspeed(zero_optimization=zero) == []


def test_a_stage_left_to_the_trainer_is_unknown() -> None:
    assert deepspeed(zero_optimization={"stage": "auto", "stage3_max_reuse_distance": 1}) == []


def test_the_engine_clips_and_not_the_optimizer() -> None:
    optimizer = {"type": "AdamW", "params": {"lr": 1e-4, "max_grad_norm": 1.0}}
    keys = [k for r, k in deepspeed(optimizer=optimizer, zero_optimization={"stage": 1})]
    assert keys == ["optimizer.params.max_grad_norm"]


@pytest.mark.parametrize(("stage", "expected"), [(2, []), (3, ["DSP021"])])
def test_batch_search_and_stage_three(tmp_path: Path, stage: int, expected: list[str]) -> None:
    (tmp_path / ".git").mkdir()
    parts = {
        "train_micro_batch_size_per_gpu": "auto",
        "gradient_accumulation_steps": "auto",
        "gradient_clipping": "auto",
        "zero_optimization": {"stage": stage},
    }
    (tmp_path / "ds.json").write_text(json.dumps(parts), encoding="utf-8")
    recipe = tmp_path / "sft.yaml"
    recipe.write_text(
        "model_name_or_path: HuggingFaceTB/SmolLM2-135M\n"
        "dataset_name: trl-lib/Capybara\n"
        "output_dir: out\n"
        "per_device_train_batch_size: 4\n"
        "auto_find_batch_size: true\n"
        "deepspeed: ds.json\n",
        encoding="utf-8",
    )
    assert [f.rule for f in LINTER.check_file(str(recipe)).findings] == expected
