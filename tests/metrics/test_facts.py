"""Measured values as facts, and what rules make of them."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import pytest

from recipelint import Linter, Report, Settings
from recipelint.metrics import Measurements, Point, observe
from recipelint.metrics.facts import complete_rms
from recipelint.recipe.facts import Fact, Origin, Phase

EXAMPLES = Path(__file__).parents[2] / "examples" / "metrics"


def phase(**facts: float | str) -> Phase:
    """A phase with these facts; `optimizer__grad_clip` is `optimizer.grad_clip`."""
    names = {name.replace("__", "."): value for name, value in facts.items()}
    return Phase(facts={n: Fact(n, v, Origin.STATED) for n, v in names.items()})


def norms(*values: float) -> Measurements:
    return Measurements("log", {"gradient_norm": tuple(Point(i, v) for i, v in enumerate(values))})


def test_the_later_half_stands_for_the_run() -> None:
    seen = phase()
    observe(norms(90.0, 80.0, 70.0, 1.0, 3.0, 2.0), seen)
    fact = seen.facts["observed.gradient_norm"]
    assert (fact.value, fact.origin) == (2.0, Origin.GIVEN)
    assert fact.detail == "log, median of 3 values, steps 3 to 5"


def test_a_value_that_the_recipe_states_is_kept() -> None:
    seen = phase(observed__gradient_norm=7.0)
    observe(norms(1.0), seen)
    assert seen.value("observed.gradient_norm") == 7.0


def test_the_largest_logit_is_named_with_its_step() -> None:
    points = (Point(1, 20.0), Point(2, 1400.0), Point(3, 90.0))
    seen = phase()
    observe(Measurements("log", {"max_attention_logit": points}), seen)
    fact = seen.facts["observed.max_attention_logit"]
    assert (fact.value, fact.detail) == (1400.0, "log, step 2")


@pytest.mark.parametrize(
    ("norm", "clip", "seen_by_adam"), [(0.5, 1.0, 0.5), (4.0, 1.0, 1.0), (4.0, 0.0, 4.0)]
)
def test_the_rms_is_that_of_the_clipped_gradient(
    norm: float, clip: float, seen_by_adam: float
) -> None:
    known = phase(
        observed__gradient_norm=norm, optimizer__grad_clip=clip, model__total_parameters=4e9
    )
    complete_rms(known)
    assert known.value("observed.gradient_rms") == pytest.approx(seen_by_adam / sqrt(4e9))


@pytest.mark.parametrize("missing", ["optimizer__grad_clip", "model__total_parameters"])
def test_without_the_limit_or_the_parameters_the_rms_is_unknown(missing: str) -> None:
    facts: dict[str, float | str] = {
        "observed__gradient_norm": 0.5,
        "optimizer__grad_clip": 1.0,
        "model__total_parameters": 4e9,
    }
    del facts[missing]
    known = phase(**facts)
    complete_rms(known)
    assert "observed.gradient_rms" not in known.facts


def test_an_adapter_whose_size_is_unknown_has_no_rms() -> None:
    known = phase(
        observed__gradient_norm=0.5,
        optimizer__grad_clip=1.0,
        model__total_parameters=4e9,
        adapter__kind="lora",
    )
    complete_rms(known)
    assert "observed.gradient_rms" not in known.facts


def on_the_example(metrics: str | None) -> Report:
    return Linter(Settings(metrics=metrics)).check_file(str(EXAMPLES / "llama-3.2-1b-sft.yaml"))


def test_the_example_has_a_spike_and_an_epsilon_near_the_measured_rms() -> None:
    found = {f.rule: f for f in on_the_example(str(EXAMPLES / "trainer_state.json")).findings}
    assert "step 310" in found["STB101"].message
    assert "it came back" in found["STB101"].message
    rms = next(i for i in found["OPT020"].inputs if i.name == "observed.gradient_rms")
    assert "sqrt(trained parameters)" in rms.origin


def test_without_its_log_nothing_is_said_about_it() -> None:
    assert {f.rule for f in on_the_example(None).findings} & {"STB101", "OPT020"} == set()
