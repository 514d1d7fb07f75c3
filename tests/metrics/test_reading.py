"""Logs of runs, by format: what is read, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recipelint.metrics import Measurements, MetricsError, Point, read_metrics, reading

ROWS = [
    {"step": 10, "loss": 2.5, "grad_norm": 1.25, "learning_rate": 1e-4},
    {"step": 20, "loss": 2.25, "grad_norm": 0.75, "learning_rate": 2e-4},
    {"step": 20, "eval_loss": 2.4},
    {"step": 20, "train_loss": 2.375, "train_runtime": 12.0},
]
LOSS = (Point(10, 2.5), Point(20, 2.25))


def read_text(folder: Path, text: str | bytes, name: str = "log") -> Measurements:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_metrics(str(path))


FORMATS = {
    "trainer_state.json": json.dumps({"global_step": 20, "log_history": ROWS}, indent=1),
    "rows.json": json.dumps(ROWS),
    "rows.jsonl": "\n".join(json.dumps(row) for row in ROWS),
    "rows.csv": "step,loss,grad_norm,learning_rate\n10,2.5,1.25,1e-4\n20,2.25,0.75,2e-4\n",
    "rows.tsv": "step\tloss\tgrad_norm\tlearning_rate\n10\t2.5\t1.25\t1e-4\n20\t2.25\t0.75\t2e-4\n",
    "wandb.csv": (
        '"Step","my-run - train/loss","my-run - train/loss__MAX","my-run - train/grad_norm",'
        '"my-run - train/learning_rate"\n'
        '"10","2.5","9","1.25","1e-4"\n"20","2.25","9","0.75","2e-4"\n'
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_series(name: str, tmp_path: Path) -> None:
    found = read_text(tmp_path, FORMATS[name], name)
    assert found.source == name
    assert found.series == {
        "loss": LOSS,
        "gradient_norm": (Point(10, 1.25), Point(20, 0.75)),
        "learning_rate": (Point(10, 1e-4), Point(20, 2e-4)),
    }


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"iteration": 1, "lm loss": 3.0}, "loss"),
        ({"step": 1, "loss_metrics/global_avg_loss": 3.0}, "loss"),
        ({"step": 1, "train/grad-norm": 3.0}, "gradient_norm"),
        ({"train/global_step": 1, "train/loss": 3.0}, "loss"),
        ({"step": 1, "loss-scale": 3.0}, "loss_scale"),
        ({"step": 1, "lr": 3.0}, "learning_rate"),
    ],
)
def test_frameworks_own_names_are_known(row: dict[str, object], name: str, tmp_path: Path) -> None:
    assert read_text(tmp_path, json.dumps(row)).points(name) == (Point(1, 3.0),)


def test_a_held_out_loss_is_no_training_loss(tmp_path: Path) -> None:
    with pytest.raises(MetricsError, match="no row has a step"):
        read_text(tmp_path, '{"step": 1, "eval/loss": 2.0, "val - loss": 2.0, "eval_loss": 2.0}')


def test_a_resumed_run_counts_as_logged_last(tmp_path: Path) -> None:
    lines = [{"step": s, "loss": v} for s, v in ((1, 3.0), (2, 9.0), (3, 9.5), (2, 2.0))]
    found = read_text(tmp_path, "\n".join(map(json.dumps, lines)))
    assert found.points("loss") == (Point(1, 3.0), Point(2, 2.0), Point(3, 9.5))


def test_losses_that_are_no_numbers_are_kept_apart(tmp_path: Path) -> None:
    found = read_text(tmp_path, '{"step": 1, "loss": 2.0}\n{"step": 2, "loss": NaN}\n')
    assert [p.step for p in found.points("loss")] == [1, 2]
    assert found.finite("loss") == (Point(1, 2.0),)


def test_a_last_line_that_is_cut_off_is_left_out(tmp_path: Path) -> None:
    found = read_text(tmp_path, '{"step": 10, "loss": 2.5}\n{"step": 20, "loss": 2.25}\n{"st')
    assert found.points("loss") == LOSS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "neither JSON nor a table"),
        ("learning rates were fine\n", "neither JSON nor a table"),
        ('{"a": 1}\nnot json\n{"a": 2}\n', "line 2 is no JSON object"),
        ('{"log_history": 3}', "no list of rows"),
        ('{"epoch": 1, "loss": 2.0}', "no row has a step"),
        ("loss,lr\n2.0,1e-4\n", "no row has a step"),
        ("[" * 100_000, "is no JSON object|no row has a step"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ('{"step": ' + "9" * 10_000 + ', "loss": 1}', "no row has a step"),
    ],
)
def test_what_is_no_log_is_refused_with_a_reason(
    text: str | bytes, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(MetricsError, match=reason):
        read_text(tmp_path, text)


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 20)
    with pytest.raises(MetricsError, match="larger than 20 bytes"):
        read_text(tmp_path, '{"step": 1, "loss": 2.0}')


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MetricsError, match="not a regular file"):
        read_metrics(str(tmp_path))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.text('{}[]":,. \nstep_loss0123456789eE-+NaIfity;\t', max_size=200).map(str.encode),
    )
)
def test_no_bytes_raise_anything_else(data: bytes, tmp_path: Path) -> None:
    found, reason = None, ""
    try:
        found = read_text(tmp_path, data)
    except MetricsError as error:
        reason = str(error)
    assert reason.startswith("log: ") if found is None else any(found.series.values())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.dictionaries(
        st.integers(0, 10**9), st.floats(-1e29, 1e29, allow_nan=False), min_size=1, max_size=30
    )
)
def test_what_was_logged_is_read_in_the_order_of_steps(
    values: dict[int, float], tmp_path: Path
) -> None:
    lines = [json.dumps({"step": step, "loss": value}) for step, value in values.items()]
    found = read_text(tmp_path, "\n".join(lines))
    assert found.finite("loss") == tuple(Point(s, v) for s, v in sorted(values.items()))
