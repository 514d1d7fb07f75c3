"""The schema tool reads packages as text and merges what their releases say."""

from __future__ import annotations

import ast
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.schemas import deepspeed, trl
from tools.schemas.axolotl import collect_access
from tools.schemas.fields import sections_from
from tools.schemas.launcher import MODULE as LAUNCH_MODULE
from tools.schemas.launcher import launch_options
from tools.schemas.modules import Index
from tools.schemas.releases import Release, ReleaseMissingError, open_release
from tools.schemas.shapes import Reader
from tools.schemas.table import Key, Section, Sections, Source, merge_releases, render

MODEL_SOURCE = """
from __future__ import annotations
from enum import Enum
from typing import Any, Annotated, Literal, Optional, Union
from pydantic import AliasChoices, BaseModel, Field

DEFAULT_RANK = 2**4

class Stage(str, Enum):
    SFT = "sft"
    DPO = "dpo"

class Dataset(BaseModel):
    path: str
    weight: float = 1.0

class Base(BaseModel):
    learning_rate: float
    seed: Optional[int] = 42
    rank: int = DEFAULT_RANK

class Recipe(Base):
    stage: Stage | None = Stage.SFT
    mode: Literal["fast", "slow"] = "fast"
    switch: Union[bool, Literal["auto"]] = "auto"
    free: Union[str, Literal["a"]] = "a"
    datasets: Optional[list[Dataset]] = Field(default=None)
    options: dict[str, Any] = Field(default_factory=dict)
    mixture: Dataset | None = None
    version: int | None = Field(default=None, validation_alias=AliasChoices("version", "fsdp_version"))
    seed: int = Field(7, ge=0)
    name: str = Field(...)
    anything: Any = None
"""  # noqa: E501


def read_model(source: str, root: str) -> Sections:
    index = Index({"package/config.py": source})
    found = next(one for one in index.all_classes() if one.name == root)
    return sections_from(Reader(index), found, "", lambda _: "ignore")


@pytest.fixture(scope="module")
def table() -> dict[str, Key]:
    return read_model(MODEL_SOURCE, "Recipe")[""].keys


@pytest.fixture(scope="module")
def oracle() -> type[pydantic.BaseModel]:
    """The same source, run by Python and pydantic themselves."""
    space: dict[str, Any] = {"__name__": "oracle"}
    exec(MODEL_SOURCE, space)
    space["Recipe"].model_rebuild(_types_namespace=space)
    return space["Recipe"]


class TestReadingAModel:
    def test_finds_the_fields_that_pydantic_finds(self, table, oracle):
        assert set(table) == set(oracle.model_fields)

    def test_requires_what_pydantic_requires(self, table, oracle):
        required = {name for name, field in oracle.model_fields.items() if field.is_required()}
        assert {name for name, key in table.items() if key.required} == required

    def test_gives_the_defaults_that_pydantic_gives(self, table, oracle):
        for name, field in oracle.model_fields.items():
            if not field.is_required() and field.default_factory is None:
                default = getattr(field.default, "value", field.default)
                assert table[name].default == default, name

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("stage", "sft"), ("stage", "grpo"), ("stage", None),
            ("mode", "slow"), ("mode", "sluggish"), ("mode", None),
            ("switch", "auto"), ("switch", "automatic"),
            ("free", "anything at all"), ("rank", None), ("datasets", None), ("seed", None),
        ],
    )  # fmt: skip
    def test_closes_strings_and_nulls_as_pydantic_does(self, table, oracle, name, value):
        given_values = {"learning_rate": 1e-4, "name": "run", name: value}
        try:
            oracle.model_validate(given_values)
            accepted = True
        except pydantic.ValidationError:
            accepted = False
        key = table[name]
        if value is None:
            assert key.nullable is accepted
        else:
            assert (key.choices is None or value in key.choices) is accepted

    def test_names_the_sections_of_nested_models(self, table):
        assert table["mixture"].section == ("Dataset",)
        assert table["datasets"].items == ("Dataset",)
        assert table["datasets"].types == {"list"}
        assert table["options"].types == {"map"}

    def test_keeps_the_other_name_of_a_key(self, table):
        assert table["version"].aliases == ("fsdp_version",)

    def test_says_any_where_nothing_is_known(self, table):
        assert table["anything"].types == {"any"}

    def test_runs_no_code_of_the_package(self):
        source = "raise SystemExit('imported')\nclass Config:\n    size: int = 3\n"
        assert read_model(source, "Config")[""].keys["size"].default == 3


class TestResolvingNames:
    def test_follows_imports_between_modules(self):
        index = Index(
            {
                "package/kinds.py": "class Kind(str, Enum):\n    A = 'a'\n",
                "package/other.py": "class Kind(str, Enum):\n    B = 'b'\n",
                "package/config.py": "from .kinds import Kind\nclass Config:\n    kind: Kind\n",
            }
        )
        found = next(one for one in index.all_classes() if one.name == "Config")
        table = sections_from(Reader(index), found, "", lambda _: "forbid")
        assert table[""].keys["kind"].choices == {"a"}

    def test_leaves_a_name_that_two_modules_define_unknown(self):
        index = Index(
            {
                "package/kinds.py": "class Kind(str, Enum):\n    A = 'a'\n",
                "package/other.py": "class Kind(str, Enum):\n    B = 'b'\n",
                "package/config.py": "class Config:\n    kind: Kind\n",
            }
        )
        found = next(one for one in index.all_classes() if one.name == "Config")
        table = sections_from(Reader(index), found, "", lambda _: "forbid")
        assert table[""].keys["kind"].types == {"any"}

    def test_right_bases_come_before_left_ones(self):
        source = "class A:\n    x: int = 1\nclass B:\n    x: int = 2\nclass C(A, B):\n    pass\n"
        space: dict[str, Any] = {}
        exec(source, space)
        assert read_model(source, "C")[""].keys["x"].default == space["C"].x


def key(kind: str = "int", **facts: Any) -> Key:
    return Key(frozenset({kind}), **facts)


def one_section(**keys: Key) -> Sections:
    return {"": Section("ignore", dict(keys))}


class TestMergingReleases:
    def test_a_key_of_all_releases_has_neither_first_nor_last(self):
        merged = merge_releases("p", [("1", one_section(a=key())), ("2", one_section(a=key()))])
        assert (merged[""].keys["a"].first, merged[""].keys["a"].last) == (None, None)

    def test_a_new_key_says_since_when_and_an_old_one_until_when(self):
        merged = merge_releases("p", [("1", one_section(old=key())), ("2", one_section(new=key()))])
        assert merged[""].keys["old"].last == "p 1"
        assert merged[""].keys["new"].first == "p 2"

    def test_a_key_that_comes_back_is_not_gone(self):
        tables = [("1", one_section(a=key())), ("2", one_section()), ("3", one_section(a=key()))]
        assert merge_releases("p", tables)[""].keys["a"].last is None

    def test_a_name_that_became_an_alias_is_not_gone(self):
        older = one_section(version=key())
        newer = one_section(fsdp_version=key(aliases=("version",)))
        keys = merge_releases("p", [("1", older), ("2", newer)])[""].keys
        assert set(keys) == {"fsdp_version"}
        assert keys["fsdp_version"].aliases == ("version",)

    def test_takes_the_values_of_every_release_as_long_as_the_newest_is_closed(self):
        releases = [
            ("1", one_section(a=key("str", choices=frozenset({"x"})))),
            ("2", one_section(a=key("str"))),
            ("3", one_section(a=key("str", choices=frozenset({"y"})))),
        ]
        assert merge_releases("p", releases)[""].keys["a"].choices == {"x", "y"}
        assert merge_releases("p", releases[:2])[""].keys["a"].choices is None

    def test_requires_only_what_no_older_file_lacks(self):
        older = one_section(a=key(required=True), gone=key(required=True))
        newer = one_section(a=key(required=True), new=key(required=True))
        keys = merge_releases("p", [("1", older), ("2", newer)])[""].keys
        assert {name for name, one in keys.items() if one.required} == {"a"}

    def test_remembers_when_a_default_changed(self):
        releases = [(str(i), one_section(a=key(default=d))) for i, d in enumerate([0, 0, 1, 1])]
        merged = merge_releases("p", releases)[""].keys["a"]
        assert merged.as_json()["default"] == 1
        assert merged.as_json()["default_history"] == {"p 0": 0, "p 2": 1}

    @given(st.lists(st.sets(st.sampled_from("abcdef")), min_size=1, max_size=6))
    def test_no_key_of_any_release_is_lost(self, names: list[set[str]]):
        releases = [(str(i), one_section(**{n: key() for n in s})) for i, s in enumerate(names)]
        keys = merge_releases("p", releases)[""].keys
        assert set(keys) == set().union(*names)
        assert {name for name, one in keys.items() if one.last is None} == names[-1]
        assert {name for name, one in keys.items() if one.first is None} >= names[0]


class TestWriting:
    def test_the_text_is_json_with_one_key_a_line(self):
        sections = one_section(b=key(default=None), a=key(required=True))
        text = render("d", [Source("p", "MIT", ("1",))], sections)
        assert json.loads(text)["sections"][""]["keys"] == {
            "a": {"type": ["int"], "required": True},
            "b": {"type": ["int"], "default": None},
        }
        assert [line.strip()[:3] for line in text.splitlines() if '"type"' in line] == [
            '"a"',
            '"b"',
        ]

    @given(st.permutations(["x", "y", "z"]))
    def test_the_order_of_reading_leaves_no_trace(self, names: list[str]):
        def text(order: list[str]) -> str:
            return render("d", [], {name: Section("ignore", {name: key()}) for name in order})

        assert text(names) == text(["x", "y", "z"])


class TestArchives:
    def test_reads_a_wheel_and_a_source_archive_alike(self, tmp_path: Path):
        with zipfile.ZipFile(tmp_path / "pkg-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("pkg/config.py", "A = 1\n")
            wheel.writestr("pkg/data.bin", "no")
        with tarfile.open(tmp_path / "pkg-2.0.tar.gz", "w:gz") as sdist:
            info = tarfile.TarInfo("pkg-2.0/src/pkg/config.py")
            info.size = 6
            sdist.addfile(info, io.BytesIO(b"A = 1\n"))
        one = open_release("pkg", "1.0", tmp_path, ["pkg/"], fetch=False)
        two = open_release("pkg", "2.0", tmp_path, ["pkg/"], fetch=False)
        assert one.files == two.files == {"pkg/config.py": "A = 1\n"}
        assert one.label == "pkg 1.0"

    def test_a_missing_release_is_named(self, tmp_path: Path):
        with pytest.raises(ReleaseMissingError, match=r"pkg 3\.0"):
            open_release("pkg", "3.0", tmp_path, ["pkg/"], fetch=False)


class TestReadersOfOneFramework:
    def test_axolotl_reads_are_told_from_writes(self):
        reads: set[str] = set()
        writes: set[str] = set()
        source = "cfg.a\nself.cfg.get('b')\ncfg['c'] = 1\ngetattr(cfg, 'd')\ncfg.e = 2\nother.f\n"
        collect_access(ast.parse(source), reads, writes)
        assert (reads, writes) == ({"a", "b", "d", "get"}, {"c", "e"})

    def test_a_value_that_post_init_makes_an_enum_is_closed(self):
        source = (
            "class Kind(str, Enum):\n    NO = 'no'\n    STEPS = 'steps'\n"
            "@dataclass\nclass TrainingArguments:\n    strategy: Union[Kind, str] = 'no'\n"
            "    def __post_init__(self):\n        self.strategy = Kind(self.strategy)\n"
        )
        release = Release("transformers", "1", {"transformers/training_args.py": source})
        keys = trl.read(release, {}).classes["transformers.TrainingArguments"]
        assert keys["strategy"].choices == {"no", "steps"}

    def test_a_lone_string_stands_for_a_list_on_the_command_line(self):
        source = "@dataclass\nclass SFTConfig:\n    modules: list[str] | None = None\n"
        release = Release("trl", "1", {"trl/trainer/sft_config.py": source})
        assert trl.read(release, {}).classes["trl.SFTConfig"]["modules"].types == {"list", "str"}

    def test_each_class_keeps_its_own_default_and_last_release(self):
        def release(package: str, path: str, source: str) -> trl.Declared:
            return trl.read(Release(package, "1", {path: source}), {})

        base = "@dataclass\nclass TrainingArguments:\n    rate: float = 5e-5\n"
        sft = "@dataclass\nclass SFTConfig(T):\n    rate: float = 2e-5\n    beta: float = 0.5\n"
        dpo = "@dataclass\nclass DPOConfig(TrainingArguments):\n    beta: float = 0.1\n"
        sections = trl.merge(
            {
                "transformers": [("5", release("transformers", "transformers/t.py", base))],
                "trl": [
                    ("0.1", release("trl", "trl/trainer/sft_config.py", sft)),
                    ("0.2", release("trl", "trl/trainer/dpo_config.py", dpo)),
                ],
            },
            launch={},
        )
        rate = sections[""].keys["rate"].as_json()
        assert rate["default"] == 5e-5
        assert rate["defaults"] == {"trl.SFTConfig": 2e-5}
        assert rate["classes"] == ["transformers.TrainingArguments"]
        beta = sections[""].keys["beta"].as_json()
        assert beta["classes"] == ["trl.DPOConfig", "trl.SFTConfig"]
        assert beta["class_last"] == {"trl.SFTConfig": "trl 0.1"}

    def test_launcher_options_keep_their_group(self):
        source = (
            "fsdp_args.add_argument('--fsdp_offload_params', type=str, default='false')\n"
            "parser.add_argument('--num-processes', type=int)\n"
        )
        options = launch_options(Release("accelerate", "1", {LAUNCH_MODULE: source}))
        assert [(one.name, one.group) for one in options] == [
            ("fsdp_offload_params", "fsdp_args"),
            ("num_processes", "parser"),
        ]

    def test_deepspeed_keys_are_found_by_how_they_are_read(self):
        source = (
            "CLIP = 'gradient_clipping'\nCLIP_DEFAULT = 0.\nAIO = 'aio'\n"
            "def f(param_dict):\n"
            "    get_scalar_param(param_dict, CLIP, CLIP_DEFAULT)\n"
            "    if 'wall_clock' in param_dict.keys(): pass\n"
            "    part = param_dict[AIO]\n"
            "    get_scalar_param(part, 'block_size', 1024)\n"
        )
        found = deepspeed.collect(Index({"deepspeed/runtime/config.py": source})).keys
        assert set(found[""]) == {"gradient_clipping", "wall_clock", "aio"}
        assert found[""]["gradient_clipping"].types == {"float"}
        assert found["aio"]["block_size"].default == 1024
