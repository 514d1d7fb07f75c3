"""The hostile cases as a table of the threat model: `python -m tests.fuzzing.hostile_table`.

With a file of outcomes (see `hostile_run`) it prints the table with what each case cost instead.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.fuzzing.hostile import CASES, Case

PAGE = Path(__file__).parents[2] / "docs" / "threat-model.md"
MARK = "<!-- hostile cases: written by `python -m tests.fuzzing.hostile_table` -->\n"
_ENDS = {0: "checked", 1: "an error is found", 2: "refused with status 2"}


def rows() -> Iterator[str]:
    """The table, line by line."""
    yield "| Where | What | Outcome |"
    yield "|---|---|---|"
    yield from (f"| {case.group} | {case.name} | {outcome(case)} |" for case in CASES)


def outcome(case: Case) -> str:
    """What becomes of a case, in words."""
    said = case.says.strip(" :").replace("|", "\\|").replace("`", "")
    return f"{_ENDS[case.status]}: `{said}`" if said else _ENDS[case.status]


def page() -> str:
    """The page with the table as it should be."""
    written, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    return f"{written}{mark}\n" + "\n".join(rows()) + "\n"


def measured(path: str) -> Iterator[str]:
    """The cases of a file of outcomes, each with what it cost."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    for case, found in zip(CASES, map(json.loads, lines), strict=True):
        cost = f"{found['seconds']:5.2f} s {found['megabytes']:4} MB"
        yield f"{case.group:10} {case.name:40} {cost}  {outcome(case)}"


if __name__ == "__main__":
    if sys.argv[1:]:
        print("\n".join(measured(sys.argv[1])))
    else:
        PAGE.write_text(page(), encoding="utf-8")
