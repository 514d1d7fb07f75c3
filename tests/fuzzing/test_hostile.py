"""Each hostile folder ends as the table says, soon, in little memory, and with nothing run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fuzzing.hostile import CASES, Case
from tests.processes import python

SECONDS = 2.0 * float(os.environ.get("RECIPELINT_SLOWNESS", "1"))
"""Processor time for a case; RECIPELINT_SLOWNESS is for machines that are slow."""
MEGABYTES = 512
ROOT = str(Path(__file__).parents[2])

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, pipes and limits")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The outcomes of all cases, in their order."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = os.pathsep.join([str(Path(ROOT, "src")), ROOT])
    env = {"PYTHONPATH": paths, "XDG_CACHE_HOME": str(folder / "cache")}
    done = python("-m", "tests.fuzzing.hostile_run", str(folder / "cases"), env=env, cwd=ROOT)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[f"{case.group}: {case.name}" for case in CASES]
)
def test_a_hostile_folder_ends_as_the_table_says(
    outcomes: list[dict[str, Any]], number: int, case: Case
) -> None:
    found = outcomes[number]
    assert (found["group"], found["name"]) == (case.group, case.name)
    assert "Traceback" not in found["said"]
    assert found["status"] == case.status, found["said"]
    assert case.says in found["said"]
    assert found["made"] == [], "something was run"
    assert found["seconds"] <= SECONDS
    assert found["megabytes"] <= MEGABYTES


def test_no_case_is_named_twice() -> None:
    names = [(case.group, case.name) for case in CASES]
    assert len(set(names)) == len(names)


def test_references_out_of_the_project_are_as_if_there_were_none(
    outcomes: list[dict[str, Any]],
) -> None:
    """The file outside has a stage that DeepSpeed does not know: reading it would be a finding."""
    said = [found["said"] for found in outcomes if found["group"] == "references"]
    assert not any("outside.json:" in text or "`9`" in text for text in said)
