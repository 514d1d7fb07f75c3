"""dstack: what a task rents, what it starts, and how the two are held against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from recipelint import Linter
from recipelint.dialects import get
from recipelint.document import read
from recipelint.recipe.facts import Absence, Phase
from recipelint.workspace import Workspace

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/dstack/smollm3-3b-sft.dstack.yml"
LINTER = Linter()
SFT = (
    "model_name_or_path: meta-llama/Llama-3.1-8B\ndataset_name: a/b\noutput_dir: out\n"
    "learning_rate: 2.0e-5\nper_device_train_batch_size: 2\nbf16: true\nmax_length: 2048\n"
)
ZERO3 = (
    "compute_environment: LOCAL_MACHINE\ndistributed_type: DEEPSPEED\nnum_machines: 1\n"
    "num_processes: 8\nmixed_precision: bf16\ndeepspeed_config: {zero_stage: 3}\n"
)
LAUNCH = "accelerate launch --config_file zero3.yaml train.py --config sft.yaml"


def phases(folder: Path, task: dict[str, Any], **files: str) -> list[Phase]:
    """The phases of a task that stands in `folder` beside some files."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    path = folder / "train.dstack.yml"
    path.write_text(yaml.safe_dump({"type": "task", **task}, sort_keys=False), encoding="utf-8")
    recipe = LINTER.translate(
        read(str(path), path.name), get("dstack"), Workspace.around(str(path)), str(path)
    )
    assert recipe is not None
    return recipe.phases


def rented(folder: Path, gpu: object, **more: object) -> Phase:
    """The only phase of a task that rents a GPU."""
    task = {"commands": ["nvidia-smi"], "resources": {"gpu": gpu}, **more}
    (phase,) = phases(folder, task)
    return phase


@pytest.mark.parametrize(
    ("gpu", "name", "memory", "count"),
    [
        ("H100:8", "H100-80GB", None, 8),
        ("A100:80GB:4", "A100-80GB", 80, 4),
        ("nvidia:A100:40GB:2..2", "A100-40GB", 40, 2),
        ("80GB:8", None, 80, 8),
        (8, None, None, 8),
        ("H100", "H100-80GB", None, None),
        ("H100:1..8", "H100-80GB", None, None),
        ("A100,H100:80GB:8", None, 80, 8),
        ("24GB..:2", None, None, 2),
        ("amd:MI300X:8", "MI300X-192GB", None, 8),
        ({"name": "H200", "count": 8}, "H200-141GB", None, 8),
        ({"name": ["A100", "H100"], "memory": "80GB", "count": 8}, None, 80, 8),
        ({"memory": "0.5TB..", "count": {"min": 2, "max": 4}}, None, None, None),
    ],
)
def test_gpus_are_read_in_all_spellings(
    tmp_path: Path, gpu: object, name: str | None, memory: float | None, count: int | None
) -> None:
    """A range, and a GPU without a count, which means one or more, leave the number open."""
    phase = rented(tmp_path, gpu)
    assert phase.value("cluster.gpu") == name
    assert phase.value("cluster.gpu_memory") == memory
    assert phase.value("cluster.gpus_per_node") == count


def test_what_is_left_open_says_why(tmp_path: Path) -> None:
    reasons = {
        gpu: rented(tmp_path, gpu).missing["cluster.gpus_per_node"].reason
        for gpu in ("H100", "H100:2..4")
    }
    assert reasons == {"H100": "one GPU or more", "H100:2..4": "a range of GPUs"}
    groups = [{"nodes": 1, "commands": ["a"]}, {"nodes": 2, "commands": ["b"]}]
    (phase,) = phases(tmp_path, {"groups": groups})
    assert phase.missing["cluster.nodes"].absence is Absence.UNKNOWN


def test_a_task_has_one_node_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert rented(tmp_path, "H100:8").value("cluster.nodes") == 1
    assert rented(tmp_path, "H100:8", nodes=4).value("cluster.nodes") == 4


def test_the_recipe_and_the_launchers_file_are_linked(tmp_path: Path) -> None:
    task = {"commands": ["pip install trl", LAUNCH], "resources": {"gpu": "H100:8"}}
    (phase,) = phases(tmp_path, task, sft=SFT, zero3=ZERO3)
    recipe, launcher = phase.linked["recipe"], phase.linked["launcher"]
    assert recipe.value("model.name") == "meta-llama/Llama-3.1-8B"
    assert recipe.facts["optimizer.learning_rate"].path is not None
    assert launcher.value("parallel.world_size") == 8
    assert launcher.value("parallel.zero_stage") == 3


def test_the_recipe_takes_over_the_cluster_and_the_launchers_sharding(tmp_path: Path) -> None:
    task = {"commands": [LAUNCH], "resources": {"gpu": "H100:8"}}
    (phase,) = phases(tmp_path, task, sft=SFT, zero3=ZERO3)
    recipe = phase.linked["recipe"]
    found = {name: recipe.value(name) for name in ("cluster.gpu", "parallel.zero_stage")}
    assert found == {"cluster.gpu": "H100-80GB", "parallel.zero_stage": 3}
    assert recipe.value("parallel.dp") == 8
    assert recipe.value("batch.global_batch") == 16


def test_the_command_line_comes_before_the_launchers_file(tmp_path: Path) -> None:
    command = LAUNCH.replace("launch", "launch --num_processes 4 --num_machines $DSTACK_NODES_NUM")
    task = {"commands": [command], "resources": {"gpu": "H100:8"}}
    (phase,) = phases(tmp_path, task, sft=SFT, zero3=ZERO3)
    launcher = phase.linked["launcher"]
    assert launcher.value("parallel.world_size") == 4
    assert launcher.value("cluster.nodes") is None
    assert launcher.missing["cluster.nodes"].absence is Absence.ELSEWHERE


def test_a_recipes_own_layout_is_kept(tmp_path: Path) -> None:
    own = "recipelint: 1\nparallel: {dp: 2, tp: 2, pp: 2, cp: 1}\n"
    task = {"commands": ["torchrun t.py own.yaml"], "resources": {"gpu": "H100:4"}}
    (phase,) = phases(tmp_path, task, own=own)
    assert phase.linked["recipe"].value("parallel.world_size") == 8


def test_each_recipe_that_is_started_is_a_phase(tmp_path: Path) -> None:
    task = {
        "commands": ["trl sft --config sft.yaml", "trl dpo --config dpo.yaml"],
        "resources": {"gpu": "H100:1"},
    }
    found = phases(tmp_path, task, sft=SFT, dpo=SFT.replace("2.0e-5", "5.0e-7"))
    rates = [p.linked["recipe"].value("optimizer.learning_rate") for p in found]
    assert rates == [2e-5, 5e-7]


@pytest.mark.parametrize("env", [["CONFIG=sft.yaml", "HF_TOKEN"], {"CONFIG": "sft.yaml"}])
def test_a_recipe_may_be_named_by_a_variable(tmp_path: Path, env: object) -> None:
    task = {"env": env, "commands": ["trl sft --config $CONFIG"], "resources": {"gpu": "H100:1"}}
    (phase,) = phases(tmp_path, task, sft=SFT)
    assert "recipe" in phase.linked


@pytest.mark.parametrize(
    "reference", ["../outside.yaml", "/etc/a.yaml", "no.yaml", "~/a.yaml", "https://a/b.yaml"]
)
def test_files_outside_the_project_are_not_read(tmp_path: Path, reference: str) -> None:
    (tmp_path / "outside.yaml").write_text(SFT, encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    (phase,) = phases(project, {"commands": [f"trl sft --config {reference}"]})
    assert "recipe" not in phase.linked


def test_a_task_does_not_open_itself(tmp_path: Path) -> None:
    task = {"commands": ["axolotl train train.dstack.yml"], "resources": {"gpu": "H100:1"}}
    (phase,) = phases(tmp_path, task)
    assert "recipe" not in phase.linked


def test_the_example_knows_both_sides() -> None:
    recipe = LINTER.translate(
        read(str(EXAMPLE), EXAMPLE.name),
        get("dstack"),
        Workspace.around(str(EXAMPLE)),
        str(EXAMPLE),
    )
    assert recipe is not None
    (phase,) = recipe.phases
    own = {name: fact.value for name, fact in phase.facts.items()}
    assert own == {
        "run.name": "smollm3-3b-sft",
        "cluster.nodes": 1,
        "cluster.gpus_per_node": 8,
        "cluster.gpu": "H100-80GB",
        "cluster.gpu_memory": 80,
    }
    linked = phase.linked["recipe"]
    assert linked.value("parallel.zero_stage") == 3
    assert linked.value("batch.global_batch") == 8 * 4 * 2


# --- against dstack's own models


TASKS = [
    "commands: [a]\nresources: {gpu: 'H100:8', shm_size: 24GB, disk: 500GB.., memory: 64GB..}\n",
    "image: a\nnodes: 2\nresources: {gpu: {name: A100, memory: 80GB, count: 1..8}}\n",
    "commands: [a]\npython: 3.12\nenv: [A=b, HF_TOKEN]\nspot_policy: auto\nretry: true\n",
    "commands: [a]\nretry: {on_events: [interruption], duration: 1d}\nmax_duration: off\n",
    "commands: [a]\nvolumes: ['/a:/b', {name: v, path: /c}]\nports: [8000, '80:81']\nnvcc: true\n",
    "groups: [{nodes: 1, commands: [a]}, {commands: [b], resources: {gpu: 1}}]\n",
    "commands: [a]\nschedule: {cron: '0 8 * * *'}\npriority: 50\nfleets: [a, b/c]\n",
    "commands: [a]\nutilization_policy: {min_gpu_utilization: 10, time_window: 1h}\n",
    "commands: [a]\nresourcs: {gpu: 1}\n",
    "commands: [a]\nresources: {gpus: 1}\n",
    "commands: [a]\nspot_policy: sometimes\n",
    "commands: [a]\nnodes: two\n",
    "commands: a\n",
    "image: a\npython: '3.12'\ncommands: [b]\n",
    "nodes: 2\n",
    "commands: [a]\ngroups: [{commands: [b]}]\n",
    "nodes: 2\ngroups: [{commands: [b]}]\n",
    "commands: [a]\ndocker: true\npython: '3.12'\n",
]
REFUSALS = ("CFG101", "CFG105", "CFG106", "CFG107", "INF021")


@pytest.mark.parametrize("text", TASKS)
def test_what_dstack_refuses_is_found_and_nothing_else(text: str, tmp_path: Path) -> None:
    """Its own parser is the oracle: what it loads has no such finding, what it refuses has one."""
    configurations = pytest.importorskip("dstack._internal.core.models.configurations")
    from dstack._internal.core.errors import ConfigurationError

    try:
        configurations.parse_apply_configuration(yaml.safe_load("type: task\n" + text))
        refused = False
    except ConfigurationError:
        refused = True
    path = tmp_path / "train.dstack.yml"
    path.write_text("type: task\n" + text, encoding="utf-8")
    found = [f for f in LINTER.check_file(str(path)).findings if f.rule in REFUSALS]
    assert bool(found) == refused, [f.message for f in found]


@pytest.mark.parametrize("gpu", ["H100:8", "A100:80GB:4", "80GB:8", "nvidia:A100,H100:2", 4])
def test_counts_and_memory_agree_with_dstacks_own(gpu: object, tmp_path: Path) -> None:
    resources = pytest.importorskip("dstack._internal.core.models.resources")
    own = resources.GPUSpec.model_validate(gpu)
    phase = rented(tmp_path, gpu)
    assert phase.value("cluster.gpus_per_node") == own.count.min == own.count.max
    assert phase.value("cluster.gpu_memory") == (own.memory.min if own.memory else None)
