"""Text into a tree of nodes with exact places. `read` is the only way in."""

from recipelint.document.nodes import (
    Alias,
    Comment,
    Document,
    Entry,
    Mapping,
    Node,
    Problem,
    Scalar,
    Sequence,
    follow,
)
from recipelint.document.reader import parse, read

__all__ = [
    "Alias",
    "Comment",
    "Document",
    "Entry",
    "Mapping",
    "Node",
    "Problem",
    "Scalar",
    "Sequence",
    "follow",
    "parse",
    "read",
]
