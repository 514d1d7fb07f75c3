"""A run file of MosaicML's command line, which carries an llm-foundry recipe in `parameters`.

The platform writes that mapping to a file and starts `composer train.py` with it, so what it says
is the recipe; `compute` names the machines.
"""

from __future__ import annotations

from recipelint.dialects import llm_foundry
from recipelint.dialects.base import Dialect, Reader, Row
from recipelint.dialects.common import has_mapping
from recipelint.dialects.omegaconf import interpolate
from recipelint.document import Mapping
from recipelint.document.scalars import omegaconf
from recipelint.recipe.facts import Phase

_MARKS = ("integrations", "command", "image", "compute", "gpu_num")

ROWS = (
    Row("parallel.world_size", "compute.gpus"),
    Row("parallel.world_size", "gpu_num"),
    Row("cluster.nodes", "compute.nodes"),
)


def recognise(root: Mapping, name: str) -> bool:
    """A command with parameters that llm-foundry's training or evaluation reads."""
    parameters = has_mapping(root, "parameters")
    if parameters is None or sum(mark in root for mark in _MARKS) < 2:
        return False
    evaluates = "models" in parameters and "device_eval_batch_size" in parameters
    return evaluates or llm_foundry.is_training(parameters)


def translate(reader: Reader) -> list[Phase]:
    """The phase of the recipe inside, on the machines of the file around it."""
    inner = reader.linked("parameters")
    if inner is None or not llm_foundry.is_training(inner.root):
        return [reader.phase]
    [phase] = llm_foundry.translate(inner)
    reader.phase = phase
    reader.read(ROWS)
    return [phase]


DIALECT = Dialect(
    name="llm-foundry-mcli",
    title="llm-foundry",
    version="0.22.0",
    recognise=recognise,
    translate=translate,
    scalars=omegaconf,
    coerces=True,
    schema="llm-foundry-mcli",
    keys=frozenset({"integrations", "command", "parameters"}),
    interpolate=interpolate,
)
