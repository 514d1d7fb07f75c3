"""Write the rule reference, `docs/rules/`, from the rule files.

python tools/generate_rule_docs.py            # writes the pages
python tools/generate_rule_docs.py --check    # exit status 1 when they are stale
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from recipelint.engine.rules import Example, Rule, load, shipped_folder

DOCS = Path(__file__).parent.parent / "docs" / "rules"
_FENCES = {".json": "json", ".toml": "toml"}


def pages() -> dict[Path, str]:
    """The pages by path: one for each category, and an index."""
    rules = sorted(load([shipped_folder()]), key=lambda r: (r.category, r.id))
    made = {DOCS / "index.md": _index(rules)}
    for category, group in groupby(rules, key=lambda r: r.category):
        made[DOCS / f"{category}.md"] = _page(category, list(group))
    return made


def _index(rules: list[Rule]) -> str:
    lines = [
        "# Rules",
        "",
        f"{len(rules)} rules, generated from the rule files; `recipelint explain` shows the same.",
    ]
    for category, group in groupby(rules, key=lambda r: r.category):
        lines += ["", f"## {_title(category)}", "", "| Rule | Severity | |", "|---|---|---|"]
        for rule in group:
            link = f"[{rule.id} {rule.name}]({category}.md#{_anchor(rule)})"
            lines.append(f"| {link} | {rule.severity} | {_cell(rule.summary)} |")
    return "\n".join(lines) + "\n"


def _page(category: str, rules: list[Rule]) -> str:
    parts = [f"# {_title(category)}\n"]
    parts += ["\n".join(_rule(rule)) + "\n" for rule in rules]
    return "\n".join(parts)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id} {rule.name}"
    yield ""
    yield f"**{rule.severity}**" + (f" in {', '.join(sorted(rule.dialects))}" * bool(rule.dialects))
    yield f"· {rule.summary}." + f" Runs in profile `{rule.profile}`." * (rule.profile != "default")
    yield ""
    yield rule.why
    if rule.severity_reason:
        yield ""
        yield f"Severity: {rule.severity_reason.strip().rstrip('.')}."
    if rule.requires:
        yield from _block("Holds when", rule.requires.source, "python")
    if rule.applies:
        yield from _block("Applies where", rule.applies.source, "python")
    if rule.parameters:
        yield ""
        yield "Parameters: " + ", ".join(f"`{k}` = `{v}`" for k, v in rule.parameters.items()) + "."
    yield ""
    yield "| Evidence | Where | Finds | Status |"
    yield "|---|---|---|---|"
    for row in rule.evidence:
        cells = (row.source, row.where, row.finds, row.status)
        yield "| " + " | ".join(_cell(c) for c in cells) + " |"
    yield from _examples("Found", rule.bad)
    yield from _examples("Not found", rule.good)
    if rule.related:
        yield ""
        yield "Related: " + ", ".join(rule.related) + "."


def _block(title: str, text: str, fence: str) -> Iterator[str]:
    yield from ("", f"{title}:", "", f"```{fence}", text.strip(), "```")


def _examples(title: str, examples: Iterable[Example]) -> Iterator[str]:
    for example in examples:
        suffix = f": {example.title}" if example.title else ""
        fence = _FENCES.get(Path(example.file).suffix, "yaml")
        yield from _block(f"{title}{suffix}", example.text, fence)
        for name, text in example.files.items():
            yield from _block(f"beside it, `{name}`", text, _FENCES.get(Path(name).suffix, "yaml"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _title(category: str) -> str:
    return category.replace("-", " ").capitalize()


def _anchor(rule: Rule) -> str:
    return f"{rule.id} {rule.name}".lower().replace(" ", "-")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    made = pages()
    stale = [p for p, text in made.items() if not p.exists() or p.read_text() != text]
    gone = [p for p in DOCS.glob("*.md") if p not in made]
    for path in (*stale, *gone):
        print(("stale: " if check else "wrote: ") + path.name)
    if not check:
        DOCS.mkdir(parents=True, exist_ok=True)
        for path in stale:
            path.write_text(made[path])
        for path in gone:
            path.unlink()
    return int(check and bool(stale or gone))


if __name__ == "__main__":
    raise SystemExit(main())
