"""Files that others lie upon: a parent gives what the file above it neither says nor hides.

OmegaConf merges mappings key by key, but a null, a scalar or a list in the upper file replaces
the whole of what the parent has there.
"""

from __future__ import annotations

from collections.abc import Iterable

from recipelint.dialects.base import Reader
from recipelint.document import Entry, Mapping, Scalar, follow
from recipelint.document.scalars import value

_MAX_DEPTH = 12


class Parent(Reader):
    """A reader on a lower file, which passes over what the file `above` it replaces."""

    def __init__(self, reader: Reader, above: Reader, replaced_by: str | None) -> None:
        super().__init__(reader.document, reader.dialect, reader.workspace, reader.location)
        self.parents = reader.parents
        self.unread = reader.unread
        self._above = above
        self._mark = replaced_by

    def locate(self, key: str) -> tuple[Reader, Entry] | None:
        """The entry at a dotted key, unless a key over it is replaced in the upper file."""
        parts = key.split(".")
        if any(self._hidden(".".join(parts[:count])) for count in range(1, len(parts))):
            return None
        return super().locate(key)

    def _hidden(self, key: str) -> bool:
        entry = self._above.own(key)
        node = follow(entry.value) if entry else None
        if isinstance(node, Mapping):
            mark = follow(node.get(self._mark)) if self._mark else None
            return isinstance(mark, Scalar) and value(mark, self.dialect.scalars) is True
        return node is not None


def attach(
    reader: Reader,
    references: Iterable[str],
    children: str,
    replaced_by: str | None = None,
    depth: int = 0,
) -> None:
    """Lay `reader` over the files it names, the last of which is the nearest.

    `children` is the key under which parents name parents of their own; `replaced_by` is a key
    that, set to true in a mapping, makes it replace the parent's. Where a file is not found in
    the project, `reader.unread` says so.
    """
    for reference in references:
        lower = reader.opened(reference) if depth < _MAX_DEPTH else None
        if lower is None:
            reader.unread = f"in `{reference}`, which was not found"
            continue
        attach(lower, names_in(lower, children), children, replaced_by, depth + 1)
        reader.unread = reader.unread or lower.unread
        reader.parents.insert(0, Parent(lower, reader, replaced_by))


def names_in(reader: Reader, key: str) -> list[str]:
    """The text, or the list of texts, at `key`."""
    from recipelint.document import Sequence

    node = reader.node(key) if reader.own(key) else None
    items = node.items if isinstance(node, Sequence) else [node]
    return [item.text for item in map(follow, items) if isinstance(item, Scalar) and item.text]
