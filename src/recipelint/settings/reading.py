"""A settings file into settings. Whatever is wrong in it is an error that names its line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from recipelint.document import Document, Entry, Mapping, Node, Scalar, Sequence, follow
from recipelint.document.limits import HIGHEST, LIMITS, Limits
from recipelint.document.scalars import value, yaml_1_2
from recipelint.findings import START, Span
from recipelint.recipe.facts import Value, fact_types
from recipelint.settings.found import SettingsError, SettingsFile
from recipelint.settings.keys import KEYS, Key
from recipelint.settings.model import ALL_FILES, Settings

_FIELDS = {
    "select": "select",
    "extend-select": "extend_select",
    "ignore": "ignore",
    "profile": "profile",
    "severity": "severities",
    "per-file-ignores": "per_file_ignores",
    "exclude": "exclude",
    "extend-exclude": "extend_exclude",
    "respect-gitignore": "respect_gitignore",
    "dialects": "dialects",
    "framework-versions": "versions",
    "model-config": "models",
    "parameters": "parameters",
    "require-reason": "require_reason",
    "fail-on": "fail_on",
    "output-format": "output_format",
    "require-recipes": "require_recipes",
    "limits": "limits",
}
_KINDS = {"number": (int, float), "boolean": (bool,), "string": (str,)}
_T = TypeVar("_T")


def suggestion(name: str, known: Iterable[str]) -> str:
    """`; did you mean X?` for the known name that is most like `name`, or nothing."""
    import difflib

    close = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean `{close[0]}`?" if close else ""


def read_settings(document: Document, table: Mapping, folder: str, root: str) -> SettingsFile:
    """The settings in `table`, a mapping of the document. Raises SettingsError.

    Globs and paths are relative to `folder`; no path may lead out of `root`.
    """
    return _Reading(document, folder, root, [], [], []).all(table)


def first_problem(document: Document) -> SettingsError | None:
    """What the parser objected to, as an error."""
    for problem in document.problems:
        return SettingsError(document.path, problem.span, problem.message)
    if document.more:
        return SettingsError(document.path, document.more[0].span, "a second YAML document")
    return None


class _Reading(NamedTuple):
    """One file while it is read."""

    document: Document
    folder: str
    root: str
    selectors: list[tuple[str, Span]]
    parameters: list[tuple[str, str, Any, Span]]
    ignores: list[tuple[str, str, Span]]

    def all(self, table: Mapping) -> SettingsFile:
        found: dict[str, Any] = {"folder": self.folder}
        for entry in table.effective():
            key = KEYS.get(entry.key)
            if key is None:
                hint = suggestion(entry.key.lower().replace("_", "-"), KEYS)
                raise self.fail(entry.key_span, f"there is no setting `{entry.key}`{hint}")
            self._setting(entry, key, found)
        return SettingsFile(
            self.document.path,
            Settings(**found),
            tuple(self.selectors),
            tuple(self.parameters),
            tuple(self.ignores),
            self.document.text,
        )

    def fail(self, span: Span, reason: str) -> SettingsError:
        return SettingsError(self.document.path, span, reason)

    def _setting(self, entry: Entry, key: Key, found: dict[str, Any]) -> None:
        readers: dict[str, Callable[[Entry, Key], Any]] = {
            "list": self._list,
            "boolean": self._boolean,
            "text": self._text,
            "choice": self._choice,
            "choices": lambda e, k: self._table(e, lambda part: self._choice(part, k)),
            "texts": lambda e, k: self._table(e, lambda part: self._text(part, k)),
            "models": self._models,
            "lists": lambda e, k: self._table(e, lambda part: self._list(part, k)),
            "limits": lambda e, _: self._limits(e),
            "facts": lambda e, k: dict(self._facts(self._mapping(e), "")),
            "tables": lambda e, _: self._table(e, self._parameters),
        }
        result = readers[key.kind](entry, key)
        self._judge(entry, result)
        if entry.key in _FIELDS:
            found[_FIELDS[entry.key]] = result
        else:
            self._resolved(entry, result, found)

    def _resolved(self, entry: Entry, result: Any, found: dict[str, Any]) -> None:
        """Settings that stand for something else: paths, the cluster, facts."""
        given: dict[str, Value] = found.setdefault("given", {})
        if entry.key == "facts":
            given.update(result)
        elif entry.key == "gpus":
            found["given"] = {**self._cluster(entry, result), **given}
        elif entry.key == "baseline":
            found["baseline"] = self._inside(entry.value.span, result)
        else:
            found["rule_folders"] = tuple(self._rule_folder(entry, name) for name in result)

    def _judge(self, entry: Entry, result: Any) -> None:
        """Check what has to exist, and note selectors for later."""
        if entry.key in ("select", "extend-select", "ignore"):
            self.selectors.extend(self._each(entry.value))
        elif entry.key == "severity":
            self.selectors.extend((part.key, part.key_span) for part in self._parts(entry))
        elif entry.key == "per-file-ignores":
            for part in self._parts(entry):
                for selector, span in self._each(part.value):
                    self.selectors.append((selector, span))
                    self.ignores.append((part.key, selector, span))
        elif entry.key == "dialects":
            self._known_dialects(entry)
        elif entry.key == "output-format":
            from recipelint.reporters import FORMATS

            self._known(entry.value.span, result, FORMATS, "format")

    def _known_dialects(self, entry: Entry) -> None:
        from recipelint.dialects import names

        for part in self._parts(entry):
            self._known(part.value.span, str(self._plain(part)), names(), "dialect")

    def _known(self, span: Span, name: str, known: Iterable[str], what: str) -> None:
        if name not in known:
            raise self.fail(span, f"there is no {what} `{name}`{suggestion(name, known)}")

    # --- shapes

    def _parts(self, entry: Entry) -> Iterator[Entry]:
        return self._mapping(entry).effective()

    def _mapping(self, entry: Entry) -> Mapping:
        node = follow(entry.value)
        if not isinstance(node, Mapping):
            raise self.fail(entry.value.span, f"`{entry.key}` is a table of keys and values")
        return node

    def _table(self, entry: Entry, read: Callable[[Entry], _T]) -> dict[str, _T]:
        return {part.key: read(part) for part in self._parts(entry)}

    def _plain(self, entry: Entry) -> object:
        node = follow(entry.value)
        return value(node, yaml_1_2) if isinstance(node, Scalar) else node

    def _text(self, entry: Entry, key: Key) -> str:
        node = follow(entry.value)
        found = self._plain(entry)
        if isinstance(node, Scalar) and isinstance(found, int | float) and key.kind == "texts":
            return node.text  # a version that YAML takes for a number
        if not isinstance(found, str):
            raise self.fail(entry.value.span, f"`{entry.key}` is a text")
        return found

    def _boolean(self, entry: Entry, key: Key) -> bool:
        found = self._plain(entry)
        if not isinstance(found, bool):
            raise self.fail(entry.value.span, f"`{entry.key}` is true or false")
        return found

    def _choice(self, entry: Entry, key: Key) -> str:
        found = self._plain(entry)
        if found not in key.choices:
            listed = ", ".join(key.choices)
            hint = suggestion(str(found), key.choices)
            raise self.fail(entry.value.span, f"`{entry.key}` is one of {listed}{hint}")
        return str(found)

    def _list(self, entry: Entry, key: Key) -> tuple[str, ...]:
        return tuple(text for text, _ in self._each(entry.value, entry.key))

    def _each(self, node: Node, name: str = "") -> Iterator[tuple[str, Span]]:
        """The texts of a list, or a text alone, with their places."""
        held = follow(node)
        for item in held.items if isinstance(held, Sequence) else [node]:
            scalar = follow(item)
            text = value(scalar, yaml_1_2) if isinstance(scalar, Scalar) else None
            if not isinstance(text, str):
                raise self.fail(item.span, f"`{name}` is a list of texts")
            yield text, item.span

    def _limits(self, entry: Entry) -> Limits:
        return LIMITS._replace(**self._table(entry, self._limit))

    def _limit(self, entry: Entry) -> int:
        self._known(entry.key_span, entry.key, HIGHEST._fields, "limit")
        found, most = self._plain(entry), getattr(HIGHEST, entry.key)
        if type(found) is not int or not 1 <= found <= most:
            raise self.fail(entry.value.span, f"`{entry.key}` is a whole number up to {most:,}")
        return found

    # --- facts and parameters

    def _facts(self, table: Mapping, prefix: str) -> Iterator[tuple[str, Value]]:
        for entry in table.effective():
            name, node = prefix + entry.key, follow(entry.value)
            if isinstance(node, Mapping):
                yield from self._facts(node, f"{name}.")
                continue
            row = fact_types().get(name)
            if row is None:
                hint = suggestion(name, fact_types())
                raise self.fail(entry.key_span, f"there is no fact `{name}`{hint}")
            yield name, self._fact(entry, row)

    def _fact(self, entry: Entry, row: dict[str, object]) -> Value:
        found: Value = self._any(entry.value)
        kind, choices = str(row["type"]), row.get("choices")
        item = _KINDS.get(kind.removeprefix("list of "), (str, int, float, bool))
        parts = found if isinstance(found, tuple) else (found,)
        fits = isinstance(found, tuple) is kind.startswith("list of ") and all(
            isinstance(p, item) and (bool in item or not isinstance(p, bool)) for p in parts
        )
        if not fits:
            raise self.fail(entry.value.span, f"`{entry.key}` is a {kind}")
        if isinstance(choices, list) and found not in choices:
            hint = suggestion(str(found), [str(c) for c in choices])
            listed = ", ".join(map(str, choices))
            raise self.fail(entry.value.span, f"`{entry.key}` is one of {listed}{hint}")
        return found

    def _any(self, held: Node) -> Any:
        node = follow(held)
        if isinstance(node, Sequence):
            return tuple(self._any(item) for item in node.items)
        return value(node, yaml_1_2) if isinstance(node, Scalar) else None

    def _parameters(self, rule: Entry) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for entry in self._parts(rule):
            given = self._any(entry.value)
            found[entry.key] = list(given) if isinstance(given, tuple) else given
            self.parameters.append((rule.key, entry.key, found[entry.key], entry.key_span))
        if not found:
            self.selectors.append((rule.key, rule.key_span))
        return found

    # --- what lies outside the file

    def _cluster(self, entry: Entry, request: str) -> dict[str, Value]:
        from recipelint.catalog.gpus import parse

        try:
            count, gpu = parse(request)
        except ValueError as error:
            raise self.fail(entry.value.span, f"`gpus`: {error}") from None
        return {
            "cluster.gpu": gpu.name,
            "cluster.gpu_memory": gpu.memory_gib,
            "cluster.nvlink_domain": gpu.nvlink_domain,
            "parallel.world_size": count,
        }

    def _models(self, entry: Entry, key: Key) -> dict[str, dict[str, Value]]:
        """The facts of models by glob; a path alone holds for all files."""
        if not isinstance(follow(entry.value), Mapping):
            return {ALL_FILES: self._model(entry, self._text(entry, key))}
        return {part.key: self._model(part, self._text(part, key)) for part in self._parts(entry)}

    def _model(self, entry: Entry, name: str) -> dict[str, Value]:
        from recipelint.dialects.local_model import model_facts

        path = self._inside(entry.value.span, name)
        if not os.path.isfile(path):
            raise self.fail(entry.value.span, f"there is no file `{name}`")
        facts = model_facts(path)
        if not facts:
            raise self.fail(entry.value.span, f"`{name}` is no Hugging Face config.json")
        return facts

    def _rule_folder(self, entry: Entry, name: str) -> str:
        from recipelint.engine.packs import rule_names

        found = self._inside(entry.value.span, name)
        if not os.path.isdir(found):
            raise self.fail(entry.value.span, f"there is no folder `{name}`")
        for path in rule_names(found):
            self._inside(entry.value.span, os.path.join(name, path))
        return found

    def _inside(self, span: Span, name: str) -> str:
        """The real path of `name`. A stranger's settings must not reach out of their project."""
        found = os.path.realpath(os.path.join(self.folder, name)) if "\0" not in name else ""
        if os.path.isabs(name) or os.path.commonpath([found or os.sep, self.root]) != self.root:
            raise self.fail(span, f"`{name}` lies outside the project, {self.root}")
        return found


def whole(document: Document) -> SettingsError | None:
    """An error if the document is neither empty nor a mapping."""
    if document.root is None or isinstance(document.root, Mapping):
        return None
    if isinstance(document.root, Scalar) and not document.root.text:
        return None
    return SettingsError(document.path, START, "settings are keys and values")
