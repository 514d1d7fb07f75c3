"""Write the rule reference, `docs/rules/`, from the rule files.

python tools/generate_rule_docs.py            # writes the pages
python tools/generate_rule_docs.py --check    # exit status 1 when they are stale
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from recipelint.engine.rules import Example, Rule, load, shipped_folder
from tools.pages import block, fence, prose, table, write

DOCS = ROOT / "docs" / "rules"
_WIDTH = 96
_TITLES = {"deepspeed": "DeepSpeed", "moe": "Mixture of experts", "rl": "Reinforcement learning"}


def shipped() -> list[Rule]:
    """The rules in the order of the pages."""
    return sorted(load([shipped_folder()]), key=lambda r: (r.category, r.id))


def pages() -> dict[Path, str]:
    """The pages by path: one for each category, and an index."""
    rules = shipped()
    known = {rule.id: rule for rule in rules}
    made = {DOCS / "index.md": _index(rules)}
    for category, group in groupby(rules, key=lambda r: r.category):
        made[DOCS / f"{category}.md"] = _page(category, group, known)
    return made


def link(rule: Rule, text: str, folder: str = "") -> str:
    """A link to a rule's description from a page; `folder` leads from there to the rules'."""
    anchor = f"{rule.id} {rule.name}".lower().replace(" ", "-")
    return f"[{text}]({folder}{rule.category}.md#{anchor})"


def _index(rules: list[Rule]) -> str:
    lines = [
        "# Rules",
        "",
        f"{len(rules)} rules, generated from the rule files; `recipelint explain` shows the same.",
        "What they rest on is in the [table of evidence](../evidence.md); a project adds",
        "[rules of its own](../writing-rules.md).",
    ]
    for category, group in groupby(rules, key=lambda r: r.category):
        rows = [(link(r, f"{r.id} {r.name}"), str(r.severity), prose(r.summary)) for r in group]
        lines += ["", f"## {_title(category)}", *table(("Rule", "Severity", "Finds"), rows)]
    return "\n".join(lines) + "\n"


def _page(category: str, rules: Iterable[Rule], known: Mapping[str, Rule]) -> str:
    parts = [f"# {_title(category)}\n"]
    parts += ["\n".join(_rule(rule, known)) + "\n" for rule in rules]
    return "\n".join(parts)


def _rule(rule: Rule, known: Mapping[str, Rule]) -> Iterator[str]:
    yield f"## {rule.id} {rule.name}"
    yield ""
    yield f"**{rule.severity}**" + (f" in {', '.join(sorted(rule.dialects))}" * bool(rule.dialects))
    yield f"· {prose(rule.summary)}." + f" Runs in profile `{rule.profile}`." * (
        rule.profile != "default"
    )
    yield ""
    yield prose(rule.why)
    if rule.severity_reason:
        yield ""
        yield f"Severity: {prose(rule.severity_reason.strip().rstrip('.'))}."
    yield from _condition(rule)
    if rule.parameters:
        yield ""
        yield "Parameters: " + ", ".join(f"`{k}` = `{v}`" for k, v in rule.parameters.items()) + "."
    rows = [map(prose, row) for row in rule.evidence]
    yield from table(("Evidence", "Where", "Finds", "Status"), rows)
    yield from _examples("Found", rule.bad)
    yield from _examples("Not found", rule.good)
    if rule.related:
        yield ""
        yield "Related: " + ", ".join(link(known[other], other) for other in rule.related) + "."


def _condition(rule: Rule) -> Iterator[str]:
    """What is checked, as the rule file has it."""
    fields = {"applies": rule.applies, "requires": rule.requires}
    lines = [_field(name, one.source) for name, one in fields.items() if one is not None]
    if rule.check:
        lines.append(f"check: {rule.check}")
    yield from block("Condition", "\n".join(lines), "yaml")


def _field(name: str, expression: str) -> str:
    """A field of a rule file; folded where it is long, or where YAML would read it otherwise."""
    text = " ".join(expression.split())
    plain = f"{name}: {text}"
    if len(plain) <= _WIDTH and yaml.safe_load(plain) == {name: text}:
        return plain
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n  ".join([f"{name}: >-", *lines])


def _examples(title: str, examples: Iterable[Example]) -> Iterator[str]:
    for example in examples:
        suffix = f": {prose(example.title)}" if example.title else ""
        yield from block(f"{title}{suffix}", example.text, fence(example.file))
        for name, text in example.files.items():
            yield from block(f"beside it, `{name}`", text, fence(name))


def _title(category: str) -> str:
    return _TITLES.get(category, category.replace("-", " ").capitalize())


if __name__ == "__main__":
    raise SystemExit(write(pages(), [DOCS], __doc__))
