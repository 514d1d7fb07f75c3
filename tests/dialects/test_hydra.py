"""Hydra's defaults lists: which files they name, and where those are put."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.dialects import get
from recipelint.dialects.base import Reader
from recipelint.dialects.hydra import Item, compose, items
from recipelint.document import parse
from recipelint.workspace import Workspace

NOTHING = re.compile(r"(?!)")
NAMES = st.text(alphabet="abcdef_", min_size=1, max_size=8)


def reader(text: str, folder: Path | None = None) -> Reader:
    """A reader on a file of that text."""
    root = folder or Path("/nonexistent")
    workspace = Workspace(str(root))
    return Reader(parse(text, "run.yaml"), get("verl"), workspace, str(root / "run.yaml"))


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("base", Item("base", "")),
        ("base@_global_", Item("base", "_global_")),
        ("{optim: fsdp}", Item("optim/fsdp", "optim")),
        ("{optim@actor.optim: fsdp}", Item("optim/fsdp", "actor.optim")),
        ("{../engine@fsdp_config: fsdp}", Item("../engine/fsdp", "fsdp_config")),
        ("{override /model: small}", Item("/model/small", "model")),
        ("{optional data/local: mine}", Item("data/local/mine", "data.local")),
    ],
)
def test_lines_of_a_defaults_list(line: str, item: Item) -> None:
    assert list(items(reader(f"defaults:\n  - {line}\n  - _self_\n"))) == [item]


def test_a_choice_further_up_names_a_file_further_down() -> None:
    found = items(reader("defaults: [{engine: dp}, {actor@a: '${engine}_actor'}]\n"))
    assert [item.name for item in found] == ["engine/dp", "actor/dp_actor"]


def test_no_list_names_no_files() -> None:
    assert list(items(reader("lr: 1\n"))) == []
    assert list(items(reader("defaults: base\n"))) == []


def test_later_files_lie_above_earlier_ones_and_the_recipe_above_all(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("a: 1\nb: 1\nc: 1\n")
    (tmp_path / "two.yaml").write_text("a: 2\nb: 2\n")
    upper = reader("defaults: [one, two, _self_]\na: 3\n", tmp_path)
    compose(upper, NOTHING)
    assert [upper.plain(key) for key in "abc"] == [3, 2, 1]


@given(package=st.lists(NAMES, min_size=1, max_size=3).map(".".join))
def test_a_group_is_found_at_its_package_and_nowhere_else(
    package: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("group")
    (folder / "optim").mkdir()
    (folder / "optim/fsdp.yaml").write_text("lr: 0.5\n")
    upper = reader(f"defaults: [{{optim@{package}: fsdp}}]\n", folder)
    compose(upper, NOTHING)
    assert upper.plain(f"{package}.lr") == 0.5
    assert upper.entry("lr") is None


def test_groups_within_groups(tmp_path: Path) -> None:
    for name in ("actor", "optim"):
        (tmp_path / name).mkdir()
    (tmp_path / "actor/dp.yaml").write_text("defaults: [{../optim@optim: fsdp}]\nn: 1\n")
    (tmp_path / "optim/fsdp.yaml").write_text("lr: 0.5\n")
    upper = reader("defaults: [{actor@model.actor: dp}]\n", tmp_path)
    compose(upper, NOTHING)
    assert (upper.plain("model.actor.n"), upper.plain("model.actor.optim.lr")) == (1, 0.5)


def test_a_folder_of_the_search_path(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/base.yaml").write_text("a: 1\n")
    upper = reader("hydra: {searchpath: ['file://lib']}\ndefaults: [base]\n", tmp_path)
    compose(upper, NOTHING)
    assert upper.plain("a") == 1


def test_a_file_that_names_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("defaults: [run, other]\n")
    (tmp_path / "other.yaml").write_text("defaults: [run]\na: 1\n")
    upper = reader("defaults: [run, other]\n", tmp_path)
    compose(upper, NOTHING)
    assert upper.plain("a") == 1


def test_a_missing_file_leaves_keys_unknown_unless_the_framework_ships_it() -> None:
    missing = reader("defaults: [ours]\n")
    compose(missing, re.compile("^theirs$"))
    assert missing.unread == "in `ours.yaml`, which was not found"
    shipped = reader("defaults: [theirs]\n")
    compose(shipped, re.compile("^theirs$"))
    assert shipped.unread is None
