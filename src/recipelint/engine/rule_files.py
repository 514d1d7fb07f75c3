"""One rule file, read, checked and compiled. A wrong one is an error that names its place."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from recipelint.document import Document, parse, read
from recipelint.document.values import plain
from recipelint.engine.expressions import Compiled, ExpressionError, compile_expression
from recipelint.engine.names import Names
from recipelint.engine.rules import (
    PROFILES,
    STATUSES,
    Example,
    FixRecipe,
    Logic,
    Reasons,
    Rule,
    RuleError,
)
from recipelint.engine.templates import Template, compile_template
from recipelint.findings import Citation, Severity

_ID = re.compile(r"^[A-Z]{3,4}\d{3}$")
_NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)+$")
FIELDS = (
    "id",
    "name",
    "severity",
    "severity_reason",
    "profile",
    "summary",
    "dialects",
    "applies",
    "requires",
    "check",
    "at",
    "message",
    "help",
    "why",
    "evidence",
    "parameters",
    "fix",
    "yields_to",
    "related",
    "unseen",
    "examples",
)
_NEEDED = ("id", "name", "severity", "summary", "message", "why", "evidence", "examples")


def read_rule(path: str) -> Rule:
    """Read, check and compile one rule file. Raises RuleError."""
    try:
        document = read(path, path)
    except OSError as error:
        raise RuleError(path, "file", f"cannot be read: {error.strerror}") from None
    return _rule(document)


def parse_rule(text: str, path: str) -> Rule:
    """Check and compile the text of a rule file that lies at `path`. Raises RuleError."""
    return _rule(parse(text, path))


def _rule(document: Document) -> Rule:
    """Rule files come from strangers, too: they are read within the bounds that recipes have."""
    for problem in document.problems:
        raise RuleError(document.path, "file", problem.message, problem.span.line)
    if document.mapping is None or document.more:
        raise RuleError(document.path, "file", "a rule file is one mapping", 1)
    return _Loading(document, plain(document.mapping)).rule()


_FIXES = ({"set", "to", "safe"}, {"remove", "safe"})


class _Loading:
    """One rule file while it is checked."""

    def __init__(self, document: Document, data: dict[str, Any]) -> None:
        self.path, self.data = document.path, data
        self.types: Mapping[str, str] = {}
        self._document = document

    def fail(self, where: str, reason: str) -> RuleError:
        root = self._document.mapping
        entry = root.find(re.split(r"[.\[]", where)[0]) if root else None
        return RuleError(self.path, where, reason, entry.key_span.line if entry else 1)

    def rule(self) -> Rule:
        self._fields()
        self._text("unseen", needed=False)  # why no published recipe comes under the rule
        parameters = self.data.get("parameters") or {}
        if not isinstance(parameters, dict):
            raise self.fail("parameters", "a mapping of names to values is needed")
        self.types = Names(parameters)
        check = self._text("check", needed=False)
        requires = self._expression("requires")
        if (check is None) == (requires is None):
            raise self.fail("requires", "a rule has either `requires` or `check`")
        types = None if check else self.types
        examples = self.data["examples"]
        if not isinstance(examples, dict) or not {"bad", "good"} <= examples.keys():
            raise self.fail("examples", "`bad` and `good` are needed")
        logic = Logic(
            applies=self._expression("applies"),
            requires=requires,
            check=self._check_name(check),
            at=tuple(self._at(check is None)),
            message=self._template("message", types),
            help=self._template("help", types) if "help" in self.data else None,
            parameters=parameters,
            fix=self._fix(),
            yields_to=frozenset(self._list("yields_to")),
        )
        reasons = self._reasons(examples)
        return Rule(self._head(), os.path.abspath(self.path), lambda: logic, lambda: reasons)

    def _head(self) -> tuple[str, str, str, str, list[str]]:
        return (
            self._pattern("id", _ID, "three or four capitals and three digits"),
            self._pattern("name", _NAME, "kebab-case"),
            self._severity().value,
            self._profile(),
            self._dialects(),
        )

    def _reasons(self, examples: dict[str, Any]) -> Reasons:
        return Reasons(
            summary=str(self._text("summary")),
            severity_reason=self._text("severity_reason", needed=False),
            why=str(self._text("why")).strip(),
            evidence=tuple(self._evidence()),
            related=tuple(self._list("related")),
            bad=tuple(self._examples(examples, "bad")),
            good=tuple(self._examples(examples, "good")),
        )

    def _fields(self) -> None:
        for name in self.data:
            if name not in FIELDS:
                close = difflib.get_close_matches(str(name), FIELDS, 1)
                hint = f"; did you mean `{close[0]}`?" if close else ""
                raise self.fail(str(name), f"rules have no such field{hint}")
        for name in _NEEDED:
            if self.data.get(name) is None:
                raise self.fail(name, "is needed")

    def _text(self, name: str, needed: bool = True) -> str | None:
        value = self.data.get(name)
        if value is None and not needed:
            return None
        if not isinstance(value, str):
            raise self.fail(name, "text is needed")
        return value

    def _pattern(self, name: str, pattern: re.Pattern[str], what: str) -> str:
        value = str(self._text(name))
        if not pattern.match(value):
            raise self.fail(name, f"`{value}` is not {what}")
        return value

    def _severity(self) -> Severity:
        value = self._text("severity")
        try:
            return Severity(value)
        except ValueError:
            raise self.fail("severity", f"`{value}` is not error, warning or info") from None

    def _profile(self) -> str:
        value = self._text("profile", needed=False) or PROFILES[0]
        if value not in PROFILES:
            raise self.fail("profile", f"`{value}` is none of {', '.join(PROFILES)}")
        return value

    def _list(self, name: str) -> list[str]:
        value = self.data.get(name) or []
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(i, str) for i in items):
            raise self.fail(name, "a list of texts is needed")
        return items

    def _dialects(self) -> list[str]:
        from recipelint.dialects import names

        wanted = self._list("dialects")
        for name in wanted:
            if name not in names():
                close = difflib.get_close_matches(name, names(), 1)
                hint = f"; did you mean `{close[0]}`?" if close else ""
                raise self.fail("dialects", f"there is no dialect `{name}`{hint}")
        return wanted

    def _expression(self, name: str) -> Compiled | None:
        source = self.data.get(name)
        if source is None:
            return None
        compiled = self._compile(name, str(source))
        if compiled.type != "boolean":
            raise self.fail(name, f"is a {compiled.type}; a condition is needed")
        return compiled

    def _compile(self, name: str, source: str) -> Compiled:
        try:
            return compile_expression(source, self.types)
        except ExpressionError as error:
            raise self.fail(name, str(error)) from None

    def _template(self, name: str, types: Mapping[str, str] | None) -> Template:
        try:
            return compile_template(str(self._text(name)).strip(), types)
        except ExpressionError as error:
            raise self.fail(name, str(error)) from None

    def _check_name(self, name: str | None) -> str | None:
        from recipelint.engine.checks import CHECKS

        if name is not None and name not in CHECKS:
            close = difflib.get_close_matches(name, list(CHECKS), 1)
            hint = f"; did you mean `{close[0]}`?" if close else ""
            raise self.fail("check", f"there is no check `{name}`{hint}")
        return name

    def _at(self, needed: bool) -> list[str]:
        names = self._list("at")
        if needed and not names:
            raise self.fail("at", "the fact at which a finding is placed is needed")
        for name in names:
            if name not in self.types:
                raise self.fail("at", f"there is no fact `{name}`")
        return names

    def _evidence(self) -> Iterator[Citation]:
        rows = self.data["evidence"]
        if not isinstance(rows, list) or not rows:
            raise self.fail("evidence", "at least one source is needed")
        for index, row in enumerate(rows):
            where = f"evidence[{index}]"
            if not isinstance(row, dict) or set(row) != {"source", "where", "finds", "status"}:
                raise self.fail(where, "has source, where, finds and status")
            if row["status"] not in STATUSES:
                raise self.fail(where, f"status `{row['status']}` is none of {', '.join(STATUSES)}")
            yield Citation(*(str(row[k]).strip() for k in ("source", "where", "finds", "status")))

    def _fix(self) -> FixRecipe | None:
        value = self.data.get("fix")
        if value is None:
            return None
        if not isinstance(value, dict) or set(value) not in _FIXES:
            raise self.fail("fix", "has `set`, `to` and `safe`, or `remove` and `safe`")
        verb = "set" if "set" in value else "remove"
        if value[verb] not in self.types:
            raise self.fail(f"fix.{verb}", f"there is no fact `{value[verb]}`")
        wanted = self._compile("fix.to", str(value["to"])) if "to" in value else None
        return FixRecipe(value[verb], wanted, bool(value["safe"]))

    def _examples(self, examples: dict[str, Any], kind: str) -> Iterator[Example]:
        where = f"examples.{kind}"
        listed = examples[kind] or []
        if not isinstance(listed, list):
            raise self.fail(where, "examples stand in a list")
        return (self._example(value, where) for value in listed)

    def _example(self, value: Any, where: str) -> Example:
        allowed = {"text", "file", "files", "line", "title"}
        if not isinstance(value, dict) or "text" not in value or set(value) - allowed:
            raise self.fail(
                where, f"an example has `text` and may have {sorted(allowed - {'text'})}"
            )
        beside = value.get("files") or {}
        if not isinstance(beside, dict):
            raise self.fail(where, "`files` maps names of files to their texts")
        if not isinstance(value.get("line", 1), int):
            raise self.fail(where, "`line` is the number of a line")
        return Example(
            str(value["text"]),
            self._inside(str(value.get("file", "recipe.yaml")), where),
            {self._inside(str(k), where): str(v) for k, v in beside.items()},
            value.get("line"),
            value.get("title"),
        )

    def _inside(self, name: str, where: str) -> str:
        """The name of a file of an example again, which is written when the example is tried."""
        if os.path.isabs(name) or os.path.normpath(name).split(os.sep)[0] in ("..", "."):
            raise self.fail(where, f"`{name}` is no file beside the example")
        return name
