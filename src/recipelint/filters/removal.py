"""Edits that take a suppression, or its part for one rule, out of a recipe."""

from __future__ import annotations

from collections.abc import Sequence

from recipelint.findings import Edit, Fix, Span


def removal(lines: list[str], comment: Span, names: Sequence[str], name: str) -> Fix:
    """Take `name` out of the comment at `comment`, which silences `names`.

    The comment goes with its last name, and a line that has nothing else goes with the comment.
    It is safe: no framework reads comments.
    """
    rest = [other for other in names if other != name]
    if rest:
        edit = _shortened(lines[comment.line - 1], comment, ", ".join(rest))
    else:
        edit = _removed(lines, comment)
    return Fix(f"remove the suppression of `{name}`", (edit,), safe=True)


def _shortened(line: str, comment: Span, rest: str) -> Edit:
    """Other names between the brackets."""
    first = line.index("[", comment.column - 1) + 1
    last = line.index("]", first)
    return Edit(Span(comment.line, first + 1, comment.line, last + 1), rest)


def _removed(lines: list[str], comment: Span) -> Edit:
    """Nothing in the comment's place: with the blanks before it, or the whole line."""
    before = lines[comment.line - 1][: comment.column - 1]
    if before.strip():
        column = len(before.rstrip()) + 1
        return Edit(Span(comment.line, column, comment.line, comment.end_column), "")
    if comment.line < len(lines):
        return Edit(Span(comment.line, 1, comment.line + 1, 1), "")
    return Edit(Span(comment.line, 1, comment.line, comment.end_column), "")
