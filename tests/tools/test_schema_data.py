"""The generated key tables: well formed, and in step with the frameworks that they describe."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "src/recipelint/dialects/schemas"
DIALECTS = ("accelerate", "axolotl", "deepspeed", "nanotron", "trl")


@pytest.fixture(scope="module", params=DIALECTS)
def data(request: pytest.FixtureRequest) -> dict[str, Any]:
    return json.loads((DATA / f"{request.param}.json").read_text(encoding="utf-8"))


def keys_of(data: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    sections = data["sections"].items()
    return [(s, k, facts) for s, body in sections for k, facts in body["keys"].items()]


class TestDataFiles:
    KINDS = frozenset({"bool", "int", "float", "str", "list", "map", "any"})
    FACTS = frozenset(
        {
            "type", "choices", "default", "default_history", "required", "coerces", "nullable",
            "section", "items", "aliases", "replaced_by", "first", "last", "classes", "defaults",
            "class_last", "plugin", "read_only_by_code", "refused_since",
            "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "bounded_since",
        }
    )  # fmt: skip

    def test_hold_facts_and_no_prose(self, data):
        for section, name, facts in keys_of(data):
            assert set(facts) <= self.FACTS, (section, name)
            assert facts["type"], (section, name)
            assert set(facts["type"]) <= self.KINDS, (section, name)

    def test_name_only_sections_that_exist(self, data):
        for section, name, facts in keys_of(data):
            named = {*facts.get("section", []), *facts.get("items", [])}
            assert named <= set(data["sections"]), (section, name)

    def test_every_section_can_be_reached(self, data):
        reached, queue = {data["root"]}, [data["root"]]
        while queue:
            for facts in data["sections"][queue.pop()]["keys"].values():
                below = {*facts.get("section", []), *facts.get("items", [])} - reached
                reached |= below
                queue += sorted(below)
        assert reached == set(data["sections"])

    def test_a_default_is_a_value_that_the_key_takes(self, data):
        kinds = {bool: "bool", int: "int", float: "float", str: "str", list: "list", dict: "map"}
        for section, name, facts in keys_of(data):
            default = facts.get("default")
            if default is None or "any" in facts["type"] or facts.get("classes"):
                continue
            kind = kinds[type(default)]
            wider = {"int": {"int", "float"}}.get(kind, {kind})
            assert wider & set(facts["type"]), (section, name, default)

    def test_first_and_last_are_releases_that_were_read(self, data):
        read = {f"{s['package']} {v}" for s in data["sources"] for v in s["versions"]}
        older = {"axolotl 0.4.0"}
        for section, name, facts in keys_of(data):
            for fact in ("first", "last", "refused_since"):
                assert facts.get(fact) in {None} | read | older, (section, name, fact)

    def test_each_source_has_a_licence_and_ordered_versions(self, data):
        for source in data["sources"]:
            assert source["licence"] == "Apache-2.0"
            assert len(source["versions"]) == len(set(source["versions"])) >= 4


def root_keys(dialect: str) -> dict[str, Any]:
    data = json.loads((DATA / f"{dialect}.json").read_text(encoding="utf-8"))
    return data["sections"][""]["keys"]


class TestWellKnownFacts:
    """Spot checks against what the frameworks document."""

    @pytest.mark.parametrize("misspelt", ["context_parapllel_size", "eta_min", "adam_eps"])
    def test_axolotl_does_not_know_keys_that_its_examples_misspell(self, misspelt):
        assert misspelt not in root_keys("axolotl")

    def test_axolotl_takes_a_learning_rate_that_yaml_reads_as_text(self):
        rate = root_keys("axolotl")["learning_rate"]
        assert rate["coerces"]
        assert rate["required"]
        assert set(rate["type"]) == {"str", "float"}

    def test_axolotl_knows_the_keys_of_its_plugins(self):
        assert root_keys("axolotl")["liger_rope"]["plugin"].startswith("axolotl.integrations.liger")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("evaluation_strategy", "eval_strategy"),
            ("max_seq_length", "max_length"),
            ("torch_dtype", "dtype"),
            ("warmup_ratio", "warmup_steps"),
        ],
    )
    def test_trl_says_what_replaced_a_key_that_is_gone(self, old, new):
        keys = root_keys("trl")
        assert keys[old]["replaced_by"] == new
        assert keys[old]["last"]
        assert new in keys

    def test_trl_refuses_unknown_keys_and_accelerate_and_nanotron_too(self):
        for dialect in ("trl", "accelerate", "nanotron"):
            data = json.loads((DATA / f"{dialect}.json").read_text(encoding="utf-8"))
            assert data["sections"][""]["extra"] == "forbid"

    def test_deepspeed_clips_by_default_only_since_0_19_3(self):
        clip = root_keys("deepspeed")["gradient_clipping"]
        assert list(clip["default_history"].values()) == [0.0, 1.0]
        assert clip["default"] == 1.0

    def test_deepspeed_passes_over_unknown_keys_but_not_inside_zero(self):
        data = json.loads((DATA / "deepspeed.json").read_text(encoding="utf-8"))
        assert data["sections"][""]["extra"] == "ignore"
        assert data["sections"]["zero_optimization"]["extra"] == "forbid"


class TestAgainstInstalledPackages:
    """The classes themselves, where they are installed, against the table."""

    def test_every_training_argument_is_known(self):
        hub = pytest.importorskip("transformers")
        known = root_keys("trl")
        fields = {one.name for one in dataclasses.fields(hub.TrainingArguments) if one.init}
        assert fields <= set(known)

    @pytest.mark.parametrize("name", ["SFTConfig", "DPOConfig", "GRPOConfig", "RewardConfig"])
    def test_every_option_of_trl_is_known_with_its_default(self, name):
        package = pytest.importorskip("trl")
        source = next(
            one
            for one in json.loads((DATA / "trl.json").read_text(encoding="utf-8"))["sources"]
            if one["package"] == "trl"
        )
        known = root_keys("trl")
        for one in dataclasses.fields(getattr(package, name)):
            if not one.init:
                continue
            assert one.name in known
            facts = known[one.name]
            stated = facts.get("defaults", {}).get(f"trl.{name}", facts.get("default"))
            plain = getattr(one.default, "value", one.default)
            checked = package.__version__ == source["versions"][-1] and stated is not None
            if checked and one.default is not dataclasses.MISSING:
                assert stated == plain, one.name

    def test_axolotl_has_the_same_fields_defaults_and_demands(self):
        module = pytest.importorskip("axolotl.utils.schemas.config", exc_type=ImportError)
        known = root_keys("axolotl")
        for name, field in module.AxolotlInputConfig.model_fields.items():
            assert field.is_required() is bool(known[name].get("required")), name
            if not field.is_required() and field.default_factory is None:
                assert known[name]["default"] == getattr(field.default, "value", field.default)

    @pytest.mark.parametrize(
        ("section", "module", "model"),
        [
            ("zero_optimization", "deepspeed.runtime.zero.config", "DeepSpeedZeroConfig"),
            ("fp16", "deepspeed.runtime.precision_config", "DeepSpeedFP16Config"),
            ("bf16", "deepspeed.runtime.precision_config", "DeepSpeedBF16Config"),
            ("compile", "deepspeed.compile.config", "CompileConfig"),
        ],
    )
    def test_deepspeed_has_the_same_fields(self, section, module, model):
        package = pytest.importorskip(module, exc_type=ImportError)
        data = json.loads((DATA / "deepspeed.json").read_text(encoding="utf-8"))
        fields = getattr(package, model).model_fields
        assert set(fields) <= set(data["sections"][section]["keys"])

    @pytest.mark.parametrize("name", ["ClusterConfig", "SageMakerConfig"])
    def test_accelerate_has_the_same_fields(self, name):
        module = pytest.importorskip("accelerate.commands.config.config_args", exc_type=ImportError)
        fields = {one.name for one in dataclasses.fields(getattr(module, name))}
        assert fields <= set(root_keys("accelerate"))
