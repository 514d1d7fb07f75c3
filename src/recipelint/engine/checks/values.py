"""Checks of a document's values against its framework's own schema, and of YAML's own traps."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from recipelint.dialects.schema import BOUNDS
from recipelint.document import Entry, Mapping, Node, Scalar, Sequence, follow
from recipelint.document.scalars import number_in, value
from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.engine.checks.places import coerces, places, typed_places
from recipelint.findings import Edit, Fix, Severity

_NAMES = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "list": "a list",
    "map": "a mapping",
}
_WITHIN: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "minimum": ("at least", operator.ge),
    "exclusiveMinimum": ("more than", operator.gt),
    "maximum": ("at most", operator.le),
    "exclusiveMaximum": ("less than", operator.lt),
}
_BOOLEAN_WORDS = {"true", "false", "yes", "no", "on", "off", "1", "0", "t", "f", "y", "n"}
_EXPONENT = r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+"
_SEXAGESIMAL = r"[-+]?[1-9]?\d*(:[0-5]?\d)+"
_OCTAL = r"[-+]?0[0-7]+"


# --- types and choices


def wrong_type(context: CheckContext) -> Iterator[Hit]:
    """Values of a type that the framework cannot read."""
    for place, row, found in typed_places(context):
        types: list[str] = row["type"]
        if found is None or _accepts(types, found, coerces(context, place, row)):
            continue
        if isinstance(found, str) and (number_in(found) is not None or found == "None"):
            continue  # rules of their own say more
        if isinstance(found, bool) and _word_meant(place.entry.value, row.get("choices")):
            continue
        yield Hit(
            place.entry.value.span,
            {
                "key": place.entry.key,
                "found": _shown(place.entry.value, found),
                "wanted": " or ".join(_NAMES[t] for t in types if t in _NAMES),
                "dialect": context.dialect.title,
            },
            key=place.path,
        )


def _accepts(types: list[str], found: object, converts: bool) -> bool:
    if isinstance(found, Mapping):
        return "map" in types
    if isinstance(found, Sequence):
        return "list" in types
    if isinstance(found, bool):
        # argparse and pydantic read `true` for a number as 1, dacite as well: it is an int
        return True
    if isinstance(found, int):
        return not {"int", "float"}.isdisjoint(types) or (
            converts and not {"str", "bool"}.isdisjoint(types)
        )
    if isinstance(found, float):
        whole = "int" in types and found == int(found) if abs(found) < 1e15 else False
        return "float" in types or (converts and ("str" in types or whole))
    if isinstance(found, str):
        return _accepts_text(types, found, converts)
    return True  # dates and what else a loader makes: not ours to judge


def _accepts_text(types: list[str], found: str, converts: bool) -> bool:
    if "str" in types:
        return True
    if converts and ("int" in types or "float" in types) and number_in(found) is not None:
        return True
    return converts and "bool" in types and found.lower() in _BOOLEAN_WORDS


def _shown(node: Node, found: object) -> str:
    target = follow(node)
    if isinstance(target, Scalar):
        text = target.text if len(target.text) <= 40 else target.text[:37] + "…"
        return f"the text `{text}`" if isinstance(found, str) else f"`{text}`"
    return "a mapping" if isinstance(target, Mapping) else "a list"


def wrong_choice(context: CheckContext) -> Iterator[Hit]:
    """Words that are none of the framework's closed set."""
    for place, row, found in typed_places(context):
        choices: list[Any] = row.get("choices") or []
        if not choices or not isinstance(found, str) or found in choices:
            continue
        if found.lower() in {str(c).lower() for c in choices} or found in ("", "None"):
            continue
        if number_in(found) is not None and {"int", "float"} & set(row["type"]):
            continue
        import difflib  # costs more than a clean file's check

        close = difflib.get_close_matches(found, [str(c) for c in choices], 1, 0.6)
        shown = ", ".join(str(c) for c in choices[:12]) + (", …" if len(choices) > 12 else "")
        yield Hit(
            place.entry.value.span,
            {"key": place.entry.key, "found": found, "dialect": context.dialect.title},
            key=place.path,
            help=f"did you mean `{close[0]}`?" if close else f"one of {shown}",
            fix=_choice(place.entry.value, close[0]) if close else None,
        )


def _choice(node: Node, word: str) -> Fix | None:
    """The word that is meant; newer releases may know the one that is written."""
    if not isinstance(node, Scalar) or node.style != "plain":
        return None
    return Fix(f"write `{word}`", (Edit(node.span, word),), safe=False)


# --- ranges


def out_of_range(context: CheckContext) -> Iterator[Hit]:
    """Numbers that the framework's declaration of the key refuses.

    Where older releases took more, the finding is a warning.
    """
    for place, row, found in typed_places(context):
        if row.keys().isdisjoint(BOUNDS):
            continue  # nearly every key
        bounds = [(word, row[word]) for word in BOUNDS if word in row]
        number = _number(found, coerces(context, place, row))
        if number is None or all(_WITHIN[word][1](number, limit) for word, limit in bounds):
            continue
        since = row.get("bounded_since")
        yield Hit(
            place.entry.value.span,
            {
                "key": place.entry.key,
                "found": f"{number:g}",
                "dialect": context.dialect.title,
                "wanted": " and ".join(f"{_WITHIN[w][0]} {limit:g}" for w, limit in bounds),
                "since": f" since {since}" if since else "",
            },
            key=place.path,
            severity=Severity.WARNING if since else None,
        )


def _number(found: object, converts: bool) -> float | None:
    if isinstance(found, str) and converts:
        return number_in(found)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


# --- numbers that are text


def number_as_text(context: CheckContext) -> Iterator[Hit]:
    """Plain scalars that people read as numbers and the loader as text, where nothing converts.

    Where the framework declares a number the text is refused; in a free mapping it is handed on,
    and what happens depends on who reads it: that is a warning.
    """
    for place in places(context):
        row = place.row
        if row is None:
            continue
        open_section = "map" in row["type"] and not row.get("section")
        node = follow(place.entry.value)
        if open_section and isinstance(node, Mapping):
            severity = None if place.entry.key == "lr_scheduler_kwargs" else Severity.WARNING
            for path, entry in _free(node, place.path, 0):
                yield from _text_number(context, path, entry, severity)
        elif not coerces(context, place, row) and _numeric(row["type"]):
            yield from _text_number(context, place.path, place.entry, None)


def dotless_number(context: CheckContext) -> Iterator[Hit]:
    """Numbers that the loader reads as text and that only some of the programs convert."""
    for place in places(context):
        row = place.row
        if row is not None and coerces(context, place, row) and _numeric(row["type"]):
            yield from _text_number(context, place.path, place.entry, None)


def _numeric(types: list[str]) -> bool:
    return bool({"int", "float"} & set(types)) and "str" not in types


def _free(node: Mapping, prefix: str, depth: int) -> Iterator[tuple[str, Entry]]:
    for entry in node.effective():
        path = f"{prefix}.{entry.key}"
        inner = follow(entry.value)
        if isinstance(inner, Scalar):
            yield path, entry
        elif isinstance(inner, Mapping) and depth < 5:
            yield from _free(inner, path, depth + 1)


def _text_number(
    context: CheckContext, path: str, entry: Entry, severity: Severity | None
) -> Iterator[Hit]:
    node = entry.value
    if not isinstance(node, Scalar) or node.style != "plain" or node.tag:
        return
    found = value(node, context.dialect.scalars)
    if not isinstance(found, str) or not re.fullmatch(_EXPONENT, node.text):
        return
    written = _with_dot(node.text)
    yield Hit(
        node.span,
        {"key": entry.key, "text": node.text, "dialect": context.dialect.title},
        key=path,
        help=f"write `{written}`",
        # where a number is wanted the text is refused, or converted to the same number
        fix=Fix(f"write `{written}`", (Edit(node.span, written),), safe=severity is None),
        severity=severity,
    )


def _with_dot(text: str) -> str:
    """The same number with the dot and the sign that YAML 1.1 wants."""
    mantissa, _, exponent = text.lower().partition("e")
    dotted = mantissa if "." in mantissa else mantissa + ".0"
    if dotted.endswith("."):
        dotted += "0"
    sign = "" if exponent[0] in "+-" else "+"
    return f"{dotted}e{sign}{exponent}"


# --- words and numbers that YAML 1.1 reads in its own way


def word_as_boolean(context: CheckContext) -> Iterator[Hit]:
    """`no`, `off`, `yes`, `on` without quotation marks, where the framework wants the word."""
    for place, row, found in typed_places(context):
        node = place.entry.value
        if not isinstance(found, bool) or not isinstance(node, Scalar):
            continue
        word = _word_meant(node, row.get("choices"))
        if word is None or "bool" in row["type"]:
            continue
        quoted = f'"{word}"'
        yield Hit(
            node.span,
            {"key": place.entry.key, "text": node.text, "found": found},
            key=place.path,
            help=f"write `{quoted}`",
            # a truth value is none of the words that the framework takes, so no run has it
            fix=Fix(f"write `{quoted}`", (Edit(node.span, quoted),), safe=True),
        )


def _word_meant(node: Node, choices: list[Any] | None) -> str | None:
    """The choice that a plain scalar spells although YAML reads it as a truth value."""
    target = follow(node)
    if not isinstance(target, Scalar) or target.style != "plain" or not choices:
        return None
    return next((c for c in choices if isinstance(c, str) and c == target.text.lower()), None)


def none_as_text(context: CheckContext) -> Iterator[Hit]:
    """`None` without quotation marks: a text of four letters to YAML, not the empty value."""
    if context.dialect.untyped and context.document.mapping is not None:
        yield from _nones(context.document.mapping, "")
        return
    for place, row, found in typed_places(context):
        node = place.entry.value
        if found != "None" or not isinstance(node, Scalar) or node.style != "plain":
            continue
        if "None" in (row.get("choices") or ()):
            continue
        yield Hit(
            node.span,
            {"key": place.entry.key},
            key=place.path,
            # only what may be a text can hold the word
            fix=Fix("write `null`", (Edit(node.span, "null"),), safe="str" not in row["type"]),
        )


def _nones(node: Mapping | Sequence, prefix: str) -> Iterator[Hit]:
    """Each plain `None` below a node. Aliases are not followed: their anchor is seen anyway."""
    children: list[tuple[str, Node]]
    if isinstance(node, Mapping):
        children = [(f"{prefix}{entry.key}", entry.value) for entry in node.entries]
    else:
        children = [(f"{prefix[:-1]}[{i}]", item) for i, item in enumerate(node.items)]
    for path, child in children:
        if isinstance(child, Mapping | Sequence):
            yield from _nones(child, path + ".")
        elif isinstance(child, Scalar) and child.text == "None" and child.style == "plain":
            fix = Fix("write `null`", (Edit(child.span, "null"),), safe=False)
            key = path.rpartition(".")[2]
            yield Hit(child.span, {"key": key}, key=path, fix=fix)


def _base(text: str) -> int | None:
    if text.isdecimal() and text[0] != "0":
        return None  # nearly every whole number
    if re.fullmatch(_SEXAGESIMAL, text):
        return 60
    return 8 if re.fullmatch(_OCTAL, text) else None


def unusual_base(context: CheckContext) -> Iterator[Hit]:
    """`12:30` and `010`, which YAML 1.1 reads to the base of 60 and of 8."""
    for place, _, found in typed_places(context):
        node = place.entry.value
        if not isinstance(node, Scalar) or node.style != "plain" or isinstance(found, bool):
            continue
        if not isinstance(found, int):
            continue
        base = _base(node.text)
        if base is not None:
            yield Hit(
                node.span,
                {"key": place.entry.key, "text": node.text, "found": found, "base": base},
                key=place.path,
            )
