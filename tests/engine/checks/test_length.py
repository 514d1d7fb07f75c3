"""Tokens per parameter are counted over the whole run, not phase by phase."""

from __future__ import annotations

from recipelint import Linter, Settings

LINTER = Linter(Settings(select=("BAT007",)))

TWO_PHASES = """\
recipelint: 1
model: {{total_parameters: 1.0e+9, active_parameters: 1.0e+9}}
phases:
  - name: first
    run: {{stage: pretrain}}
    budget: {{tokens: {first}}}
  - name: second
    run: {{stage: midtrain}}
    {second}
"""


def found(first: str, second: str) -> list[int]:
    """Lines of the findings for a run of two phases."""
    text = TWO_PHASES.format(first=first, second=second)
    return [f.span.line for f in LINTER.check_text(text, "recipe.yaml").findings]


def test_both_phases_together_are_short() -> None:
    assert found("5.0e+9", "budget: {tokens: 5.0e+9}") == [6]


def test_a_short_first_phase_is_fine_when_the_second_is_long() -> None:
    assert found("5.0e+9", "budget: {tokens: 500.0e+9}") == []


def test_a_phase_of_unknown_length_leaves_the_sum_unknown() -> None:
    assert found("5.0e+9", "batch: {sequence_length: 4096}") == []


def test_continued_training_is_not_counted_from_zero() -> None:
    text = (
        "recipelint: 1\nmodel: {total_parameters: 1.0e+9, active_parameters: 1.0e+9}\n"
        "run: {stage: pretrain, resume: true}\nbudget: {tokens: 5.0e+9}\n"
    )
    assert LINTER.check_text(text, "recipe.yaml").findings == []
