"""Write the table of canonical facts and the neutral dialect's JSON Schema from the model.

python tools/generate_facts.py            # writes both files
python tools/generate_facts.py --check    # exit status 1 when they are stale
"""

from __future__ import annotations

import argparse
import json
import types
import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from recipelint.recipe.model import Recipe, Sections

PACKAGE = Path(__file__).parent.parent / "src" / "recipelint"
_KINDS = {int: "number", float: "number", bool: "boolean", str: "string"}


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Each leaf of `model` as a dotted name with its type, its choices and its meaning."""
    for name, info in model.model_fields.items():
        yield from _leaf(prefix + name, info.annotation, info.description)


def _leaf(
    name: str, annotation: object, meaning: str | None
) -> Iterator[tuple[str, dict[str, object]]]:
    kind = _without_none(annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from leaves(kind, name + ".")
        return
    origin = typing.get_origin(kind)
    if origin is tuple:
        yield from _projection(name, typing.get_args(kind)[0], meaning)
        return
    row: dict[str, object] = {"type": "string" if origin is typing.Literal else _KINDS[_bare(kind)]}
    if origin is typing.Literal:
        row["choices"] = list(typing.get_args(kind))
    if meaning:
        row["meaning"] = meaning
    yield name, row


def _projection(
    name: str, item: object, meaning: str | None
) -> Iterator[tuple[str, dict[str, object]]]:
    """A list of sections is read column by column: `data.sources.weight` is a list of numbers."""
    if isinstance(item, type) and issubclass(item, BaseModel):
        for leaf, row in leaves(item, name + "."):
            yield leaf, {**row, "type": f"list of {row['type']}"}
        return
    row = {"type": f"list of {_KINDS[_bare(item)]}"}
    if meaning:
        row["meaning"] = meaning
    yield name, dict(row)


def _without_none(annotation: object) -> object:
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        inner = [a for a in typing.get_args(annotation) if a is not type(None)]
        return _without_none(inner[0])
    if typing.get_origin(annotation) is typing.Annotated:
        return _without_none(typing.get_args(annotation)[0])
    return annotation


def _bare(kind: object) -> type:
    bare = _without_none(kind)
    assert isinstance(bare, type), kind
    return bare


def generated() -> dict[Path, str]:
    """The files and their contents."""
    facts = dict(leaves(Sections))
    schema = Recipe.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "recipelint neutral recipe"
    return {
        PACKAGE / "recipe" / "facts.json": _rows(facts),
        PACKAGE / "dialects" / "schemas" / "neutral.schema.json": json.dumps(schema, indent=1)
        + "\n",
        PACKAGE / "dialects" / "schemas" / "neutral.json": _keys(schema),
    }


def _keys(schema: dict[str, typing.Any]) -> str:
    """The neutral dialect's keys in the format of the other dialects' schemas (`schema.py`)."""
    models = {"": schema, **schema["$defs"]}
    sections = {
        name: {"extra": "forbid", "keys": {k: _key(p) for k, p in model["properties"].items()}}
        for name, model in models.items()
    }
    for name, model in models.items():
        for key in model.get("required", ()):
            sections[name]["keys"][key]["required"] = True
    return json.dumps({"dialect": "neutral", "sources": [], "sections": sections}, indent=1) + "\n"


def _key(property_: dict[str, typing.Any]) -> dict[str, object]:
    """One key: its types, its choices, and the sections of what stands in it."""
    options = [o for o in property_.get("anyOf", [property_]) if o.get("type") != "null"]
    row: dict[str, object] = {"type": sorted({t for o in options for t in _types(o)})}
    choices = [c for o in options for c in o.get("enum", [o["const"]] if "const" in o else [])]
    if choices:
        row["choices"] = choices
    for option in options:
        if "$ref" in option:
            row["section"] = [option["$ref"].rsplit("/", 1)[-1]]
        elif "$ref" in option.get("items", {}):
            row["items"] = [option["items"]["$ref"].rsplit("/", 1)[-1]]
    return row


def _types(option: dict[str, typing.Any]) -> list[str]:
    if "$ref" in option:
        return ["map"]
    kinds = {"integer": ["int"], "number": ["int", "float"], "boolean": ["bool"], "array": ["list"]}
    return kinds.get(option.get("type", "string"), ["str"])


def _rows(facts: dict[str, dict[str, object]]) -> str:
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in facts.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [p for p, text in generated().items() if not p.exists() or p.read_text() != text]
    for path in stale:
        print(("stale: " if check else "wrote ") + path.name)
        if not check:
            path.write_text(generated()[path])
    return int(check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
