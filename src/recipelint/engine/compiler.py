"""The text of an expression, checked and turned into a tree. See `expressions.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from recipelint.engine.expressions import Compiled, ExpressionError, Tree
from recipelint.engine.functions import FUNCTIONS, INTROSPECTION, Function

MAX_LENGTH = 2_000
MAX_DEPTH = 40

Typed = tuple[str, Tree]

_ARITHMETIC: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_ORDER: dict[type[ast.AST], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_EQUAL: dict[type[ast.AST], str] = {ast.Eq: "==", ast.NotEq: "!="}
_MEMBER: dict[type[ast.AST], str] = {ast.In: "in", ast.NotIn: "not in"}


def compile_source(source: str, types: Mapping[str, str]) -> Compiled:
    """Check `source` and make its tree. Raises ExpressionError."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters")
    try:
        parsed = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "nested too deeply"
        raise ExpressionError(f"not an expression: {reason}") from None
    compiler = _Compiler(types)
    kind, tree = compiler.visit(parsed.body, 0)
    return Compiled(source, kind, tuple(compiler.names), tree)


class _Compiler:
    def __init__(self, types: Mapping[str, str]) -> None:
        self.types = types
        self.names: dict[str, None] = {}

    def visit(self, node: ast.AST, depth: int) -> Typed:
        if depth > MAX_DEPTH:
            raise ExpressionError(f"nested more than {MAX_DEPTH} levels deep")
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise ExpressionError(f"{_describe(node)} is not part of the rule language")
        result: Typed = method(node, depth + 1)
        return result

    # --- leaves

    def _constant(self, node: ast.Constant, depth: int) -> Typed:
        value = node.value
        if isinstance(value, bool):
            return "boolean", ["value", value]
        if isinstance(value, int | float) and abs(value) < 1e300:
            return "number", ["value", value]
        if isinstance(value, str):
            return "string", ["value", value]
        raise ExpressionError(f"the literal {value!r} is not part of the rule language")

    def _tuple(self, node: ast.Tuple | ast.List, depth: int) -> Typed:
        if not all(isinstance(e, ast.Constant) for e in node.elts):
            raise ExpressionError("a list may hold only literals")
        kinds = {self.visit(e, depth)[0] for e in node.elts}
        if len(kinds) > 1:
            raise ExpressionError("a list may not mix numbers and strings")
        values = [e.value for e in node.elts if isinstance(e, ast.Constant)]
        return f"list of {kinds.pop() if kinds else 'string'}", ["list", values]

    _list = _tuple

    def _name(self, node: ast.Name, depth: int) -> Typed:
        return self._fact(_dotted(node))

    def _attribute(self, node: ast.Attribute, depth: int) -> Typed:
        return self._fact(_dotted(node))

    def _fact(self, name: str) -> Typed:
        kind = self._known_name(name)
        self.names[name] = None
        return kind, ["fact", name]

    def _known_name(self, name: str) -> str:
        kind = self.types.get(name)
        if kind is None:
            raise ExpressionError(f"there is no fact `{name}`{_suggest(name, self.types)}")
        return kind

    # --- operators

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Typed:
        kind, operand = self.visit(node.operand, depth)
        if isinstance(node.op, ast.Not):
            _expect(kind, "boolean", node.operand)
            return "boolean", ["not", operand]
        if not isinstance(node.op, ast.USub | ast.UAdd):
            raise ExpressionError(f"{_describe(node.op)} is not part of the rule language")
        _expect(kind, "number", node.operand)
        return "number", operand if isinstance(node.op, ast.UAdd) else ["negative", operand]

    def _binop(self, node: ast.BinOp, depth: int) -> Typed:
        operation = _ARITHMETIC.get(type(node.op))
        if operation is None:
            raise ExpressionError(f"{_describe(node.op)} is not part of the rule language")
        return "number", [operation, *self._all((node.left, node.right), "number", depth)]

    def _boolop(self, node: ast.BoolOp, depth: int) -> Typed:
        operation = "or" if isinstance(node.op, ast.Or) else "and"
        return "boolean", [operation, *self._all(node.values, "boolean", depth)]

    def _all(self, nodes: Iterable[ast.expr], wanted: str, depth: int) -> list[Tree]:
        trees = []
        for node in nodes:
            kind, tree = self.visit(node, depth)
            _expect(kind, wanted, node)
            trees.append(tree)
        return trees

    def _compare(self, node: ast.Compare, depth: int) -> Typed:
        sources = [node.left, *node.comparators]
        sides = [self.visit(n, depth) for n in sources]
        links: list[Tree] = []
        for index, op in enumerate(node.ops):
            left, right = sides[index], sides[index + 1]
            links.append(_link(op, left, right, sources[index], sources[index + 1]))
        return "boolean", links[0] if len(links) == 1 else ["and", *links]

    def _ifexp(self, node: ast.IfExp, depth: int) -> Typed:
        test_kind, test = self.visit(node.test, depth)
        _expect(test_kind, "boolean", node.test)
        kind, body = self.visit(node.body, depth)
        other_kind, other = self.visit(node.orelse, depth)
        if kind != other_kind:
            raise ExpressionError(f"the two branches are a {kind} and a {other_kind}")
        return kind, ["if", test, body, other]

    def _call(self, node: ast.Call, depth: int) -> Typed:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise ExpressionError("only the rule language's own functions can be called")
        name = node.func.id
        if name in INTROSPECTION:
            return self._question(name, node)
        function = FUNCTIONS.get(name)
        if function is None:
            hint = _suggest(name, [*FUNCTIONS, *INTROSPECTION])
            raise ExpressionError(f"there is no function `{name}`{hint}")
        return function.result, ["call", name, *self._arguments(name, function, node, depth)]

    def _arguments(self, name: str, function: Function, node: ast.Call, depth: int) -> list[Tree]:
        if not function.accepts(len(node.args)):
            raise ExpressionError(f"`{name}` takes {function.arity}")
        operands = []
        for index, argument in enumerate(node.args):
            kind, tree = self.visit(argument, depth)
            _expect(kind, function.argument(index), argument)
            operands.append(tree)
        return operands

    def _question(self, question: str, node: ast.Call) -> Typed:
        if len(node.args) != 1:
            raise ExpressionError(f"`{question}` takes one fact")
        name = _dotted(node.args[0])
        self._known_name(name)
        return "boolean", ["ask", question, name]


def _dotted(node: ast.AST) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise ExpressionError(f"{_describe(node)} has no named parts")
    parts.append(node.id)
    return ".".join(reversed(parts))


def _link(
    op: ast.cmpop, left: Typed, right: Typed, left_node: ast.expr, right_node: ast.expr
) -> Tree:
    """One comparison of a chain."""
    (left_kind, a), (right_kind, b) = left, right
    kind = type(op)
    if kind in _MEMBER:
        if right_kind not in (f"list of {left_kind}", "string"):
            raise ExpressionError(f"cannot look for a {left_kind} in a {right_kind}")
        return [_MEMBER[kind], a, b]
    if kind in _ORDER:
        _expect(left_kind, "number", left_node)
        _expect(right_kind, "number", right_node)
        return [_ORDER[kind], a, b]
    if kind in _EQUAL:
        if left_kind != right_kind:
            raise ExpressionError(f"a {left_kind} never equals a {right_kind}")
        return [_EQUAL[kind], a, b]
    raise ExpressionError(f"{_describe(op)} is not part of the rule language")


def _expect(kind: str, wanted: str, node: ast.AST) -> None:
    if wanted == "any" or kind == wanted or (wanted == "list" and kind.startswith("list of")):
        return
    raise ExpressionError(f"`{ast.unparse(node)}` is a {kind}, a {wanted} is needed here")


def _describe(node: ast.AST) -> str:
    names = {
        "Lambda": "a lambda",
        "ListComp": "a comprehension",
        "GeneratorExp": "a comprehension",
        "Subscript": "an index",
        "NamedExpr": "an assignment",
        "JoinedStr": "an f-string",
        "Await": "await",
        "Starred": "a starred expression",
    }
    return names.get(type(node).__name__, f"`{type(node).__name__}`")


def _suggest(name: str, known: Any) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    if not close:
        tail = name.rsplit(".", 1)[-1]
        close = [k for k in known if k.rsplit(".", 1)[-1] == tail][:1]
    return f"; did you mean `{close[0]}`?" if close else ""
