"""An index of the classes, enums and constants in a set of Python sources, built with ``ast``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Module:
    """What one source file defines at its top level."""

    name: str
    tree: ast.Module = field(repr=False)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict, repr=False)
    values: dict[str, ast.expr] = field(default_factory=dict, repr=False)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    stars: list[str] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Found:
    """A definition and the module it stands in; ``node`` is a class or an assigned value."""

    module: Module
    name: str
    node: ast.ClassDef | ast.expr


class Index:
    """Looks names up the way Python would, across all sources of one release."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.modules: dict[str, Module] = {}
        for path, text in files.items():
            name = module_name(path)
            self.modules[name] = read_module(name, ast.parse(text))
        self._everywhere: dict[str, list[Module]] = {}
        for module in self.modules.values():
            for defined in (*module.classes, *module.values):
                self._everywhere.setdefault(defined, []).append(module)

    def find(self, module: Module, name: str, depth: int = 0) -> Found | None:
        """Resolve ``name`` as seen from ``module``: own, imported, or defined just once."""
        own = module.classes.get(name) or module.values.get(name)
        if own is not None:
            return Found(module, name, own)
        if name in module.imports and depth < 8:
            source, original = module.imports[name]
            if source in self.modules:
                return self.find(self.modules[source], original, depth + 1)
            name = original
        for source in module.stars:
            starred = self.modules.get(source)
            if starred is not None and depth < 8:
                found = self.find_here(starred, name, depth + 1)
                if found is not None:
                    return found
        homes = self._everywhere.get(name, [])
        if len(homes) != 1:
            return None
        node = homes[0].classes.get(name) or homes[0].values[name]
        return Found(homes[0], name, node)

    def find_here(self, module: Module, name: str, depth: int = 0) -> Found | None:
        """Resolve ``name`` in a module and in what it re-exports, and nowhere else."""
        own = module.classes.get(name) or module.values.get(name)
        if own is not None:
            return Found(module, name, own)
        stars = [self.modules[source] for source in module.stars if source in self.modules]
        for starred in stars if depth < 8 else []:
            found = self.find_here(starred, name, depth + 1)
            if found is not None:
                return found
        return None

    def find_class(self, module: Module, name: str) -> Found | None:
        """Like ``find``, but only classes."""
        found = self.find(module, name)
        return found if found and isinstance(found.node, ast.ClassDef) else None

    def all_classes(self) -> Iterator[Found]:
        """Every class of the release, in the order of module and definition."""
        for name in sorted(self.modules):
            module = self.modules[name]
            for class_name, node in module.classes.items():
                yield Found(module, class_name, node)

    def lineage(self, found: Found) -> list[Found]:
        """The class and its bases known here, most basic first (right bases before left ones)."""
        assert isinstance(found.node, ast.ClassDef)
        line: list[Found] = []
        for base in reversed(found.node.bases):
            parent = self.find_class(found.module, last_name(base))
            if parent is not None and parent.node is not found.node:
                line += [step for step in self.lineage(parent) if step not in line]
        return [*line, found]


def module_name(path: str) -> str:
    """The dotted module name of a file path ("a/b/__init__.py" is "a.b")."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def read_module(name: str, tree: ast.Module) -> Module:
    """Collect top-level definitions, also those under ``if`` and ``try``."""
    module = Module(name, tree)
    for node in _top_level(tree.body):
        if isinstance(node, ast.ClassDef):
            module.classes[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            module.values[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            module.values[node.target.id] = node.value
        elif isinstance(node, ast.ImportFrom):
            source = _import_source(name, node)
            for alias in node.names:
                if alias.name == "*":
                    module.stars.append(source)
                    continue
                module.imports[alias.asname or alias.name] = (source, alias.name)
    return module


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If):
            yield from _top_level(node.body)
            yield from _top_level(node.orelse)
        elif isinstance(node, ast.Try):
            yield from _top_level(node.body)
        else:
            yield node


def _import_source(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")[: -node.level]
    return ".".join([*parts, node.module] if node.module else parts)


def last_name(node: ast.expr) -> str:
    """The last part of a name: ``torch.dtype`` is "dtype"; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return ""


def is_enum(index: Index, found: Found, depth: int = 0) -> bool:
    """Whether a class is an ``Enum`` in the end."""
    if not isinstance(found.node, ast.ClassDef) or depth > 6:
        return False
    for base in found.node.bases:
        name = last_name(base)
        if name.endswith(("Enum", "EnumWithContains")):
            return True
        parent = index.find_class(found.module, name)
        if parent is not None and is_enum(index, parent, depth + 1):
            return True
    return False


def enum_values(found: Found) -> list[Any]:
    """The values of an enum's members; a value that is not a literal is given as ``None``."""
    assert isinstance(found.node, ast.ClassDef)
    return [
        literal_or_none(statement.value)
        for statement in found.node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    ]


def literal_or_none(node: ast.expr) -> Any:
    """The value of a literal expression, else ``None``."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
