"""Inputs to start from, and words that make sense to a layer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from fuzz.targets import ENDINGS

HOME = Path(__file__).parent.parent
_MAX_SEED = 8_000
"""Longer files slow the fuzzer down without showing it anything new."""
MOST_BYTES = 4_096
"""The longest input that the fuzzer makes."""

_SYNTAX = (
    "- ", ": ", "? ", "&a ", "*a", "<<: *a", "!!str ", "!!python/object:os.system ", "!x ", "|\n  ",
    ">-\n  ", "---\n", "...\n", "%YAML 1.1\n", "# recipelint: ignore[OPT001] ", "\t", "\r\n", "\0",
    "\ufeff", "\u2028", "\x85", "\x1b[31m", "\u202e", "{", "}", "[", "]", ",", '"', "'", "'''",
    '"""', "[[a]]\n", "[a.b]\n", "a.b = 1\n", "//", "/*", "*/", "NaN", "Infinity", "1e400", "0x1f",
    "1_000", "12:30", "2020-01-01", "null", "~", "true", "no", "\\u0000", "\\ud800", "${a.b}",
    "${.a}", "${mul:2,3}", "{{ x }}", "1e-5", "-.inf", ".nan", "0o17", "9" * 60,
)  # fmt: skip
_RULE = (
    " and ", " or ", "not ", " in ", " if ", " else ", "**", "//", "%", "==", "!=", "<=", "(", ")",
    "[1, 2]", "{x.__class__}", "{x!r}", ":.2e}", ":>1000000000}", "lambda: 1", "f''", ".format",
    "__import__('os')", "[x for x in y]", "(x := 1)", "parameters.highest", "dialect", "1e300",
)  # fmt: skip


def seeds(layer: str) -> Iterator[bytes]:
    """Inputs for a layer, in its own form."""
    if layer in ("document", "dialects"):
        yield from chain(_files(), _rule_examples())
    elif layer == "expressions":
        yield from (b"\0" + text.encode() for text in _conditions())
    elif layer == "rule_files":
        yield from _small(HOME.glob("rules/*/*.yaml"))
    else:
        yield b"a.yaml\0is \x1b[31m wrong\0optimizer.eps\0eps: 1\n::error::x ##[x] \xff <b> ]]>"


def words(layer: str) -> list[str]:
    """Words for the fuzzer's dictionary."""
    if layer == "document":
        return list(_SYNTAX)
    if layer == "dialects":
        return [*_keys(), *_SYNTAX]
    if layer == "output":
        return ["::error::", "##[group]", "##vso[", "]]>", "<script>", "|", "```", "&#x1b;", "\0"]
    from recipelint.engine.functions import FUNCTIONS, INTROSPECTION
    from recipelint.engine.rule_files import FIELDS
    from recipelint.recipe.facts import fact_types

    calls = [f"{name}(" for name in (*FUNCTIONS, *INTROSPECTION)]
    own = [f"{name}: " for name in FIELDS] if layer == "rule_files" else []
    return [*calls, *_RULE, *own, *list(fact_types())[::7]]


def _keys() -> list[str]:
    """The top-level keys by which the dialects are known, and those of their schemas."""
    from recipelint.dialects import dialects
    from recipelint.dialects.marks import MARKS

    known = set(chain.from_iterable(MARKS.values()))
    for dialect in dialects():
        known |= dialect.keys
    return sorted(known)


def _files() -> Iterator[bytes]:
    """Recipes: the examples, and those of a corpus where RECIPELINT_CORPUS names one."""
    corpus = os.environ.get("RECIPELINT_CORPUS")
    folders = [HOME / "examples", *([Path(corpus)] if corpus else [])]
    for number, ending in enumerate(ENDINGS):
        for folder in folders:
            found = chain(folder.rglob(f"*.{ending}"), folder.rglob(f"*.{ending[0]}ml"))
            yield from (bytes([number]) + text for text in _small(found))


def _small(paths: Iterator[Path]) -> Iterator[bytes]:
    for path in sorted(set(paths)):
        if path.is_file() and path.stat().st_size <= _MAX_SEED:
            yield path.read_bytes()[:MOST_BYTES]


def _rule_examples() -> Iterator[bytes]:
    from recipelint.linter import rule_set

    for rule in rule_set(()):
        for example in (*rule.bad, *rule.good):
            ending = example.file.rpartition(".")[2]
            number = ENDINGS.index(ending) if ending in ENDINGS else 0
            yield bytes([number]) + example.text.encode()[:MOST_BYTES]


def _conditions() -> Iterator[str]:
    from recipelint.linter import rule_set

    for rule in rule_set(()):
        yield from (part.source for part in (rule.applies, rule.requires) if part is not None)
        yield rule.message.source
