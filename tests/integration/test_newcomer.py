"""A newcomer's session: from an empty folder with one broken recipe to a gated repository."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.processes import recipelint_process

RECIPE = """\
base_model: HuggingFaceTB/SmolLM2-135M
datasets:
  - path: tatsu-lab/alpaca
    type: alpaca
output_dir: ./outputs
sequence_len: 2048
micro_batch_size: 4
gradient_accumulation_steps: 2
num_epochs: 3
optimizer: adamw_torch
lr_scheduler: cosine
learning_rate: 2.0e-4
bf16: true
context_parapllel_size: 2
our_tracker_project: alpaca
"""


class Session:
    """A shell in the newcomer's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipe = folder / "alpaca.yaml"

    def recipelint(self, *arguments: str) -> tuple[int, str]:
        """Status, and what the person sees."""
        done = recipelint_process(*arguments, cwd=self.folder, env={"COLUMNS": "80"})
        shown = (done.stdout + done.stderr).decode()
        assert "Traceback" not in shown
        return done.returncode, shown

    def rules(self) -> list[str]:
        """The rules of what `check` finds."""
        _, shown = self.recipelint("check", "--format", "json", "-q")
        return [finding["rule"] for finding in json.loads(shown)["findings"]]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """The empty repository with one recipe."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "alpaca.yaml").write_text(RECIPE)
    return Session(tmp_path)


def test_from_a_broken_recipe_to_a_gated_repository(session: Session) -> None:
    # Set up: what there is, and what was written.
    status, shown = session.recipelint("init")
    assert status == 0
    assert "Found 1 recipe (1 axolotl)." in shown
    assert "wrote    recipelint.toml" in shown

    # Check: the mistake is found, with what to do.
    status, shown = session.recipelint("check")
    assert status == 1
    assert "alpaca.yaml:14:1: error CFG102 misspelt-key" in shown
    assert "did you mean `context_parallel_size`?" in shown
    assert "CFG102" in session.recipelint("explain", "CFG102")[1]

    # Fix: first look, then do it; nothing else in the file is touched.
    status, shown = session.recipelint("check", "--diff", "--unsafe-fixes")
    assert status == 1
    assert "-context_parapllel_size: 2\n+context_parallel_size: 2\n" in shown
    status, shown = session.recipelint("check", "--fix", "--unsafe-fixes")
    assert status == 0
    assert "fixed 1 finding in 1 file" in shown
    assert session.recipe.read_text() == RECIPE.replace("parapllel", "parallel")

    # Suppress: the project's own key is meant; without a reason that is not accepted.
    assert "CFG103" in session.rules()
    line = "our_tracker_project: alpaca"
    text = session.recipe.read_text()
    session.recipe.write_text(text.replace(line, f"{line}  # recipelint: ignore[CFG103]"))
    assert "CFG303" in session.rules()
    reason = "read by our launcher"
    session.recipe.write_text(text.replace(line, f"{line}  # recipelint: ignore[CFG103] {reason}"))
    assert not {"CFG103", "CFG301", "CFG302", "CFG303"} & set(session.rules())

    # Baseline: what is left is accepted, and named in the settings.
    status, shown = session.recipelint("baseline")
    assert status == 0
    settings = session.folder / "recipelint.toml"
    settings.write_text(f'baseline = "recipelint-baseline.json"\n{settings.read_text()}')
    settings.write_text(settings.read_text().replace('fail-on = "error"', 'fail-on = "info"'))
    assert session.recipelint("check")[0] == 0
    assert session.rules() == []

    # Gate: a new mistake fails, also with what is known in place.
    session.recipe.write_text(session.recipe.read_text().replace("num_epochs", "num_epoch"))
    status, shown = session.recipelint("check")
    assert status == 1
    assert "num_epochs" in shown
    hook = yaml.safe_load((session.folder / ".pre-commit-config.yaml").read_text())
    assert hook["repos"][0]["hooks"][0]["id"] == "recipelint"
    assert (session.folder / ".github" / "workflows" / "recipelint.yml").is_file()
