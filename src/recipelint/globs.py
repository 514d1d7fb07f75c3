"""File patterns as `.gitignore` has them, matched in time bounded by pattern times path.

A pattern without a slash (but at its end) holds at any depth, one with a slash from the folder
that it belongs to. `*` and `?` stay within a name, `**` spans folders, `[a-z]` is a set of
characters; a slash at the end asks for a folder. Backslash escapes are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import translate
from functools import lru_cache

_ANY = "**"
_WILD = frozenset("*?[")


@lru_cache(maxsize=1024)
def segments(pattern: str) -> tuple[str, ...]:
    """The parts of a pattern between its slashes, with `**` in front if it holds at any depth."""
    bare = pattern.rstrip("/")
    anchored = "/" in bare
    parts = tuple(part for part in bare.removeprefix("./").split("/") if part)
    if not parts:
        return ("",)  # names nothing
    if parts[-1] == _ANY:
        parts = (*parts, "*")  # what is in a folder, not the folder
    return parts if anchored else (_ANY, *parts)


def matches(pattern: str, path: str, folder: bool = False) -> bool:
    """Whether the pattern names `path` (relative, with slashes) or a folder that it lies in."""
    return _reaches(pattern, path.split("/"), folder)


def names(pattern: str, path: str, folder: bool) -> bool:
    """Whether the pattern names exactly `path`, which is a folder or not."""
    if pattern.endswith("/") and not folder:
        return False
    return _fits(segments(pattern), path.split("/"))


def first_match(patterns: Iterable[str], path: str, folder: bool = False) -> str | None:
    """The first of the patterns that matches."""
    parts = path.split("/")
    return next((pattern for pattern in patterns if _reaches(pattern, parts, folder)), None)


def _reaches(pattern: str, parts: Sequence[str], folder: bool) -> bool:
    return _fits(_reach(pattern, pattern.endswith("/") and not folder), parts)


@lru_cache(maxsize=1024)
def _reach(pattern: str, inside: bool) -> tuple[str, ...]:
    """The parts of a pattern and of whatever lies in what it names; `inside`: of that alone."""
    below = ("*", _ANY) if inside else (_ANY,)
    return (*segments(pattern), *below)


def _fits(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Match part by part; a mismatch goes back to the last `**` alone, which is enough."""
    at = seen = 0
    again: tuple[int, int] | None = None
    while seen < len(parts):
        if at < len(pattern) and pattern[at] == _ANY:
            again = (at, seen)
            at += 1
        elif at < len(pattern) and _is_called(parts[seen], pattern[at]):
            at, seen = at + 1, seen + 1
        elif again is not None:
            again = (again[0], again[1] + 1)
            at, seen = again[0] + 1, again[1]
        else:
            return False
    return all(part == _ANY for part in pattern[at:])


def _is_called(part: str, pattern: str) -> bool:
    if pattern == part:
        return True
    return not _WILD.isdisjoint(pattern) and _compiled(pattern).match(part) is not None


@lru_cache(maxsize=1024)
def _compiled(part: str) -> re.Pattern[str]:
    """The standard library's translation, whose stars do not backtrack into each other."""
    return re.compile(translate(part))
