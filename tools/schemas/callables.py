"""The functions and classes of a release by the dotted paths under which they can be imported."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from .fields import evaluate
from .modules import Found, Index, Module, last_name, literal_or_none, module_name
from .shapes import ANY, Reader, Shape
from .table import NO_DEFAULT, Key, Section

#: Base classes whose own arguments are not written here.
_PLAIN_BASES = frozenset({"Module", "ABC", "Protocol", "object", "Dataset", "Generic", "str"})
_MAX_DEPTH = 8


@dataclass(frozen=True)
class Callable:
    """A definition: the module it stands in, and its node (a function, a class or a value)."""

    module: Module
    node: ast.AST


class Callables:
    """Resolves the public paths of one release: `package.module.name`."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.index = Index(files)
        self.reader = Reader(self.index)
        for path in files:
            if path.endswith("/__init__.py"):
                _relative_to_itself(self.index.modules[module_name(path)])
        self._functions: dict[str, dict[str, ast.AST]] = {
            name: {
                node.name: node
                for node in ast.walk(module.tree)
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and node in module.tree.body
            }
            for name, module in self.index.modules.items()
        }

    def paths(self) -> dict[str, Callable]:
        """Every importable path of a callable that the release itself defines."""
        found: dict[str, Callable] = {}
        for name, module in sorted(self.index.modules.items()):
            names = {*self._functions[name], *module.classes, *module.values, *module.imports}
            for star in module.stars:
                names |= set(self._public(star))
            for local in sorted(n for n in names if not n.startswith("_")):
                target = self.resolve(module, local)
                if target is not None and self.signature(target) is not None:
                    found[f"{name}.{local}"] = target
        return found

    def _public(self, name: str) -> list[str]:
        module = self.index.modules.get(name)
        if module is None:
            return []
        listed = literal_or_none(module.values["__all__"]) if "__all__" in module.values else None
        if isinstance(listed, list):
            return [str(item) for item in listed]
        return [*self._functions[name], *module.classes, *module.imports]

    def resolve(self, module: Module, name: str, depth: int = 0) -> Callable | None:
        """What `name` means in a module, through the imports of the release."""
        own = (
            self._functions[module.name].get(name)
            or module.classes.get(name)
            or module.values.get(name)
        )
        if own is not None:
            return Callable(module, own)
        if depth > _MAX_DEPTH:
            return None
        if name in module.imports:
            source, original = module.imports[name]
            if source in self.index.modules:
                return self.resolve(self.index.modules[source], original, depth + 1)
            return None
        for star in module.stars:
            if star in self.index.modules:
                found = self.resolve(self.index.modules[star], name, depth + 1)
                if found is not None:
                    return found
        return None

    def signature(self, found: Callable, depth: int = 0) -> Section | None:
        """The parameters of a callable; None for what is none.

        ``extra`` is "signature" where the parameters are all, "open" where the callable takes any.
        """
        node = found.node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return self._parameters(found.module, node, skip_first=False)
        if isinstance(node, ast.ClassDef):
            return self._class(found, node, depth)
        inner: ast.AST | None = node
        if isinstance(node, ast.Call):
            inner = node.args[0] if last_name(node.func) == "partial" and node.args else None
        if isinstance(inner, ast.Name) and depth < _MAX_DEPTH:
            target = self.resolve(found.module, inner.id)
            return self.signature(target, depth + 1) if target else None
        return None

    def _class(self, found: Callable, node: ast.ClassDef, depth: int) -> Section | None:
        for item in node.body:
            if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                return self._parameters(found.module, item, skip_first=True)
        if any("dataclass" in ast.dump(d) for d in node.decorator_list):
            return Section("open")
        for base in node.bases:
            target = self.resolve(found.module, last_name(base)) if last_name(base) else None
            if target is not None and depth < _MAX_DEPTH:
                return self.signature(target, depth + 1)
        plain = all(last_name(base) in _PLAIN_BASES for base in node.bases)
        return Section("signature" if plain and not node.bases else "open")

    def _parameters(
        self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef, skip_first: bool
    ) -> Section:
        given = [*node.args.posonlyargs, *node.args.args]
        defaults: list[ast.expr | None] = [None] * (len(given) - len(node.args.defaults))
        pairs = list(zip(given, [*defaults, *node.args.defaults], strict=True))
        pairs = pairs[1:] if skip_first else pairs
        pairs += list(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
        section = Section("open" if node.args.kwarg else "signature")
        for argument, default in pairs:
            section.keys[argument.arg] = self._key(module, argument, default)
        return section

    def _key(self, module: Module, argument: ast.arg, default: ast.expr | None) -> Key:
        shape = self.reader.shape(module, argument.annotation) if argument.annotation else ANY
        owner = Found(module, argument.arg, default or ast.Constant(None))
        plain = evaluate(self.index, owner, default) if default is not None else NO_DEFAULT
        literal = argument.annotation is not None and "Literal" in ast.dump(argument.annotation)
        return Key(
            types=_types(shape),
            # An enum is looked up by its names, and later releases have more of them.
            choices=shape.choices if literal else None,
            default=plain,
            nullable=shape.nullable or plain is None,
        )


def _relative_to_itself(package: Module) -> None:
    """Correct the sources of a package's own relative imports: `.x` lies below it."""
    stars: list[str] = []
    for node in ast.walk(package.tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        parents = package.name.split(".")
        parents = parents[: len(parents) - node.level + 1]
        source = ".".join([*parents, *([node.module] if node.module else [])])
        for alias in node.names:
            if alias.name == "*":
                stars.append(source)
            else:
                package.imports[alias.asname or alias.name] = (source, alias.name)
    package.stars += [star for star in stars if star not in package.stars]


def _types(shape: Shape) -> frozenset[str]:
    """A parameter of a class of the package's own is built by the recipe, from a mapping or not."""
    if not shape.types or shape.sections or "any" in shape.types:
        return frozenset({"any"})
    return shape.types
