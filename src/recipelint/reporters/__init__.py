"""Reports in words and in data, one module per format.

Adding a format is adding a module with `render(report, options) -> str` and one line in `FORMATS`.
A format that can be written file by file has a class `Stream` as well, and stands in `STREAMED`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from recipelint.linter import Report
    from recipelint.reporters.options import Options
    from recipelint.reporters.summary import Tally

    Render = Callable[[Report, Options], str]

    class Stream(Protocol):
        """A report that is written as its parts come."""

        def take(self, report: Report) -> str:
            """What the report on further files adds."""

        def end(self, tally: Tally) -> str:
            """What comes last."""


FORMATS = {
    "text": "text",
    "concise": "concise",
    "json": "json",
    "json-lines": "json_lines",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "azure": "azure",
    "junit": "junit",
    "rdjson": "rdjson",
    "markdown": "markdown",
    "html": "html",
    "statistics": "statistics",
}
"""Format names and the modules that render them."""


STREAMED = ("text", "concise", "json-lines")
"""Formats that need nothing but a file's findings to tell of a file."""


def stream(name: str, options: Options) -> Stream:
    """A report in that format, to be written as it comes. KeyError for one not in `STREAMED`."""
    module = import_module(f"recipelint.reporters.{FORMATS[name]}")
    return cast("Stream", module.Stream(options))


def get(name: str) -> Render:
    """The function that renders a report in that format. Raises KeyError for an unknown one.

    What it returns ends with a line end, unless there is nothing to say.
    """
    return cast("Render", import_module(f"recipelint.reporters.{FORMATS[name]}").render)
