"""Messages with values: text in which `{expression}` and `{expression:format}` are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from recipelint.engine.expressions import (
    UNKNOWN,
    Compiled,
    ExpressionError,
    Scope,
    compile_expression,
)

# Plain text, compiled by `re` when first used: a check without findings never does.
_HOLE = r"\{([^{}]*?)(?::([^{}:]*))?\}"
_FORMAT = r"^,?(?:\.\d)?[gefd%]?$"
_WORD = r"^\w+$"

Part = str | tuple[Compiled, str | None]
"""Text, or an expression and the format of its value."""


class Template:
    """A compiled message."""

    __slots__ = ("parts", "source")

    def __init__(self, source: str, parts: tuple[Part, ...]) -> None:
        self.source = source
        self.parts = parts

    @property
    def names(self) -> tuple[str, ...]:
        """The facts and estimates that the message reads, in the order of the text."""
        holes = (part[0].names for part in self.parts if not isinstance(part, str))
        return tuple(dict.fromkeys(name for names in holes for name in names))

    def render(self, scope: Scope) -> str:
        """The message with the scope's values; an unknown value is shown as `?`."""
        return "".join(
            part if isinstance(part, str) else show(part[0].evaluate(scope), part[1])
            for part in self.parts
        )

    def fill(self, values: Mapping[str, object]) -> str:
        """The message of a Python check, filled with the values that it found."""

        def shown(hole: re.Match[str]) -> str:
            return show(values.get(hole.group(1), UNKNOWN), hole.group(2))

        return re.sub(_HOLE, shown, self.source)


def compile_template(source: str, types: Mapping[str, str] | None) -> Template:
    """Check and compile a message; with `types` None its holes are names of a check's values.

    Raises ExpressionError for a hole that is not an expression, or has another format than
    those of numbers.
    """
    parts: list[Part] = []
    end = 0
    for hole in re.finditer(_HOLE, source):
        text, spec = hole.group(1), hole.group(2)
        if spec and not re.match(_FORMAT, spec):
            raise ExpressionError(f"`{spec}` is not a format for a number")
        parts.append(source[end : hole.start()])
        end = hole.end()
        if types is None:
            if not re.match(_WORD, text):
                raise ExpressionError(f"`{{{text}}}` is not the name of a value")
        else:
            parts.append((compile_expression(text, types), spec))
    parts.append(source[end:])
    return Template(source, tuple(parts))


def show(value: object, spec: str | None = None) -> str:
    """A value as people write it: `1e-05` as 1e-5, whole numbers without a point."""
    if value is UNKNOWN or value is None:
        return "?"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number(value, spec)
    if isinstance(value, tuple):
        return "[" + ", ".join(show(item) for item in value[:8]) + (", …]" if value[8:] else "]")
    return str(value)


def number(value: float, spec: str | None = None) -> str:
    """A number in `spec`, or in the shortest form with at most six digits that reads well."""
    if not abs(value) < 1e300:
        return "a number too large to print"
    if spec is None:
        if isinstance(value, int) or (abs(value) < 1e15 and value == int(value)):
            if abs(value) < 1_000_000:
                return str(int(value))
            return _tidy(f"{value:.4g}")
        spec = ".4g"
    try:
        return _tidy(format(value, spec))
    except (ValueError, OverflowError):
        return _tidy(format(float(value), "g"))


def _tidy(text: str) -> str:
    return re.sub(r"e([-+])0*(\d)", lambda m: f"e{m.group(1).replace('+', '')}{m.group(2)}", text)
