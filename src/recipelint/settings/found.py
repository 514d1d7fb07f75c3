"""A settings file that was found: what it says, or what is wrong with it."""

from __future__ import annotations

from typing import Any, NamedTuple

from recipelint.errors import UseError
from recipelint.findings import Span
from recipelint.settings.model import Settings


class SettingsError(UseError):
    """A settings file is wrong; the message names its file, line and column."""

    def __init__(self, path: str, span: Span, reason: str) -> None:
        super().__init__(f"{path}:{span.line}:{span.column}: {reason}")
        self.path, self.span, self.reason = path, span, reason


class SettingsFile(NamedTuple):
    """The settings of one file.

    `selectors` and `parameters` hold what can be judged only when the rules are known, each with
    its place: rule selectors, and rule parameters as (rule, name, value). `ignores` are the
    entries of `per-file-ignores` as (glob, selector); `text` is that of the file.
    """

    path: str
    settings: Settings
    selectors: tuple[tuple[str, Span], ...] = ()
    parameters: tuple[tuple[str, str, Any, Span], ...] = ()
    ignores: tuple[tuple[str, str, Span], ...] = ()
    text: str = ""
