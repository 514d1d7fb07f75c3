"""What the sections of the canonical recipe are made of: their base class and the kinds of leaf."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Number = float
Dtype = Literal["fp32", "tf32", "bf16", "fp16", "fp8", "int8", "int4", "nf4"]
Stage = Literal[
    "pretrain", "midtrain", "long-context", "sft", "preference", "reward", "rl", "distill"
]


class Section(BaseModel):
    """A part of the recipe. Unknown keys are refused, so that a misspelt fact cannot hide."""

    model_config = ConfigDict(extra="forbid", frozen=True)
