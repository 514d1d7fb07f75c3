"""A page of the documentation as a session: its files are written, its commands and code are run.

A fenced block says by itself what it is:

- ``console`` holds commands after ``$`` and what they print. A command without output below it is
  run, and its output is not compared; a line ``…`` stands for any lines. A command that fails says
  so: ``# exit status 1``.
- ``python`` is executed; the blocks of a page share their names. A block ``text title="prints"``
  after it holds what it prints.
- A block of any language with ``title="name"`` is a file of that name. ``title="name:7"`` takes
  the place of as many lines of the file, from line 7 on.
- ``# not run: reason`` in the first line of a block leaves it out, for readers to see.

``python tools/page_sessions.py PAGE …`` writes into the pages what is really printed, where they
show something else; a lone ``?`` asks for it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent
HOME = "/home/you"
"""How pages show the folder in which the session's project lies."""
PRINTS = "prints"
_ELLIPSIS = "…"
_NOT_RUN = re.compile(r"# not run: (.+)")
_STATUS = re.compile(r"\s*# exit status (\d)$")
_TITLE = re.compile(r'title="([^"]+)"')
_INHERITED = ("LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")


class Block(NamedTuple):
    """A fenced block of a page, and the number of its first line, the fence."""

    language: str
    title: str | None
    text: str
    line: int

    @property
    def not_run(self) -> str | None:
        """Why the block is left out."""
        found = _NOT_RUN.match(self.text)
        return found.group(1) if found else None


class Shown(NamedTuple):
    """What a page says that something prints, and what it does print.

    `expected` and `status` are exit statuses; for code both are 0. `head` is the line of the
    command in the page, empty for code.
    """

    block: Block
    head: str
    expected: int
    text: str
    status: int
    printed: str

    @property
    def right(self) -> bool:
        """Whether the page shows what was printed."""
        return not self.text or matches(self.text, self.printed)


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found = []
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "fence" and token.map:
            language, _, rest = token.info.partition(" ")
            title = _TITLE.search(rest)
            name = title.group(1) if title else None
            found.append(Block(language, name, token.content, token.map[0] + 1))
    return found


def commands(text: str) -> Iterator[tuple[str, str]]:
    """The lines of a console block that hold commands, and what stands below each."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        yield line, output


def matches(shown: str, printed: str) -> bool:
    """Whether a page's text is what was printed, `…` standing for any lines."""
    parts = re.split(rf"^{_ELLIPSIS}\n", shown, flags=re.MULTILINE)
    return re.fullmatch("(?:.*\n)*?".join(map(re.escape, parts)), printed) is not None


class Session:
    """A project under git in which the blocks of one page are run, one after the other."""

    def __init__(self, home: Path, page: Path) -> None:
        """`home` is an empty folder; the project gets the examples where the page names them."""
        self._home = home
        self._project = home / "project"
        self._blocks = blocks(page)
        self._page = page
        self._names: dict[str, object] = {"__name__": "page"}
        self._environment = _environment(home)
        subprocess.run(["git", "init", "-q", str(self._project)], check=True)
        if any("examples/" in text for text in self._inputs()):
            shutil.copytree(ROOT / "examples", self._project / "examples")

    def _inputs(self) -> Iterator[str]:
        for block in self._blocks:
            if block.language == "console":
                yield from (line for line, _ in commands(block.text))
            elif block.language == "python":
                yield block.text

    def play(self) -> Iterator[Shown]:
        """Run every block, and tell what was printed."""
        printed = ""
        for block in self._blocks:
            if block.not_run is not None:
                continue
            if block.language == "console":
                yield from self._console(block)
            elif block.title == PRINTS:
                yield Shown(block, "", 0, block.text, 0, printed)
            elif block.title is not None:
                self._write(block.title, block.text)
            elif block.language == "python":
                printed = self._python(block)

    def _console(self, block: Block) -> Iterator[Shown]:
        for line, output in commands(block.text):
            status = _STATUS.search(line)
            done = subprocess.run(
                ["bash", "-c", _STATUS.sub("", line)],
                cwd=self._project,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            expected = int(status.group(1)) if status else 0
            printed = done.stdout.replace(str(self._home), HOME)
            yield Shown(block, line, expected, output, done.returncode, printed)

    def _python(self, block: Block) -> str:
        printed = io.StringIO()
        code = compile("\n" * block.line + block.text, str(self._page), "exec")
        with contextlib.chdir(self._project), contextlib.redirect_stdout(printed):
            exec(code, self._names)
        return printed.getvalue()

    def _write(self, title: str, text: str) -> None:
        name, _, line = title.partition(":")
        path = self._project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if line:
            new, at = text.splitlines(keepends=True), int(line) - 1
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            text = "".join([*lines[:at], *new, *lines[at + len(new) :]])
        path.write_text(text, encoding="utf-8")


def _environment(home: Path) -> dict[str, str]:
    """A user's environment in which `recipelint` is this checkout."""
    programs = home / "bin"
    programs.mkdir()
    script = programs / "recipelint"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m recipelint "$@"\n')
    script.chmod(0o755)
    path = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": os.environ.get("PYTHONPATH", "") or str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",  # what is printed comes in order, as in a terminal
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "HOME": str(home),
    }


# --- writing what is printed into a page


def refresh(page: Path) -> None:
    """Write what the commands and the code of a page print into it.

    Raises ValueError for a command with another exit status than the page says.
    """
    with tempfile.TemporaryDirectory() as home:
        shown = list(Session(Path(home), page).play())
    for one in shown:
        if one.status != one.expected:
            raise ValueError(f"{page}: exit status {one.status}: {one.head}\n{one.printed}")
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    for block in reversed(blocks(page)):
        own = [one for one in shown if one.block == block]
        if own:
            lead = block.text.partition("$ ")[0] if block.language == "console" else ""
            new = "".join(_head(one) + _body(one) for one in own)
            lines[block.line : block.line + block.text.count("\n")] = [lead + new]
    page.write_text("".join(lines), encoding="utf-8")


def _head(shown: Shown) -> str:
    return f"$ {shown.head}\n" if shown.head else ""


def _body(shown: Shown) -> str:
    return shown.text if shown.right else shown.printed


if __name__ == "__main__":
    for name in sys.argv[1:]:
        refresh(Path(name))
