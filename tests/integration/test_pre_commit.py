"""A real pre-commit installs the hooks from this checkout; they stop bad commits, not good ones."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BAD_RECIPE = """\
{
  "zero_optimization": {"stage": 2},
  "bf16": {"enabled": true},
  "fp16": {"enabled": true},
  "train_micro_batch_size_per_gpu": 1
}
"""
GOOD_RECIPE = BAD_RECIPE.replace('"fp16": {"enabled": true}', '"fp16": {"enabled": false}')


def git(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run git without the user's configuration."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
    }
    return subprocess.run(
        ["git", *arguments], cwd=cwd, env=environment, text=True, capture_output=True, check=False
    )


def checkout_copy(target: Path) -> None:
    """A repository with the files of this checkout as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    git("init", "-q", cwd=target)
    git("add", "-A", cwd=target)
    assert git("commit", "-qm", "hook", cwd=target).returncode == 0


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The beginning of a `repos:` entry for the hooks.

    Their environment is made once, in the folder that the test processes share: pre-commit lets
    one of them install it while the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "hooks"
    with (shared / "hooks.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            checkout_copy(folder)
    revision = git("rev-parse", "HEAD", cwd=folder).stdout.strip()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRE_COMMIT_HOME", str(shared / "pre-commit"))
        yield f"- repo: {folder}\n  rev: {revision}\n  hooks:\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty repository."""
    git("init", "-q", cwd=tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def pre_commit() -> str:
    """The pre-commit that is installed beside this Python."""
    found = shutil.which("pre-commit", path=str(Path(sys.executable).parent)) or shutil.which(
        "pre-commit"
    )
    if found is None:
        pytest.skip("pre-commit is not installed")
    return found


def configure(project: Path, hooks: str, *ids: str) -> None:
    """Write the project's configuration of pre-commit with these hooks."""
    listed = "".join(f"  - id: {name}\n" for name in ids)
    (project / ".pre-commit-config.yaml").write_text(f"repos:\n{hooks}{listed}")


def outcomes(pre_commit: str, project: Path, *arguments: str) -> dict[str, tuple[str, str]]:
    """By the name of each hook how it ended, and what it printed."""
    git("add", "-A", cwd=project)
    done = subprocess.run(
        [pre_commit, "run", "--color", "never", *arguments],
        cwd=project,
        text=True,
        capture_output=True,
        check=False,
    )
    parts = re.split(r"^(recipelint.*?)\.{3,}.*?(Passed|Failed|Skipped)$", done.stdout, flags=re.M)
    return {
        n: (end, said) for n, end, said in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    }


def test_the_hook_stops_a_bad_recipe_and_passes_a_good_one(
    pre_commit: str, hooks: str, project: Path
) -> None:
    configure(project, hooks, "recipelint")
    subprocess.run([pre_commit, "install"], cwd=project, check=True, capture_output=True)

    (project / "zero2.json").write_text(BAD_RECIPE)
    git("add", "-A", cwd=project)
    refused = git("commit", "-m", "bad", cwd=project)
    assert refused.returncode == 1, refused.stderr
    assert "zero2.json:4" in refused.stdout + refused.stderr
    assert git("log", "--oneline", cwd=project).stdout == ""

    (project / "zero2.json").write_text(GOOD_RECIPE)
    git("add", "-A", cwd=project)
    accepted = git("commit", "-m", "good", cwd=project)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    assert len(git("log", "--oneline", cwd=project).stdout.splitlines()) == 1


WARNED = """\
base_model: HuggingFaceTB/SmolLM2-135M
datasets:
  - {path: tatsu-lab/alpaca, type: alpaca}
sequence_len: 2048
micro_batch_size: 4
learning_rate: 2.0e-4  # recipelint: ignore[CFG102] nothing to silence
"""


def test_the_strict_hook_stops_at_warnings(pre_commit: str, hooks: str, project: Path) -> None:
    configure(project, hooks, "recipelint", "recipelint-strict")
    (project / "alpaca.yaml").write_text(WARNED)
    found = outcomes(pre_commit, project, "--all-files")
    assert found["recipelint"][0] == "Passed"
    end, said = found["recipelint (warnings fail too)"]
    assert end == "Failed"
    assert "warning CFG301 unused-suppression" in said


OWN_FILES = {
    "axolotl": "axolotl/lora.yaml",
    "trl": "recipes/trl_sft.yaml",
    "nanotron": "nanotron/run.yaml",
    "deepspeed": "ds_config.json",
    "accelerate": "accelerate.yaml",
    "hf-config": "model/config.json",
}


def test_the_hooks_of_dialects_stop_at_what_cannot_be_recognised(
    pre_commit: str, hooks: str, project: Path
) -> None:
    """Each sees its own files alone; the general hook passes such files over."""
    shipped = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    names = {hook["id"]: hook["name"] for hook in shipped}
    assert set(names) == {"recipelint", "recipelint-strict"} | {
        f"recipelint-{d}" for d in OWN_FILES
    }
    configure(project, hooks, *names)
    for name in (*OWN_FILES.values(), "other.yaml", "other.json"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text('{"a": [')
    found = outcomes(pre_commit, project, "--all-files")
    assert found.keys() == set(names.values())
    for dialect, name in OWN_FILES.items():
        end, said = found[names[f"recipelint-{dialect}"]]
        assert end == "Failed", dialect
        assert re.findall(r"^(\S+?):\d+:\d+: error CFG", said, re.MULTILINE) == [name]
    assert found["recipelint"][0] == "Passed"


def test_a_hook_of_a_dialect_is_skipped_where_it_has_no_files(
    pre_commit: str, hooks: str, project: Path
) -> None:
    configure(project, hooks, "recipelint-axolotl")
    (project / "other.yaml").write_text("a: 1\n")
    assert outcomes(pre_commit, project, "--all-files")["recipelint (axolotl)"][0] == "Skipped"
