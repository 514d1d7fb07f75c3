"""Unknown keys: what is a slip of the fingers, and what is another word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.engine.checks.keys import distance
from tests.engine.checks.runs import hits

RECIPE = "base_model: m\nmicro_batch_size: 1\nsequence_len: 512\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("context_parapllel_size", "context_parallel_size"),
        ("learning_rte", "learning_rate"),
        ("gradient-accumulation-steps", "gradient_accumulation_steps"),
        ("lora_aplha", "lora_alpha"),
        ("Optimizer", "optimizer"),
        ("warmup_step", "warmup_steps"),
    ],
)
def test_a_slip_is_an_error_that_names_the_key(written: str, meant: str) -> None:
    (hit,) = hits("keys.misspelt_ignored", "axolotl", f"{RECIPE}{written}: 1\n")
    assert hit.help == f"did you mean `{meant}`?"
    assert hit.span.line == 4


@pytest.mark.parametrize(
    "written", ["adam_eps", "eta_min", "eval_table_max_tokens", "full_finetune", "lora_rank"]
)
def test_another_word_is_only_unknown(written: str) -> None:
    text = f"{RECIPE}{written}: 1\n"
    assert hits("keys.misspelt_ignored", "axolotl", text) == []
    (hit,) = hits("keys.unknown_ignored", "axolotl", text)
    assert hit.key == written


def test_a_plural_in_a_script_of_ones_own_is_no_error() -> None:
    text = "model_name_or_path: m\nreward_func: [a]\n"
    assert hits("keys.misspelt_ignored", "trl", text) == []
    assert [h.key for h in hits("keys.unknown_ignored", "trl", text)] == ["reward_func"]


def test_the_neutral_dialect_refuses_unknown_keys_at_any_depth() -> None:
    text = "recipelint: 1\nmodel:\n  attention: {head: 8}\n"
    text += "phases:\n  - name: a\n    data: {pakcing: true}\n"
    found = hits("keys.unknown_refused", "neutral", text)
    assert [h.key for h in found] == ["model.attention.head", "phases[0].data.pakcing"]
    assert found[1].help == "did you mean `packing`?"


def test_a_file_that_broke_off_has_no_unknown_keys() -> None:
    assert hits("keys.unknown_ignored", "axolotl", 'base_model: m\nnonsense: "\n') == []


def test_an_old_name_is_told_with_what_replaced_it() -> None:
    text = "model_name_or_path: m\nevaluation_strategy: steps\nno_cuda: true\nwarmup_ratio: 0.1\n"
    found = hits("keys.renamed", "trl", text)
    assert [h.key for h in found] == ["evaluation_strategy", "no_cuda", "warmup_ratio"]
    assert found[0].help == "write `eval_strategy` instead"
    assert str(found[0].values["newest"]).startswith("transformers 5.")


words = st.text("abcde_", max_size=8)


@given(words, words)
def test_distance_is_symmetric_and_zero_only_for_the_same(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= distance(one, other) <= max(len(one), len(other))


def test_a_swap_of_neighbours_counts_once() -> None:
    assert distance("parapllel", "parallel") == 1
    assert distance("aplha", "alpha") == 1


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_renamed_key_keeps_its_quotes(quote: str) -> None:
    text = f"{RECIPE}{quote}learning_rte{quote}: 1\n"
    (hit,) = hits("keys.misspelt_ignored", "axolotl", text)
    assert hit.fix is not None
    assert [edit.text for edit in hit.fix.edits] == [f"{quote}learning_rate{quote}"]
