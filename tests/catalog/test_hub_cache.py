"""Where a model's config.json lies in a Hugging Face cache."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.catalog.hub_cache import config_path, folder


def lay_down(cache: Path, owner_and_name: str, *revisions: str) -> list[Path]:
    model = cache / f"models--{owner_and_name.replace('/', '--')}"
    paths = []
    for revision in revisions:
        snapshot = model / "snapshots" / revision
        snapshot.mkdir(parents=True)
        paths.append(snapshot / "config.json")
        paths[-1].write_text("{}", encoding="utf-8")
    return paths


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HF_HUB_CACHE": "/a/hub", "HF_HOME": "/b"}, "/a/hub"),
        ({"HF_HOME": "/b"}, "/b/hub"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
    ],
)
def test_the_variables_of_the_hubs_client_say_where(
    environment: dict[str, str], expected: str
) -> None:
    assert folder(environment) == expected


def test_without_them_it_is_in_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert folder({}) == "/home/somebody/.cache/huggingface/hub"


def test_the_folder_is_that_of_the_client_itself(tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    download = pytest.importorskip("huggingface_hub.file_download")
    name = download.repo_folder_name(repo_id="acme/model", repo_type="model")
    (path,) = lay_down(tmp_path, "acme/model", "abc")
    assert path.parts[-4] == name
    found = hub.try_to_load_from_cache("acme/model", "config.json", tmp_path, revision="abc")
    assert found == config_path("acme/model", str(tmp_path)) == str(path)


def test_a_snapshot_without_a_reference_is_found(tmp_path: Path) -> None:
    (path,) = lay_down(tmp_path, "acme/model", "abc")
    assert config_path("acme/model", str(tmp_path)) == str(path)
    assert config_path("acme/other", str(tmp_path)) is None


def test_the_reference_says_which_snapshot(tmp_path: Path) -> None:
    first, second = lay_down(tmp_path, "acme/model", "abc", "def")
    reference = tmp_path / "models--acme--model" / "refs" / "main"
    reference.parent.mkdir()
    for revision, path in (("abc", first), ("def", second)):
        reference.write_text(revision, encoding="ascii")
        assert config_path("acme/model", str(tmp_path)) == str(path)


def test_a_reference_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (path,) = lay_down(tmp_path, "acme/model", "abc")
    reference = tmp_path / "models--acme--model" / "refs" / "main"
    reference.parent.mkdir()
    reference.write_text("../../../elsewhere", encoding="ascii")
    assert config_path("acme/model", str(tmp_path)) == str(path)


@pytest.mark.parametrize(
    "name",
    ["", "..", "../x", "a/b/c", "/etc/passwd", "a/..", "~/x", "a\x00b", "https://x/y", "a--b"],
)
def test_what_is_no_id_finds_nothing(tmp_path: Path, name: str) -> None:
    lay_down(tmp_path, "a/b", "abc")
    assert config_path(name, str(tmp_path)) is None


@given(name=st.text())
def test_no_name_fails(name: str) -> None:
    assert config_path(name, "/nonexistent") is None
