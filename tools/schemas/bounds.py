"""Ranges outside which a class refuses a number: declared at the field, or guarded when built."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .modules import Found, Index, Module, last_name, literal_or_none

_NUMBER = {"int", "float"}
_DECLARED = {"ge": ("low", False), "gt": ("low", True), "le": ("high", False), "lt": ("high", True)}
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
}  # fmt: skip
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE,
}  # fmt: skip


@dataclass(frozen=True)
class Bounds:
    """The numbers that are accepted. An end is a value and whether it is itself refused."""

    low: tuple[float, bool] | None = None
    high: tuple[float, bool] | None = None

    def and_(self, other: Bounds) -> Bounds:
        """What both accept."""
        lows = [end for end in (self.low, other.low) if end is not None]
        highs = [end for end in (self.high, other.high) if end is not None]
        return Bounds(max(lows, default=None), min(highs, key=_from_above, default=None))

    def or_(self, other: Bounds) -> Bounds:
        """The least range in which lies what either accepts."""
        low = min(self.low, other.low) if self.low and other.low else None
        high = max(self.high, other.high, key=_from_above) if self.high and other.high else None
        return Bounds(low, high)

    def as_json(self) -> dict[str, float]:
        """The words of JSON Schema."""
        words = {}
        if self.low is not None:
            words["exclusiveMinimum" if self.low[1] else "minimum"] = self.low[0]
        if self.high is not None:
            words["exclusiveMaximum" if self.high[1] else "maximum"] = self.high[0]
        return words


def _from_above(end: tuple[float, bool]) -> tuple[float, bool]:
    """Orders upper ends: of two equal ones the open one is the lower."""
    return (end[0], not end[1])


ANY_NUMBER = Bounds()
_POSITIVE = Bounds(low=(0, True))
_NOT_NEGATIVE = Bounds(low=(0, False))
_NAMED = {
    "PositiveInt": _POSITIVE,
    "PositiveFloat": _POSITIVE,
    "NonNegativeInt": _NOT_NEGATIVE,
    "NonNegativeFloat": _NOT_NEGATIVE,
}


def of_call(call: ast.Call) -> Bounds:
    """What ``Field(ge=0, lt=1)`` or ``conint(gt=0)`` accepts."""
    bounds = ANY_NUMBER
    for keyword in call.keywords:
        number = _number(keyword.value)
        if keyword.arg in _DECLARED and number is not None:
            side, is_open = _DECLARED[keyword.arg]
            bounds = bounds.and_(Bounds(**{side: (number, is_open)}))
    return bounds


def of_annotation(index: Index, module: Module, node: ast.expr, depth: int = 0) -> Bounds:
    """What an annotation accepts of numbers: in a union, what any of its members accepts."""
    found = list(_numeric_members(index, module, node, depth))
    bounds = found[0] if found else ANY_NUMBER
    for other in found[1:]:
        bounds = bounds.or_(other)
    return bounds


def _numeric_members(index: Index, module: Module, node: ast.expr, depth: int) -> Iterator[Bounds]:
    if isinstance(node, ast.BinOp):
        yield from _numeric_members(index, module, node.left, depth)
        yield from _numeric_members(index, module, node.right, depth)
    elif isinstance(node, ast.Subscript):
        yield from _subscript(index, module, node, depth)
    elif isinstance(node, ast.Call):
        yield of_call(node)
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield from _name(index, module, last_name(node), depth)


def _subscript(index: Index, module: Module, node: ast.Subscript, depth: int) -> Iterator[Bounds]:
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    head = last_name(node.value)
    if head == "Annotated":
        bounds = of_annotation(index, module, inner[0], depth)
        for mark in inner[1:]:
            bounds = bounds.and_(of_call(mark) if isinstance(mark, ast.Call) else ANY_NUMBER)
        yield bounds
    elif head in {"Optional", "Union"}:
        for item in inner:
            yield from _numeric_members(index, module, item, depth)
    elif head == "Literal" and any(_number(item) is not None for item in inner):
        yield ANY_NUMBER


def _name(index: Index, module: Module, name: str, depth: int) -> Iterator[Bounds]:
    if name in _NAMED or name in _NUMBER:
        yield _NAMED.get(name, ANY_NUMBER)
        return
    found = index.find(module, name)
    if found is not None and not isinstance(found.node, ast.ClassDef) and depth < 6:
        yield from _numeric_members(index, found.module, found.node, depth + 1)


# --- guards: `if self.ratio < 0: raise`, where nothing stands before it that could spare a value


def guarded(lineage: Iterable[Found]) -> dict[str, Bounds]:
    """The ranges that the ``__post_init__`` of a class and its bases insists on, by field.

    A class whose method calls no other ``__post_init__`` leaves its bases' guards out, and a field
    that a later class assigns itself may be mended before it is looked at.
    """
    bounds: dict[str, Bounds] = {}
    for step in lineage:
        method = _post_init(step)
        if method is None:
            continue
        if not any(_calls_post_init(node) for node in ast.walk(method)):
            bounds = {}
        for name in _assigned(method):
            bounds.pop(name, None)
        for name, accepted in _refusals(_inlined(step, method), set()):
            bounds[name] = bounds.get(name, ANY_NUMBER).and_(accepted)
    return bounds


def _post_init(found: Found) -> ast.FunctionDef | None:
    return _methods(found).get("__post_init__")


def _methods(found: Found) -> dict[str, ast.FunctionDef]:
    assert isinstance(found.node, ast.ClassDef)
    functions = (node for node in found.node.body if isinstance(node, ast.FunctionDef))
    return {function.name: function for function in functions}


def _inlined(found: Found, method: ast.FunctionDef) -> list[ast.stmt]:
    """A method's statements, those of the class's own methods in the place of their bare calls."""
    methods = _methods(found)
    body: list[ast.stmt] = []
    for statement in method.body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        name = _field(call.func) if isinstance(call, ast.Call) and not call.args else None
        body += methods[name].body if name in methods else [statement]
    return body


def _calls_post_init(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == "__post_init__"


def _refusals(body: list[ast.stmt], mended: set[str]) -> Iterator[tuple[str, Bounds]]:
    """The fields and ranges of a body's guards, up to where it may end early.

    ``mended`` collects the fields that were assigned before a guard looks at them.
    """
    for statement in body:
        accepted: Iterable[tuple[str, Bounds]] = ()
        if isinstance(statement, ast.Assert):
            accepted = _when_true(statement.test)
        elif isinstance(statement, ast.If):
            if _raises(statement.body):
                accepted = _when_false(statement.test)
                yield from _refusals(statement.orelse, mended)
            elif _not_none(statement.test) and not statement.orelse:
                yield from _refusals(statement.body, mended)
        yield from ((name, one) for name, one in accepted if name not in mended)
        if any(isinstance(node, ast.Return) for node in ast.walk(statement)):
            return
        mended |= _assigned(statement)


def _raises(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Raise) and not any(
        isinstance(node, (ast.If, ast.Return, ast.Try)) for node in ast.walk(ast.Module(body, []))
    )


def _assigned(tree: ast.AST) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


def _when_false(test: ast.expr) -> Iterator[tuple[str, Bounds]]:
    """What holds of single fields wherever ``test`` is false."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _when_true(test.operand)
    elif isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        for part in test.values:
            yield from _when_false(part)
    elif isinstance(test, ast.BoolOp):
        yield from _despite_none(test)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        yield from _compared(test.left, _OPPOSITE.get(type(test.ops[0])), test.comparators[0])


def _despite_none(test: ast.BoolOp) -> Iterator[tuple[str, Bounds]]:
    """`self.x is not None and self.x < 0`: a number is judged by the second part alone."""
    *spared, last = test.values
    accepted = list(_when_false(last))
    if all(_not_none(part) == name for part in spared for name, _ in accepted):
        yield from accepted


def _when_true(test: ast.expr) -> Iterator[tuple[str, Bounds]]:
    """What holds of single fields wherever ``test`` is true."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _when_false(test.operand)
    elif isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for part in test.values:
            yield from _when_true(part)
    elif isinstance(test, ast.Compare):
        lefts = [test.left, *test.comparators]
        for left, op, right in zip(lefts, test.ops, test.comparators, strict=False):
            yield from _compared(left, type(op), right)


def _compared(
    left: ast.expr, op: type[ast.cmpop] | None, right: ast.expr
) -> Iterator[tuple[str, Bounds]]:
    """The range in which `left op right` holds, where one side is a field and one a number."""
    if op not in _MIRRORED:
        return
    name, limit = _field(left), _number(right)
    if name is None:
        name, limit, op = _field(right), _number(left), _MIRRORED[op]
    if name is None or limit is None:
        return
    end = (limit, op in {ast.Lt, ast.Gt})
    yield name, Bounds(low=end) if op in {ast.Gt, ast.GtE} else Bounds(high=end)


def _not_none(test: ast.expr) -> str | None:
    """The field of which ``self.x is not None`` speaks."""
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.IsNot):
        right = test.comparators[0]
        if isinstance(right, ast.Constant) and right.value is None:
            return _field(test.left)
    return None


def _field(node: ast.expr) -> str | None:
    is_own = (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )
    return last_name(node) if is_own else None


def _number(node: ast.expr) -> float | None:
    value = literal_or_none(node)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
