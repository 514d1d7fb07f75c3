"""Markdown of generated pages, and the command line that all generators of pages share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
_MARKUP = re.compile(r"\*|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_FENCES = {".json": "json", ".toml": "toml"}


def prose(text: str) -> str:
    """Plain text with `code` in it, so that Markdown takes no other sign for markup."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["\\`".join(parts[-2:])]
    parts[::2] = [_MARKUP.sub(r"\\\g<0>", p).replace("<", "&lt;") for p in parts[::2]]
    return "`".join(parts)


def cell(text: str) -> str:
    """Markdown for a cell of a table: one line, no column of its own."""
    return " ".join(text.split()).replace("|", "\\|")


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The lines of a table, an empty one before it; nothing where there are no rows."""
    made = ["| " + " | ".join(cell(c) for c in row) + " |" for row in rows]
    if made:
        names = list(header)
        yield from ("", "| " + " | ".join(names) + " |", "|---" * len(names) + "|", *made)


def block(title: str, text: str, fence: str) -> Iterator[str]:
    """A titled block of code."""
    yield from ("", f"{title}:", "", f"```{fence}", text.strip("\n"), "```")


def fence(file: str) -> str:
    """The language in which a file of that name is shown."""
    return _FENCES.get(Path(file).suffix, "yaml")


def words(items: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *head, tail = list(items)
    return f"{', '.join(head)} {last} {tail}" if head else tail


def write(pages: Mapping[Path, str], folders: Iterable[Path], description: str | None) -> int:
    """Write what is stale, delete what is gone from `folders`; with `--check` only tell of it.

    Gives the exit status: 1 with `--check` where something is stale.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [p for p, text in pages.items() if not p.exists() or p.read_text("utf-8") != text]
    gone = [p for folder in folders for p in folder.glob("*.md") if p not in pages]
    for path in (*stale, *gone):
        print(("stale: " if check else "wrote: ") + path.relative_to(ROOT).as_posix())
    if not check:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path], "utf-8")
        for path in gone:
            path.unlink()
    return int(check and bool(stale or gone))
