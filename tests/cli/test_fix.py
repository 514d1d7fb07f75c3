"""`--fix` and `--diff`: what is written, what is shown, and what is left alone."""

from __future__ import annotations

import errno
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.rule_files import BAD
from tests.processes import recipelint_process

FIXED = BAD.replace("10", "0.001")
"""The tests' rule sets the learning rate to 1e-3; the fix is an unsafe one."""


def test_a_fix_is_written_and_the_rest_of_the_report_shown(check: Run, project: Path) -> None:
    result = check("--fix", "--unsafe-fixes", "--format", "concise", "--fail-on", "info")
    assert (project / "bad.yaml").read_text() == FIXED
    assert result.stdout == "odd.yaml:3:16: info TST002 odd-batch: 3 is odd\n"
    assert "recipelint: fixed 1 finding in 1 file\n" in result.stderr
    assert result.exit_code == 1


def test_the_status_is_that_of_what_is_left(check: Run) -> None:
    assert check("bad.yaml", "--fix", "--unsafe-fixes").exit_code == 0


def test_unsafe_fixes_wait_to_be_asked_for(check: Run, project: Path) -> None:
    result = check("bad.yaml", "--fix")
    assert (project / "bad.yaml").read_text() == BAD
    assert "1 fix would change the run: --unsafe-fixes makes it" in result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "data",
    [
        BAD.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + BAD.encode(),
        BAD.encode("utf-16"),
        BAD.rstrip("\n").encode(),
        (BAD + "# \u00e9nd \t \n\n\n").encode(),
    ],
)
def test_every_other_byte_is_left_alone(check: Run, project: Path, data: bytes) -> None:
    path = project / "bad.yaml"
    path.write_bytes(data)
    path.chmod(0o600)
    assert check("bad.yaml", "--fix", "--unsafe-fixes").exit_code == 0
    encoding = "utf-16-le" if data.startswith(b"\xff\xfe") else "utf-8"
    assert path.read_bytes() == data.replace("10".encode(encoding), "0.001".encode(encoding), 1)
    assert path.stat().st_mode & 0o777 == 0o600


def test_suppressed_findings_are_not_fixed(check: Run, project: Path) -> None:
    text = BAD.replace("10\n", "10  # recipelint: ignore[TST001] as published\n")
    (project / "bad.yaml").write_text(text)
    check("bad.yaml", "--fix", "--unsafe-fixes")
    assert (project / "bad.yaml").read_text() == text


def test_a_diff_is_shown_and_nothing_written(check: Run, project: Path) -> None:
    result = check("--diff", "--unsafe-fixes")
    assert result.exit_code == 1
    assert result.stdout == (
        "--- a/bad.yaml\n+++ b/bad.yaml\n@@ -1,3 +1,3 @@\n recipelint: 1\n optimizer:\n"
        "-  learning_rate: 10\n+  learning_rate: 0.001\n"
    )
    assert result.stderr == "recipelint: would fix 1 finding in 1 file\n"
    assert (project / "bad.yaml").read_text() == BAD
    assert check("good.yaml", "--diff").exit_code == 0


@pytest.mark.parametrize("text", [BAD, BAD.rstrip("\n"), BAD + "# \u2028# \u0085# end\r\n"])
def test_git_applies_the_patch(check: Run, project: Path, text: str) -> None:
    (project / "bad.yaml").write_bytes(text.encode())
    check("--diff", "--unsafe-fixes", "--output-file", "fix.patch")
    subprocess.run(["git", "apply", "fix.patch"], cwd=project, check=True)
    assert (project / "bad.yaml").read_bytes() == text.replace("10", "0.001", 1).encode()


def test_a_patch_on_the_terminal_steers_nothing(check: Run, project: Path) -> None:
    (project / "bad.yaml").write_text(f"# \x85 \u202e\n  ::error::x\n{BAD}".replace("  ::", "# ::"))
    shown = check("--diff", "--unsafe-fixes").stdout
    assert shown.replace("\n", "").isprintable()


def test_a_patch_shows_no_secrets_but_changes_none(check: Run, project: Path) -> None:
    token = "hf_" + "qWbTzKfYpLmRsVnXcJdGhEaUoQiTrPkMzS"
    (project / "bad.yaml").write_text(f"{BAD}# hub_token: {token}\n")
    assert token not in check("--diff", "--unsafe-fixes").stdout
    check("--diff", "--unsafe-fixes", "--output-file", "fix.patch")
    assert token in (project / "fix.patch").read_text()
    check("--fix", "--unsafe-fixes")
    assert (project / "bad.yaml").read_text() == f"{FIXED}# hub_token: {token}\n"


@pytest.mark.parametrize(
    "arguments",
    [["--fix", "--diff"], ["--unsafe-fixes"], ["-", "--fix"], ["-", "--diff"]],
)
def test_options_that_contradict_each_other(check: Run, arguments: list[str]) -> None:
    assert check(*arguments, input=BAD).exit_code == 2


# --- files that cannot be written


def test_a_full_disk_is_one_line_and_status_2(
    check: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("recipelint.atomic.os.write", full)
    before = sorted(os.listdir(project))
    result = check("bad.yaml", "--fix", "--unsafe-fixes", "-q")
    assert result.exit_code == 2
    assert result.stderr == "recipelint: cannot write bad.yaml: No space left on device\n"
    assert (project / "bad.yaml").read_text() == BAD
    assert sorted(os.listdir(project)) == before
    assert "TST001" in result.stdout, "what is not fixed is still found"


def test_a_limit_of_the_system_is_an_error_like_any_other(project: Path, rules: Path) -> None:
    """The system itself refuses to write more than ten bytes to a file."""
    import resource

    arguments = ["check", "bad.yaml", "--rules", str(rules), "--select", "TST", "-q"]
    recipelint_process(*arguments)  # what it caches is cached
    before = sorted(os.listdir(project))
    done = recipelint_process(
        *arguments,
        "--fix",
        "--unsafe-fixes",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)),
    )
    assert done.returncode == 2
    assert done.stderr == b"recipelint: cannot write bad.yaml: File too large\n"
    assert (project / "bad.yaml").read_text() == BAD
    assert sorted(os.listdir(project)) == before


def test_two_runs_at_once_do_not_harm_each_other(project: Path, rules: Path) -> None:
    arguments = ["check", "--rules", str(rules), "--select", "TST", "--fix", "--unsafe-fixes"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: recipelint_process(*arguments), range(8)))
    assert (project / "bad.yaml").read_text() == FIXED
    assert not list(project.glob(".*.tmp"))


def test_a_file_that_may_not_be_written_is_left_alone(check: Run, project: Path) -> None:
    (project / "bad.yaml").chmod(0o444)
    result = check("bad.yaml", "--fix", "--unsafe-fixes", "-q")
    assert (result.exit_code, (project / "bad.yaml").read_text()) == (2, BAD)
    assert "cannot write bad.yaml: Permission denied" in result.stderr


def test_a_link_is_not_written_through(check: Run, project: Path) -> None:
    outside = project.parent / "outside.yaml"
    outside.write_text(BAD)
    (project / "bad.yaml").unlink()
    (project / "bad.yaml").symlink_to(outside)
    result = check("--fix", "--unsafe-fixes", "-q")
    assert (result.exit_code, outside.read_text()) == (2, BAD)
    assert "bad.yaml is a link and is left alone" in result.stderr


def test_a_file_that_was_changed_meanwhile_is_left_alone(
    check: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recipelint import fixes

    mend = fixes.mend

    def slowly(*arguments: object) -> fixes.Mended:
        (project / "bad.yaml").write_text("recipelint: 1\n")
        return mend(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("recipelint.fixes.mend", slowly)
    result = check("bad.yaml", "--fix", "--unsafe-fixes")
    assert "was changed while it was checked" in result.stderr
    assert (project / "bad.yaml").read_text() == "recipelint: 1\n"
