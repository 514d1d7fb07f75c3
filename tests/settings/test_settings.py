"""Settings files: which one holds, what it may say, and where it is wrong."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recipelint.document import parse
from recipelint.settings.discovery import NAMES, Discovery, load
from recipelint.settings.keys import KEYS, json_schema
from recipelint.settings.model import Choice, Settings
from recipelint.settings.reading import SettingsError, SettingsFile, read_settings


def read(folder: Path, text: str, name: str = "recipelint.toml") -> Settings:
    (folder / name).write_text(text, encoding="utf-8")
    found = load(str(folder / name))
    assert found is not None
    return found.settings


def wrong(folder: Path, text: str, name: str = "recipelint.toml") -> str:
    """The error for a settings file, without the folder's path."""
    with pytest.raises(SettingsError) as caught:
        read(folder, text, name)
    return str(caught.value).replace(f"{folder}{os.sep}", "")


# --- which file holds


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a folder two levels down."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "runs" / "today").mkdir(parents=True)
    return tmp_path


def nearest(folder: Path) -> SettingsFile | None:
    return Discovery().around(str(folder))


def test_the_nearest_settings_hold(tree: Path) -> None:
    (tree / "recipelint.toml").write_text('fail-on = "warning"')
    assert nearest(tree / "runs" / "today").settings.fail_on == "warning"  # type: ignore[union-attr]
    (tree / "runs" / ".recipelint.yaml").write_text("fail-on: info")
    assert nearest(tree / "runs" / "today").settings.fail_on == "info"  # type: ignore[union-attr]
    assert nearest(tree).settings.fail_on == "warning"  # type: ignore[union-attr]


def test_in_one_folder_the_most_special_name_holds(tree: Path) -> None:
    (tree / "pyproject.toml").write_text('[tool.recipelint]\nfail-on = "never"')
    assert nearest(tree).settings.fail_on == "never"  # type: ignore[union-attr]
    (tree / "recipelint.toml").write_text('fail-on = "warning"')
    assert nearest(tree).settings.fail_on == "warning"  # type: ignore[union-attr]
    (tree / ".recipelint.yaml").write_text("fail-on: info")
    assert nearest(tree).settings.fail_on == "info"  # type: ignore[union-attr]


def test_a_pyproject_of_other_tools_is_passed_over(tree: Path) -> None:
    (tree / "recipelint.toml").write_text('fail-on = "warning"')
    (tree / "runs" / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100")
    assert nearest(tree / "runs").settings.fail_on == "warning"  # type: ignore[union-attr]


def test_the_search_ends_at_the_repository(tree: Path) -> None:
    inner = tree / "runs"
    (inner / ".git").mkdir()
    (tree / "recipelint.toml").write_text('fail-on = "warning"')
    assert nearest(inner / "today") is None


def test_settings_beside_the_repository_do_not_hold_in_it(tree: Path) -> None:
    """Such as those of a home folder, for a colleague's repository that lies there."""
    (tree / ".recipelint.yaml").write_text("fail-on: never")
    repository = tree / "runs"
    (repository / ".git").write_text("gitdir: elsewhere")  # a worktree
    assert nearest(repository) is None
    assert nearest(repository / "today") is None


def test_without_a_repository_the_search_goes_on_upwards(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "recipelint.toml").write_text('fail-on = "warning"')
    assert nearest(tmp_path / "a" / "b").settings.fail_on == "warning"  # type: ignore[union-attr]


def test_each_part_of_a_monorepo_has_its_own_and_shares_the_rest(tree: Path) -> None:
    (tree / "pyproject.toml").write_text('[tool.recipelint]\nfail-on = "warning"')
    for name in ("vision", "text", "text/old"):
        (tree / name).mkdir()
    (tree / "text" / "recipelint.toml").write_text('profile = "strict"')
    (tree / "text" / "old" / "pyproject.toml").write_text("[project]\nname = 'old'")
    assert nearest(tree / "vision").settings.fail_on == "warning"  # type: ignore[union-attr]
    assert nearest(tree / "text" / "old").settings.profile == "strict"  # type: ignore[union-attr]
    assert nearest(tree / "text").settings.fail_on is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "right"),
    [(".recipelint.yml", ".recipelint.yaml"), (".recipelint.toml", "recipelint.toml")],
)
def test_a_file_that_is_almost_called_right_is_an_error(tree: Path, name: str, right: str) -> None:
    (tree / name).write_text("fail-on: never")
    with pytest.raises(SettingsError, match=f"settings files are called `{right}`"):
        nearest(tree)
    (tree / "recipelint.toml").write_text("")
    assert nearest(tree) is not None, "beside the right one it is left alone"


# --- what it may say


def test_every_setting_is_read(tree: Path) -> None:
    (tree / "rules").mkdir()
    settings = read(
        tree,
        """
        select = ["OPT", "schedule"]
        extend-select = "CFG102"
        ignore = []
        profile = "strict"
        exclude = ["vendor"]
        extend-exclude = ["*.tmp.yaml"]
        respect-gitignore = false
        gpus = "16xH100-80GB"
        rules = ["rules"]
        require-reason = true
        baseline = "known.json"
        fail-on = "never"
        output-format = "concise"
        require-recipes = true
        [severity]
        OPT001 = "info"
        [per-file-ignores]
        "legacy/**" = ["ALL"]
        [dialects]
        "hf/*.yaml" = "trl"
        [framework-versions]
        "**" = "transformers 4.46"
        [facts]
        "cluster.nodes" = 2
        model.layers = 4
        [parameters.OPT001]
        margin = 2.0
        """,
    )
    assert settings == Settings(
        select=("OPT", "schedule"),
        extend_select=("CFG102",),
        profile="strict",
        exclude=("vendor",),
        extend_exclude=("*.tmp.yaml",),
        respect_gitignore=False,
        given={
            "cluster.gpu": "H100-80GB",
            "cluster.gpu_memory": 80,
            "cluster.nvlink_domain": 8,
            "parallel.world_size": 16,
            "cluster.nodes": 2,
            "model.layers": 4,
        },
        rule_folders=(str(tree / "rules"),),
        require_reason=True,
        baseline=str(tree / "known.json"),
        fail_on="never",
        output_format="concise",
        require_recipes=True,
        severities={"OPT001": "info"},
        per_file_ignores={"legacy/**": ("ALL",)},
        dialects={"hf/*.yaml": "trl"},
        versions={"**": "transformers 4.46"},
        parameters={"OPT001": {"margin": 2.0}},
        folder=str(tree),
    )


def test_yaml_says_the_same_as_toml(tree: Path) -> None:
    toml = read(tree, 'select = ["OPT"]\n[framework-versions]\n"a/*" = "0.9"')
    yaml_text = 'select: OPT\nframework-versions: {"a/*": 0.9}'
    assert read(tree, yaml_text, ".recipelint.yaml") == toml


def test_an_empty_file_has_defaults(tree: Path) -> None:
    assert read(tree, "# nothing yet\n", ".recipelint.yaml") == Settings(folder=str(tree))


# --- the model


MODEL = '{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "num_hidden_layers": 4}'


@pytest.fixture
def model(tree: Path) -> Path:
    """A model's configuration in the repository."""
    path = tree / "base" / "config.json"
    path.parent.mkdir()
    path.write_text(MODEL, encoding="utf-8")
    return path


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("text", "glob"),
    [
        ("model-config: base/config.json", "**"),
        ("model-config: {runs/*: base/config.json}", "runs/*"),
    ],
)
def test_a_model_is_given_to_all_recipes_or_by_glob(tree: Path, text: str, glob: str) -> None:
    models = read(tree, text, ".recipelint.yaml").models
    assert list(models) == [glob]
    assert models[glob]["model.layers"] == 4


def test_the_model_of_the_command_line_is_there_instead_of_the_projects() -> None:
    project = Settings(models={"**": {"model.layers": 4, "model.moe.experts": 8}})
    assert Settings().over(project).models == project.models
    own = Settings(models={"**": {"model.layers": 2}})
    assert own.over(project).models == own.models


# --- where it is wrong


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('slect = ["OPT"]', "1:1: there is no setting `slect`; did you mean `select`?"),
        ("\nfail_on = 'info'", "2:1: there is no setting `fail_on`; did you mean `fail-on`?"),
        ("fail-on = 'errors'", "1:11: `fail-on` is one of error, warning, info, never; did you"),
        ("select = [1]", "1:11: `select` is a list of texts"),
        ("require-reason = 'yes'", "1:18: `require-reason` is true or false"),
        ("severity = 'info'", "1:12: `severity` is a table of keys and values"),
        ("[severity]\nOPT001 = 'fatal'", "2:10: `OPT001` is one of error, warning, info"),
        ("[dialects]\n'*' = 'axolotle'", "2:7: there is no dialect `axolotle`; did you mean `axo"),
        ("output-format = 'jsn'", "1:17: there is no format `jsn`; did you mean `json`?"),
        ("[facts]\nmodel.layer = 4", "2:7: there is no fact `model.layer`; did you mean `model.l"),
        ("[facts]\nmodel.layers = 'many'", "2:16: `layers` is a number"),
        ("gpus = '8xH100-80GBB'", "1:8: `gpus`: unknown GPU 'H100-80GBB'; did you mean"),
        ("rules = ['nowhere']", "1:9: there is no folder `nowhere`"),
        ("model-config = 'no.json'", "1:16: there is no file `no.json`"),
        ("model-config = ['a.json']", "1:16: `model-config` is a text"),
        ("[model-config]\n'*' = '.'", "2:7: there is no file `.`"),
        (
            "[model-config]\n'*' = 'recipelint.toml'",
            "2:7: `recipelint.toml` is no Hugging Face con",
        ),
        ("select = [", "1:11:"),
        ("fail-on = 'info'\nfail-on = 'never'", "2:18: cannot overwrite a value"),
    ],
)
def test_an_error_names_the_line(tree: Path, text: str, message: str) -> None:
    assert wrong(tree, text).startswith(f"recipelint.toml:{message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select: [OPT", "1:13: did not find expected"),
        ("- select", "1:1: settings are keys and values"),
        ("fail-on: info\nfail-on: never", "2:1: `fail-on` is set again here"),
        ("fail-on: info\n---\na: b", "3:1: a second YAML document"),
        ("require-reason: yes", "1:17: `require-reason` is true or false"),
        ("profile: !!python/object:os.system x", "1:36: `profile` is one of default, strict, all"),
    ],
)
def test_an_error_in_yaml_names_the_line(tree: Path, text: str, message: str) -> None:
    assert wrong(tree, text, ".recipelint.yaml").startswith(f".recipelint.yaml:{message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slect = []", "5:1: there is no setting `slect`; did you mean `select`?"),
        ("severity.OPT001 = 'fatal'", "5:19: `OPT001` is one of error, warning, info"),
        ("[tool.recipelint.facts]\nmodel.layer = 1", "6:7: there is no fact `model.layer`; did"),
        ("[tool.recipelint.per-file-ignore]", "5:18: there is no setting `per-file-ignore`; did"),
        ("select = 'OPT'\nselect = 'CFG'", "6:"),
    ],
)
def test_an_error_in_a_pyproject_names_its_line(tree: Path, text: str, message: str) -> None:
    above = "[project]\nname = 'x'\n\n[tool.recipelint]\n"
    shown = wrong(tree, above + text, "pyproject.toml")
    assert shown.startswith(f"pyproject.toml:{message}")


@pytest.mark.parametrize(
    "text", ["tool.recipelint = 1", "[tool]\nrecipelint = []", "[[tool.recipelint]]\nselect = []"]
)
def test_a_pyproject_whose_table_is_none_is_an_error(tree: Path, text: str) -> None:
    assert "`tool.recipelint` is a table" in wrong(tree, text, "pyproject.toml")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_readable_file_is_an_error(tree: Path, name: str) -> None:
    path = tree / name
    path.mkdir()
    with pytest.raises(SettingsError, match="is no regular file"):
        nearest(tree)
    path.rmdir()
    path.symlink_to("nowhere")
    with pytest.raises(SettingsError, match="cannot be read"):
        nearest(tree)
    path.unlink()
    path.symlink_to(name)
    with pytest.raises(SettingsError, match="cannot be read"):
        nearest(tree)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_beyond_all_measure_is_an_error_at_once(tree: Path, name: str) -> None:
    with (tree / name).open("wb") as stream:
        stream.write(b"[tool.recipelint]\n")
        stream.truncate(100_000_000)
    with pytest.raises(SettingsError, match="more bytes than"):
        nearest(tree)


def test_a_link_inside_the_project_is_followed(tree: Path) -> None:
    """Its globs are those of the folder that holds the link."""
    (tree / "shared.toml").write_text('fail-on = "never"\n[dialects]\n"*" = "trl"')
    (tree / "runs" / "recipelint.toml").symlink_to(tree / "shared.toml")
    found = nearest(tree / "runs")
    assert found is not None
    assert found.settings.fail_on == "never"
    assert found.settings.folder == str(tree / "runs")


# --- settings of strangers


@pytest.mark.parametrize("name", ["../outside", "/etc", "link/deeper", "link", "a/../../outside"])
@pytest.mark.parametrize("key", ["rules", "baseline", "model-config"])
def test_no_path_leads_out_of_the_project(tree: Path, key: str, name: str) -> None:
    project = tree / "runs"
    (project / ".git").mkdir()
    (tree / "outside" / "deeper").mkdir(parents=True)
    (project / "link").symlink_to(tree / "outside")
    text = f'{key} = ["{name}"]' if key == "rules" else f'{key} = "{name}"'
    assert f"`{name}` lies outside the project" in wrong(project, text)


def test_settings_that_are_a_link_out_of_the_project_are_refused(tree: Path) -> None:
    project = tree / "runs"
    (project / ".git").mkdir()
    (tree / "secret").write_text("root: x")
    (project / ".recipelint.yaml").symlink_to(tree / "secret")
    with pytest.raises(SettingsError, match="link that leads out") as caught:
        Discovery().around(str(project))
    assert "root" not in caught.value.reason


def test_a_pipe_is_not_waited_for(tree: Path) -> None:
    os.mkfifo(tree / "recipelint.toml")
    with pytest.raises(SettingsError, match="no regular file"):
        Discovery().around(str(tree))


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes_are_settings_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for name in (".recipelint.yaml", "recipelint.toml", "pyproject.toml"):
        path = folder / name
        path.write_bytes(b"[tool.recipelint]\n" * (name == "pyproject.toml") + data)
        with suppress(SettingsError):
            found = load(str(path))
            assert found is None or isinstance(found.settings, Settings)
        path.unlink()


# --- the published schema


def test_the_schema_is_a_schema_and_names_every_setting() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert list(json_schema()["properties"]) == list(KEYS)


_SAMPLES = {
    "list": st.just("OPT") | st.lists(st.sampled_from(["OPT", "CFG"]), max_size=2) | st.just([1]),
    "boolean": st.sampled_from([True, False, "true", 1]),
    "text": st.sampled_from(["x", 3, ["x"]]),
    "choice": st.sampled_from(["default", "error", "never", "x"]),
    "choices": st.sampled_from([{"OPT": "error"}, {"OPT": "never"}, {"OPT": 1}, "x"]),
    "texts": st.sampled_from([{"*": "trl"}, {"*": ["trl"]}, []]),
    "models": st.sampled_from([3, ["x"], {"*": ["x"]}, {}]),
    "lists": st.sampled_from([{"*": ["OPT"]}, {"*": "OPT"}, {"*": 1}, "x"]),
    "limits": st.sampled_from(
        [{}, {"bytes": 1000}, {"bytes": 0}, {"depth": 10**9}, {"values": "9"}, {"nodes": 1}, []]
    ),
    "facts": st.sampled_from([{"model.layers": 1}, {"model": {"layers": 1}}, [], "x"]),
    "tables": st.sampled_from([{"OPT001": {"margin": 1}}, {"OPT001": 1}, []]),
}
_DEEPER = {"gpus", "rules", "output-format"}
"""Settings of which the schema knows less than the reader: catalogues, folders."""


@given(st.data(), st.sampled_from(sorted(set(KEYS) - _DEEPER)))
def test_reader_and_schema_agree(data: st.DataObject, name: str) -> None:
    value = data.draw(_SAMPLES[KEYS[name].kind])
    valid = jsonschema.Draft202012Validator(json_schema()).is_valid({name: value})
    document = parse(yaml.safe_dump({name: value}), ".recipelint.yaml")
    assert document.mapping is not None
    try:
        read_settings(document, document.mapping, "/project", "/project")
    except SettingsError:
        assert not valid
    else:
        assert valid


# --- one over the other


def test_the_caller_wins_over_the_project() -> None:
    project = Settings(
        select=("OPT",),
        ignore=("OPT001",),
        given={"cluster.nodes": 1, "model.layers": 4},
        fail_on="never",
        parameters={"OPT001": {"a": 1, "b": 2}},
        profile="all",
        severities={"OPT": "info"},
    )
    own = Settings(
        ignore=("OPT002",),
        given={"cluster.nodes": 2},
        fail_on="error",
        parameters={"OPT001": {"a": 3}},
    )
    both = own.over(project)
    assert both.choice == Choice(ignore=("OPT002",))
    assert both.project == Choice(select=("OPT",), ignore=("OPT001",))
    assert both.given == {"cluster.nodes": 2, "model.layers": 4}
    assert (both.fail_on, both.profile) == ("error", "all")
    assert both.parameters == {"OPT001": {"a": 3, "b": 2}}
    assert both.severities == {"OPT": "info"}
