"""The signatures of a package's callables, under every path by which they can be imported."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from tools.schemas.callables import Callables
from tools.schemas.table import NO_DEFAULT, Section

SOURCES = {
    "package/__init__.py": "from .builders import big, small\nfrom package.classes import Loss\n",
    "package/builders.py": """
from functools import partial
from typing import Optional

def small(rank: int = 8, *, scale: Optional[float] = None) -> None: ...
big = partial(small, rank=64)
same = big
NUMBER = 3
""",
    "package/classes.py": """
from torch.nn import Module

class Loss(Module):
    def __init__(self, beta: float = 0.1, **kwargs) -> None: ...

class Child(Loss): ...

class Plain: ...
""",
}
DATA = Path(__file__).parents[2] / "src/recipelint/dialects/schemas"


@pytest.fixture(scope="module")
def found() -> dict[str, Section]:
    callables = Callables(SOURCES)
    sections = {p: callables.signature(c) for p, c in callables.paths().items()}
    return {path: section for path, section in sections.items() if section is not None}


def test_a_callable_is_found_under_each_of_its_paths(found: dict[str, Section]) -> None:
    assert {
        *("package.small", "package.big", "package.Loss"),
        *("package.builders.small", "package.builders.big", "package.builders.same"),
        *("package.classes.Loss", "package.classes.Child", "package.classes.Plain"),
    } == set(found)


def test_parameters_have_kinds_and_defaults(found: dict[str, Section]) -> None:
    keys = found["package.small"].keys
    assert {name: (sorted(k.types), k.default) for name, k in keys.items()} == {
        "rank": (["int"], 8),
        "scale": (["float"], None),
    }
    assert found["package.small"].extra == "signature"


def test_a_partial_has_the_parameters_of_its_function(found: dict[str, Section]) -> None:
    assert set(found["package.builders.same"].keys) == {"rank", "scale"}


def test_self_is_no_parameter_and_a_child_inherits(found: dict[str, Section]) -> None:
    assert set(found["package.classes.Child"].keys) == {"beta"}
    assert found["package.classes.Child"].keys["beta"].default is not NO_DEFAULT


def test_a_callable_that_takes_any_keyword_is_open(found: dict[str, Section]) -> None:
    assert found["package.Loss"].extra == "open"


def sections(dialect: str) -> dict[str, Any]:
    """The sections of a data file."""
    data = json.loads((DATA / f"{dialect}.json").read_text(encoding="utf-8"))
    return dict(data["sections"])


class TestDataFiles:
    """What the generated tables say of well-known names."""

    def test_a_checkpointer_moved_between_modules(self) -> None:
        mark = sections("torchtune")["torchtune.utils.FullModelHFCheckpointer"]["keys"]
        assert mark["_component_"] == {
            "type": ["str"],
            "replaced_by": "torchtune.training.FullModelHFCheckpointer",
            "last": "torchtune 0.2.1",
        }

    def test_torchtunes_scripts_pass_over_unknown_keys(self) -> None:
        root = sections("torchtune")[""]
        assert root["extra"] == "ignore"
        assert {"batch_size", "clip_grad_norm", "grpo_samples", "optimizer"} <= set(root["keys"])

    @pytest.mark.parametrize("dialect", ["torchtitan", "lingua"])
    def test_strict_loaders_are_strict(self, dialect: str) -> None:
        assert sections(dialect)[""]["extra"] == "forbid"

    def test_no_section_of_prime_rl_is_closed(self) -> None:
        assert {s["extra"] for s in sections("prime-rl").values()} == {"open"}

    def test_torchtitan_says_where_a_switch_went(self) -> None:
        assert sections("torchtitan")["Training"]["keys"]["compile"]["replaced_by"] == (
            "compile.enable"
        )

    @pytest.mark.parametrize(
        "path",
        [
            "torchtune.models.llama3_1.lora_llama3_1_8b",
            "torchtune.models.qwen2_5.qwen2_5_tokenizer",
            "torchtune.training.FullModelHFCheckpointer",
            "torchtune.rlhf.loss.DPOLoss",
            "torch.optim.AdamW",
            "torch.optim.SGD",
        ],
    )
    def test_the_callable_itself_takes_what_the_table_says(self, path: str) -> None:
        module, _, name = path.rpartition(".")
        package = pytest.importorskip(module, exc_type=ImportError)
        known = set(sections("torchtune")[path]["keys"]) - {"_component_", "params"}
        taken = inspect.signature(getattr(package, name)).parameters.values()
        named = {p.name for p in taken if p.kind is not inspect.Parameter.VAR_KEYWORD}
        assert known >= named - {"self", "params"}
