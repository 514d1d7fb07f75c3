"""Shell commands: which program is started, on which files, with how many processes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.dialects.commands import Launch, launches


def launched(*commands: str, **environment: str) -> list[Launch]:
    """The launches of some commands."""
    return [launch for _, launch in launches(commands, environment)]


@pytest.mark.parametrize(
    ("command", "launcher", "files"),
    [
        ("axolotl train a.yaml", "axolotl", ("a.yaml",)),
        ("trl sft --config a.yaml --learning_rate 1e-5", "trl", ("a.yaml",)),
        ("llamafactory-cli train conf/a.yaml", "llamafactory-cli", ("conf/a.yaml",)),
        ("uv run torchrun train.py --config-file=a.yaml", "torchrun", ("a.yaml",)),
        ("python -m torch.distributed.run t.py a.yaml", "torchrun", ("a.yaml",)),
        ("torchrun -m torchtitan.train --job.config_file a.toml", "torchrun", ("a.toml",)),
        ("tune run --nproc_per_node 2 lora --config a.yaml", "torchrun", ("a.yaml",)),
        ("tune run lora_single_device --config a.yaml", "python", ("a.yaml",)),
        ("accelerate launch -m axolotl.cli.train a.yaml", "accelerate", ("a.yaml",)),
        ("deepspeed train.py --deepspeed ds.json", "deepspeed", ("ds.json",)),
        ("CUDA_VISIBLE_DEVICES=0 axolotl train a.yaml", "axolotl", ("a.yaml",)),
        ("env NCCL_DEBUG=INFO python -u train.py a.yaml", "python", ("a.yaml",)),
        ("/opt/venv/bin/axolotl train a.yaml", "axolotl", ("a.yaml",)),
    ],
)
def test_what_is_started(command: str, launcher: str, files: tuple[str, ...]) -> None:
    (launch,) = launched(command)
    assert (launch.launcher, launch.files) == (launcher, files)


@pytest.mark.parametrize(
    "command", ["cat a.yaml", "cp a.yaml b.yaml", "pip install axolotl", "accelerate config", ""]
)
def test_other_commands_start_nothing(command: str) -> None:
    assert launched(command) == []


@pytest.mark.parametrize(
    ("command", "sizes"),
    [
        ("torchrun --nnodes 2 --nproc-per-node=8 t.py", {"nodes": 2, "gpus_per_node": 8}),
        ("torchrun t.py", {"nodes": 1, "gpus_per_node": 1}),
        ("torchrun --nproc_per_node=gpu t.py", {"nodes": 1}),
        ("torchrun --nproc-per-node=$GPUS t.py", {"nodes": 1}),
        ("torchrun --nnodes=1:4 --nproc-per-node 8 t.py", {"gpus_per_node": 8}),
        ("torchrun --nproc-per-node 8 t.py --nnodes 4", {"nodes": 1, "gpus_per_node": 8}),
        ("accelerate launch --num_processes=16 --num_machines 2 t.py", {"world": 16, "nodes": 2}),
        ("accelerate launch t.py", {}),
        ("deepspeed --num_gpus 4 t.py", {"gpus_per_node": 4}),
        ("axolotl train a.yaml", {}),
    ],
)
def test_sizes_are_the_launchers_own(command: str, sizes: dict[str, int]) -> None:
    """torchrun's defaults are constants; what follows the script belongs to the script."""
    names = {
        "nodes": "cluster.nodes",
        "gpus_per_node": "cluster.gpus_per_node",
        "world": "parallel.world_size",
    }
    (launch,) = launched(command)
    assert dict(launch.sizes) == {names[name]: size for name, size in sizes.items()}


def test_variables_come_from_the_environment_that_is_stated() -> None:
    (launch,) = launched("axolotl train ${DIR}/$NAME.yaml", DIR="conf", NAME="a")
    assert launch.files == ("conf/a.yaml",)
    (launch,) = launched("torchrun --nproc-per-node $N t.py", N="4")
    assert launch.sizes["cluster.gpus_per_node"] == 4


def test_the_shell_stays_in_the_folder_that_it_was_sent_to() -> None:
    first, second = launched("cd recipes && axolotl train a.yaml", "cd ..; axolotl train b.yaml")
    assert (first.files, second.files) == (("recipes/a.yaml",), ("b.yaml",))


def test_lines_are_joined_and_comments_are_none_of_the_command() -> None:
    (launch,) = launched("# it's one\ntorchrun \\\n  --nproc-per-node 8 \\\n  t.py a.yaml # b")
    assert (launch.sizes["cluster.gpus_per_node"], launch.files) == (8, ("a.yaml",))


def test_in_a_branch_the_sizes_are_open() -> None:
    """A branch may be taken on one of the machines only."""
    text = "if [ $DSTACK_NODE_RANK = 0 ]; then torchrun --nproc-per-node 4 t.py; fi\ntorchrun t.py"
    inside, outside = launched(text)
    assert inside.sizes == {}
    assert inside.open == {"cluster.nodes", "cluster.gpus_per_node"}
    assert outside.sizes == {"cluster.nodes": 1, "cluster.gpus_per_node": 1}


@pytest.mark.parametrize(
    "commands",
    [
        ["CUDA_VISIBLE_DEVICES=0,1 torchrun --nproc-per-node 2 t.py a.yaml"],
        ["CUDA_VISIBLE_DEVICES=7 trl vllm-serve --model a &", "torchrun --nproc-per-node 7 t.py"],
        ["vllm serve a --port 8000 &", "torchrun --nproc-per-node 7 t.py"],
    ],
)
def test_where_gpus_are_set_aside_the_sizes_are_open(commands: list[str]) -> None:
    launch = launched(*commands)[-1]
    assert launch.launcher == "torchrun"
    assert launch.sizes == {}


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_can_be_read(commands: list[str]) -> None:
    for number, launch in launches(commands, {}):
        assert 0 <= number < len(commands)
        assert launch.launcher
