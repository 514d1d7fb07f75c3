"""From a type annotation to the kinds of value that a key may have."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .modules import Found, Index, Module, enum_values, is_enum, last_name, literal_or_none

_SCALARS = {
    "str": "str", "int": "int", "float": "float", "bool": "bool", "bytes": "str",
    "Path": "str", "PathLike": "str", "PathOrStr": "str", "FilePath": "str", "DirectoryPath": "str",
    "dtype": "str", "PositiveInt": "int", "NonNegativeInt": "int", "PositiveFloat": "float",
    "NonNegativeFloat": "float", "StrictStr": "str", "StrictInt": "int", "StrictBool": "bool",
    "timedelta": "float", "datetime": "str",
}  # fmt: skip
_LISTS = {
    "list", "List", "Sequence", "Iterable", "conlist", "tuple", "Tuple", "set", "Set", "frozenset",
}  # fmt: skip
_MAPS = {"dict", "Dict", "Mapping", "OrderedDict", "DictDefault", "TypedDict", "MutableMapping"}


@dataclass(frozen=True)
class Shape:
    """The kinds of value a key takes.

    ``types`` is a subset of bool, int, float, str, list, map, any. ``choices`` closes the strings,
    ``None`` leaves them open. ``sections`` are the classes of a mapping value and ``items`` the
    classes of a list's mapping elements. ``nullable`` says that ``None`` is allowed.
    """

    types: frozenset[str] = frozenset()
    choices: frozenset[str] | None = None
    sections: tuple[Found, ...] = ()
    items: tuple[Found, ...] = ()
    nullable: bool = False

    def join(self, other: Shape) -> Shape:
        """The union of two shapes; strings stay closed only if neither side leaves them open."""
        return Shape(
            self.types | other.types,
            _join_choices(self, other),
            _join_found(self.sections, other.sections),
            _join_found(self.items, other.items),
            self.nullable or other.nullable,
        )


ANY = Shape(frozenset({"any"}), nullable=True)
_NULL = Shape(nullable=True)


@dataclass
class Reader:
    """Turns annotations of one release into shapes.

    ``external`` gives the values of enums that live in another package, by class name.
    """

    index: Index
    external: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def shape(self, module: Module, node: ast.expr | None) -> Shape:
        """The shape of an annotation as written in ``module``."""
        if node is None:
            return ANY
        if isinstance(node, ast.Constant):
            return self._constant(module, node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.shape(module, node.left).join(self.shape(module, node.right))
        if isinstance(node, ast.Subscript):
            return self._subscript(module, node)
        if isinstance(node, ast.Call):
            return self._call(module, node)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._name(module, last_name(node))
        return ANY

    def _constant(self, module: Module, node: ast.Constant) -> Shape:
        if node.value is None:
            return _NULL
        if isinstance(node.value, str):
            return self.shape(module, ast.parse(node.value.strip(), mode="eval").body)
        return ANY

    def _subscript(self, module: Module, node: ast.Subscript) -> Shape:
        head = last_name(node.value)
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if head == "Literal":
            return literal_shape([literal_or_none(item) for item in inner])
        if head in {"Annotated", "Required", "NotRequired", "ClassVar", "Final"}:
            return self.shape(module, inner[0])
        if head in {"Optional", "Union"}:
            joined = Shape(nullable=head == "Optional")
            for item in inner:
                joined = joined.join(self.shape(module, item))
            return joined
        if head in _LISTS:
            return self._list(module, inner)
        if head in _MAPS:
            return Shape(frozenset({"map"}))
        return self._name(module, head)

    def _list(self, module: Module, inner: list[ast.expr]) -> Shape:
        items: tuple[Found, ...] = ()
        open_map = False
        for item in inner:
            shape = self.shape(module, item)
            items = _join_found(items, shape.sections)
            open_map = open_map or ("map" in shape.types and not shape.sections)
            open_map = open_map or "any" in shape.types
        # A list that also takes free mappings cannot name the keys of its elements.
        return Shape(frozenset({"list"}), items=() if open_map else items)

    def _call(self, module: Module, node: ast.Call) -> Shape:
        head = last_name(node.func)
        if head == "conlist" and node.args:
            return self._list(module, node.args[:1])
        return self._name(module, head)

    def _name(self, module: Module, name: str) -> Shape:
        if name in _SCALARS:
            return Shape(frozenset({_SCALARS[name]}))
        if name in {"None", "NoneType"}:
            return _NULL
        if name in _LISTS:
            return Shape(frozenset({"list"}))
        if name in _MAPS:
            return Shape(frozenset({"map"}))
        if name in self.external:
            return Shape(frozenset({"str"}), frozenset(self.external[name]))
        found = self.index.find(module, name)
        if found is None:
            return ANY
        if not isinstance(found.node, ast.ClassDef):
            return self.shape(found.module, found.node) if _is_alias(found.node) else ANY
        if is_enum(self.index, found):
            return _enum_shape(found)
        return Shape(frozenset({"map"}), sections=(found,))


def literal_shape(values: list[object]) -> Shape:
    """The shape of ``Literal[...]``; strings are closed, other kinds only typed."""
    types = frozenset(type(value).__name__ for value in values if value is not None)
    strings = frozenset(value for value in values if isinstance(value, str))
    known = types & {"bool", "int", "float", "str"}
    return Shape(known, strings if strings else None, nullable=None in values)


def _enum_shape(found: Found) -> Shape:
    values = enum_values(found)
    strings = [value for value in values if isinstance(value, str)]
    if values and all(isinstance(value, int) for value in values):
        return Shape(frozenset({"int"}))
    # Members whose value is an object (torch.int4) are reached through a validator's own names.
    closed = frozenset(strings) if strings and len(strings) == len(values) else None
    return Shape(frozenset({"str"}), closed)


def _is_alias(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        heads = {"Annotated", "Literal", "Optional", "Union"} | _LISTS | _MAPS
        return last_name(node.value) in heads
    return isinstance(node, ast.BinOp)


def _join_choices(left: Shape, right: Shape) -> frozenset[str] | None:
    left_open = "str" in left.types and left.choices is None
    right_open = "str" in right.types and right.choices is None
    if left_open or right_open or "any" in left.types | right.types:
        return None
    if left.choices is None and right.choices is None:
        return None
    return (left.choices or frozenset()) | (right.choices or frozenset())


def _join_found(left: tuple[Found, ...], right: tuple[Found, ...]) -> tuple[Found, ...]:
    known = {id(found.node) for found in left}
    return left + tuple(found for found in right if id(found.node) not in known)
