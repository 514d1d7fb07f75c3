"""Disks that are full or may not be written: a line on standard error, and every file as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.rule_files import BAD, write_rules
from tests.processes import recipelint_process

linux = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full, and disks in memory")


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    """The tests' own rules and no others."""
    return ["--isolated", "--rules", str(write_rules(tmp_path / "rules")), "--select", "TST"]


@linux
def test_a_report_to_a_full_disk_is_one_line_and_status_2(
    tmp_path: Path, options: list[str]
) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    done = recipelint_process(
        "check", "bad.yaml", "--output-file", "json=/dev/full", *options, cwd=tmp_path
    )
    assert done.returncode == 2
    assert done.stderr == b"recipelint: error: cannot write /dev/full: No space left on device\n"


@linux
@pytest.mark.parametrize("command", [["check", "bad.yaml"], ["check", "bad.yaml", "--no-cache"]])
def test_standard_output_to_a_full_disk_is_one_line_and_status_2(
    tmp_path: Path, options: list[str], command: list[str]
) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "recipelint", *command, *options],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"No space left on device" in done.stderr


_DISK = """
mount -t tmpfs -o size={size} tmpfs disk || exit 99
cp big.yaml disk/bad.yaml
{meanwhile}
cd disk
XDG_CACHE_HOME={cache} {python} -m recipelint check bad.yaml {options}
status=$?
cmp bad.yaml ../big.yaml || exit 98
ls -A
exit $status
"""


def _on_a_disk(
    tmp_path: Path, options: list[str], size: str, meanwhile: str = ":", cache: str = "/nowhere"
) -> subprocess.CompletedProcess[bytes]:
    """Check a recipe of 48 kB on a disk of its own, which no other process sees."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "big.yaml").write_text(BAD + "# padding\n" * 4_800)
    script = _DISK.format(
        size=size,
        meanwhile=meanwhile,
        cache=cache,
        python=sys.executable,
        options=" ".join(options),
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    if done.returncode == 99 or b"unshare failed" in done.stderr:
        pytest.skip("disks in memory are for administrators")
    return done


@linux
def test_a_fix_that_does_not_fit_on_the_disk_leaves_the_file(
    tmp_path: Path, options: list[str]
) -> None:
    done = _on_a_disk(tmp_path, ["--fix", "--unsafe-fixes", *options], "64k")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (2, b"bad.yaml")
    assert b"recipelint: cannot write bad.yaml: No space left on device\n" in done.stderr


@linux
def test_a_fix_on_a_disk_that_may_not_be_written_leaves_the_file(
    tmp_path: Path, options: list[str]
) -> None:
    ro = "mount -o remount,ro tmpfs disk || exit 99"
    done = _on_a_disk(tmp_path, ["--fix", "--unsafe-fixes", *options], "1m", ro)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (2, b"bad.yaml")
    assert b"recipelint: cannot write bad.yaml: Read-only file system\n" in done.stderr


@linux
def test_a_cache_on_a_full_disk_is_done_without(tmp_path: Path, options: list[str]) -> None:
    full = "dd if=/dev/zero of=disk/rest bs=1k count=100 2>/dev/null"
    disk = str(tmp_path / "disk")
    done = _on_a_disk(tmp_path, options, "64k", full, disk)
    assert done.returncode == 1
    assert b"TST001" in done.stdout
    assert done.stderr == b""
