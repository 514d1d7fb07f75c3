"""Difference zero against transformers' own classes, on configurations that hypothesis draws.

Runs where torch and transformers are installed; `test_parameters.py` holds recorded counts of the
same classes for everywhere else.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.filterwarnings("ignore")

from recipelint.catalog.hf_config import facts_of
from recipelint.estimate.build import architecture
from recipelint.estimate.parameters import count
from tests.estimate.configurations import OPTIONS, draw
from tests.estimate.meta import parameters_of

DRAWS_PER_FAMILY = 8


@pytest.mark.parametrize("family", OPTIONS)
@settings(max_examples=DRAWS_PER_FAMILY, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_counts_equal_the_model_class(family: str, data: st.DataObject) -> None:
    if importlib.util.find_spec(f"transformers.models.{_module(family)}") is None:
        pytest.skip(f"this transformers has no {family}")

    def choose(values: Any) -> Any:
        return data.draw(st.sampled_from(list(values)))

    config = draw(family, choose)
    assert count(architecture(facts_of(config))).total == parameters_of(config)


def _module(family: str) -> str:
    return family.removesuffix("_text")
