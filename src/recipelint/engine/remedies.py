"""How a finding is mended: a fact set to a value, or a key written, added, renamed or removed."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from recipelint.document import Document, Entry, Mapping, follow
from recipelint.document.places import text_at
from recipelint.document.scalars import number_in
from recipelint.engine.checks.base import CheckContext
from recipelint.engine.edits import added, removed, renamed
from recipelint.engine.expressions import UNKNOWN
from recipelint.engine.rules import FixRecipe
from recipelint.engine.scope import PhaseScope
from recipelint.findings import Edit, Fix
from recipelint.recipe.facts import Fact, Value

_REMEDY = re.compile(
    r"(?P<verb>remove|write|rename|add)(?: (?P<key>[\w.-]+)(?:: (?P<text>\S.*))?)?"
)


# --- of a condition


def of_fact(recipe: FixRecipe, context: CheckContext, scope: PhaseScope, path: str) -> Fix | None:
    """The fix of a condition's finding in the file `path`.

    There is none where the fact is not stated in that file, or stands there in other words than
    the canonical ones: a length in samples, a switch for one of several kinds.
    """
    fact = scope.fact(recipe.fact)
    own = context.document.path == path
    document = context.document if own else context.workspace.loaded(path)
    if fact is None or fact.span is None or fact.path != path or document is None:
        return None
    if recipe.value is None:
        return _removal(document, fact, recipe.safe)
    wanted = recipe.value.evaluate(scope)
    if wanted is UNKNOWN or not _as_written(fact.value, document, fact):
        return None
    text = _as_yaml(wanted)
    return Fix(f"set `{fact.key}` to {text}", (Edit(fact.span, text),), recipe.safe)


def _as_written(value: Value, document: Document, fact: Fact) -> bool:
    """Whether the file has the canonical value itself, so that another one may take its place."""
    assert fact.span is not None
    raw = text_at(document.text, document.format, fact.span).strip("\"'")
    if isinstance(value, bool):
        return raw.lower() == str(value).lower()
    if raw in ("null", "~"):
        return value == 0
    return number_in(raw) == value if isinstance(value, int | float) else raw == value


def _as_yaml(value: object) -> str:
    """A value as every YAML version, JSON and TOML read it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and "e" in repr(value):
        mantissa, _, exponent = repr(value).partition("e")
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"
    return str(value)


def _removal(document: Document, fact: Fact, safe: bool) -> Fix | None:
    parent, entry = document.mapping, None
    for part in (fact.key or "").split("."):
        inner = follow(entry.value) if entry else parent
        parent = inner if isinstance(inner, Mapping) else None
        entry = parent.find(part) if parent else None
    if parent is None or entry is None or entry.value.span != fact.span:
        return None
    return removal(document, parent, entry, safe)


# --- of a key


class Remedy(NamedTuple):
    """What to do with a key, or beside it: `key` is its new name, value, or a companion's name."""

    verb: str
    key: str
    text: str
    safe: bool


def parse(text: str, safe: bool) -> Remedy:
    """`remove`, `write VALUE`, `rename KEY` or `add KEY: VALUE`. Raises ValueError."""
    match = _REMEDY.fullmatch(text.strip())
    if match is None or (match["verb"] == "add") != bool(match["text"]):
        raise ValueError(f"`{text}` is no remedy")
    if (match["verb"] == "remove") == bool(match["key"]):
        raise ValueError(f"`{text}` is no remedy")
    return Remedy(match["verb"], match["key"] or "", match["text"] or "", safe)


def of_key(remedy: Remedy, document: Document, parent: Mapping, entry: Entry) -> Fix | None:
    """The remedy applied to a key of the document, where it can be."""
    if remedy.verb == "remove":
        return removal(document, parent, entry, remedy.safe)
    if remedy.verb == "rename":
        title, edit = f"rename to `{remedy.key}`", renamed(document, parent, entry, remedy.key)
    elif remedy.verb == "add":
        title = f"add `{remedy.key}: {remedy.text}`"
        text = _literal(remedy.text, document.format)
        edit = added(document, parent, entry, remedy.key, text)
    else:
        text = _literal(remedy.key, document.format)
        title, edit = f"write `{remedy.key}`", Edit(entry.value.span, text)
    return Fix(title, (edit,), remedy.safe) if edit else None


def removal(document: Document, parent: Mapping, entry: Entry, safe: bool) -> Fix | None:
    """The key taken out, where it can be."""
    edit = removed(document, parent, entry)
    return Fix(f"remove `{entry.key}`", (edit,), safe) if edit else None


def _literal(text: str, kind: str) -> str:
    """A word as a `kind` of document writes it: JSON and TOML want quotation marks."""
    bare = kind == "yaml" or text in ("true", "false", "null") or number_in(text) is not None
    return text if bare else json.dumps(text)
