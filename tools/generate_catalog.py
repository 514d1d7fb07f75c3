"""Write `models.json`, the catalogue of known models, from packages that carry their numbers.

    pip download --no-deps --dest WHEELS aiconfigurator==0.6.0 litgpt==0.5.13
    pip download --no-deps --dest WHEELS transformer-lens==4.3.0
    pip download --no-deps --dest WHEELS --python-version 3.12 --only-binary :all: maxtext==0.2.5
    PYTHONPATH=src:tools python tools/generate_catalog.py WHEELS

Only numbers and names are taken. What sources disagree about is left out and printed. The output
depends on the wheels and on `catalog_sources/` alone.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from catalog_sources import hub_files, listed, litgpt, registry
from catalog_sources.common import Entry, Wheel

from recipelint.catalog.families import family
from recipelint.catalog.hf_config import facts_of, facts_with
from recipelint.catalog.models import OF_THE_RELEASE
from recipelint.estimate.build import UnknownArchitectureError, architecture
from recipelint.estimate.parameters import count

FILE = Path(__file__).parents[1] / "src/recipelint/catalog/models.json"
PACKAGES: tuple[tuple[str, Callable[[Wheel], Iterator[Entry]]], ...] = (
    ("aiconfigurator", hub_files.aiconfigurator),
    ("maxtext", hub_files.maxtext),
    ("litgpt", litgpt.entries),
)
"""Complete configurations first."""

COUNTED = "transformer-lens"

Facts = dict[str, object]
Models = dict[str, tuple[str, Facts, str]]


def main(wheels: Path) -> None:
    """Collect, merge, hold against published counts and write."""
    models: Models = {}
    for package, read in PACKAGES:
        for entry in read(Wheel(wheels, package)):
            _add_all(models, entry)
    for entry, published in listed.entries():
        if _agrees(entry, published):
            _add_all(models, entry)
    _add_siblings(models)
    _confirm(models, registry.listed(Wheel(wheels, COUNTED)))
    FILE.write_text(_document(models), encoding="utf-8")
    families = {facts.get("model.family") for _, facts, _ in models.values()}
    print(f"{len(models)} ids of {len(families)} families")


def _facts(entry: Entry) -> Facts:
    known = family(str(entry.config.get("model_type")))
    if entry.complete or known is None:
        return facts_of(entry.config)
    facts = facts_with(entry.config, dataclasses.replace(known, defaults={}))
    if "rope_scaling" not in entry.config:
        facts.pop("model.rope.scaling", None)
    return facts


def _add_all(models: Models, entry: Entry) -> None:
    facts = _facts(entry)
    for name in entry.ids:
        _add(models, name, facts, entry.source)


def _add(models: Models, name: str, facts: Facts, source: str) -> None:
    """Sources complete one another; what they disagree about is left out."""
    earlier = models.get(name.lower())
    if earlier is None:
        models[name.lower()] = (name, facts, source)
        return
    first, known, other = earlier
    disputed = {fact for fact in facts if known.get(fact, facts[fact]) != facts[fact]}
    for fact in sorted(disputed):
        print(f"{name}: {fact} is {known[fact]} in {other}, {facts[fact]} in {source}; left out")
    agreed = {fact: value for fact, value in {**facts, **known}.items() if fact not in disputed}
    adds = set(facts) - set(known)
    models[name.lower()] = (first, agreed, f"{other}; {source}" if adds else other)


def _add_siblings(models: Models) -> None:
    for name, other, all_of_it in listed.siblings():
        _, facts, source = models[other.lower()]
        if not all_of_it:
            facts = {k: v for k, v in facts.items() if not k.startswith(OF_THE_RELEASE)}
        _add(models, name, facts, source)


def _agrees(entry: Entry, published: str) -> bool:
    """Published counts agree when they differ by no more than one in their last digit."""
    try:
        counted = count(architecture(_facts(entry))).total
    except UnknownArchitectureError as unknown:
        print(f"refused, {unknown.reason}: {entry.ids}")
        return False
    unit = 10.0 ** -len(published.partition(".")[2])
    agrees = abs(counted / 1e9 - float(published)) <= unit
    if not agrees:
        print(f"refused, {counted / 1e9:.4f}B is not {published}B: {entry.ids}")
    return agrees


def _confirm(models: Models, hub: dict[str, registry.Listed]) -> None:
    """Print where the Hub's own reading of the weights differs from ours."""
    same = 0
    for key, (name, facts, _) in models.items():
        try:
            counted = count(architecture(facts)).total
        except UnknownArchitectureError:
            continue
        published = hub[key].parameters if key in hub else counted
        same += key in hub and counted == published
        if counted != published:
            print(f"{name}: {counted} by formula, {published} on the Hub")
    print(f"{same} counts confirmed by the Hub")


def _document(models: Models) -> str:
    """One line per set of facts and source, so that a change reads as a change."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, facts, source in models.values():
        key = (json.dumps(facts, sort_keys=True), source)
        groups.setdefault(key, []).append(name)
    lines = (
        f'{{"ids": {json.dumps(sorted(names))}, "source": {json.dumps(source)}, "facts": {facts}}}'
        for (facts, source), names in sorted(groups.items(), key=lambda item: sorted(item[1]))
    )
    return '{"models": [\n' + ",\n".join(lines) + "\n]}\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
