"""Key tables of frameworks whose recipes are options, read from small made-up releases."""

from __future__ import annotations

from tools.schemas import llamafactory, ms_swift, openrlhf, verl
from tools.schemas.modules import Index
from tools.schemas.options import joined, options, split_fields
from tools.schemas.releases import Release
from tools.schemas.shapes import Reader
from tools.schemas.table import Key, Section

ARGUMENTS = """
from dataclasses import dataclass, field
from typing import Literal, Optional

@dataclass
class DataArguments:
    dataset: str | None = None
    strategy: Literal["concat", "interleave"] = "concat"
    length: int = 2048
    internal: Optional[int] = field(default=None, init=False)

    def __post_init__(self):
        self.dataset = split_arg(self.dataset)
"""


def test_fields_become_options() -> None:
    reader = Reader(Index({"p/args.py": ARGUMENTS}))
    [found] = reader.index.all_classes()
    keys = options(reader, [found])
    assert set(keys) == {"dataset", "strategy", "length"}
    assert keys["strategy"].choices == frozenset({"concat", "interleave"})
    assert keys["length"].as_json() == {"type": ["int"], "default": 2048}


def test_a_text_that_is_split_at_commas_may_be_a_list() -> None:
    reader = Reader(Index({"p/args.py": ARGUMENTS}))
    [found] = reader.index.all_classes()
    assert split_fields(found) == {"dataset"}
    assert "list" in options(reader, [found])["dataset"].types


def test_a_key_that_one_of_two_packages_still_has_is_not_gone() -> None:
    integer = frozenset({"int"})
    own = Section("forbid", {"a": Key(integer, last="p 1"), "b": Key(integer, last="p 1")})
    other = Section("forbid", {"a": Key(integer)})
    keys = joined(own, other).keys
    assert (keys["a"].last, keys["b"].last) == (None, "p 1")


def test_only_the_argument_groups_of_llama_factory_are_read() -> None:
    files = {
        "llamafactory/hparams/data_args.py": ARGUMENTS,
        "llamafactory/hparams/other.py": "class Helper:\n    hidden: int = 1\n",
    }
    table = llamafactory.table([Release("llamafactory", "1", files)], [_trainer()])
    assert {"dataset", "learning_rate", "tensor_model_parallel_size"} <= set(table[""].keys)
    assert "hidden" not in table[""].keys
    assert table[""].extra == "forbid"


def test_options_of_ms_swift_are_converted_and_grouped() -> None:
    files = {"swift/arguments/data_args.py": ARGUMENTS}
    table = ms_swift.table([Release("ms-swift", "1", files)], [_trainer()])
    assert table[""].keys["length"].coerces
    assert table[""].keys["train"].section == ("group",)
    assert "length" in table["group"].keys
    assert "train" not in table["group"].keys


def _trainer() -> Release:
    text = (
        "from dataclasses import dataclass\n@dataclass\nclass TrainingArguments:\n"
        "    learning_rate: float = 5e-5\n"
    )
    return Release("transformers", "5", {"transformers/training_args.py": text})


def test_names_with_dots_are_nested_as_well() -> None:
    text = (
        'parser.add_argument("--ds.lora.rank", type=int, default=0)\n'
        'parser.add_argument("--use-ms", action="store_true")\n'
        'parser.add_argument(f"--{role}.lr", type=float)\n'
    )
    table = openrlhf.table([Release("openrlhf", "1", {"openrlhf/cli/train_x.py": text})])
    assert {"ds.lora.rank", "use_ms", "actor.lr", "critic.lr", "ds"} <= set(table[""].keys)
    assert table["ds"].keys["lora"].section == ("ds.lora",)
    assert table["ds.lora"].keys["rank"].default == 0


CONFIG = """
from dataclasses import dataclass

@dataclass
class OptimConfig:
    lr: float = 1e-3
    extra: int | None = None
"""


def _verl(read: str = "") -> Release:
    data = {
        "verl/trainer/config/ppo_trainer.yaml": (
            "defaults: [{optim@actor.optim: fsdp}, _self_]\ndata: {n: 1, seed: null, name: a}\n"
        ),
        "verl/trainer/config/optim/fsdp.yaml": "_target_: verl.x.OptimConfig\nlr: 1e-3\n",
        "verl/trainer/config/optim/other.yaml": "momentum: 0.9\n",
    }
    return Release("verl", "1", {"verl/x.py": CONFIG, "verl/read.py": read}, data)


def test_files_of_a_group_are_put_where_the_list_says() -> None:
    table = verl.table([_verl()])
    section = table["actor.optim"]
    assert {"lr", "momentum", "extra"} <= set(section.keys)
    assert section.extra == "forbid"  # built as a dataclass
    assert table["data"].extra == "ignore"


def test_a_null_or_a_text_tells_nothing_of_the_kind() -> None:
    keys = verl.table([_verl()])["data"].keys
    assert keys["n"].types == {"int", "float"}
    assert keys["name"].types == {"bool", "int", "float", "str", "list", "map"}


def test_what_the_code_asks_for_is_known() -> None:
    table = verl.table([_verl('x = config.data.hidden\ny = data_config.get("asked")\n')])
    assert {"hidden", "asked"} <= set(table["data"].keys)
