"""What the tests of the parsers share: plain values out of trees, and text out of places."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import strategies as st

from recipelint.document.nodes import (
    UNRESOLVED,
    Document,
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    follow,
)
from recipelint.document.scalars import Rules, value, yaml_1_1
from recipelint.findings import Span

KEYS = st.text("abcdefgh_-", min_size=1, max_size=8) | st.text(
    st.characters(codec="utf-8"), min_size=1, max_size=6
)
LEAVES = (
    st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | st.sampled_from(["1e-5", "no", "12:30", "a: b # c", "two\nlines\n", " x ", "it's", "", "#"])
)


def documents(leaves: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """Mappings of mappings, lists and `leaves`."""
    inner = st.recursive(
        leaves,
        lambda below: st.lists(below, max_size=4) | st.dictionaries(KEYS, below, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(KEYS, inner, max_size=5)


def plain(node: Node | None, rules: Rules = yaml_1_1) -> object:
    """The tree as the dicts, lists and values that a loader with `rules` would return."""
    found = follow(node)
    if isinstance(found, Mapping):
        return {entry.key: plain(entry.value, rules) for entry in found.effective()}
    if isinstance(found, Sequence):
        return [plain(item, rules) for item in found.items]
    return None if found is None else value(found, rules)


def natives(node: Node | None) -> object:
    """The tree of a JSON or TOML document as dicts, lists and the scalars' native values."""

    def native(_: str) -> object:
        raise AssertionError("a scalar without a native value")

    assert all(scalar.native is not UNRESOLVED for scalar in scalars(node))
    return plain(node, native)


def walk(node: Node | None) -> Iterator[Node | Entry]:
    """Every node and entry below `node`, itself first; aliases are not followed."""
    if node is None:
        return
    yield node
    if isinstance(node, Mapping):
        for entry in node.entries:
            yield entry
            yield from walk(entry.value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from walk(item)


def scalars(node: Node | None) -> list[Scalar]:
    """Every scalar below `node`."""
    return [found for found in walk(node) if isinstance(found, Scalar)]


def entries(node: Node | None) -> list[Entry]:
    """Every entry below `node`."""
    return [found for found in walk(node) if isinstance(found, Entry)]


def text_at(document: Document, span: Span) -> str:
    """The characters of the document from the span's start up to its end."""
    lines = document.lines[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def at(document: Document, *path: str | int) -> Node:
    """The node at a path of keys and indices."""
    node: Node | None = document.root
    for part in path:
        found = follow(node)
        if isinstance(found, Mapping):
            assert isinstance(part, str)
            node = found.get(part)
        else:
            assert isinstance(found, Sequence)
            assert isinstance(part, int)
            node = found.items[part]
    assert node is not None
    return node


def key_of(document: Document, *path: str) -> Entry:
    """The entry at a path of keys."""
    mapping = at(document, *path[:-1])
    assert isinstance(mapping, Mapping)
    entry = mapping.find(path[-1])
    assert entry is not None
    return entry


def codes(document: Document) -> list[str]:
    """The codes of the document's problems."""
    return [problem.code for problem in document.problems]


def assert_places_read_alike(
    document: Document, read_key: Callable[[str], object], read_value: Callable[[str], object]
) -> None:
    """The text at each key and each scalar, read by itself, is that key and that value."""
    for entry in entries(document.root):
        assert read_key(text_at(document, entry.key_span)) == entry.key
    for scalar in scalars(document.root):
        tag = f"!!{scalar.tag} " if scalar.tag else ""
        assert read_value(tag + text_at(document, scalar.span)) == value(scalar, yaml_1_1)
