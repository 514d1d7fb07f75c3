"""What `recipelint compare` shows, in which order and in which words, for text and Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from recipelint.cli.quantities import amount, fact, fact_exactly, ratio
from recipelint.comparison import Comparison, EstimatePair, FactPair, Reaction, Relation, Side
from recipelint.comparison.compare import ESTIMATE
from recipelint.comparison.phases import label, stage
from recipelint.engine.checks.secrets import masked
from recipelint.findings import Finding, Severity
from recipelint.recipe.facts import Fact, Origin, Phase, fact_types
from recipelint.reporters.sanitize import visible

UNKNOWN = "unknown"
_MOST_FINDINGS = 3
_MOST_RULES = 6
_LONGEST_VALUE = 60
_BEFORE = 8
"""Characters that are shown before the place where two long values differ."""
_RUN = "run"
_OWN_WORDS = ("derived", "judgement")
"""What a published recipe's author concluded; no document says it."""
_TITLES = {"rl": "RL", "deepspeed": "DeepSpeed"}
HEADLINES = (
    "parameters.total",
    "parameters.active",
    "flops.training_per_token",
    "flops.training_total",
    "data.tokens",
    "data.tokens_per_parameter",
    "batch.tokens_per_step",
    "schedule.steps",
    "schedule.warmup_share",
    "schedule.decay_share",
    "schedule.final_learning_rate",
    "schedule.mean_learning_rate",
    "gradient.rms_bound",
    "kv_cache.bytes_per_token",
    "rope.longest_length",
    "memory.per_gpu",
    "pipeline.bubble",
    "run.gpu_hours",
)
"""The estimates that are shown without being asked for."""


class Cell(NamedTuple):
    """A value, and where it comes from."""

    value: str
    origin: str = ""


class Row(NamedTuple):
    """A fact or an estimate of both recipes; `ratio` is A divided by B."""

    name: str
    a: Cell
    b: Cell
    ratio: str = ""


class Note(NamedTuple):
    """What a rule says: `side` is `A`, `B` or `both`."""

    rule: str
    severity: Severity
    side: str
    message: str
    url: str | None


@dataclass(slots=True)
class Group:
    """Rows, and what rules say about them."""

    rows: list[Row]
    notes: list[Note] = field(default_factory=list)


class Section(NamedTuple):
    """Groups under a title."""

    title: str
    groups: list[Group]


class Head(NamedTuple):
    """What is compared: the two sides, and why these phases."""

    a: str
    b: str
    why: str


def sections(found: Comparison, everything: bool) -> list[Section]:
    """The sections in the order in which they matter, none of them empty.

    With `everything` also the facts that are equal and those that one side alone has.
    """
    made = [Section("Rules react", list(_reacting(found)))]
    shown = found.reacting()
    differing = [
        pair
        for pair in found.ordered()
        if pair.relation is Relation.DIFFERS and pair.name not in shown
    ]
    stated = [pair for pair in differing if not pair.defaults]
    made += [
        _section(title, [pair for pair in stated if _part(pair.name)[0] == title], found)
        for title in _ordered_sections(stated)
    ]
    estimates = list(_estimates(found, everything))
    made.append(Section("Estimates", [Group(estimates)] if estimates else []))
    made.append(_whole("Defaults of the frameworks", [p for p in differing if p.defaults], found))
    if everything:
        rest = [pair for pair in found.ordered() if pair.name not in shown]
        for title, relation in (
            ("Known on A only", Relation.ONLY_A),
            ("Known on B only", Relation.ONLY_B),
            ("Equal", Relation.EQUAL),
        ):
            made.append(_whole(title, [p for p in rest if p.relation is relation], found))
    return [section for section in made if section.groups]


def head(found: Comparison) -> Head:
    """The two sides in a line each, and why these phases are compared."""
    a, b = (
        _side(side, phase)
        for side, phase in ((found.a, found.pairing.a), (found.b, found.pairing.b))
    )
    others = [
        f"{letter} also has {', '.join(names)}."
        for letter, names in (("A", _others(found, "a")), ("B", _others(found, "b")))
        if names
    ]
    if others:
        others.append("--phase chooses.")
    return Head(a, b, visible(" ".join([found.pairing.why, *others]).strip()))


def closing(found: Comparison, everything: bool) -> str:
    """The sum: how many facts differ, and what rules say beside that."""
    count = found.count()
    differ = count[Relation.DIFFERS]
    text = f"{_plural(differ, 'fact')} {'differs' if differ == 1 else 'differ'}"
    text += (
        f", {count[Relation.EQUAL]} are equal; {count[Relation.ONLY_A]} are known on A only and "
    )
    text += f"{count[Relation.ONLY_B]} on B only{'' if everything else ' (--all lists them)'}."
    others = [
        f"{_rules(findings)} on {letter}"
        for letter, findings in zip("AB", found.others, strict=True)
        if findings
    ]
    if others:
        text += f" No difference explains {' and '.join(others)}."
    return text


def _rules(findings: list[Finding]) -> str:
    """The rules of some findings, worst first."""
    worst_first = sorted(findings, key=lambda finding: (-finding.severity.rank, finding.rule))
    rules = list(dict.fromkeys(finding.rule for finding in worst_first))
    more = len(rules) - _MOST_RULES
    return ", ".join(rules[:_MOST_RULES]) + (f" and {more} more rules" if more > 0 else "")


# --- rows


def _reacting(found: Comparison) -> Iterator[Group]:
    """For each rule the differences that it reads and that no rule before it had."""
    shown: set[str] = set()
    for reaction in found.reactions:
        rows = []
        for name in reaction.names:
            if name not in shown:
                shown.add(name)
                rows.append(_any_row(name, found))
        yield Group(rows, list(_notes(reaction)))


def _any_row(name: str, found: Comparison) -> Row:
    if name in found.facts:
        return _row(found.facts[name], found)
    return _estimate_row(found.estimates[name.removeprefix(ESTIMATE)])._replace(name=name)


def _section(title: str, pairs: list[FactPair], found: Comparison) -> Section:
    """The facts of a section of the recipe, by their names within it."""
    rows = [_row(pair, found)._replace(name=_part(pair.name)[1]) for pair in pairs]
    return Section(_TITLES.get(title, title.capitalize()), [Group(rows)])


def _whole(title: str, pairs: list[FactPair], found: Comparison) -> Section:
    """Facts of all sections, by their full names."""
    rows = [_row(pair, found) for pair in pairs]
    return Section(title, [Group(rows)] if rows else [])


def _row(pair: FactPair, found: Comparison) -> Row:
    facts = (pair.a, pair.b)
    values = [_printed(fact(each.value)) if each else UNKNOWN for each in facts]
    if pair.a and pair.b and values[0] == values[1] and pair.relation is Relation.DIFFERS:
        values = _told_apart(fact_exactly(pair.a.value), fact_exactly(pair.b.value))
    a, b = (
        Cell(value, _origin(each, side))
        for value, each, side in zip(values, facts, (found.a, found.b), strict=True)
    )
    return Row(visible(pair.name), a, b)


def _printed(value: str) -> str:
    return visible(masked(value), _LONGEST_VALUE) or '""'


def _told_apart(left: str, right: str) -> list[str]:
    """Two long values from the place on where they differ."""
    pairs = enumerate(zip(left, right, strict=False))
    same = next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))
    start = max(0, same - _BEFORE) if same >= _LONGEST_VALUE // 2 else 0
    return [_printed("…" * bool(start) + masked(text)[start:]) for text in (left, right)]


def _origin(found: Fact | None, side: Side) -> str:
    if found is None:
        return ""
    source = side.source(found)
    if source is not None:
        said, _, status = source.rpartition(", ")
        return status if status in _OWN_WORDS else visible(said.partition(" (")[0])
    if found.origin is not Origin.STATED or found.span is None:
        return found.origin.value
    if found.path in (None, side.path):
        return f"line {found.span.line}"
    return visible(f"{os.path.basename(found.path or '')}:{found.span.line}")


def _estimates(found: Comparison, everything: bool) -> Iterator[Row]:
    for name, pair in found.estimates.items():
        if everything or (name in HEADLINES and pair.relation is not Relation.EQUAL):
            yield _estimate_row(pair)._replace(ratio=_ratio(pair))


def _ratio(pair: EstimatePair) -> str:
    if pair.ratio is None or pair.relation is not Relation.DIFFERS:
        return ""
    return ratio(pair.ratio)


def _estimate_row(pair: EstimatePair) -> Row:
    a, b = (
        UNKNOWN if each.value is None else amount(each.value, each.unit)
        for each in (pair.a, pair.b)
    )
    return Row(pair.name, Cell(a), Cell(b))


def _ordered_sections(pairs: Iterable[FactPair]) -> list[str]:
    """The sections of the facts; what tells runs apart in name only comes last."""
    there = {_part(pair.name)[0] for pair in pairs}
    known = list(dict.fromkeys(_part(name)[0] for name in fact_types()))
    ordered = sorted(there, key=lambda s: known.index(s) if s in known else len(known))
    return sorted(ordered, key=lambda section: section == _RUN)


def _part(name: str) -> tuple[str, str]:
    """Section of a fact, and its name there; a linked file is a section of its own."""
    section, _, rest = name.partition(".")
    return section, rest


# --- notes


def _notes(reaction: Reaction) -> Iterator[Note]:
    a, b = _messages(reaction.a), _messages(reaction.b)
    both = {message: finding for message, finding in a.items() if message in b}
    for side, found in (("both", both), ("A", a), ("B", b)):
        own = [(m, f) for m, f in found.items() if side == "both" or m not in both]
        for message, finding in own[:_MOST_FINDINGS]:
            yield Note(reaction.rule, finding.severity, side, message, finding.url)
        if len(own) > _MOST_FINDINGS:
            more = f"{len(own) - _MOST_FINDINGS} more"
            yield Note(reaction.rule, reaction.severity, side, more, None)


def _messages(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {visible(finding.message): finding for finding in findings}


# --- head


def _side(side: Side, phase: Phase) -> str:
    of = label(phase)
    behind = f", {of}" if of else ""
    if side.title:
        return visible(f"{side.title}{behind}")
    version = f" {side.recipe.version}" if side.recipe.version else ""
    return visible(f"{side.path}: {side.recipe.dialect}{version}{behind}")


def _others(found: Comparison, letter: str) -> list[str]:
    side, taken = getattr(found, letter), getattr(found.pairing, letter)
    names = [phase.name or stage(phase) for phase in side.recipe.phases if phase is not taken]
    return [name for name in names if name]


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
