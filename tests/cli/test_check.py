"""`recipelint check` from end to end: what it prints, and its exit status."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from textwrap import dedent

import pytest

from recipelint.linter import Linter, Report
from tests.cli.conftest import Run
from tests.cli.rule_files import BAD
from tests.processes import recipelint_process


def test_a_finding_as_a_person_sees_it(check: Run) -> None:
    result = check("bad.yaml")
    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout == dedent(
        """\
        bad.yaml:3:18: error TST001 rate-too-high
          |
        3 |   learning_rate: 10
          |                  ^^ learning rate 10 is above 1
          = at: optimizer.learning_rate
          = sum: optimizer.learning_rate  10  line 3
                 parameters.highest       1   parameter of the rule
          = evidence: A Report, section 1
          = help: use a lower one (fix changes the run)

        1 finding (1 error) in 1 recipe of 1 file. `recipelint explain RULE` says why.
        """
    )


# --- exit status


@pytest.mark.parametrize(
    ("file", "fail_on", "status"),
    [
        ("good.yaml", "info", 0),
        ("odd.yaml", "error", 0),
        ("odd.yaml", "warning", 0),
        ("odd.yaml", "info", 1),
        ("bad.yaml", "error", 1),
        ("bad.yaml", "info", 1),
        ("bad.yaml", "never", 0),
    ],
)
def test_the_status_says_whether_findings_reach_fail_on(
    check: Run, file: str, fail_on: str, status: int
) -> None:
    assert check(file, "--fail-on", fail_on).exit_code == status


@pytest.mark.parametrize("name", ["text", "concise", "json", "sarif", "github"])
def test_the_status_is_the_same_in_every_format(check: Run, name: str) -> None:
    assert check("bad.yaml", "--format", name).exit_code == 1
    assert check("good.yaml", "--format", name).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no.yaml"], "no.yaml: there is no such file or folder"),
        (["--select", "TST01"], "no rule matches `TST01`; did you mean `TST001`?"),
        (["--ignore", "odd-bach"], "no rule matches `odd-bach`; did you mean `odd-batch`?"),
        (["--dialect", "axolotle"], "there is no dialect `axolotle`; did you mean `axolotl`?"),
        (["--gpus", "8xH100-80GBB"], "--gpus: unknown GPU 'H100-80GBB'; did you mean"),
        (["--gpus", "0xH100-80GB"], "--gpus: '0xH100-80GB' asks for no GPU"),
        (["--model-config", "good.yaml"], "good.yaml is no Hugging Face config.json"),
        (["--statistics", "--format", "json"], "--statistics does not go with --format json"),
        (["--fail-on", "errors"], "'errors' is not one of"),
        (["--selct", "TST"], "No such option"),
        (["good.yaml", "--output-file", "no/such/folder"], "cannot write no/such/folder: No such"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(check: Run, arguments: list[str], message: str) -> None:
    result = check(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("recipelint: error: ")
    assert result.stderr.count("\n") == 1


def test_a_wrong_rule_file_is_one_line_and_status_2(check: Run, rules: Path) -> None:
    (rules / "batch" / "TST004-wrong.yaml").write_text("id: TST004\nsummry: x\n", encoding="utf-8")
    result = check("good.yaml")
    assert result.exit_code == 2
    assert "TST004-wrong.yaml:2: summry: rules have no such field; did you mean `summary`?" in (
        result.stderr
    )
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["bad.yaml"], 1), (["good.yaml"], 0), (["nothing.yaml"], 2), (["--no-such-option"], 2)],
)
def test_a_process_exits_with_the_status(
    project: Path, rules: Path, arguments: list[str], status: int
) -> None:
    done = recipelint_process("check", "--rules", str(rules), "--select", "TST", *arguments)
    assert done.returncode == status
    assert b"Traceback" not in done.stderr


# --- which files


def test_folders_are_searched_and_other_files_passed_over(check: Run) -> None:
    result = check(".", "--format", "json")
    shown = json.loads(result.stdout)
    assert (shown["files"], shown["recipes"]) == (4, 3)
    assert [f["path"] for f in shown["findings"]] == ["bad.yaml", "odd.yaml"]


def test_without_a_path_the_current_folder_is_checked(check: Run) -> None:
    assert json.loads(check("--format", "json").stdout)["files"] == 4


def test_a_file_that_is_named_twice_is_checked_once(check: Run, project: Path) -> None:
    result = check("bad.yaml", ".", str(project / "bad.yaml"), "--format", "json")
    assert json.loads(result.stdout)["files"] == 4


def test_no_recipe_is_remarked_upon(check: Run) -> None:
    result = check("other.yaml")
    assert result.exit_code == 0
    assert result.stderr == "recipelint: no recipe found in other.yaml\n"


def test_no_recipe_fails_where_recipes_are_required(check: Run) -> None:
    assert check("other.yaml", "--require-recipes").exit_code == 1
    assert check("good.yaml", "--require-recipes").exit_code == 0


def test_a_dialect_can_be_forced(check: Run) -> None:
    shown = json.loads(check("other.yaml", "--dialect", "neutral", "--format", "json").stdout)
    assert shown["recipes"] == 1


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file may be opened (file modes do not stop an administrator)."""

    def refuse(self: Linter, path: str) -> Report:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(Linter, "check_file", refuse)


@pytest.mark.usefixtures("refused")
def test_an_unreadable_file_is_a_finding(check: Run) -> None:
    result = check("bad.yaml", "--format", "concise")
    assert result.exit_code == 1
    assert result.stdout == (
        "bad.yaml:1:1: error TST003 not-readable: the file cannot be read: Permission denied\n"
    )


@pytest.mark.usefixtures("refused")
def test_an_unreadable_file_is_never_passed_over_in_silence(check: Run) -> None:
    """Even if the rule that reports it is left out, nobody may think the file was checked."""
    result = check("bad.yaml", "--ignore", "TST003", "-q")
    assert result.stderr == "recipelint: cannot read bad.yaml: Permission denied\n"


# --- standard input


def test_standard_input(check: Run) -> None:
    result = check("-", input=BAD)
    assert result.exit_code == 1
    assert result.stdout.startswith("stdin.yaml:3:18: error TST001")


def test_standard_input_has_the_name_that_it_is_given(check: Run) -> None:
    result = check("-", "--stdin-filename", "runs/x.yaml", "--format", "concise", input=BAD)
    assert result.stdout.startswith("runs/x.yaml:3:18:")


def test_standard_input_that_looks_like_json_is_json(check: Run) -> None:
    text = json.dumps({"recipelint": 1, "optimizer": {"learning_rate": 10}})
    assert check("-", "--format", "concise", input=text).stdout.startswith("stdin.json:1:")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00\xd8", b"\x80abc", b"\x00", b"", b"a: [" * 2000])
def test_no_bytes_on_standard_input_crash(check: Run, data: bytes) -> None:
    assert check("-", input=data).exit_code == 0


# --- which rules


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], ["TST001", "TST002"]),
        (["--ignore", "TST001"], ["TST002"]),
        (["--ignore", "rate-too-high,TST002"], []),
        (["--ignore", "TST001", "--ignore", "TST002"], []),
        (["--select", "TST002"], ["TST002"]),
        (["--select", "odd-batch,TST001", "--ignore", "TST001"], ["TST002"]),
        (["--ignore", "batch"], ["TST001"]),
    ],
)
def test_rules_are_selected_by_id_name_and_category(
    check: Run, options: list[str], found: list[str]
) -> None:
    shown = json.loads(check(*options, "--format", "json").stdout)
    assert [f["rule"] for f in shown["findings"]] == found


def test_extend_select_adds_to_what_is_selected(run: Run, project: Path, rules: Path) -> None:
    options = ["--rules", str(rules), "--select", "TST002", "--extend-select", "TST001"]
    shown = json.loads(run("check", *options, "--format", "json").stdout)
    assert [f["rule"] for f in shown["findings"]] == ["TST001", "TST002"]


# --- what is given


def test_the_cluster_and_the_model_are_facts_that_rules_see(
    run: Run, project: Path, rules: Path
) -> None:
    config = {"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32}
    (project / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (rules / "batch" / "TST004-given.yaml").write_text(
        dedent(
            """\
            id: TST004
            name: given-facts
            severity: warning
            summary: Something is given
            requires: cluster.gpu_memory < 1 and model.layers < 1
            at: batch.micro_batch
            message: "{cluster.gpu} of {cluster.gpu_memory} GiB, {model.layers} layers"
            why: The tests want to see it.
            evidence: [{source: a, where: b, finds: c, status: judgement}]
            examples: {bad: [], good: []}
            """
        ),
        encoding="utf-8",
    )
    base = ["check", "odd.yaml", "--rules", str(rules), "--select", "TST004", "--format", "json"]
    without = json.loads(run(*base).stdout)
    assert without["findings"] == []
    assert without["not_assessed"][0]["missing"] == ["cluster.gpu_memory", "model.layers"]
    given = json.loads(run(*base, "--gpus", "8xH100-80GB", "--model-config", "config.json").stdout)
    assert [f["message"] for f in given["findings"]] == ["H100-80GB of 80 GiB, 32 layers"]


# --- where and how it is printed


def test_a_report_can_be_written_to_a_file(check: Run, project: Path) -> None:
    result = check("bad.yaml", "--format", "json", "--output-file", "report.json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "1 finding (1 error) in 1 recipe of 1 file\n"
    assert json.loads((project / "report.json").read_text("utf-8"))["recipes"] == 1


@pytest.mark.parametrize("name", ["concise", "github"])
def test_line_formats_leave_the_sum_to_standard_error(check: Run, name: str) -> None:
    result = check("bad.yaml", "--format", name)
    assert result.stdout.count("\n") == 1
    assert result.stderr == "1 finding (1 error) in 1 recipe of 1 file\n"


@pytest.mark.parametrize("name", ["text", "concise"])
def test_quiet_prints_nothing_but_findings(check: Run, name: str) -> None:
    result = check("other.yaml", "good.yaml", "-q", "--format", name)
    assert (result.stdout, result.stderr) == ("", "")


def test_statistics_replace_the_findings(check: Run) -> None:
    assert check("--statistics").stdout == dedent(
        """\
             1  TST001  error    in 1 of 3  rate-too-high
             1  TST002  info     in 1 of 3  odd-batch
        2 findings (1 error, 1 info) in 3 recipes of 4 files; 1 rule not assessed
        """
    )


def test_verbose_names_the_facts_that_rules_lacked(check: Run) -> None:
    assert check("odd.yaml", "-v", "-q").stdout == dedent(
        """\
        odd.yaml:3:16: info TST002 odd-batch
          |
        3 |   micro_batch: 3
          |                ^ 3 is odd
          = at: batch.micro_batch
          = sum: batch.micro_batch  3  line 3
          = evidence: nobody, nowhere (judgement)

        Not assessed, for want of facts:
          odd.yaml
            TST001 rate-too-high: optimizer.learning_rate (not in the file)
        """
    )


@pytest.mark.parametrize(
    ("choice", "environment", "colored"),
    [
        ("always", {}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour(check: Run, choice: str, environment: dict[str, str], colored: bool) -> None:
    shown = check("bad.yaml", "--color", choice, env=environment, color=True).stdout
    assert ("\x1b[" in shown) is colored


def test_hostile_file_names_and_texts_are_shown_harmlessly(check: Run, project: Path) -> None:
    name = "::error::\x1b[2Jx.yaml"
    (project / name).write_text(BAD.replace("10", "10 # \u202e ##[error]x"), encoding="utf-8")
    for style in ("text", "concise", "json", "sarif"):
        shown = check(name, "--format", style).stdout
        assert shown.replace("\n", "").isprintable()
        assert not re.search(r"^\s*::", shown, re.MULTILINE)
        assert "##[" not in shown


@pytest.mark.skipif(os.name == "nt", reason="POSIX locales")
def test_output_is_utf_8_on_any_locale(project: Path, rules: Path) -> None:
    (project / "size.yaml").write_text(BAD.replace("10", "10  # größer"), encoding="utf-8")
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = recipelint_process(
        "check", "--rules", str(rules), "--select", "TST", "size.yaml", env=locale
    )
    assert done.returncode == 1
    assert "learning_rate: 10  # größer".encode() in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_that_goes_away_is_no_error(project: Path, rules: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = ["check", "--rules", str(rules), "--select", "TST", "bad.yaml"]
    with os.fdopen(writing, "wb") as closed:
        done = _into(closed, *command)
    assert done == (1, b"")


def _into(stream: object, *arguments: str) -> tuple[int, bytes]:
    """Status and standard error of a process whose standard output is `stream`."""
    import subprocess
    import sys

    from tests.processes import SOURCES

    done = subprocess.run(
        [sys.executable, "-m", "recipelint", *arguments],
        stdout=stream,  # type: ignore[arg-type]
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": SOURCES},
        check=False,
    )
    return done.returncode, done.stderr


def test_an_internal_error_is_not_taken_for_findings(
    check: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Linter, path: str) -> Report:
        raise RuntimeError("\x1b[2J")

    monkeypatch.setattr(Linter, "check_file", fail)
    result = check("bad.yaml")
    assert result.exit_code == 2
    assert "RuntimeError: \\x1b[2J" in result.stderr
    assert result.stderr.endswith("recipelint: error: this is a bug in recipelint\n")
