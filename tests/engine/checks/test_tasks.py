"""Rented tasks: what they ask for, beside the recipe that they start."""

from __future__ import annotations

from pathlib import Path

import pytest

from recipelint import Finding, Linter, Settings

LINTER = Linter(Settings(profile="all"))
SFT = (
    "model_name_or_path: meta-llama/Llama-3.1-70B\ndataset_name: a/b\noutput_dir: out\n"
    "learning_rate: 2.0e-5\nper_device_train_batch_size: 1\nbf16: true\n"
)
NEUTRAL = (
    "recipelint: 1\nmodel: {name: meta-llama/Llama-3.1-8B}\nbudget: {tokens: 1.0e+10}\n"
    "precision: {compute: bf16}\nbatch: {sequence_length: 4096}\n"
)


def findings(folder: Path, task: str, **files: str) -> dict[str, Finding]:
    """The findings on a task by their rule; the files stand beside it."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    path = folder / "a.dstack.yml"
    path.write_text(f"type: task\n{task}", encoding="utf-8")
    return {f.rule: f for f in LINTER.check_file(str(path)).findings}


def started(command: str, gpu: str = "H100:8", more: str = "") -> str:
    """A task that starts a command on one node."""
    return f"commands: ['{command}']\nresources: {{gpu: '{gpu}', shm_size: 24GB}}\n{more}"


@pytest.mark.parametrize(
    ("command", "nodes", "rules"),
    [
        ("torchrun --nproc-per-node=8 t.py", 1, set()),
        ("torchrun --nproc-per-node=9 t.py", 1, {"INF008"}),
        ("torchrun --nproc-per-node=4 t.py", 1, {"INF009"}),
        ("torchrun t.py", 1, {"INF009"}),
        ("torchrun --nproc-per-node=8 t.py", 2, {"INF009", "INF010"}),
        ("torchrun --nnodes=2 --nproc-per-node=8 t.py", 2, set()),
        ("torchrun --nnodes=4 --nproc-per-node=8 t.py", 2, {"INF008", "INF010"}),
        ("torchrun --nnodes=$DSTACK_NODES_NUM --nproc-per-node=8 t.py", 2, set()),
        ("accelerate launch --num_processes=8 t.py", 1, set()),
        ("accelerate launch --num_processes=16 t.py", 1, {"INF008"}),
        ("accelerate launch --num_processes=$DSTACK_GPUS_NUM t.py", 4, set()),
        ("python t.py", 4, set()),
    ],
)
def test_processes_and_nodes(tmp_path: Path, command: str, nodes: int, rules: set[str]) -> None:
    found = findings(tmp_path, started(command, more=f"nodes: {nodes}\n"))
    assert set(found) == rules


@pytest.mark.parametrize("gpu", ["H100", "H100:1..8", "80GB"])
def test_an_open_number_of_gpus_is_not_compared(tmp_path: Path, gpu: str) -> None:
    assert findings(tmp_path, started("torchrun --nproc-per-node=8 t.py", gpu)) == {}


def test_gpus_that_a_server_of_rollouts_takes_are_not_idle(tmp_path: Path) -> None:
    task = started("accelerate launch --num_processes 7 grpo.py --config rl.yaml")
    recipe = SFT.replace("70B", "1B") + "num_generations: 7\nuse_vllm: true\n"
    assert "INF009" not in findings(tmp_path, task, rl=recipe)


@pytest.mark.parametrize(
    ("retry", "rules"),
    [
        ("", {"INF016"}),
        ("retry: false\n", {"INF016"}),
        ("retry: true\n", set()),
        ("retry: {duration: 1h}\n", set()),
        ("retry: {on_events: [error]}\n", {"INF016"}),
        ("retry: {on_events: [error, interruption]}\n", set()),
    ],
)
def test_spot_machines_are_retried(tmp_path: Path, retry: str, rules: set[str]) -> None:
    assert set(findings(tmp_path, started("a", more=f"spot_policy: spot\n{retry}"))) == rules
    assert findings(tmp_path, started("a", more=f"spot_policy: on-demand\n{retry}")) == {}


@pytest.mark.parametrize(
    ("limit", "window", "found"),
    [
        ("3d", "5m", True),
        ("3d", "3599", True),
        ("3d", "1h", False),
        ("2h", "5m", False),
        ("off", "5m", False),
        ("1w", "30 m", True),
    ],
)
def test_windows_for_retries(tmp_path: Path, limit: str, window: str, found: bool) -> None:
    more = f"max_duration: {limit}\nretry: {{duration: {window}}}\n"
    assert ("INF018" in findings(tmp_path, started("a", more=more))) == found


@pytest.mark.parametrize(
    ("disk", "found"),
    [(None, True), ("100GB..", True), ("140GB", False), ("1TB..2TB", False), ("0.1TB..1TB", True)],
)
def test_weights_have_room_on_the_disk(tmp_path: Path, disk: str | None, found: bool) -> None:
    """Two bytes for each of 70.6e9 parameters are 131 GiB."""
    asked = f", disk: {disk}" if disk else ""
    task = (
        f"commands: [trl sft --config sft.yaml]\n"
        f"resources: {{gpu: 'H200:8', shm_size: 24GB{asked}}}\n"
    )
    report = findings(tmp_path, task, sft=SFT)
    assert ("INF020" in report) == found
    if found:
        assert "takes 131 GiB" in report["INF020"].message
    assert "INF020" not in findings(tmp_path, task + "volumes: ['/a:/b']\n", sft=SFT)


@pytest.mark.parametrize(("limit", "found"), [("10h", True), ("16h", True), ("24h", False)])
def test_the_arithmetic_bounds_the_time(tmp_path: Path, limit: str, found: bool) -> None:
    """6 x 8.03e9 x 1e10 FLOPs and attention, at 8 x 989e12 a second: more than 16.9 hours."""
    task = started("torchrun --nproc-per-node=8 t.py own.yaml", more=f"max_duration: {limit}\n")
    assert ("INF015" in findings(tmp_path, task, own=NEUTRAL)) == found


def test_a_finding_on_memory_stands_at_what_is_rented(tmp_path: Path) -> None:
    command = "accelerate launch --config_file zero2.yaml t.py --config sft.yaml"
    zero2 = (
        "compute_environment: LOCAL_MACHINE\ndistributed_type: DEEPSPEED\nnum_processes: 8\n"
        "deepspeed_config: {zero_stage: 2}\nmixed_precision: bf16\n"
    )
    found = findings(tmp_path, started(command), sft=SFT, zero2=zero2)["INF013"]
    assert (found.key, found.span.line) == ("resources.gpu", 3)
    assert found.path.endswith("a.dstack.yml")
