"""Rule packs: the rules of a folder, compiled, as one file of JSON lines.

Reading 300 YAML files and checking what they say takes longer than everything else in a check,
so it is done once. The wheel carries a pack of the shipped rules. For rules in a checkout, and for
a user's own folders, a pack lies in the user's cache under a name that is the hash of the rule
files and of recipelint itself; a rule file that is changed gives another name.

The first line describes the pack, the second has the heads of all rules. Then come a line for each
rule's logic and a line for each rule's reasons, in the same order, decoded when they are needed.
A pack is data: expressions are trees (see `closures.py`), nothing in it is executed.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from recipelint import __version__
from recipelint.caches import cache_folder, drop_old, read_cached, write_cached
from recipelint.engine.expressions import Compiled
from recipelint.engine.rules import Example, FixRecipe, Logic, Reasons, Rule, RuleError, load_file
from recipelint.engine.templates import Template
from recipelint.findings import Citation

FORMAT = "recipelint rules 1"
SHIPPED = "rules.pack"
"""Name of the pack in the wheel, beside the folder of the shipped rules."""
_MOST = 32
"""Packs in the cache: of several projects and versions, and of a checkout that is worked on."""


class Pack(NamedTuple):
    """The rules of a folder, and a text that changes when they do."""

    rules: list[Rule]
    digest: str


def rules_in(folder: str) -> Pack:
    """The rules of a folder, from its pack where there is one. Raises RuleError."""
    if not os.path.isdir(folder):
        raise RuleError(folder, "folder", "there is no such rule folder")
    folder = os.path.abspath(folder)
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if folder == os.path.join(package, "rules"):
        shipped = read_cached(os.path.join(package, SHIPPED))
        if shipped is not None:
            return Pack(decode(shipped, folder), SHIPPED)
    return _through_cache(folder)


def _through_cache(folder: str) -> Pack:
    names = list(rule_names(folder))
    place = cache_folder("rules")
    key = _key(folder, names)
    path = os.path.join(place, f"{key}.pack")
    held = read_cached(path)
    if held is not None and is_whole(held):
        return Pack(decode(held, folder), key)
    rules = _compiled(folder, names)
    data = encode(rules, folder)
    if data is not None and _key(folder, names) == key:  # nothing was changed meanwhile
        drop_old(place, _MOST - 1)
        write_cached(path, data)
    return Pack(rules, key)


def _compiled(folder: str, names: Iterable[str]) -> list[Rule]:
    return [load_file(os.path.join(folder, name)) for name in names]


def write_pack(folder: str, path: str) -> None:
    """Compile the rules of `folder` into a pack at `path`, for a release.

    Raises RuleError, OSError, and ValueError where JSON cannot hold what a rule says.
    """
    data = encode(_compiled(folder, rule_names(folder)), folder)
    if data is None:
        raise ValueError(f"{folder}: a rule has a value that JSON cannot hold")
    with open(path, "wb") as stream:
        stream.write(data)


def rule_names(folder: str) -> Iterator[str]:
    """The rule files of a folder and of those below it, relative to it, in order."""
    for parent, subfolders, files in os.walk(folder):
        subfolders.sort()
        for name in sorted(files):
            if name.endswith((".yaml", ".yml")):
                yield os.path.relpath(os.path.join(parent, name), folder)


def _key(folder: str, names: list[str]) -> str:
    """A hash of the rule files and of everything that decides what a pack holds."""
    from recipelint.fingerprint import hasher, program

    digest = hasher(program())
    for name in names:
        content = _content(os.path.join(folder, name))
        digest.update(f"\0{name}\0{len(content)}\0".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _content(path: str) -> bytes:
    """What is read of a rule file; nothing of one that cannot be read, which is an error later."""
    from recipelint.document.reader import content

    try:
        return content(path)
    except OSError:
        return b""


# --- writing


def encode(rules: list[Rule], folder: str) -> bytes | None:
    """The pack of some rules of `folder`; None where JSON cannot hold a value of theirs."""
    heads = [
        [rule.id, rule.name, rule.severity.value, rule.profile, sorted(rule.dialects),
         os.path.relpath(rule.path, folder)]
        for rule in rules
    ]  # fmt: skip
    rows = [heads, *(_logic_row(r.logic) for r in rules), *(_reasons_row(r.reasons) for r in rules)]
    try:
        lines = [json.dumps(row, ensure_ascii=True, separators=(",", ":")) for row in rows]
    except (TypeError, ValueError):
        return None
    if [json.loads(line) for line in lines] != rows:
        return None  # a date, a key that is no text: the pack would say something else
    body = "\n".join(lines).encode()
    head = json.dumps([FORMAT, __version__, len(rules), zlib.crc32(body)])
    return head.encode() + b"\n" + body


def _logic_row(logic: Logic) -> list[Any]:
    fix = logic.fix
    return [
        _expression_row(logic.applies),
        _expression_row(logic.requires),
        logic.check,
        list(logic.at),
        _template_row(logic.message),
        _template_row(logic.help),
        dict(logic.parameters),
        [fix.fact, _expression_row(fix.value), fix.safe] if fix else None,
        sorted(logic.yields_to),
    ]


def _expression_row(compiled: Compiled | None) -> list[Any] | None:
    if compiled is None:
        return None
    return [compiled.source, compiled.type, list(compiled.names), compiled.tree]


def _template_row(template: Template | None) -> list[Any] | None:
    if template is None:
        return None
    parts = [
        part if isinstance(part, str) else [_expression_row(part[0]), part[1]]
        for part in template.parts
    ]
    return [template.source, parts]


def _reasons_row(reasons: Reasons) -> list[Any]:
    return [
        reasons.summary,
        reasons.severity_reason,
        reasons.why,
        [[c.source, c.where, c.finds, c.status] for c in reasons.evidence],
        list(reasons.related),
        [_example_row(example) for example in reasons.bad],
        [_example_row(example) for example in reasons.good],
    ]


def _example_row(example: Example) -> list[Any]:
    return [example.text, example.file, dict(example.files), example.line, example.title]


# --- reading


def is_whole(data: bytes) -> bool:
    """Whether the bytes are a pack of this version, unchanged since it was written."""
    head, _, body = data.partition(b"\n")
    try:
        name, version, _, checksum = json.loads(head)
    except (ValueError, TypeError):
        return False
    return [name, version, checksum] == [FORMAT, __version__, zlib.crc32(body)]


def decode(data: bytes, folder: str) -> list[Rule]:
    """The rules of a whole pack, whose files lie in `folder`."""
    lines = data.split(b"\n")
    heads = json.loads(lines[1])
    logic, reasons = lines[2 : 2 + len(heads)], lines[2 + len(heads) :]
    return [
        Rule(
            (*head[:5],),
            os.path.join(folder, head[5]),
            partial(_logic, logic[index]),
            partial(_reasons, reasons[index]),
        )
        for index, head in enumerate(heads)
    ]


def _logic(line: bytes) -> Logic:
    applies, requires, check, at, message, advice, parameters, fix, yields_to = json.loads(line)
    return Logic(
        _expression(applies),
        _expression(requires),
        check,
        tuple(at),
        _template(message),
        _template(advice) if advice else None,
        parameters,
        FixRecipe(fix[0], _expression(fix[1]), fix[2]) if fix else None,
        frozenset(yields_to),
    )


def _expression(row: list[Any] | None) -> Compiled | None:
    return None if row is None else _compiled_from(row)


def _compiled_from(row: list[Any]) -> Compiled:
    source, kind, names, tree = row
    return Compiled(source, kind, tuple(names), tree)


def _template(row: list[Any]) -> Template:
    source, parts = row
    return Template(
        source,
        tuple(
            part if isinstance(part, str) else (_compiled_from(part[0]), part[1]) for part in parts
        ),
    )


def _reasons(line: bytes) -> Reasons:
    summary, severity_reason, why, evidence, related, bad, good = json.loads(line)
    return Reasons(
        summary,
        severity_reason,
        why,
        tuple(Citation(*row) for row in evidence),
        tuple(related),
        tuple(Example(*row) for row in bad),
        tuple(Example(*row) for row in good),
    )
