"""What every input has to hold, layer by layer. A target raises for an input that breaks it.

Targets know nothing of the fuzzer, so that the tests can run them on inputs that once failed.
"""

from __future__ import annotations

import json
import re
import time
import tomllib
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import yaml

from recipelint.document import Document, Entry, Mapping, Scalar
from recipelint.document.places import offsets
from recipelint.document.reader import parse_limited
from recipelint.engine.closures import closure
from recipelint.engine.compiler import compile_source
from recipelint.engine.expressions import UNKNOWN, Compiled, ExpressionError
from recipelint.engine.names import Names
from recipelint.engine.rule_files import parse_rule
from recipelint.engine.rules import RuleError
from recipelint.engine.templates import compile_template
from recipelint.findings import Finding, Severity, Span
from recipelint.linter import Linter, Report
from recipelint.reporters import FORMATS, get
from recipelint.reporters.options import Options
from recipelint.settings import Settings
from tests.document.trees import plain, walk

MAX_SECONDS = 2.0
"""Processor time that an input may take."""
ENDINGS = ("yaml", "json", "toml")
"""The first byte of an input of the first two layers says which of these it is."""


def document(data: bytes) -> None:
    """Bytes into a tree: every place is in the text, and reads as the value that stands there."""
    found = parse_limited(data[1:], _name(data))
    assert found.problems or not found.broken, "broken without a problem"
    for problem in found.problems:
        _assert_inside(found, problem.span)
    for node in walk(found.root):
        if isinstance(node, Entry):
            _assert_inside(found, node.key_span)
        else:
            _assert_reads_alike(found, node)
    if not found.broken:
        _assert_loads_alike(found)


def dialects(data: bytes) -> None:
    """Bytes into findings, under every rule: each at a place in the text, with a fix that fits."""
    report = _linter().check_bytes(data[1:], _name(data))
    for finding in report.findings:
        text = report.sources[finding.path]
        kind = _name(data).partition(".")[2]
        edits = finding.fix.edits if finding.fix else ()
        for span in (finding.span, *(edit.span for edit in edits)):
            offsets(text, kind, span)


def expressions(data: bytes) -> None:
    """Text into a condition and a message: an error, or a bounded value of the declared type."""
    text = data[1:].decode("utf-8", "replace")
    scope = _Scope(data[0] if data else 0)
    try:
        compiled = compile_source(text, _NAMES)
    except ExpressionError:
        pass
    else:
        _assert_bounded(compiled, scope)
    try:
        template = compile_template(text, _NAMES)
    except ExpressionError:
        return
    assert len(template.render(scope)) <= len(text) + 2_000 * text.count("{")


def rule_files(data: bytes) -> None:
    """Text into a rule: a rule, or an error that names a line of the file."""
    try:
        rule = parse_rule(data.decode("utf-8", "replace"), _RULE)
    except RuleError as error:
        if not _PLACE.match(str(error)):
            raise
        return
    assert rule.id
    assert (rule.requires is None) != (rule.check is None)


def output(data: bytes) -> None:
    """Text from a file into every format: nothing that steers a terminal, a log or a page."""
    text = data.decode("utf-8", "surrogateescape")
    path, message, key, source = [*text.split("\0", 3), "", "", ""][:4]
    finding = Finding(
        "TST001", "some-rule", Severity.ERROR, message, path or "a.yaml", Span(1, 1, 1, 2),
        key=key, fact=key, phase=key, help=message,
    )  # fmt: skip
    report = Report(1, 1, [finding], sources={finding.path: source}, names=[finding.path])
    for name in FORMATS:
        shown = get(name)(report, Options(verbose=True))
        allowed = "\n\t" if name == "html" else "\n"  # a page shows a recipe as it is laid out
        assert all(c in allowed or c.isprintable() for c in shown), f"{name}: a control character"
        _WELL_FORMED.get(name, _no_command)(shown)


class Target(NamedTuple):
    """One layer: the function that takes an input, and the packages that the fuzzer watches."""

    run: Callable[[bytes], None]
    packages: tuple[str, ...]


TARGETS = {
    "document": Target(document, ("document",)),
    "dialects": Target(dialects, ("document", "dialects", "recipe", "engine", "filters")),
    "expressions": Target(expressions, ("engine",)),
    "rule_files": Target(rule_files, ("document", "engine")),
    "output": Target(output, ("reporters",)),
}


def bounded(run: Callable[[bytes], None], data: bytes) -> None:
    """Run a target; an input that takes more than `MAX_SECONDS` breaks it too."""
    begin = time.process_time()
    run(data)
    spent = time.process_time() - begin
    assert spent <= MAX_SECONDS, f"{spent:.1f} s for {len(data)} bytes"


# --- documents


def _name(data: bytes) -> str:
    return f"recipe.{ENDINGS[data[0] % len(ENDINGS) if data else 0]}"


def _assert_inside(found: Document, span: Span) -> None:
    offsets(found.text, found.format, span)


def _assert_reads_alike(found: Document, node: Any) -> None:
    """The text at a scalar's place, read by itself, is the scalar."""
    begin, end = offsets(found.text, found.format, node.span)
    if not isinstance(node, Scalar) or node.style == "block":
        return
    text = found.text[begin:end]
    if found.format == "yaml":
        if text and not found.problems:  # before an error a text may be cut off
            assert node.text in _yaml_readings(text), f"{text!r} is not {node.text!r}"
        return
    read = json.loads if found.format == "json" else _toml_value
    if isinstance(node.native, str) and text != node.native:
        assert read(text) == node.native, f"{text!r} is not {node.native!r}"
    elif isinstance(node.native, int | float) and not isinstance(node.native, bool):
        assert repr(read(text)) == repr(node.native), f"{text!r} is not {node.native!r}"


def _yaml_readings(text: str) -> list[str]:
    """What the text is when it stands alone, and between braces, where `-` is no list."""
    return [value for shape in (" {}", "{{k: {}, }}") for value in _scalars(shape.format(text))]


def _scalars(text: str) -> list[str]:
    try:
        found = [e.value for e in yaml.parse(text, _PARSER) if isinstance(e, yaml.ScalarEvent)]
    except yaml.YAMLError:
        return []
    return found[-1:]


def _toml_value(text: str) -> object:
    return tomllib.loads(f"v = {text}")["v"]


_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LOADERS: dict[str, Callable[[str], object]] = {
    "yaml": partial(yaml.load, Loader=_PARSER),
    "json": json.loads,
    "toml": tomllib.loads,
}


def _assert_loads_alike(found: Document) -> None:
    """The tree is what the format's own loader makes of the text, where that takes it."""
    if found.problems or found.more or (found.format == "yaml" and _has_aliases_or_tags(found)):
        return
    try:
        loaded = _LOADERS[found.format](found.text)
    except (ValueError, yaml.YAMLError, OverflowError, AttributeError, TypeError):
        return  # what means nothing to the loader is text to us
    if isinstance(loaded, dict) and all(isinstance(key, str) for key in loaded):
        assert _keys_of(found.root) == list(loaded)
        if found.format != "yaml":
            assert repr(plain(found.root)) == repr(loaded)


def _keys_of(root: object) -> list[str]:
    assert isinstance(root, Mapping)
    return list(dict.fromkeys(entry.key for entry in root.entries))


def _has_aliases_or_tags(found: Document) -> bool:
    return any(mark in found.text for mark in ("*", "!", "<<"))


# --- rules


@cache
def _linter() -> Linter:
    return Linter(Settings(profile="all", select=("ALL",)))


_NUMBERS = (0, 1, -1, 3, 1e-30, 1e30, 0.1, 2**53 + 1, -7.5, 10**29)
_VALUES: dict[str, tuple[Any, ...]] = {
    "number": _NUMBERS,
    "boolean": (True, False),
    "string": ("", "adamw", "größe", "x" * 500),
    "list of number": ((), (1, 2), _NUMBERS),
    "list of string": ((), ("a", "b")),
}
_NAMES = Names({"highest": 1.0, "words": ["a"], "flag": True, "name": "x"})
_TYPES: dict[str, type | tuple[type, ...]] = {
    "number": (int, float),
    "boolean": bool,
    "string": str,
}
_LARGEST = 2**200


class _Scope:
    """Values of the right type for every name, and unknown ones, by a number."""

    def __init__(self, choice: int) -> None:
        self._choice = choice

    def value(self, name: str) -> Any:
        """One of the values of the name's type, or UNKNOWN."""
        pick = self._choice + len(name)
        values = (*_VALUES[_NAMES[name]], UNKNOWN)
        return values[pick % len(values)]

    def introspect(self, question: str, name: str) -> bool:
        """Any answer."""
        return bool((self._choice + len(question) + len(name)) % 2)


def _assert_bounded(compiled: Compiled, scope: _Scope) -> None:
    found = compiled.evaluate(scope)
    stored = closure(json.loads(json.dumps(compiled.tree)))(scope)
    assert repr(stored) == repr(found), "a stored expression gives something else"
    if found is UNKNOWN:
        return
    if compiled.type.startswith("list of "):
        assert isinstance(found, tuple)
        return
    assert isinstance(found, _TYPES[compiled.type]), f"{found!r} is no {compiled.type}"
    if compiled.type == "number" and isinstance(found, int):
        assert abs(found) <= max(_LARGEST, 10**300), "a number without a bound"


# --- output


def _no_command(shown: str) -> None:
    for line in shown.split("\n"):
        assert not line.lstrip().startswith("::"), "a workflow command"
        assert "##[" not in line, "a build runner's markup"


def _commands_of_our_own(shown: str) -> None:
    assert all(line.startswith("::error ") for line in shown.split("\n")[:-1] if "::" in line[:2])


def _xml(shown: str) -> None:
    from xml.etree import ElementTree

    ElementTree.fromstring(shown)  # noqa: S314 - our own output, without a document type


def _html(shown: str) -> None:
    assert shown.lower().count("<script") <= 1, "a script of the file's own"


def _json(shown: str) -> None:
    json.loads(shown)


_RULE = "rules/made/X.yaml"
_PLACE = re.compile(rf"{_RULE}:\d+: ")
_WELL_FORMED: dict[str, Callable[[str], None]] = {
    "json": _json,
    "json-lines": _json,
    "sarif": _json,
    "gitlab": _json,
    "rdjson": _json,
    "junit": _xml,
    "html": _html,
    "github": _commands_of_our_own,
    "azure": lambda shown: None,
    "markdown": lambda shown: None,
}
