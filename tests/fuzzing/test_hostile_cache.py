"""A cache that somebody else filled is read as data; what is wrong with it is passed over."""

from __future__ import annotations

import json
import os
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzzing.hostile import RECIPE
from tests.processes import recipelint_process


class _Exploit:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch pwned",)


def _whole(body: bytes) -> bytes:
    """An entry of the result cache with a right checksum."""
    return b"%d\n" % zlib.crc32(body) + body


CONTENTS = {
    "a pickle that runs a command": pickle.dumps(_Exploit()),
    "a pickle with a checksum": _whole(pickle.dumps(_Exploit())),
    "nothing": b"",
    "the beginning": b"1234",
    "100,000 levels": _whole(b"[" * 100_000),
    "another shape": _whole(b'[[], {"a": 1}]'),
    "other types": _whole(json.dumps([[], [1, 1, [[1] * 14], [], {}, 0, [], []]]).encode()),
    "a number without end": _whole(b"[[], " + b"9" * 10_000 + b"]"),
    "a reference to a device": _whole(b'[[["x.json", "/", "/dev/zero", "0"]], []]'),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_strangers_cache_changes_nothing_and_runs_nothing(tmp_path: Path, content: bytes) -> None:
    project, cache = tmp_path / "project", tmp_path / "cache"
    (project / ".git").mkdir(parents=True)
    (project / "recipe.yaml").write_text(RECIPE + "tpye: 1\n")
    env = {"XDG_CACHE_HOME": str(cache)}

    def said() -> tuple[int, bytes, bytes]:
        done = recipelint_process("check", "--format", "json", cwd=project, env=env)
        return done.returncode, done.stdout, done.stderr

    first = said()
    entries = [path for path in cache.rglob("*") if path.is_file()]
    assert any("results" in path.parts for path in entries)
    for path in entries:
        path.write_bytes(content)
    assert said() == first
    assert list(tmp_path.rglob("pwned")) == []
