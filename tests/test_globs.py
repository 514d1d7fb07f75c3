"""File patterns, and `.gitignore` held against git itself."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recipelint import globs
from recipelint.files import GitIgnore, by_default, expand, relative_to


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("a.yaml", "a.yaml", True),
        ("a.yaml", "x/y/a.yaml", True),
        ("x/a.yaml", "x/a.yaml", True),
        ("x/a.yaml", "y/x/a.yaml", False),
        ("/a.yaml", "x/a.yaml", False),
        ("*.yaml", "x/a.yaml", True),
        ("x/*.yaml", "x/y/a.yaml", False),
        ("x/**/a.yaml", "x/a.yaml", True),
        ("x/**/a.yaml", "x/y/z/a.yaml", True),
        ("**/legacy/**", "x/legacy/a.yaml", True),
        ("legacy", "x/legacy/y/a.yaml", True),
        ("legacy/", "legacy/a.yaml", True),
        ("legacy/", "legacy", False),
        ("run?.yaml", "run1.yaml", True),
        ("run[0-9].yaml", "runx.yaml", False),
        ("./x/a.yaml", "x/a.yaml", True),
        ("", "a.yaml", False),
        ("/", "a.yaml", False),
    ],
)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    assert globs.matches(pattern, path) is matches


def test_a_hostile_pattern_takes_no_time() -> None:
    begin = time.perf_counter()
    assert not globs.matches("**/a*" * 40 + "/b", "/".join(["a" * 200] * 200))
    assert not globs.matches("*a" * 100 + "b", "a" * 5000)
    assert time.perf_counter() - begin < 2


_PARTS = st.sampled_from(["a", "b", "ab", "*", "a*", "?", "**", "[ab]"])
_PATTERN = st.builds(
    lambda bang, root, parts, end: bang + root + "/".join(parts) + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(_PARTS, min_size=1, max_size=3),
    st.sampled_from(["", "/"]),
)
_FILES = ["a.x", "a/b", "ab/a/b", "b/ab", "b/a/a", "ab/b"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(_PATTERN, min_size=1, max_size=4))
def test_gitignore_agrees_with_git(tmp_path: Path, patterns: list[str]) -> None:
    """The files that a search finds are those that git would add."""
    if not (tmp_path / ".git").exists():
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        for name in _FILES:
            path = tmp_path / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x: 1")
    (tmp_path / ".gitignore").write_text(
        "\n".join(f"{p}.yaml" if p[-1] not in "/*" else p for p in patterns)
    )
    listed = subprocess.run(
        ["git", "-c", "core.excludesFile=/dev/null", "ls-files", "-o", "--exclude-standard"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    ignore = GitIgnore()

    def skip(path: str, folder: bool) -> bool:
        return by_default(path, folder) or ignore.ignores(path, folder)

    found = [relative_to(str(tmp_path), path) for path in expand([str(tmp_path)], skip)]
    assert sorted(found) == sorted(name for name in listed if name.endswith(".yaml"))


def test_gitignore_of_inner_folders_and_of_the_repository_itself(tmp_path: Path) -> None:
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("private.yaml\n")
    (tmp_path / ".gitignore").write_text("# comment\n\n*.yaml\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / ".gitignore").write_text("!kept.yaml\n")
    ignore = GitIgnore()
    for name, ignored in {
        "private.yaml": True,
        "x.json": False,
        "in/x.yaml": True,
        "in/kept.yaml": False,
    }.items():
        assert ignore.ignores(str(tmp_path / name), False) is ignored


def test_outside_of_a_repository_nothing_is_ignored(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*\n")
    if not any(os.path.lexists(p / ".git") for p in tmp_path.parents):
        assert GitIgnore().ignores(str(tmp_path / "a.yaml"), False) is False
