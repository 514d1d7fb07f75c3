"""Checks on the file itself, before it means anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recipelint.document import Document, Mapping, Node, Problem, Sequence, follow
from recipelint.engine.checks.base import Check, CheckContext, Hit
from recipelint.findings import START, Span

_TEMPLATE = re.compile(r"\{\{[^{}\n]*\}\}|\{%.*?%\}")


def _problems(*codes: str) -> Check:
    """A check that reports what the parser noticed under these codes."""

    def check(context: CheckContext) -> Iterator[Hit]:
        for problem in context.document.problems:
            if problem.code in codes:
                yield Hit(
                    problem.span,
                    {"problem": problem.message, "key": problem.key},
                    key=_path_of(context.document, problem) or problem.key,
                    help=problem.help,
                )

    return check


def _path_of(document: Document, problem: Problem) -> str | None:
    """The dotted path of the key that a problem is about, where the tree still has it."""
    spans = (problem.span, problem.other)
    nodes: list[tuple[str, Node, int]] = [("", document.root, 0)] if document.root else []
    while nodes and problem.key is not None:
        prefix, found, depth = nodes.pop()
        node = follow(found)
        if isinstance(node, Mapping) and depth < 20:
            for entry in node.entries:
                if entry.key_span in spans:
                    return prefix + entry.key
                nodes.append((f"{prefix}{entry.key}.", entry.value, depth + 1))
        elif isinstance(node, Sequence) and depth < 20:
            inner = enumerate(node.items)
            nodes += [(f"{prefix[:-1]}[{i}].", item, depth + 1) for i, item in inner]
    return None


unreadable = _problems("encoding", "too-large")
lenient_json = _problems("lenient-json")


def _is_template(document: Document) -> bool:
    """Whether the file has placeholders that a parser stumbles over."""
    if any(p.code == "placeholder" for p in document.problems):
        return True
    stumbled = any(p.code in ("syntax", "complex-key") for p in document.problems)
    return stumbled and _TEMPLATE.search(document.text) is not None


def syntax(context: CheckContext) -> Iterator[Hit]:
    """Syntax errors; a template with placeholders is another matter."""
    if not _is_template(context.document):
        yield from _problems("syntax")(context)


def complex_key(context: CheckContext) -> Iterator[Hit]:
    """Keys that are lists or mappings; those of a template are placeholders."""
    if not _is_template(context.document):
        yield from _problems("complex-key")(context)


def placeholder(context: CheckContext) -> Iterator[Hit]:
    """The first placeholder of a template."""
    document = context.document
    found = next(_problems("placeholder")(context), None)
    if found is not None:
        yield found
    elif _is_template(document):
        match = _TEMPLATE.search(document.text)
        assert match is not None
        line = document.text.count("\n", 0, match.start()) + 1
        column = match.start() - (document.text.rfind("\n", 0, match.start()) + 1) + 1
        span = Span(line, column, line, column + len(match.group()))
        shown = match.group()[:40]
        yield Hit(span, {"problem": f"`{shown}` is a placeholder: the file is a template"})


def duplicate_key_refused(context: CheckContext) -> Iterator[Hit]:
    """Repeated keys, for loaders that refuse them."""
    if context.dialect.duplicates_refused:
        yield from _problems("duplicate-key")(context)


def duplicate_key(context: CheckContext) -> Iterator[Hit]:
    """Repeated keys, for loaders that take the last one without a word."""
    if not context.dialect.duplicates_refused:
        yield from _problems("duplicate-key")(context)


def several_documents(context: CheckContext) -> Iterator[Hit]:
    """A second YAML document, which `yaml.safe_load` and its like refuse."""
    if context.document.more and context.document.format == "yaml":
        span = context.document.more[0].span
        yield Hit(span if span.line > 1 else START, {"count": 1 + len(context.document.more)})
