"""OmegaConf's interpolation, resolved inside the file: `${optimizer.lr}`, `${.lr}`, `${mul:2,3}`.

Environment variables and resolvers that only the framework's program registers are filled in at
start, so their values are elsewhere. Cycles and long chains end there too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from recipelint.dialects.base import ABSENT, ELSEWHERE, Reader

_WHOLE = re.compile(r"^\$\{([^${}]*)\}$")
_PART = re.compile(r"\$\{([^${}]*)\}")
_MAX_STEPS = 16

_RESOLVERS: dict[str, Callable[[list[float]], float]] = {
    "multiply": math.prod,
    "mul": math.prod,
    "sum": sum,
    "add": sum,
    "divide": lambda items: items[0] / items[1],
    "div": lambda items: items[0] / items[1],
    "divide_ceil": lambda items: math.ceil(items[0] / items[1]),
    "int_div": lambda items: items[0] // items[1],
    "max": max,
    "min": min,
}
"""Arithmetic that NeMo, NeMo RL and others register under these names."""


def interpolate(reader: Reader, key: str, text: str) -> object:
    """The value of `text`, which stands at `key`; ELSEWHERE where the file does not tell."""
    return _resolve(reader, key, text, 0)


def _resolve(reader: Reader, key: str, text: str, depth: int) -> object:
    if depth > _MAX_STEPS or len(text) > 2_000:
        return ELSEWHERE
    whole = _WHOLE.match(text)
    if whole:
        return _inner(reader, key, whole.group(1), depth)
    if not _PART.search(text):
        return ELSEWHERE if "${" in text else text
    found = [_inner(reader, key, match, depth) for match in _PART.findall(text)]
    if any(f is ELSEWHERE or f is ABSENT or f is None for f in found):
        return ELSEWHERE
    pieces = iter(found)
    return _resolve(reader, key, _PART.sub(lambda _: _spelt(next(pieces)), text), depth + 1)


def _spelt(found: object) -> str:
    return str(found).replace("$", "") if isinstance(found, str) else str(found)


def _inner(reader: Reader, key: str, inner: str, depth: int) -> object:
    resolver, colon, arguments = inner.partition(":")
    if colon and resolver.strip() == "oc.select":
        return _select(reader, key, arguments, depth)
    if colon:
        return _call(resolver.strip(), arguments)
    target = _absolute(key, inner.strip())
    node = reader.entry(target) if target else None
    if target is None or node is None:
        return ELSEWHERE
    raw = _raw(reader, target)
    if isinstance(raw, str) and "${" in raw:
        return _resolve(reader, target, raw, depth + 1)
    return raw


def _select(reader: Reader, key: str, arguments: str, depth: int) -> object:
    """`oc.select:key,default`: the value at another key, the default where there is none."""
    path, comma, default = arguments.partition(",")
    target = _absolute(key, path.strip())
    if target is not None and reader.entry(target) is not None:
        return _inner(reader, key, path, depth)
    if reader.unread:
        return ELSEWHERE
    return reader.dialect.scalars(default.strip()) if comma else None


def _raw(reader: Reader, key: str) -> object:
    from recipelint.document import Scalar
    from recipelint.document.scalars import value

    node = reader.node(key)
    return value(node, reader.dialect.scalars) if isinstance(node, Scalar) else ELSEWHERE


def _absolute(key: str, path: str) -> str | None:
    """The dotted key that `path` means at `key`: each leading dot is one level up."""
    if not path.startswith("."):
        return path or None
    bare = path.lstrip(".")
    base = key.split(".")[: -(len(path) - len(bare))]
    return ".".join([*base, bare]) if bare else None


def _call(resolver: str, arguments: str) -> object:
    function = _RESOLVERS.get(resolver)
    if function is None:
        return ELSEWHERE
    try:
        numbers = [float(part) for part in arguments.split(",")]
        result = function(numbers)
    except (ValueError, ArithmeticError, IndexError):
        return ELSEWHERE
    if not math.isfinite(result):
        return ELSEWHERE
    return int(result) if result == int(result) else result
