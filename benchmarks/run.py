"""Compare recipelint's speed with that of other linters, and say where its time goes.

Everything runs on the same files in the same run, in turns; ratios of medians are printed and
written to docs/performance.md. `--large` adds 100,000 files.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks import inputs, report
from benchmarks.timing import Command, Measured, in_turns
from benchmarks.tools import ROOT, Tools, install

SINGLE_RUNS, HUNDRED_RUNS, THOUSAND_RUNS, MANY_RUNS = 15, 5, 10, 1
PROFILE = """
import cProfile, gc, pstats, sys
gc.set_threshold(50_000)
sys.argv = ["recipelint", "check", sys.argv[1], "--no-cache", "--jobs", "1", "-q"]
profile = cProfile.Profile()
profile.enable()
try:
    from recipelint.cli import main
    main()
except SystemExit:
    pass
profile.disable()
pstats.Stats(profile, stream=sys.stdout).strip_dirs().sort_stats(sys.argv[-1]).print_stats(18)
"""


def main() -> None:
    """Install, measure, print and write."""
    options = _options()
    work = Path(options.work or tempfile.mkdtemp(prefix="recipelint-bench-"))
    work.mkdir(parents=True, exist_ok=True)
    tools = install(work)
    environment = {"XDG_CACHE_HOME": str(work / "cache"), "NO_COLOR": "1"}
    schema = _schema(tools, work)
    sections = [
        ("`import`, 15 runs", _imports(tools, work, environment)),
        ("One file of 60 lines, 15 runs", _single(tools, schema, work, environment)),
    ]
    sizes = {100: HUNDRED_RUNS, 1_000: THOUSAND_RUNS, 10_000: MANY_RUNS}
    if options.large:
        sizes[100_000] = MANY_RUNS
    by_size: dict[int, Measured] = {}
    for size, runs in sizes.items():
        title = f"{size:,} files, {runs} run{'s' * (runs > 1)}"
        folder = inputs.write(work, size)
        commands = _many(tools, schema, folder, peers=size <= 1_000)
        found = in_turns(commands, runs, work, environment)
        by_size[size] = found["recipelint, 1 process"]
        sections.append((title, found))
    sections.append(
        (f"1,000 files of all dialects, {THOUSAND_RUNS} runs", _mixed(tools, work, environment))
    )
    profiles = {
        "One file": _profile(tools, inputs.write(work, 1), "tottime"),
        "1,000 files": _profile(tools, inputs.write(work, 1_000), "tottime"),
    }
    text = report.document(sections, report.growth(by_size), profiles, tools)
    print(text)
    if options.write:
        report.replace_results(ROOT / "docs/performance.md", text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also 100,000 files")
    parser.add_argument("--work", help="a folder to keep the environment and the inputs in")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    return parser.parse_args()


def _schema(tools: Tools, work: Path) -> Path:
    """The JSON Schema of axolotl for check-jsonschema, from recipelint's own table of keys."""
    path = work / "axolotl.schema.json"
    command = [tools.program("recipelint"), "schema", "axolotl"]
    path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return path


def _imports(tools: Tools, work: Path, environment: Mapping[str, str]) -> dict[str, Measured]:
    python = tools.program("python")
    commands = {
        "import yaml": (python, "-c", "import yaml"),
        "import recipelint": (python, "-c", "import recipelint"),
        "import click, yaml": (python, "-c", "import click, yaml"),
        "pass": (python, "-c", "pass"),
    }
    return in_turns(commands, SINGLE_RUNS, work, environment)


def _single(
    tools: Tools, schema: Path, work: Path, environment: Mapping[str, str]
) -> dict[str, Measured]:
    folder = inputs.write(work, 1)
    (path,) = (str(p) for p in folder.rglob("*.yaml"))
    check = (tools.program("recipelint"), "check", path)
    commands: dict[str, Command] = {
        "yamllint": (tools.program("yamllint"), "-d", "relaxed", path),
        "recipelint, cold": (*check, "--no-cache"),
        "recipelint, cached": check,
        "recipelint --version": (check[0], "--version"),
        "check-jsonschema": _check_jsonschema(tools, schema, [path]),
        "cfn-lint": (tools.program("cfn-lint"), path),
        "spectral": (tools.program("spectral"), "lint", "-r", str(_ruleset(work)), path),
    }
    return in_turns(_installed(commands), SINGLE_RUNS, work, environment)


def _many(tools: Tools, schema: Path, folder: Path, peers: bool) -> dict[str, Command]:
    check = (tools.program("recipelint"), "check", str(folder), "-q")
    commands: dict[str, Command] = {}
    if peers:
        files = sorted(str(path) for path in folder.rglob("*.yaml"))
        commands["yamllint"] = (tools.program("yamllint"), "-d", "relaxed", str(folder))
        commands["check-jsonschema"] = _check_jsonschema(tools, schema, files)
    commands["recipelint, 1 process"] = (*check, "--no-cache", "--jobs", "1")
    commands["recipelint, default processes"] = (*check, "--no-cache")
    commands["recipelint, cached"] = check
    return _installed(commands)


def _mixed(tools: Tools, work: Path, environment: Mapping[str, str]) -> dict[str, Measured]:
    """All examples in turn; no one schema is theirs, so check-jsonschema is left out."""
    folder = inputs.write(work, 1_000, inputs.mixed)
    commands = _many(tools, work, folder, peers=True)
    del commands["check-jsonschema"]
    return in_turns(commands, THOUSAND_RUNS, work, environment)


def _check_jsonschema(tools: Tools, schema: Path, files: list[str]) -> Command:
    return (tools.program("check-jsonschema"), "--schemafile", str(schema), *files)


def _ruleset(work: Path) -> Path:
    """A rule set for Spectral that asks for one key."""
    path = work / "ruleset.yaml"
    path.write_text(
        "rules:\n  base:\n    given: $\n    then: {field: base_model, function: truthy}\n",
        encoding="utf-8",
    )
    return path


def _installed(commands: Mapping[str, Command]) -> dict[str, Command]:
    return {name: command for name, command in commands.items() if Path(command[0]).exists()}


def _profile(tools: Tools, folder: Path, order: str) -> str:
    """The functions in which a check of a folder spends its time."""
    code = PROFILE.replace("sys.argv[-1]", repr(order))
    command = [tools.program("python"), "-c", code, str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
