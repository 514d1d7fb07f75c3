"""Write `docs/facts.md` from the canonical recipe and `docs/evidence.md` from the rule files.

python tools/generate_reference_docs.py            # writes the pages
python tools/generate_reference_docs.py --check    # exit status 1 when they are stale
"""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from recipelint.engine.rules import STATUSES, Rule
from recipelint.recipe.facts import fact_types
from recipelint.recipe.model import Sections
from tools.generate_rule_docs import link, shipped
from tools.pages import DOCS, prose, table, words, write

_ARXIV = re.compile(r"arXiv (\d{4}\.\d{4,5})")
_MEANINGS = {
    "primary": "the report, its configuration or the code was read",
    "secondary": "a quotation or a description by somebody else was read",
    "derived": "it follows by arithmetic from what stands beside it",
    "judgement": "it is a cut between published values, and ours",
}


def pages() -> dict[Path, str]:
    """The two pages by path."""
    return {
        DOCS / "facts.md": "\n".join(_facts()) + "\n",
        DOCS / "evidence.md": "\n".join(_evidence(shipped())) + "\n",
    }


# --- the facts


def _facts() -> Iterator[str]:
    yield "# Facts"
    yield ""
    yield f"The {len(fact_types())} canonical facts, in which rules are written and recipes are"
    yield "compared. They are also the keys of the [neutral dialect](dialects/neutral.md)."
    yield "Learning rates are per step, lengths in tokens, intervals in optimizer steps, memory in"
    yield "GiB (2\\*\\*30 bytes), shares between 0 and 1. All are optional, and an absent one is"
    yield "unknown. What follows from them by computation are the [estimates](estimates.md)."
    for section, group in groupby(
        fact_types().items(), key=lambda item: item[0].rpartition(".")[0]
    ):
        yield from ("", f"## {section}", "", prose(_described(section)))
        rows = [
            (f"`{name}`", _kind(row), prose(str(row.get("meaning", "")))) for name, row in group
        ]
        yield from table(("Fact", "Type", "Meaning"), rows)


def _described(section: str) -> str:
    """What the model of a section says of itself."""
    model: type[BaseModel] = Sections
    for name in section.split("."):
        model = next(_models(model.model_fields[name].annotation))
    return inspect.getdoc(model) or ""


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models in an annotation, such as the one of `tuple[Source, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models(inner)


def _kind(row: dict[str, object]) -> str:
    choices = row.get("choices")
    if isinstance(choices, list):
        return words([f"`{choice}`" for choice in choices], "or")
    return str(row["type"])


# --- the evidence


class Source(NamedTuple):
    """One source, and the rules that cite it by the status of what they found there."""

    name: str
    cited: dict[str, dict[str, Rule]]

    @property
    def arxiv(self) -> str | None:
        """The number of a paper on arXiv."""
        found = _ARXIV.search(self.name)
        return found.group(1) if found else None

    @property
    def read(self) -> bool:
        """Whether it is something to read, and not arithmetic or a choice of ours."""
        return not self.cited.keys() <= {"derived", "judgement"}


def _sources(rules: Iterable[Rule]) -> list[Source]:
    found: dict[str, Source] = {}
    for rule in rules:
        for row in rule.evidence:
            source = found.setdefault(row.source, Source(row.source, {}))
            source.cited.setdefault(row.status, {})[rule.id] = rule
    return sorted(found.values(), key=lambda source: source.name.lower())


def _evidence(rules: list[Rule]) -> Iterator[str]:
    sources = _sources(rules)
    rows = Counter(row.status for rule in rules for row in rule.evidence)
    yield "# Evidence"
    yield ""
    yield f"What the {len(rules)} rules rest on: {rows.total()} citations of {len(sources)}"
    yield "sources. What exactly a source says, and where, stands with each rule. The way"
    yield "from what is often claimed to a rule, or to none, is in"
    yield "[claims](claims.md)."
    counts = [(status, _MEANINGS[status], str(rows[status])) for status in STATUSES]
    yield from table(("Status", "Means that", "Citations"), counts)
    papers = [source for source in sources if source.arxiv]
    others = [source for source in sources if not source.arxiv]
    yield from _part("Papers and reports", sorted(papers, key=lambda s: -_weight(s)))
    yield from _part("Code, configurations and documentation", (s for s in others if s.read))
    yield from _part("Arithmetic and judgement", (s for s in others if not s.read))


def _weight(source: Source) -> int:
    return sum(map(len, source.cited.values()))


def _part(title: str, sources: Iterable[Source]) -> Iterator[str]:
    yield from ("", f"## {title}")
    yield from table(("Source", "Rules"), ((_named(s), _cited(s)) for s in sources))


def _named(source: Source) -> str:
    if source.arxiv is None:
        return prose(source.name)
    target = f"https://arxiv.org/abs/{source.arxiv}"
    return prose(source.name).replace(f"arXiv {source.arxiv}", f"[arXiv {source.arxiv}]({target})")


def _cited(source: Source) -> str:
    parts = []
    for status in STATUSES:
        rules = source.cited.get(status, {})
        if rules:
            links = ", ".join(link(rule, rule.id, "rules/") for rule in rules.values())
            parts.append(f"{status}: {links}")
    return "; ".join(parts)


if __name__ == "__main__":
    raise SystemExit(write(pages(), [], __doc__))
