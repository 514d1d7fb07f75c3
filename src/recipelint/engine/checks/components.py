"""Checks of mappings that name a callable (`_component_`, `_target_`) and give its arguments."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from recipelint.dialects.schema import Schema
from recipelint.document import Entry, Mapping, Scalar, Sequence, follow
from recipelint.engine.checks.base import CheckContext, Hit
from recipelint.engine.checks.keys import likeness
from recipelint.engine.checks.places import MARKS, Place, callable_of, mark_of, places, schema_of
from recipelint.engine.edits import renamed
from recipelint.engine.remedies import removal
from recipelint.findings import Edit, Fix, Span

_VARIANTS = ("lora_", "qlora_")
"""How the name of a builder begins that takes an adapter's arguments."""
_CLOSE = 0.92
_MOST_CALLABLES = 1_000
_STRICT = ("forbid", "signature", "open")
_HUB_READER = "FullModelHFCheckpointer"


def unknown_arguments(context: CheckContext) -> Iterator[Hit]:
    """Arguments that the callable of a mapping does not take.

    Where another variant of the callable takes all of them the name is the mistake, and there is
    one hit at the name; else one at each argument.
    """
    schema = schema_of(context)
    for mapping, strangers in _strangers(context):
        component = callable_of(mapping)
        if schema is None or component is None:
            continue
        given = [entry.key for entry in mapping.effective()]
        meant = _variant(schema, component.text, given)
        if meant is not None:
            yield _other_variant(strangers, mapping, component, meant)
        else:
            yield from (_argument(context, place, mapping, component) for place in strangers)


def _strangers(context: CheckContext) -> list[tuple[Mapping, list[Place]]]:
    """Mappings with the arguments that no release's signature of their callable has."""
    found: dict[int, tuple[Mapping, list[Place]]] = {}
    for place in places(context):
        if place.row is None and place.section.extra == "signature":
            found.setdefault(id(place.parent), (place.parent, []))[1].append(place)
    return list(found.values())


def _variant(schema: Schema, path: str, given: list[str]) -> str | None:
    """The variant of a builder that takes every argument that is given."""
    module, _, name = path.rpartition(".")
    for prefix in _VARIANTS:
        section = schema.section([f"{module}.{prefix}{name}"])
        if section is not None and all(key in section.keys for key in given):
            return f"{module}.{prefix}{name}"
    return None


def _other_variant(strangers: list[Place], mapping: Mapping, component: Scalar, meant: str) -> Hit:
    names = ", ".join(f"`{place.entry.key}`" for place in strangers)
    return Hit(
        component.span,
        {"component": component.text, "names": names},
        key=_mark_key(strangers[0]),
        help=f"did you mean `{meant}`?",
        fix=_written(component, meant),
    )


def _written(component: Scalar, path: str) -> Fix | None:
    if component.style != "plain":
        return None
    return Fix(f"write `{path}`", (Edit(component.span, path),), safe=False)


def _mark_key(place: Place) -> str:
    return place.path.removesuffix(place.entry.key) + str(mark_of(place.parent))


def _argument(context: CheckContext, place: Place, mapping: Mapping, component: Scalar) -> Hit:
    like = likeness(context, place)
    edit = renamed(context.document, mapping, place.entry, like.key) if like else None
    return Hit(
        place.entry.key_span,
        {"component": component.text, "names": f"`{place.entry.key}`"},
        key=place.path,
        help=f"did you mean `{like.key}`?" if like else None,
        # Python refuses an argument that the callable lacks: there is no run to be changed
        fix=Fix(f"rename to `{like.key}`", (edit,), like.certain) if like and edit else None,
    )


# --- the callables themselves


def unknown_callable(context: CheckContext) -> Iterator[Hit]:
    """Paths of the framework's own package that look like a slip in a known one.

    The table has the releases and part of the main branch, so that a path which resembles none
    may still exist.
    """
    schema = schema_of(context)
    root = context.document.mapping
    if schema is None or root is None:
        return
    package = schema.sources[0]["package"].replace("-", "_") + "."
    for path, component in islice(_callables(root, "", 0), _MOST_CALLABLES):
        own = component.text.startswith(package)
        meant = _meant(schema, component.text) if own else None
        if meant is None:
            continue
        yield Hit(
            component.span,
            {"component": component.text, "framework": context.dialect.title},
            key=path,
            help=f"did you mean `{meant}`?",
            fix=_written(component, meant),
        )


def _callables(node: Mapping, prefix: str, depth: int) -> Iterator[tuple[str, Scalar]]:
    component = callable_of(node)
    if component is not None:
        yield f"{prefix}{mark_of(node)}", component
    for entry in node.effective() if depth < 8 else ():
        if isinstance(entry.value, Mapping):
            yield from _callables(entry.value, f"{prefix}{entry.key}.", depth + 1)


def _meant(schema: Schema, path: str) -> str | None:
    """The known path in the same module that differs little, or only lacks a suffix."""
    import difflib

    if schema.knows(path):
        return None
    module, _, name = path.rpartition(".")
    known = [n.rpartition(".")[2] for n in schema.names() if n.rpartition(".")[0] == module]
    longer = sorted(n for n in known if n.startswith(name + "_"))
    close = difflib.get_close_matches(name, known, 1, _CLOSE) or longer[:1]
    return f"{module}.{close[0]}" if close else None


def gone_callable(context: CheckContext) -> Iterator[Hit]:
    """Callables that the newest release no longer has under that path."""
    for place in places(context):
        row = place.row
        if place.entry.key not in MARKS or row is None or "last" not in row:
            continue
        node = place.entry.value
        new = row.get("replaced_by")
        if isinstance(node, Scalar):
            yield Hit(
                node.span,
                {"component": node.text, "last": row["last"], "dialect": context.dialect.title},
                key=place.path,
                help=f"newer releases have `{new}`" if new else None,
                fix=_written(node, str(new)) if new else None,
            )


# --- keys that never were in one release


def no_release_has_both(context: CheckContext) -> Iterator[Hit]:
    """A key that ended before another one of the file began: one hit for a file.

    It stands at the older key. Releases are those that the schema was read from, in order. Keys
    that the framework passes over in silence are no part of this.
    """
    schema = schema_of(context)
    if schema is None or len(schema.sources) != 1:
        return
    source = schema.sources[0]
    order = {f"{source['package']} {v}": i for i, v in enumerate(source["versions"])}
    known = [
        (p, p.row) for p in places(context) if p.row is not None and p.section.extra in _STRICT
    ]
    ended = [(order[r["last"]], p) for p, r in known if r.get("last") in order]
    begun = [(order[r["first"]], p) for p, r in known if r.get("first") in order]
    if not ended or not begun:
        return
    last, older = min(ended, key=lambda pair: pair[0])
    first, newer = max(begun, key=lambda pair: pair[0])
    if last >= first:
        return
    assert older.row is not None
    assert newer.row is not None
    new = older.row.get("replaced_by")
    yield Hit(
        _span(older.entry),
        {
            "older": _shown(older),
            "last": older.row["last"],
            "newer": _shown(newer),
            "first": newer.row["first"],
        },
        key=older.path,
        help=f"write `{new}`" if new and older.entry.key not in MARKS else None,
    )


def _span(entry: Entry) -> Span:
    return entry.value.span if entry.key in MARKS else entry.key_span


def _shown(place: Place) -> str:
    node = place.entry.value
    if place.entry.key in MARKS and isinstance(node, Scalar):
        return node.text
    return place.path


def old_beside_new(context: CheckContext) -> Iterator[Hit]:
    """A name that was replaced, beside its replacement with another value: nothing reads it."""
    if context.document.broken:
        return
    every = {place.path: place for place in places(context)}
    for place in every.values():
        if place.row is None or "last" not in place.row or not place.row.get("replaced_by"):
            continue
        new = str(place.row["replaced_by"])
        beside = place.path.removesuffix(place.entry.key) + new
        target = every.get(new if "." in new else beside)
        if target is None or _text(target) is None or _text(target) == _text(place):
            continue
        yield Hit(
            place.entry.key_span,
            {
                "older": place.path,
                "value": _text(place),
                "newer": target.path,
                "other": _text(target),
            },
            key=place.path,
            help=f"remove `{place.path}`",
            fix=removal(context.document, place.parent, place.entry, safe=False),
        )


def _text(place: Place) -> str | None:
    node = follow(place.entry.value)
    return node.text if isinstance(node, Scalar) else None


# --- torchtune's checkpointers


def weights_in_metas_folder(context: CheckContext) -> Iterator[Hit]:
    """Hugging Face's shards looked for in the folder `original`, where Meta's format lies."""
    for place in places(context):
        component = callable_of(place.parent) if place.entry.key == "checkpoint_dir" else None
        folder = _text(place)
        if component is None or folder is None or not component.text.endswith(_HUB_READER):
            continue
        files = follow(place.parent.get("checkpoint_files"))
        names = [follow(item) for item in files.items] if isinstance(files, Sequence) else []
        shards = [n for n in names if isinstance(n, Scalar) and n.text.endswith(".safetensors")]
        if shards and folder.rstrip("/").rsplit("/", 1)[-1] == "original":
            yield Hit(
                place.entry.value.span,
                {"folder": folder, "file": shards[0].text},
                key=place.path,
                help="name the folder above it",
            )
