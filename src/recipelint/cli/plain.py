"""Command lines that are understood without click: `check`, paths, and options that hooks use.

Whatever else stands in a command line is for click, which explains and objects; this module only
recognises. `tests/cli/test_plain.py` holds both against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recipelint.cli.checking import Request

_FLAGS = {
    "--no-cache": ("cache", False),
    "--require-recipes": ("require_recipes", True),
    "--quiet": ("quiet", True),
    "-q": ("quiet", True),
    "--verbose": ("verbose", True),
    "-v": ("verbose", True),
}
"""Flags, with the field of the request or of its settings that they set."""
_CHOICES = {
    "--profile": ("profile", ("default", "strict", "all")),
    "--fail-on": ("fail_on", ("error", "warning", "info", "never")),
    "--format": ("output_format", ("text", "concise", "github")),
    "--color": ("color", ("auto", "always", "never")),
}
"""Options with a value, and the values that are known here."""
_OF_THE_RUN = ("quiet", "verbose", "color", "jobs")
"""Fields of the request; the others belong to its settings."""


def request(arguments: list[str]) -> Request | None:
    """What the arguments after the program's name ask for; None for click to answer."""
    if not arguments or arguments[0] != "check":
        return None
    paths: list[str] = []
    fields: dict[str, Any] = {"cache": True}
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in _FLAGS:
            field, value = _FLAGS[argument]
            fields[field] = value
        elif argument in _CHOICES:
            field, choices = _CHOICES[argument]
            chosen = next(rest, "")
            if chosen not in choices:
                return None
            fields[field] = chosen
        elif argument == "--jobs":
            number = next(rest, "")
            if not (number.isascii() and number.isdigit() and int(number) > 0):
                return None
            fields["jobs"] = int(number)
        elif argument.startswith("-"):
            return None
        else:
            paths.append(argument)
    return _request(paths, fields)


def _request(paths: list[str], fields: dict[str, Any]) -> Request:
    from recipelint.cli.checking import Request
    from recipelint.settings import Settings

    own = {name: fields.pop(name) for name in list(fields) if name not in _OF_THE_RUN}
    return Request(tuple(paths), Settings(**own), **fields)
