"""The settings that a file may hold, and their JSON Schema: one table for both."""

from __future__ import annotations

from typing import Any, NamedTuple

from recipelint.document.limits import HIGHEST
from recipelint.engine.rules import PROFILES

SEVERITIES = ("error", "warning", "info")
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_PLAIN = {"type": ["string", "number", "boolean"]}


class Key(NamedTuple):
    """One setting. `kind` says how it is read (see `SHAPES`), `choices` what it may be."""

    kind: str
    help: str
    choices: tuple[str, ...] = ()


KEYS = {
    "select": Key("list", "Run these rules only: ids, beginnings of ids, names, categories, ALL."),
    "extend-select": Key("list", "Run these rules as well."),
    "ignore": Key("list", "Leave these rules out."),
    "profile": Key("choice", "Which rules run where nothing is selected.", PROFILES),
    "severity": Key("choices", "Another severity for rules.", SEVERITIES),
    "per-file-ignores": Key("lists", "Rules to leave out, by glob."),
    "exclude": Key("list", "Globs to pass over, instead of the built-in list."),
    "extend-exclude": Key("list", "Globs to pass over as well."),
    "respect-gitignore": Key("boolean", "Whether a search passes over what git ignores."),
    "dialects": Key("texts", "The dialect of files, by glob, instead of recognising it."),
    "framework-versions": Key("texts", "The release that reads the files, by glob."),
    "gpus": Key("text", "The cluster, such as 8xH100-80GB."),
    "model-config": Key("models", "The model's config.json: one for all recipes, or by glob."),
    "facts": Key("facts", "Canonical facts that hold for every recipe of the project."),
    "parameters": Key("tables", "Values for the parameters of rules, by rule id."),
    "rules": Key("list", "Folders of own rules, beside the shipped ones, inside the project."),
    "require-reason": Key("boolean", "Whether a suppression needs a reason."),
    "baseline": Key("text", "The file of known findings, inside the project."),
    "fail-on": Key("choice", "Fail from this severity on.", (*SEVERITIES, "never")),
    "output-format": Key("text", "How to print findings."),
    "limits": Key("limits", "How much of a file is read, by the name of the limit."),
    "require-recipes": Key("boolean", "Whether finding no recipe is a failure."),
}
"""Every setting, in the order of the documentation."""

SHAPES: dict[str, dict[str, Any]] = {
    "list": {"anyOf": [_TEXTS, _TEXT]},
    "boolean": {"type": "boolean"},
    "text": _TEXT,
    "choice": _TEXT,
    "choices": {"type": "object", "additionalProperties": _TEXT},
    "texts": {"type": "object", "additionalProperties": _TEXT},
    "models": {"anyOf": [{"type": "object", "additionalProperties": _TEXT}, _TEXT]},
    "lists": {"type": "object", "additionalProperties": {"anyOf": [_TEXTS, _TEXT]}},
    "limits": {
        "type": "object",
        "properties": {
            name: {"type": "integer", "minimum": 1, "maximum": most}
            for name, most in HIGHEST._asdict().items()
        },
        "additionalProperties": False,
    },
    "facts": {
        "type": "object",
        "additionalProperties": {
            "anyOf": [_PLAIN, {"type": "array", "items": _PLAIN}, {"type": "object"}]
        },
    },
    "tables": {"type": "object", "additionalProperties": {"type": "object"}},
}
"""The JSON Schema of each kind, without its choices."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a settings file, or of `tool.recipelint`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "recipelint settings",
        "description": "recipelint.toml, .recipelint.yaml, or [tool.recipelint] in pyproject.toml.",
        "type": "object",
        "properties": {name: _property(key) for name, key in KEYS.items()},
        "additionalProperties": False,
    }


def _property(key: Key) -> dict[str, Any]:
    shape = dict(SHAPES[key.kind])
    if key.kind == "choice":
        shape = {"enum": list(key.choices)}
    elif key.kind == "choices":
        shape = {**shape, "additionalProperties": {"enum": list(key.choices)}}
    return {"description": key.help, **shape}
