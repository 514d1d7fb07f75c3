"""Reports in words and in data, one module per format.

Adding a format is adding a module with `render(report, options) -> str` and one line in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from recipelint.linter import Report
    from recipelint.reporters.options import Options

    Render = Callable[[Report, Options], str]

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


def get(name: str) -> Render:
    """The function that renders a report in that format. Raises KeyError for an unknown one.

    What it returns ends with a line end, unless there is nothing to say.
    """
    return cast("Render", import_module(f"recipelint.reporters.{FORMATS[name]}").render)
