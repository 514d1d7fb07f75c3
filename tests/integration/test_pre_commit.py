"""A real pre-commit installs the hook from this checkout and stops a bad commit, not a good one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


def checkout_copy(target: Path) -> str:
    """A repository with the files of this checkout as they are now; returns its commit."""
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
    return git("rev-parse", "HEAD", cwd=target).stdout.strip()


@pytest.fixture(scope="module")
def pre_commit() -> str:
    """The pre-commit that is installed beside this Python."""
    found = shutil.which("pre-commit", path=str(Path(sys.executable).parent)) or shutil.which(
        "pre-commit"
    )
    if found is None:
        pytest.skip("pre-commit is not installed")
    return found


def test_the_hook_stops_a_bad_recipe_and_passes_a_good_one(
    pre_commit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    hook = tmp_path / "hook"
    hook.mkdir()
    revision = checkout_copy(hook)
    project = tmp_path / "project"
    project.mkdir()
    git("init", "-q", cwd=project)
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hook}\n  rev: {revision}\n  hooks:\n  - id: recipelint\n"
    )
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
