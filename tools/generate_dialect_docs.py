"""Write a page for each dialect, `docs/dialects/`, from what the code knows of it.

python tools/generate_dialect_docs.py            # writes the pages
python tools/generate_dialect_docs.py --check    # exit status 1 when they are stale
"""

from __future__ import annotations

import inspect
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from recipelint.dialects.base import Dialect
from recipelint.dialects.marks import MARKS
from recipelint.dialects.schema import Schema, load
from recipelint.document.scalars import number_in
from recipelint.engine.rules import Rule
from recipelint.recipe.facts import fact_types
from tools.generate_rule_docs import link, shipped
from tools.key_maps import KeyMap, gather
from tools.pages import DOCS as ALL_DOCS
from tools.pages import cell, fence, prose, table, words, write

DOCS = ALL_DOCS / "dialects"
NEUTRAL = "neutral"
"""The canonical recipe itself, whose keys are the facts."""
_SPELLINGS = ("1e-5", "1.0e-5", "1_000", "010", "on", "no", "12:30", "2026-01-31")
_POLICIES = {
    "forbid": "stops the run",
    "ignore": "is dropped without a word",
    "warn": "is dropped with a warning in the log",
    "open": "may be a key of your own and is let through",
    "signature": "is refused when the section is called with it",
}
_KINDS = {bool: "boolean", int: "number", float: "number", str: "text", type(None): "null"}


def pages() -> dict[Path, str]:
    """The pages by path: one for each dialect, and an index."""
    maps, rules = gather(), shipped()
    made = {DOCS / "index.md": _lines(_index(maps))}
    for one in maps:
        made[DOCS / f"{one.dialect.name}.md"] = _lines(_page(one, rules))
    return made


def _lines(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _index(maps: list[KeyMap]) -> Iterator[str]:
    yield "# Dialects"
    yield ""
    yield f"{len(maps)} ways of writing a recipe. A file is recognised by its content, whatever it"
    yield "is called. A *part* is a file that belongs to recipes: a launcher's file, a model's"
    yield "configuration. *Facts* is how many canonical facts its keys and defaults can state."
    rows = []
    for one in maps:
        dialect = one.dialect
        facts = len(one.keys.keys() | one.defaults.keys())
        name = f"[`{dialect.name}`]({dialect.name}.md)"
        rows.append((name, _release(dialect), dialect.purpose, str(facts), _first(dialect)))
    yield from table(("Dialect", "Defaults of", "Is a", "Facts", "Recognised by"), rows)


def _release(dialect: Dialect) -> str:
    return f"{dialect.title} {dialect.version or ''}".strip()


def _first(dialect: Dialect) -> str:
    return prose(_doc(dialect.recognise).splitlines()[0])


def _doc(thing: object) -> str:
    return inspect.getdoc(thing) or ""


def _page(one: KeyMap, rules: list[Rule]) -> Iterator[str]:
    dialect = one.dialect
    yield f"# {dialect.name}"
    yield ""
    yield prose(_doc(sys.modules[f"recipelint.dialects.{one.module}"]))
    yield from _recognition(one)
    yield from _versions(dialect)
    yield from _loader(one)
    yield from _facts(one)
    yield from _limits(one)
    yield from _rules(dialect, rules)
    yield from _examples(one)


def _recognition(one: KeyMap) -> Iterator[str]:
    dialect = one.dialect
    yield from ("", "## How it is recognised", "", prose(_doc(dialect.recognise)))
    marks = MARKS.get(one.module)
    if marks:
        yield f"At its top stands {words(_code(marks), 'or')}."
    if dialect.keys:
        needed = min(3, len(dialect.keys))
        which = "" if needed == len(dialect.keys) else f"{_COUNTS[needed]} of "
        yield "A file that breaks off at a syntax error is still known by"
        yield f"{which}{words(_code(sorted(dialect.keys)))}."
    hook = f"recipelint-{dialect.name}"
    if hook in _hooks():
        yield ""
        yield f"The [pre-commit hook](../integrations.md#pre-commit) `{hook}` reads files in this"
        yield f"dialect whatever they hold, as `--dialect {dialect.name}` does."


_COUNTS = {1: "one", 2: "two", 3: "three"}


def _hooks() -> set[str]:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    return {hook["id"] for hook in hooks}


def _code(items: Iterator[str] | list[str] | tuple[str, ...]) -> list[str]:
    return [f"`{item}`" for item in items]


def _versions(dialect: Dialect) -> Iterator[str]:
    yield from ("", "## Versions", "")
    if dialect.name == NEUTRAL:
        yield f"The format has the number {dialect.version}."
        yield f"`recipelint schema {NEUTRAL}` prints its JSON Schema."
        return
    if dialect.version:
        yield f"Defaults that rules assume are those of {_release(dialect)}."
    schema = load(dialect.schema) if dialect.schema else None
    if schema is None or not schema.sources:
        yield "There is no list of its keys, so an unknown key is not reported."
        return
    sections = list(filter(None, (schema.section([name]) for name in schema.names())))
    keys = sum(len(section.keys) for section in sections)
    yield f"{keys:,} keys in {len(sections)} sections, with types, choices and the"
    yield "releases that have them, are read from the framework's own code:"
    rows = [
        (f"`{source['package']}`", source["licence"], words(_code(source["versions"])))
        for source in schema.sources
    ]
    yield from table(("Package", "Licence", "Releases read"), rows)


def _loader(one: KeyMap) -> Iterator[str]:
    dialect = one.dialect
    yield from ("", "## What its loader does", "")
    schema = load(dialect.schema) if dialect.schema else None
    if schema is not None:
        yield f"- {_unknown_keys(dialect, schema)}"
    if dialect.custom_keys:
        yield "- A file that brings keys of its author's own is exempt from that."
    if dialect.own_scripts:
        yield "- Scripts of users read such files too, and may have keys of their own."
    twice = "stops the run" if dialect.duplicates_refused else "counts once: the later one wins"
    yield f"- A key that stands twice {twice}."
    if dialect.coerces:
        yield "- Text that holds a number becomes one where a number is wanted."
    if dialect.interpolate:
        yield "- `${…}` is resolved as far as the recipe itself says what it stands for."
    if {path.suffix for path in one.examples} & {".yaml", ".yml"}:
        yield f"- Plain values in YAML: {prose(_doc(dialect.scalars).splitlines()[0])}"
        rows = [(f"`{text}`", _reading(text, dialect)) for text in _SPELLINGS]
        yield from table(("Written", "Read as"), rows)


def _unknown_keys(dialect: Dialect, schema: Schema) -> str:
    """What becomes of a key that the framework does not know: at the top, and elsewhere."""
    sections = filter(None, (schema.section([name]) for name in schema.names()))
    policies = Counter(section.extra for section in sections)
    root = schema.section([schema.root])
    top = root.extra if root else "open"
    fate = f": {prose(dialect.unknown_keys)}." if dialect.unknown_keys else f" {_POLICIES[top]}."
    told = [f"A key that the framework does not know{fate}"]
    for policy, number in policies.items():
        if policy != top:
            told.append(f"In {number} section{'s' * (number != 1)} it {_POLICIES[policy]}.")
    return " ".join(told)


def _reading(text: str, dialect: Dialect) -> str:
    """What the loader makes of a plain value, and of its text where a number is wanted."""
    found = dialect.scalars(text)
    kind = _KINDS.get(type(found), "date")
    if kind == "text" and dialect.coerces and number_in(text) is not None:
        return f"text; the number `{number_in(text)!r}` where one is wanted"
    shown = {"boolean": str(found).lower(), "number": repr(found)}.get(kind)
    return f"{kind} `{shown}`" if shown else kind


def _facts(one: KeyMap) -> Iterator[str]:
    yield from ("", "## What is read", "")
    if one.dialect.name == NEUTRAL:
        yield "Every [fact](../facts.md) stands under its own name, in a phase or for all of them."
        return
    told = [f for f in fact_types() if f in one.keys or f in one.defaults]
    yield "Which key holds which [fact](../facts.md), and what is assumed where the key is absent."
    yield "Several defaults belong to several kinds of run. `recipelint facts FILE` shows the same"
    yield "for one recipe, each value with its origin."
    rows = [
        (f"`{fact}`", _cells(one.keys.get(fact)), _cells(one.defaults.get(fact))) for fact in told
    ]
    yield from table(("Fact", "Key", "Default"), rows)
    if one.linked:
        names = words([f"`{name}.`" for name in one.linked])
        yield ""
        yield f"Files that it names are read with it; rules see their facts under {names}."


def _cells(found: dict[str, None] | None) -> str:
    return ", ".join(_code(list(found))) if found else ""


def _limits(one: KeyMap) -> Iterator[str]:
    yield from ("", "## What stays open", "")
    if len(one.silent) > len(one.told):
        yield f"What is not about {words(_code(one.told), 'or')} is not read."
    elif one.silent:
        yield f"Nothing is read about {words(_code(one.silent), 'or')}."
    yield "A rule that needs a fact which is unknown is not assessed; `-v` lists such rules."
    rows = [
        (f"`{fact}`", cell("; ".join(map(prose, one.open[fact]))))
        for fact in fact_types()
        if fact in one.open
    ]
    yield from table(("Fact", "May be unknown, because"), rows)


def _rules(dialect: Dialect, rules: list[Rule]) -> Iterator[str]:
    own = [rule for rule in rules if dialect.name in rule.dialects]
    general = sum(not rule.dialects for rule in rules)
    yield from ("", "## Rules", "")
    yield f"{general} rules look at every dialect. {len(own)} name this one:"[: None if own else -2]
    rows = [
        (link(rule, f"{rule.id} {rule.name}", "../rules/"), str(rule.severity), prose(rule.summary))
        for rule in own
    ]
    yield from table(("Rule", "Severity", "Finds"), rows)


def _examples(one: KeyMap) -> Iterator[str]:
    yield from ("", "## Examples", "")
    if not one.examples:
        yield "Examples stand in the rules above, and in the tests."
        return
    yield from (f"- [{path.as_posix()}](../../{path.as_posix()})" for path in one.examples)
    first = one.examples[0]
    yield from ("", f"`{first.name}`:", "", f"```{fence(first.name)}")
    yield from ((ROOT / first).read_text("utf-8").strip("\n"), "```")


if __name__ == "__main__":
    raise SystemExit(write(pages(), [DOCS], __doc__))
