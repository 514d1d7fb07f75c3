"""Values: types, words, and what YAML 1.1 makes of a scalar."""

from __future__ import annotations

import pytest
import yaml

from recipelint.findings import Severity
from tests.engine.checks.runs import hits

TRL = "model_name_or_path: m\nlearning_rate: 2.0e-5\n"


@pytest.mark.parametrize(
    "line",
    [
        "learning_rate: 2e-5",
        'micro_batch_size: "4"',
        "bf16: auto",
        "gradient_checkpointing: offload",
        "micro_batch_size: ${BATCH}",
        "val_set_size: 0",
        "lora_target_modules: q_proj",
    ],
)
def test_what_the_loader_converts_is_no_wrong_type(line: str) -> None:
    assert hits("values.wrong_type", "axolotl", f"base_model: m\n{line}\n") == []


@pytest.mark.parametrize(
    "line", ["micro_batch_size: four", "datasets: {path: a}", "sequence_len: [1]"]
)
def test_what_no_loader_converts_is_a_wrong_type(line: str) -> None:
    (hit,) = hits("values.wrong_type", "axolotl", f"base_model: m\n{line}\n")
    assert hit.span.line == 2


@pytest.mark.parametrize("text", ["1e-5", "5E12", "1e6", "+3e4"])
def test_exponents_without_a_dot_are_text_and_the_fix_is_a_number(text: str) -> None:
    source = f"lr_scheduler_kwargs:\n  min_lr: {text}\n"
    assert isinstance(yaml.safe_load(source)["lr_scheduler_kwargs"]["min_lr"], str)
    (hit,) = hits("values.number_as_text", "trl", TRL + source)
    assert hit.fix is not None
    fixed = yaml.safe_load(hit.fix.edits[0].text)
    assert fixed == float(text)


def test_at_the_top_level_the_parser_converts() -> None:
    assert (
        hits("values.number_as_text", "trl", "model_name_or_path: m\nlearning_rate: 1e-5\n") == []
    )


def test_quoted_text_is_meant_as_text() -> None:
    text = TRL + 'lr_scheduler_kwargs:\n  min_lr: "1e-6"\n'
    assert hits("values.number_as_text", "trl", text) == []


@pytest.mark.parametrize("word", ["no", "No", "NO"])
def test_the_word_no_is_read_as_false(word: str) -> None:
    assert yaml.safe_load(word) is False
    (hit,) = hits("values.word_as_boolean", "trl", f"{TRL}eval_strategy: {word}\n")
    assert hit.help == 'write `"no"`'
    assert hits("values.word_as_boolean", "trl", f'{TRL}eval_strategy: "{word}"\n') == []
    assert hits("values.wrong_type", "trl", f"{TRL}eval_strategy: {word}\n") == []


def test_a_switch_may_be_called_no() -> None:
    assert hits("values.word_as_boolean", "trl", f"{TRL}bf16: no\n") == []


@pytest.mark.parametrize(("text", "base"), [("010", 8), ("12:30", 60), ("1:00:00", 60)])
def test_other_bases_are_shown_with_what_the_loader_reads(text: str, base: int) -> None:
    (hit,) = hits("values.unusual_base", "trl", f"{TRL}save_steps: {text}\n")
    assert hit.values["found"] == yaml.safe_load(text)
    assert hit.values["base"] == base


@pytest.mark.parametrize("text", ["10", "0", "0.5", "1e-3", "'010'", "0x10"])
def test_usual_numbers_are_silent(text: str) -> None:
    assert hits("values.unusual_base", "trl", f"{TRL}save_steps: {text}\n") == []


MAXTEXT = "base_config: base.yml\nmodel_name: llama2-7b\n"


@pytest.mark.parametrize("number", ["1.5", "-0.1", "10"])
def test_a_share_outside_its_range_is_refused(number: str) -> None:
    text = f"{MAXTEXT}warmup_steps_fraction: {number}\n"
    (hit,) = hits("values.out_of_range", "maxtext", text)
    assert (hit.span.line, hit.severity) == (3, None)
    assert hit.values["wanted"] == "at least 0 and at most 1"


@pytest.mark.parametrize("number", ["0", "1", "0.1", "null", "${SHARE}", "true"])
def test_the_ends_of_a_range_and_what_is_no_number_are_silent(number: str) -> None:
    text = f"{MAXTEXT}warmup_steps_fraction: {number}\n"
    assert hits("values.out_of_range", "maxtext", text) == []


def test_a_range_that_older_releases_did_not_have_is_a_warning() -> None:
    (hit,) = hits("values.out_of_range", "trl", TRL + "warmup_steps: -1\n")
    assert hit.severity is Severity.WARNING
    assert "since transformers 5" in str(hit.values["since"])
