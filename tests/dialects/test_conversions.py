"""Conversions that several key maps share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recipelint.dialects.base import ABSENT, Row
from recipelint.dialects.conversions import (
    autocast,
    dtype,
    kept,
    last_part,
    negated,
    offloaded,
    one_of,
    or_zero,
    positive,
    recompute,
    switch,
)
from recipelint.dialects.huggingface import with_own

PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)
)


@pytest.mark.parametrize("name", ["bf16", "bfloat16", "torch.bfloat16"])
def test_a_number_format_has_one_name_however_it_is_spelt(name: str) -> None:
    assert dtype(name) == "bf16"


def test_an_unlisted_name_says_nothing_unless_the_table_names_a_stand_in() -> None:
    table = {"adamW": "adam"}
    assert one_of(table)("adamW") == "adam"
    assert one_of(table)("sophia") is ABSENT
    assert one_of(table, otherwise="other")("sophia") == "other"


@given(PLAIN)
def test_what_is_no_name_never_becomes_the_stand_in(found: object) -> None:
    converted = one_of({}, otherwise="other")(found)
    assert converted == ("other" if isinstance(found, str) else ABSENT)


@given(PLAIN)
def test_a_conversion_takes_any_plain_value(found: object) -> None:
    for convert in (dtype, autocast, last_part, switch, negated, recompute, offloaded):
        convert(found)
    assert positive(found) is ABSENT or positive(found) == found
    assert or_zero(found) is ABSENT or or_zero(found) in (found, 0)
    assert kept(found) is ABSENT or kept(found) == found


@pytest.mark.parametrize("convert", [positive, or_zero, kept])
def test_a_truth_value_is_no_number(convert: object) -> None:
    assert callable(convert)
    assert convert(True) is ABSENT


def test_minus_one_is_unset_never_or_all() -> None:
    assert positive(-1) is ABSENT
    assert or_zero(-1) == 0
    assert kept(-1) is ABSENT
    assert kept(0) == 0


def test_a_row_of_ones_own_replaces_all_rows_of_that_fact() -> None:
    shared = (Row("run.seed", "seed", default=42), Row("run.output", "output_dir"))
    own = Row("run.output", "out")
    assert with_own(shared, own) == (shared[0], own)
