"""A report with everything that is hard to lay out, and how it looks; run to write it anew.

`python -m tests.reporters.snapshots` writes the files of `snapshots/`, for somebody to look at.
Escapes of colours and links stand there as `<error>…</>`, so that they can be read.
"""

from __future__ import annotations

import re
from pathlib import Path

from recipelint.findings import Citation, Finding, Fix, Input, Severity, Span
from recipelint.linter import Report
from recipelint.reporters.options import Options
from recipelint.reporters.text import render
from tests.reporters.samples import EPSILON, MISSPELT, UNKNOWN, report

FOLDER = Path(__file__).parent / "snapshots"
WIDTHS = (40, 80, 120)
COLORS = {"plain": False, "color": True}
_ROLES = {
    "1;31": "error",
    "1;33": "warning",
    "1;36": "info",
    "34": "gutter",
    "1": "bold",
    "2": "faint",
    "0": "/",
}
_LONG = "runs/2026-11-22/a-rather-long-experiment-name/with-another-folder-below-it/stage2.yaml"
_TEXT = f"""\
名前: 日本語の値
cafe\u0301: [1,\t2,\t\tthree]
note: "{"x" * 300} 👍 NEEDLE 🎉 {"y" * 300}"
last: 1\r
"""


def _found(line: int, start: int, end: int, message: str, **others: object) -> Finding:
    values: dict[str, object] = {
        "rule": "TST001",
        "name": "a-name-of-some-length",
        "severity": Severity.INFO,
        "path": _LONG,
        **others,
    }
    return Finding(message=message, span=Span(line, start, line, end), **values)  # type: ignore[arg-type]


def hard() -> Report:
    """Wide and combining characters, emoji, tabs, an endless line, long paths, words and sums."""
    needle = _TEXT.split("\n")[2].index("NEEDLE") + 1
    found = report(
        MISSPELT,
        EPSILON,
        _found(1, 5, 10, "日本語の値は長い文章の中でも正しい桁に示されるべきである。" * 2),
        _found(2, 12, 13, "two tabs before", key="cafe\u0301[1]", severity=Severity.WARNING),
        _found(
            3,
            needle,
            needle + 6,
            "A message that holds a/path/without/any/blank/" + "that/goes/on/" * 9 + " and on.",
            inputs=(
                Input("estimate.memory.per_gpu", "1.2e+11", f"{_LONG}:3"),
                Input("parallel.data", "64", "derived: " + "world size / " * 5 + "pp"),
            ),
            help="raise `parallel.data` until it fits " + "or lower the micro batch " * 3,
            fix=Fix("raise it", (), safe=False),
            evidence=(Citation("A Report of Some Length", "table 12", "it fits", "judgement"),),
        ),
        not_assessed=[UNKNOWN],
        suppressed=2,
        known=1,
    )
    found.sources[_LONG] = _TEXT
    return found


def rendered(columns: int, color: bool) -> str:
    """The report with its escapes as tags."""
    shown = render(hard(), Options(columns, color, hyperlinks=color, verbose=True))
    shown = re.sub(r"\x1b\[([\d;]+)m", lambda match: f"<{_ROLES[match[1]]}>", shown)
    return re.sub(r"\x1b\]8;;(.*?)\x1b\\", lambda match: f"<link {match[1]}>", shown)


def file(columns: int, color: str) -> Path:
    """The file that holds how the report should look."""
    return FOLDER / f"text-{columns}-{color}.txt"


if __name__ == "__main__":
    for columns in WIDTHS:
        for name, color in COLORS.items():
            file(columns, name).write_text(rendered(columns, color), encoding="utf-8")
