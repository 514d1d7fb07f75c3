"""Saving against evaluating: the same verdict as transformers' own TrainingArguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from recipelint import Linter
from recipelint.findings import Finding

LINTER = Linter()

BASE: dict[str, Any] = {
    "model_name_or_path": "Qwen/Qwen2.5-7B",
    "dataset_name": "trl-lib/Capybara",
    "output_dir": "out",
    "per_device_train_batch_size": 2,
    "learning_rate": 2e-5,
    "load_best_model_at_end": True,
}

CASES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"save_strategy": "epoch"}, True),
    ({"save_strategy": "epoch", "eval_strategy": "epoch"}, False),
    ({"save_strategy": "epoch", "eval_strategy": "steps", "eval_steps": 10}, True),
    ({"eval_strategy": "steps", "eval_steps": 100, "save_steps": 200}, False),
    ({"eval_strategy": "steps", "eval_steps": 30, "save_steps": 100}, True),
    ({"eval_strategy": "steps", "eval_steps": 300}, True),
    ({"eval_strategy": "steps", "eval_steps": 250}, False),
    ({"eval_strategy": "steps", "logging_steps": 300}, True),
    ({"eval_strategy": "steps"}, False),
    ({"save_strategy": "best", "eval_strategy": "steps"}, False),
    ({"eval_strategy": "steps", "eval_steps": 0.1, "save_steps": 0.2}, False),
    ({"load_best_model_at_end": False}, False),
]


def findings(text: str, rule: str) -> list[Finding]:
    """What one rule says about a text."""
    return [f for f in LINTER.check_text(text, "r.yaml").findings if f.rule == rule]


@pytest.mark.parametrize(("changes", "refused"), CASES)
def test_loading_the_best_needs_matching_evaluation(changes: dict[str, Any], refused: bool) -> None:
    assert bool(findings(yaml.safe_dump(BASE | changes), "CKP010")) is refused


@pytest.mark.parametrize(("changes", "refused"), CASES)
def test_transformers_says_the_same(changes: dict[str, Any], refused: bool, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    own = {k: v for k, v in (BASE | changes).items() if not k.startswith(("model", "dataset"))}
    arguments = own | {"output_dir": str(tmp_path)}
    if refused:
        with pytest.raises(ValueError, match="load_best_model_at_end"):
            transformers.TrainingArguments(**arguments)
    else:
        transformers.TrainingArguments(**arguments)


NANOTRON = """\
general: {{project: demo, run: demo, seed: 42}}
model: {{model_config: {{is_llama_config: true, hidden_size: 64, num_hidden_layers: 2}}}}
parallelism: {{dp: 1, pp: 1, tp: 1}}
tokens: {{micro_batch_size: 1, sequence_length: 64, train_steps: 9000}}
checkpoints: {{checkpoint_interval: {save}}}
lighteval: {{eval_interval: {evaluation}}}
{upload}
"""


@pytest.mark.parametrize(
    ("save", "evaluation", "upload", "refused"),
    [
        ("2000", "3000", "s3_upload: {upload_s3_path: s3://bucket/run}", True),
        ("2000", "4000", "s3_upload: {upload_s3_path: s3://bucket/run}", False),
        ("2000", "null", "s3_upload: {upload_s3_path: s3://bucket/run}", False),
        ("2000", "3000", "s3_upload: null", False),
        ("2000", "3000", "", False),
    ],
    ids=["no multiple", "a multiple", "left out", "no upload", "upload not named"],
)
def test_nanotron_evaluates_uploaded_checkpoints_only(
    save: str, evaluation: str, upload: str, refused: bool
) -> None:
    text = NANOTRON.format(save=save, evaluation=evaluation, upload=upload)
    assert bool(findings(text, "CKP003")) is refused
