"""Checks on the file itself, before it means anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recipelint.document import Document, Entry, Mapping, Node, Problem, Sequence, follow
from recipelint.document.places import text_at
from recipelint.engine.checks.base import Check, CheckContext, Hit
from recipelint.findings import START, Edit, Fix, Span

_DEEPEST = 20
_TEMPLATE = r"\{\{[^{}\n]{0,400}\}\}|\{%[^{}\n]{0,400}%\}"


def _problems(*codes: str) -> Check:
    """A check that reports what the parser noticed under these codes."""

    def check(context: CheckContext) -> Iterator[Hit]:
        for problem in context.document.problems:
            if problem.code in codes:
                yield Hit(
                    problem.span,
                    {"problem": problem.message, "key": problem.key},
                    key=_path_of(context, problem) or problem.key,
                    help=problem.help,
                    fix=_respelt(problem),
                )

    return check


def _respelt(problem: Problem) -> Fix | None:
    """The same in a form that every reader takes; those that took the other form read no other."""
    if problem.instead is None:
        return None
    title = f"write `{problem.instead}`" if problem.instead else "remove it"
    return Fix(title, (Edit(problem.span, problem.instead),), safe=True)


def _path_of(context: CheckContext, problem: Problem) -> str | None:
    """The dotted path of the key that a problem is about, where the tree still has it."""
    if problem.key is None:
        return None
    memo = {} if context.memo is None else context.memo
    if "paths" not in memo:
        memo["paths"] = _paths(context.document)
    paths: dict[Span, str] = memo["paths"]
    found = paths.get(problem.span)
    return paths.get(problem.other) if found is None and problem.other else found


def _paths(document: Document) -> dict[Span, str]:
    """The dotted paths of all keys, by their places."""
    found: dict[Span, str] = {}
    nodes: list[tuple[str, Node, int]] = [("", document.root, 0)] if document.root else []
    while nodes:
        prefix, held, depth = nodes.pop()
        node = follow(held)
        if isinstance(node, Mapping) and depth < _DEEPEST:
            for entry in node.entries:
                found[entry.key_span] = prefix + entry.key
                nodes.append((f"{prefix}{entry.key}.", entry.value, depth + 1))
        elif isinstance(node, Sequence) and depth < _DEEPEST:
            inner = enumerate(node.items)
            nodes += [(f"{prefix[:-1]}[{i}].", item, depth + 1) for i, item in inner]
    return found


unreadable = _problems("encoding", "too-large")
lenient_json = _problems("lenient-json")


def _is_template(document: Document) -> bool:
    """Whether the file has placeholders that a parser stumbles over."""
    if any(p.code == "placeholder" for p in document.problems):
        return True
    stumbled = any(p.code in ("syntax", "complex-key") for p in document.problems)
    return stumbled and re.search(_TEMPLATE, document.text) is not None


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
        match = re.search(_TEMPLATE, document.text)
        assert match is not None
        line = document.text.count("\n", 0, match.start()) + 1
        column = match.start() - (document.text.rfind("\n", 0, match.start()) + 1) + 1
        span = Span(line, column, line, column + len(match.group()))
        shown = match.group()[:40]
        yield Hit(span, {"problem": f"`{shown}` is a placeholder: the file is a template"})


def duplicate_key_refused(context: CheckContext) -> Iterator[Hit]:
    """Repeated keys, for loaders that refuse them."""
    if context.dialect.duplicates_refused:
        yield from _duplicates(context)


def duplicate_key(context: CheckContext) -> Iterator[Hit]:
    """Repeated keys, for loaders that take the last one without a word."""
    if not context.dialect.duplicates_refused:
        yield from _duplicates(context)


def _duplicates(context: CheckContext) -> Iterator[Hit]:
    """Repeated keys. Where all have one value, the last may go and no run is changed."""
    hits = list(_problems("duplicate-key")(context))
    if not hits:
        return
    twins = {group[-1].key_span: (m, group) for m, group in _repetitions(context.document)}
    for hit in hits:
        fix = _one_less(context.document, *twins[hit.span]) if hit.span in twins else None
        yield hit._replace(fix=fix)


def _one_less(document: Document, mapping: Mapping, group: list[Entry]) -> Fix | None:
    from recipelint.engine.edits import removed

    if len({text_at(document.text, document.format, e.value.span) for e in group}) > 1:
        return None
    edit = removed(document, mapping, group[-1])
    return Fix("remove the repetition", (edit,), safe=True) if edit else None


def _repetitions(document: Document) -> Iterator[tuple[Mapping, list[Entry]]]:
    """The entries of a mapping that have one key, in their order, where they are several."""
    nodes: list[Node | None] = [document.root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, Mapping):
            groups: dict[str, list[Entry]] = {}
            for entry in node.entries:
                nodes.append(entry.value)
                if not entry.merged:
                    groups.setdefault(entry.key, []).append(entry)
            yield from ((node, group) for group in groups.values() if len(group) > 1)
        elif isinstance(node, Sequence):
            nodes.extend(node.items)


def several_documents(context: CheckContext) -> Iterator[Hit]:
    """A second YAML document, which `yaml.safe_load` and its like refuse."""
    if context.document.more and context.document.format == "yaml":
        span = context.document.more[0].span
        yield Hit(span if span.line > 1 else START, {"count": 1 + len(context.document.more)})
