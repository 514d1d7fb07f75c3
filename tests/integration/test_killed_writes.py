"""A process that is killed while it writes leaves the old file or the new one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.rule_files import write_rules
from tests.processes import python

KILLS = int(os.environ.get("RECIPELINT_KILLS", "60"))


@pytest.mark.parametrize(
    "command",
    [
        ["check", "--fix", "--unsafe-fixes"],
        ["baseline", "--baseline", "base.json"],
        ["check", "--diff", "--unsafe-fixes", "--output-file", "base.json"],
    ],
    ids=["fix", "baseline", "report"],
)
def test_no_killed_write_damages_a_file(tmp_path: Path, command: list[str]) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    rules = write_rules(tmp_path / "rules")
    driver = str(Path(__file__).with_name("killing.py"))
    options = ["--isolated", "--rules", str(rules), "--select", "TST", "bad.yaml"]
    done = python(driver, str(folder), str(KILLS), *command, *options)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["differs"], "the command has to write something"
    assert seen["killed"] == KILLS
    assert seen["damaged"] == 0


def test_no_killed_check_spoils_the_cache(tmp_path: Path) -> None:
    write_rules(tmp_path / "rules")
    driver = str(Path(__file__).with_name("killing_caches.py"))
    env = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = python(driver, str(tmp_path), str(KILLS), env=env)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["entries"] > 0, "the check has to keep something"
    assert seen["killed"] == KILLS
    assert seen["wrong"] == 0
