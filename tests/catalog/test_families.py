"""The table of families: complete, sourced, and made of names that exist."""

from __future__ import annotations

import pytest

from recipelint.catalog.families import families, family
from recipelint.estimate.architecture import Architecture, Moe
from recipelint.recipe.model import Model

FIELDS = {*Architecture._fields, *Moe._fields}


def fact_names(prefix: str, section: type[Model]) -> set[str]:
    names = set()
    for name, field in section.model_fields.items():
        inner = type(field.default)
        if hasattr(inner, "model_fields"):
            names |= fact_names(f"{prefix}.{name}", inner)
        else:
            names.add(f"{prefix}.{name}")
    return names


FACTS = fact_names("model", Model)


@pytest.mark.parametrize("name", families())
def test_traits_and_keys_are_facts_of_the_canonical_recipe(name: str) -> None:
    known = family(name)
    assert known is not None
    assert known.source
    targets = {target for found in known.keys.values() for target in found}
    chosen = {fact for outcomes in known.choices.values() for fact in outcomes}
    assert set(known.traits) | targets | chosen <= FACTS
    assert set(known.internal) <= FIELDS


def test_families_that_transformers_has_were_read_from_one_version() -> None:
    found = {known.source.split(",")[0] for known in map(family, families()) if known}
    assert len({source for source in found if source.startswith("transformers ")}) == 1


def test_an_entry_extends_the_one_it_is_like() -> None:
    llama, qwen3 = family("llama"), family("qwen3")
    assert llama is not None
    assert qwen3 is not None
    assert qwen3.traits == {**llama.traits, "model.norm.qk_norm": "head"}


def test_an_unlisted_family_is_none() -> None:
    assert family("mamba2") is None
