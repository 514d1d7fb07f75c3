"""What a check of a stranger's project opens, runs and changes, as Python's audit events say."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.fuzzing.hostile import CASES, write
from tests.processes import SOURCES, python

ROOT = str(Path(__file__).parents[2])
_WATCH = """
import json, os, sys

seen = {"open": set(), "other": set()}
watched = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.fork", "os.system",
           "ctypes.dlopen", "urllib.", "pickle.find_class", "webbrowser.",
           "os.remove", "os.rename", "os.link", "os.symlink", "os.mkdir", "os.chmod", "shutil.")

def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        seen["open"].add(os.path.realpath(os.fsdecode(arguments[0])))
    elif event.startswith(watched):
        seen["other"].add(f"{event} {arguments[0]!r}"[:200])

from recipelint.cli import main
import recipelint.linter
recipelint.linter.rule_set(())
sys.argv = ["recipelint", *json.loads(sys.argv[1])]
sys.addaudithook(hook)
try:
    main()
except SystemExit:
    pass
finally:
    found = {name: sorted(values) for name, values in seen.items()}
    print("\\0" + json.dumps(found))
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of hostile recipes, references and modules, and something outside to be found."""
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    write(tmp_path / "outside.json", '{"zero_optimization": {"stage": 9}}')
    wanted = ("files", "references", "YAML", "numbers", "text")
    for number, case in enumerate(case for case in CASES if case.group in wanted):
        folder = project / str(number) / "inner"
        folder.mkdir(parents=True)
        case.make(folder)
    for mark in project.glob("*/inner/.git"):
        mark.rmdir()  # else each would be a project of its own
    write(project / "model.yaml", "recipelint: 1\nmodel: {name: ../../../../etc}\n")
    for module in ("yaml", "json", "click", "recipelint", "sitecustomize"):
        write(project / f"{module}.py", "raise SystemExit('a module of the stranger')")
    return project


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and sockets")
def test_a_check_opens_nothing_outside_of_the_project(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    arguments = ["check", ".", "--select", "ALL", "--jobs", "1", "--format", "json"]
    env = {"XDG_CACHE_HOME": str(cache), "HF_HOME": str(tmp_path / "hub")}
    done = python("-P", "-c", _WATCH, json.dumps(arguments), cwd=tree, env=env)
    assert done.returncode == 0, done.stderr.decode()
    report, _, watched = done.stdout.decode().rpartition("\0")
    assert json.loads(report)["recipes"] > 20
    seen = json.loads(watched)
    allowed = (str(tree), str(cache), SOURCES, str(Path(ROOT, "rules")), *_python())
    outside = [path for path in seen["open"] if not path.startswith(allowed)]
    assert outside == []
    assert any(path.endswith("recipe.yaml") for path in seen["open"]), "nothing was watched"
    made = [event for event in seen["other"] if str(cache) not in event]
    assert made == [], "something was run, connected to or changed"


def _python() -> set[str]:
    """Where modules come from: imports are not what a stranger chooses."""
    places = (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__))
    return {os.path.realpath(place) for place in places}
