"""recipelint: a linter for LLM training recipes.

`lint_file` and `lint_text` check a recipe and return a `Report`, `lint_many` yields one for each
file. Importing the package loads nothing but this module; each name is loaded when it is first
used.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # `typing` is not imported for it: it costs more than all of this module

if TYPE_CHECKING:
    from typing import Any

    from recipelint.api import find_settings, lint_file, lint_many, lint_text
    from recipelint.engine.rules import RuleError
    from recipelint.filters.selection import SelectionError
    from recipelint.findings import Citation, Edit, Finding, Fix, Input, NotAssessed, Severity, Span
    from recipelint.linter import Linter, Report
    from recipelint.recipe.model import Recipe
    from recipelint.settings import Settings
    from recipelint.settings.found import SettingsError

_HOMES = {
    "find_settings": "api",
    "lint_file": "api",
    "lint_many": "api",
    "lint_text": "api",
    "RuleError": "engine.rules",
    "SelectionError": "filters.selection",
    "Citation": "findings",
    "Edit": "findings",
    "Finding": "findings",
    "Fix": "findings",
    "Input": "findings",
    "NotAssessed": "findings",
    "Severity": "findings",
    "Span": "findings",
    "Linter": "linter",
    "Report": "linter",
    "Recipe": "recipe.model",
    "Settings": "settings",
    "SettingsError": "settings.found",
}

__all__ = [
    "Citation",
    "Edit",
    "Finding",
    "Fix",
    "Input",
    "Linter",
    "NotAssessed",
    "Recipe",
    "Report",
    "RuleError",
    "SelectionError",
    "Settings",
    "SettingsError",
    "Severity",
    "Span",
    "__version__",
    "find_settings",
    "lint_file",
    "lint_many",
    "lint_text",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"recipelint.{home}"), name)
