"""The fields of a dataclass or pydantic model, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from .bounds import ANY_NUMBER, Bounds, guarded, of_annotation, of_call
from .modules import Found, Index, last_name, literal_or_none
from .shapes import Reader, Shape
from .table import NO_DEFAULT, Key, Section, Sections

_SECTION_NAME = Callable[[Found], str]


@dataclass(frozen=True)
class Field:
    """One field: its shape, where it is declared, and what its declaration says."""

    name: str
    owner: Found
    shape: Shape
    default: object
    required: bool
    aliases: tuple[str, ...]
    bounds: Bounds = ANY_NUMBER


def own_fields(reader: Reader, found: Found) -> list[Field]:
    """The fields that a class declares itself, in order, with the ranges that it insists on."""
    return list(_within(guarded([found]), _declared(reader, found)))


def _within(ranges: dict[str, Bounds], fields: Iterable[Field]) -> Iterator[Field]:
    for one in fields:
        yield replace(one, bounds=one.bounds.and_(ranges.get(one.name, ANY_NUMBER)))


def _declared(reader: Reader, found: Found) -> list[Field]:
    assert isinstance(found.node, ast.ClassDef)
    fields = []
    for statement in found.node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if last_name(statement.annotation) == "ClassVar" or _is_private(statement):
                continue
            fields.append(_field(reader, found, statement.target.id, statement))
    return fields


def all_fields(reader: Reader, found: Found) -> dict[str, Field]:
    """The fields of a class and its known bases; a redeclaration wins over its base."""
    lineage = reader.index.lineage(found)
    fields = {one.name: one for step in lineage for one in _declared(reader, step)}
    return {one.name: one for one in _within(guarded(lineage), fields.values())}


def _is_private(statement: ast.AnnAssign) -> bool:
    """Private names, and fields that a dataclass does not take from outside."""
    assert isinstance(statement.target, ast.Name)
    if statement.target.id.startswith("__"):
        return True
    call = statement.value
    if isinstance(call, ast.Call) and last_name(call.func) == "PrivateAttr":
        return True
    init = _keyword(call, "init") if isinstance(call, ast.Call) else None
    return init is not None and literal_or_none(init) is False


def _field(reader: Reader, owner: Found, name: str, statement: ast.AnnAssign) -> Field:
    shape = reader.shape(owner.module, statement.annotation)
    bounds = of_annotation(reader.index, owner.module, statement.annotation)
    declared = statement.value
    if declared is None:
        # An annotation alone is required, unless Annotated carries a default of its own.
        return Field(name, owner, shape, NO_DEFAULT, True, (), bounds)
    if isinstance(declared, ast.Call) and last_name(declared.func) in {"Field", "field"}:
        one = _declared_by_call(reader.index, name, owner, shape, declared)
        return replace(one, bounds=bounds.and_(of_call(declared)))
    default = evaluate(reader.index, owner, declared)
    return Field(name, owner, shape, default, False, (), bounds)


def _declared_by_call(index: Index, name: str, owner: Found, shape: Shape, call: ast.Call) -> Field:
    value = call.args[0] if call.args else _keyword(call, "default")
    stated = value is not None and literal_or_none(value) is not Ellipsis
    default = evaluate(index, owner, value) if stated and value is not None else NO_DEFAULT
    required = not stated and _keyword(call, "default_factory") is None
    aliases = tuple(alias for alias in _aliases(call) if alias != name)
    return Field(name, owner, shape, default, required, aliases)


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return None


def _aliases(call: ast.Call) -> tuple[str, ...]:
    names: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg in {"alias", "validation_alias"}:
            parts = keyword.value.args if isinstance(keyword.value, ast.Call) else [keyword.value]
            names |= {part for part in map(literal_or_none, parts) if isinstance(part, str)}
    return tuple(sorted(names))


def evaluate(index: Index, owner: Found, node: ast.expr, depth: int = 0) -> object:
    """The plain value of a default expression, or ``NO_DEFAULT``.

    Follows names of constants and enum members, and the first argument of wrapper calls such as
    ``pp_int(5e8, "5e8")``.
    """
    try:
        return _plain(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError):
        pass
    if depth > 6:
        return NO_DEFAULT
    if isinstance(node, ast.BinOp):
        return _arithmetic(index, owner, node, depth)
    if isinstance(node, ast.Call) and last_name(node.func) == "pp_int" and node.args:
        value = evaluate(index, owner, node.args[0], depth + 1)
        return int(value) if isinstance(value, (int, float)) else NO_DEFAULT
    if isinstance(node, ast.Attribute) and node.attr == "value":
        return evaluate(index, owner, node.value, depth + 1)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return _member(index, owner, node.value.id, node.attr, depth)
    if isinstance(node, ast.Name):
        found = index.find(owner.module, node.id)
        if found is not None and not isinstance(found.node, ast.ClassDef):
            return evaluate(index, found, found.node, depth + 1)
    return NO_DEFAULT


def _member(index: Index, owner: Found, head: str, name: str, depth: int) -> object:
    found = index.find_class(owner.module, head)
    if found is None or not isinstance(found.node, ast.ClassDef):
        return NO_DEFAULT
    for statement in found.node.body:
        if isinstance(statement, ast.Assign) and last_name(statement.targets[0]) == name:
            return evaluate(index, found, statement.value, depth + 1)
    return NO_DEFAULT


def _arithmetic(index: Index, owner: Found, node: ast.BinOp, depth: int) -> object:
    left = evaluate(index, owner, node.left, depth + 1)
    right = evaluate(index, owner, node.right, depth + 1)
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        return NO_DEFAULT
    if isinstance(node.op, ast.Mult):
        return left * right
    if isinstance(node.op, ast.Pow) and abs(right) < 64:
        return left**right
    return NO_DEFAULT


def _plain(value: object) -> object:
    """Only what JSON writes the same way."""
    if isinstance(value, float) and value not in (float("inf"), float("-inf")) and value == value:
        return value
    if isinstance(value, (bool, int, str)) or value is None:
        return value
    if isinstance(value, (list, tuple)):
        items = [_plain(item) for item in value]
        return NO_DEFAULT if NO_DEFAULT in items else items
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return value
    return NO_DEFAULT


def to_key(one: Field, name_of: _SECTION_NAME) -> Key:
    """The table entry of a field."""
    return Key(
        types=one.shape.types or frozenset({"any"}),
        choices=one.shape.choices,
        section=tuple(sorted(name_of(found) for found in one.shape.sections)),
        items=tuple(sorted(name_of(found) for found in one.shape.items)),
        default=one.default,
        required=one.required,
        nullable=one.shape.nullable,
        aliases=one.aliases,
        bounds=one.bounds,
    )


def sections_from(
    reader: Reader, root: Found, root_name: str, extra_of: Callable[[Found], str]
) -> Sections:
    """The table of a class and, below it, of each class its annotations name."""
    sections: Sections = {}
    queue: list[tuple[str, Found]] = [(root_name, root)]
    while queue:
        name, found = queue.pop()
        if name in sections:
            continue
        section = Section(extra_of(found))
        sections[name] = section
        for one in all_fields(reader, found).values():
            section.keys[one.name] = to_key(one, _name)
            queue += [(_name(below), below) for below in (*one.shape.sections, *one.shape.items)]
    return sections


def _name(found: Found) -> str:
    return found.name
