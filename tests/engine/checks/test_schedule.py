"""Continuity between phases, and arguments of schedulers against transformers' own functions."""

from __future__ import annotations

import inspect

import pytest

from recipelint import Linter
from recipelint.engine.checks import schedule
from recipelint.findings import Finding, Severity

LINTER = Linter()

PHASES = """\
recipelint: 1
phases:
  - name: first
    run: {{stage: pretrain}}
    optimizer: {{name: adamw, learning_rate: 3.0e-4}}
    schedule: {{kind: {kind}, warmup_steps: 100, min_learning_rate: {end}}}
    budget: {{steps: 1000}}
  - name: second
    run: {{stage: midtrain}}
    optimizer: {{name: adamw, learning_rate: {start}}}
    schedule: {{kind: linear, warmup_steps: {warmup}, rewarm: {rewarm}, min_learning_rate: 0.0}}
    budget: {{steps: 1000}}
"""

TRAINER = """\
model_name_or_path: Qwen/Qwen2.5-7B
dataset_name: trl-lib/Capybara
output_dir: out
per_device_train_batch_size: 2
learning_rate: 2.0e-5
lr_scheduler_type: {name}
lr_scheduler_kwargs: {arguments}
"""


def findings(text: str, rule: str) -> list[Finding]:
    """What one rule says about a text."""
    return [f for f in LINTER.check_text(text, "r.yaml").findings if f.rule == rule]


def jump(start: str, end: str = "3.0e-5", kind: str = "cosine", **second: str) -> list[Finding]:
    """What is said about a second phase that starts at `start` after one that ended at `end`."""
    values = {"warmup": "0", "rewarm": "false"} | second
    return findings(PHASES.format(start=start, end=end, kind=kind, **values), "SCH005")


def test_a_phase_that_continues_is_silent() -> None:
    assert jump("3.0e-5") == []


@pytest.mark.parametrize("start", ["2.9e-5", "3.1e-5"])
def test_rounded_rates_are_within_the_tolerance(start: str) -> None:
    assert jump(start) == []


def test_a_rise_without_a_warmup_is_a_warning_at_the_second_rate() -> None:
    [finding] = jump("9.0e-5")
    assert finding.severity is Severity.WARNING
    assert finding.span.line == 10
    assert finding.phase == "second"
    assert "9e-5" in finding.message
    assert "3e-5" in finding.message
    assert "by 3 times" in finding.message


@pytest.mark.parametrize(
    "second", [{"warmup": "100"}, {"rewarm": "true"}], ids=["warms up", "declared"]
)
def test_a_rise_that_is_meant_is_information(second: dict[str, str]) -> None:
    [finding] = jump("9.0e-5", **second)
    assert finding.severity is Severity.INFO


def test_a_drop_is_information() -> None:
    [finding] = jump("1.0e-5")
    assert finding.severity is Severity.INFO
    assert "a drop to 33%" in finding.message


def test_a_rise_from_zero_has_no_factor() -> None:
    [finding] = jump("1.0e-5", end="0.0", kind="linear")
    assert "a rise from 0 without a warmup" in finding.message


def test_the_end_of_a_cosine_that_is_cut_short_is_computed() -> None:
    """Half way through the horizon a cosine to 0 is at half its peak (without the warmup)."""
    text = PHASES.format(
        start="1.5e-4", end="0.0", kind="cosine, horizon_steps: 2000", warmup="0", rewarm="false"
    ).replace("warmup_steps: 100, min", "warmup_steps: 0, min")
    assert findings(text, "SCH005") == []
    assert findings(text.replace("1.5e-4", "3.0e-4"), "SCH005") != []


def test_fine_tuning_may_start_where_it_likes() -> None:
    text = PHASES.format(start="1.0e-4", end="3.0e-5", kind="cosine", warmup="0", rewarm="false")
    assert findings(text.replace("stage: midtrain", "stage: sft"), "SCH005") == []


def test_an_unknown_end_says_nothing() -> None:
    text = PHASES.format(start="1.0e-4", end="3.0e-5", kind="cosine", warmup="0", rewarm="false")
    assert findings(text.replace(", min_learning_rate: 3.0e-5", ""), "SCH005") == []


def test_the_accepted_arguments_are_those_of_transformers() -> None:
    optimization = pytest.importorskip("transformers.optimization")
    given_by_the_trainer = {"optimizer", "num_warmup_steps", "num_training_steps", "last_epoch"}
    functions = {k.value: f for k, f in optimization.TYPE_TO_SCHEDULER_FUNCTION.items()}
    own = {
        name: frozenset(inspect.signature(functions[name]).parameters) - given_by_the_trainer
        for name in schedule.ACCEPTED_ARGUMENTS
    }
    assert own == dict(schedule.ACCEPTED_ARGUMENTS)


@pytest.mark.parametrize(
    ("name", "arguments", "refused"),
    [
        ("cosine", "{min_lr_rate: 0.1}", ["min_lr_rate"]),
        ("linear", "{min_lr: 1.0e-6, num_cycles: 1}", ["min_lr", "num_cycles"]),
        ("cosine_with_min_lr", "{min_lr_rate: 0.1}", []),
        ("polynomial", "{lr_end: 1.0e-6, power: 2.0}", []),
        ("constant", "{min_lr: 1.0e-6}", []),
        ("warmup_stable_decay", "{num_decay_steps: 10}", []),
        ("a_name_that_nobody_knows", "{min_lr: 1.0e-6}", []),
    ],
)
def test_arguments_that_a_scheduler_does_not_take(
    name: str, arguments: str, refused: list[str]
) -> None:
    found = findings(TRAINER.format(name=name, arguments=arguments), "SCH023")
    assert [f.key for f in found] == [f"lr_scheduler_kwargs.{key}" for key in refused]


def test_a_constant_scheduler_drops_its_arguments() -> None:
    text = TRAINER.format(name="constant_with_warmup", arguments="{min_lr: 1.0e-6}")
    [finding] = findings(text, "SCH024")
    assert finding.span.line == 7


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        ("{min_lr_rate: 0.1}", 0),
        ("{min_lr: 1.0e-6}", 0),
        ("{min_lr: 1.0e-6, min_lr_rate: 0.1}", 1),
        ("{num_cycles: 0.5}", 1),
        ("null", 1),
        ("'{\"min_lr_rate\": 0.1}'", 0),
    ],
    ids=["a share", "a rate", "both", "neither", "no arguments", "as JSON text"],
)
def test_a_minimum_is_given_exactly_once(arguments: str, count: int) -> None:
    text = TRAINER.format(name="cosine_with_min_lr", arguments=arguments)
    assert len(findings(text, "SCH025")) == count


AXOLOTL = """\
base_model: Qwen/Qwen2.5-7B
datasets: [{{path: tatsu-lab/alpaca, type: alpaca}}]
micro_batch_size: 2
gradient_accumulation_steps: 4
learning_rate: 2.0e-5
lr_scheduler: {name}
{more}
"""


@pytest.mark.parametrize(
    ("name", "more", "unread"),
    [
        ("cosine", "cosine_min_lr_ratio: 0.1", []),
        ("rex", "cosine_min_lr_ratio: 0.1", []),
        ("linear", "cosine_min_lr_ratio: 0.1", ["cosine_min_lr_ratio"]),
        ("one_cycle", "cosine_min_lr_ratio: 0.1", ["cosine_min_lr_ratio"]),
        ("cosine", "cosine_constant_lr_ratio: 0.8", ["cosine_constant_lr_ratio"]),
        ("cosine", "{cosine_min_lr_ratio: 0.1, cosine_constant_lr_ratio: 0.8}", []),
        (
            "rex",
            "{cosine_min_lr_ratio: 0.1, cosine_constant_lr_ratio: 0.8}",
            ["cosine_constant_lr_ratio"],
        ),
        (
            "cosine",
            "{cosine_min_lr_ratio: 0.1, lr_quadratic_warmup: true}",
            ["cosine_min_lr_ratio"],
        ),
        ("linear", "cosine_min_lr_ratio: null", []),
    ],
)
def test_axolotls_minimum_is_read_by_some_schedulers(
    name: str, more: str, unread: list[str]
) -> None:
    lines = more.strip("{}").replace(", ", "\n")
    found = findings(AXOLOTL.format(name=name, more=lines), "SCH030")
    assert [f.key for f in found] == unread


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ("", True),
        ("cosine_min_lr_ratio: 0.1", False),
        ("lr_quadratic_warmup: true", False),
        ("plugins: [axolotl.integrations.liger.LigerPlugin]", True),
        ("plugins: [mine.SchedulerPlugin]", False),
    ],
)
def test_only_transformers_own_schedulers_refuse_arguments(more: str, refused: bool) -> None:
    """axolotl builds some schedulers itself, and a plugin may build any."""
    lines = f"lr_scheduler_kwargs: {{min_lr: 1.0e-6}}\n{more}"
    assert bool(findings(AXOLOTL.format(name="cosine", more=lines), "SCH023")) is refused
