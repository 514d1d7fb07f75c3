"""Measurements as a table of ratios, and the page that holds them."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from benchmarks.timing import Measured
from benchmarks.tools import Tools

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def document(
    sections: Iterable[tuple[str, Mapping[str, Measured]]],
    growth: Iterable[str],
    profiles: Mapping[str, str],
    tools: Tools,
) -> str:
    """All results in Markdown; ratios are to the first row of each table."""
    lines = [f"Measured on {date.today().isoformat()}: {machine()}.", ""]
    lines += [", ".join(f"{name} {version}" for name, version in tools.versions.items()) + "."]
    lines += [f"Not measured: {name}." for name in tools.missing]
    for title, found in sections:
        lines += ["", f"### {title}", "", *_table(found)]
    lines += ["", "### Growth with the number of files, 1 process", "", *growth]
    for title, text in profiles.items():
        kept = [line.rstrip() for line in text.splitlines() if line.strip()]
        lines += ["", f"### Profile: {title.lower()}", "", "```text", *kept, "```"]
    return "\n".join(lines) + "\n"


def growth(by_size: Mapping[int, Measured]) -> list[str]:
    """A table of time per file and of peak memory, by the number of files."""
    rows = [
        f"| {size:,} | {one.median * 1e3 / size:.2f} | {one.mebibytes:.0f} |"
        for size, one in by_size.items()
    ]
    return ["| files | ms per file | peak, MiB |", "|---:|---:|---:|", *rows]


def machine() -> str:
    """Cores, memory and Python; nothing that names the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores, {memory:.0f} GiB of memory, Python {platform.python_version()}"


def _table(found: Mapping[str, Measured]) -> list[str]:
    first = next(iter(found.values()))
    reference = next(iter(found))
    rows = [
        f"| {name} | {one.median * 1e3:,.0f} | {one.spread} | {one.median / first.median:.2f} "
        f"| {one.mebibytes:.0f} |"
        for name, one in found.items()
    ]
    head = f"| | median, ms | fastest–slowest | ratio to {reference} | peak, MiB |"
    return [head, "|---|---:|---:|---:|---:|", *rows]


def replace_results(path: Path, text: str) -> None:
    """Put the results between the marks of a page. Raises ValueError if it has none."""
    page = path.read_text(encoding="utf-8")
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError(f"{path} has no place for results")
    path.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")
