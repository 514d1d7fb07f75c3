"""Checks of special tokens."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.document import Mapping, Scalar, follow
from recipelint.engine.checks.base import CheckContext, Hit

_PLACES = ("", "special_tokens")


def padding_is_end(context: CheckContext) -> Iterator[Hit]:
    """`pad_token` and `eos_token` of the same mapping that are the same text."""
    root = context.document.mapping
    if root is None:
        return
    for place in _PLACES:
        mapping = follow(root.get(place)) if place else root
        if not isinstance(mapping, Mapping):
            continue
        padding, end = mapping.find("pad_token"), mapping.find("eos_token")
        if padding is None or end is None:
            continue
        one, other = follow(padding.value), follow(end.value)
        if not isinstance(one, Scalar) or not isinstance(other, Scalar):
            continue
        if one.text == other.text and one.text not in ("", "null", "~"):
            values = {"first": padding.key, "second": end.key, "token": f"`{one.text}`"}
            yield Hit(one.span, values, key=f"{place}.pad_token".lstrip("."))
