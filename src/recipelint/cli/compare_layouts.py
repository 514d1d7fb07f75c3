"""The table of `recipelint estimate --compare`, and its JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recipelint.cli.quantities import gib, share, size
from recipelint.estimate.layouts import Comparison, Ranked
from recipelint.reporters.sanitize import visible
from recipelint.reporters.style import Style, wrap

_SHOWN = 8
_HEADS = ("tp", "pp", "cp", "ep", "dp", "ZeRO", "accum", "GiB", "range", "bubble", "sent", "step")
_HEURISTIC = (
    "The order is a heuristic: arithmetic at half of the peak, stretched by the bubble, plus all "
    "traffic at link speed (50 GB/s per GPU between servers), nothing hidden. `step` is relative "
    "to the first; layouts within a tenth are equals. Micro batch, recomputation and global batch "
    "stay as they are."
)
_ROLES = {"yes": "info", "likely": "info", "unlikely": "warning", "no": "error"}


def lines(found: Comparison, style: Style, columns: int) -> list[str]:
    """The best layouts and the recipe's own as lines of at most `columns`."""
    if not found.ranked:
        return wrap(visible(f"unknown: {found.reason}"), columns)
    shown = found.ranked[:_SHOWN]
    own = next((r for r in found.ranked if r.candidate == found.own), None)
    if own is not None and own not in shown:
        shown.append(own)
    rows = [_HEADS, *(_row(ranked, found.ranked[0]) for ranked in shown)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADS))]
    made = []
    for row, ranked in zip(rows, [None, *shown], strict=True):
        mark = "* " if ranked is not None and ranked is own else "  "
        text = " ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True))
        role = "label" if ranked is None else _ROLES[ranked.fits]
        made.append(style.paint(mark + text, role))
    return [*made, *(style.paint(part, "faint") for part in _notes(found, own, columns))]


def _row(ranked: Ranked, best: Ranked) -> tuple[str, ...]:
    plan, memory = ranked.candidate, ranked.memory
    sizes = (plan.tp, plan.pp, plan.cp, plan.ep, plan.dp, plan.zero_stage, plan.accumulation)
    value = memory.value or 0.0
    low = value if memory.low is None else memory.low
    high = value if memory.high is None else memory.high
    return (
        *map(str, sizes),
        gib(value),
        f"{low:.0f} to {high:.0f}",
        share(ranked.bubble),
        size(ranked.sent),
        f"{ranked.seconds / best.seconds:.2f}",
    )


def _notes(found: Comparison, own: Ranked | None, columns: int) -> Iterator[str]:
    fitting = sum(r.fits in ("yes", "likely") for r in found.ranked)
    text = f"{found.tried} layouts tried, {fitting} fit."
    if found.cut:
        text += " There are more, with larger model-parallel groups."
    if own is not None:
        text += f" * is the recipe's own, number {found.ranked.index(own) + 1}."
    yield from wrap(f"{text} {_HEURISTIC}", columns)


def as_objects(found: Comparison) -> dict[str, Any]:
    """The ranked layouts for JSON, all of them, best first."""
    best = found.ranked[0].seconds if found.ranked else 1.0
    layouts = [
        {
            "tp": ranked.candidate.tp,
            "pp": ranked.candidate.pp,
            "cp": ranked.candidate.cp,
            "ep": ranked.candidate.ep,
            "dp": ranked.candidate.dp,
            "zero_stage": ranked.candidate.zero_stage,
            "gradient_accumulation": ranked.candidate.accumulation,
            "memory": {
                "value": ranked.memory.value,
                "low": ranked.memory.low,
                "high": ranked.memory.high,
                "unit": ranked.memory.unit,
            },
            "fits": ranked.fits,
            "bubble": ranked.bubble,
            "sent_bytes": ranked.sent,
            "relative_step_time": ranked.seconds / best,
            "own": ranked.candidate == found.own,
        }
        for ranked in found.ranked
    ]
    return {"order": _HEURISTIC, "tried": found.tried, "ranked": layouts, "reason": found.reason}
