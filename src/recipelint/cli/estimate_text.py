"""The table that `recipelint estimate` prints: a block for each phase, in sections."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from recipelint.cli.bars import memory_lines
from recipelint.cli.quantities import (
    count,
    gib,
    operations,
    plain,
    rate,
    share,
    size,
    spread,
)
from recipelint.estimate.facade import Estimate, Estimator
from recipelint.estimate.named import COMPONENTS
from recipelint.reporters.sanitize import visible, width
from recipelint.reporters.style import Style, wrap

_LABEL = 19
_NEEDS = re.compile(r"([a-z0-9_]+(?:\.[a-z0-9_]+)+) is not known")
_ONE_OF = re.compile(r"neither (\S+ nor \S+) is known|none of (.+? and \S+) is known")
_SHORTEST_NOTE = 16
_MANY_HOURS = 10_000
"""GPU hours from which interruptions are worth a line: there is one in 50,700."""
HINTS = {
    "parallel.world_size": "--gpus",
    "cluster.gpu": "--gpus",
    "model.family": "--model-config",
}
"""Options that give a fact which recipes rarely state."""


@dataclass(slots=True)
class Block:
    """A titled group of lines; two phases may have the same."""

    title: str
    lines: list[str] = field(default_factory=list)


class PhaseTable:
    """Lays out the estimates of one phase."""

    def __init__(
        self,
        estimator: Estimator,
        facts: Mapping[str, object],
        style: Style,
        columns: int,
        verbose: bool,
    ) -> None:
        self.get = estimator.get
        self.estimator = estimator
        self.facts = facts
        self.style = style
        self.columns = columns
        self.verbose = verbose

    def blocks(self) -> list[Block]:
        """The sections in order; one of which nothing is known is left out."""
        model = Block("Model", list(self._model()))
        if all(name.startswith(("model.", "assumed.")) for name in self.facts):
            return [model]
        made = [
            model,
            Block("Run", list(self._run())),
            Block("Memory of the fullest GPU", list(self._memory())),
            Block("Parallelism", list(self._parallelism())),
            Block("Time and cost", list(self._cost())),
        ]
        return [block for block in made if block.lines]

    # --- sections

    def _model(self) -> Iterator[str]:
        yield from self._row("parameters", "parameters.total", count)
        if self._value("parameters.total") is not None:
            yield from self._active()
            yield from self._row("  of it embedding", "parameters.embedding", count)
            yield from self._components()
        if self._value("flops.forward_per_token") is None:
            note = "forward, of the weights alone: attention needs batch.sequence_length"
            yield from self._row("FLOPs per token", "flops.weights_per_token", operations, note)
        else:
            yield from self._row(
                "FLOPs per token", "flops.forward_per_token", operations, "forward, causal mean"
            )
            yield from self._row("", "flops.training_per_token", operations, "training")
            if self.verbose:
                yield from self._row("", "flops.decode_per_token", operations, "decoding")
        yield from self._row("KV cache per token", "kv_cache.bytes_per_token", size, "bf16")
        if "batch.sequence_length" in self.facts or self.verbose:
            length = self.facts.get("batch.sequence_length")
            note = f"{length:,} tokens" if isinstance(length, int) else ""
            yield from self._row("  per sequence", "kv_cache.bytes_per_sequence", size, note)
        yield from self._rope()

    def _active(self) -> Iterator[str]:
        all_of_it, total = self._value("parameters.active"), self._value("parameters.total")
        names = ("active_without_input_embedding", "active_without_embeddings")
        lookup, body = (self._value(f"parameters.{name}") for name in names)
        if all_of_it is None or lookup is None or body is None:
            yield from self._row("  active", "parameters.active", count)
            return
        if all_of_it == total and not self.verbose:
            return
        text = (
            f"{count(lookup)} without the input embedding, {count(body)} without embedding and head"
        )
        yield from self._line("  active", count(all_of_it), text)
        found = self.get("parameters.active_without_input_embedding")
        ends = spread(found)
        if ends is not None:
            low, high = ends
            yield from self._line(
                "", "", f"{count(low)} to {count(high)} with identity experts, embedding aside"
            )

    def _components(self) -> Iterator[str]:
        known = [(name, self._value(f"parameters.{name}")) for name in COMPONENTS]
        parts = [f"{name.replace('_', ' ')} {count(value)}" for name, value in known if value]
        if parts:
            yield from self._line("", "", ", ".join(parts))

    def _rope(self) -> Iterator[str]:
        reach = self._value("rope.longest_length")
        if reach is None:
            if "model.rope.theta" in self.facts or self.verbose:
                yield from self._row("RoPE length", "rope.longest_length", count)
            return
        length = self.facts.get("batch.sequence_length") or self.facts.get("model.max_position")
        beyond = isinstance(length, int | float) and length > reach
        note = f"below the {length:,} in use; models do work beyond this bound" if beyond else ""
        yield from self._line("RoPE length", f"{reach:,.0f} tokens", note)

    def _run(self) -> Iterator[str]:
        yield from self._row("tokens per step", "batch.tokens_per_step", count)
        yield from self._row("steps", "schedule.steps", lambda value: f"{value:,.0f}")
        yield from self._row("tokens", "data.tokens", count, self._per_parameter())
        yield from self._learning_rate()
        yield from self._row(
            "gradient RMS", "gradient.rms_bound", lambda v: f"at most {rate(v)}", "when clipped"
        )

    def _per_parameter(self) -> str:
        ratio = self._value("data.tokens_per_parameter")
        return f"{plain(ratio)} per active parameter" if ratio is not None else ""

    def _learning_rate(self) -> Iterator[str]:
        peak = self.facts.get("optimizer.learning_rate")
        final = self.get("schedule.final_learning_rate")
        if not isinstance(peak, int | float) or isinstance(peak, bool):
            yield from self._row("learning rate", "schedule.final_learning_rate", rate)
            return
        value = f"{rate(peak)} to {rate(final.value)}" if final.value is not None else rate(peak)
        parts = [str(self.facts["schedule.kind"])] if "schedule.kind" in self.facts else []
        for name in ("warmup", "decay"):
            part = self._value(f"schedule.{name}_share")
            if part is not None:
                parts.append(f"{name} {share(part)}")
        mean = self._value("schedule.mean_learning_rate")
        if mean is not None:
            parts.append(f"mean {share(mean)} of the peak")
        if final.value is None:
            parts.append(f"end unknown: {self._short(final)}")
        yield from self._line("learning rate", value, ", ".join(parts))

    def _memory(self) -> Iterator[str]:
        whole = self.get("memory.per_gpu")
        if whole.value is None:
            yield from self._row("in all", "memory.per_gpu", gib)
            for name in ("model_states", "activations", "logits"):
                if self._value(f"memory.{name}") is not None:
                    yield from self._row(name.replace("_", " "), f"memory.{name}", _with_gib)
            return
        parts = self.estimator.memory_parts()
        capacity = self._value("memory.capacity")
        yield from memory_lines(parts, whole, capacity, self.style, self.columns - 2)
        if self.verbose:
            for name, part in parts.items():
                if part.convention:
                    yield from self._line(name, "", part.convention)
            yield from self._line("in all", "", whole.convention)
        elif capacity is None:
            yield from self._line(
                "capacity", "unknown", f"needs cluster.gpu ({HINTS['cluster.gpu']})"
            )

    def _parallelism(self) -> Iterator[str]:
        yield from self._row("pipeline bubble", "pipeline.bubble", share, "of each step")
        sent = {
            name: self._value(f"communication.{name}")
            for name in ("tensor", "context", "expert", "pipeline", "data")
        }
        moving = [f"{name} {size(value)}" for name, value in sent.items() if value]
        if moving:
            yield from self._line("traffic per step", "", f"{', '.join(moving)}; sent by one GPU")
        elif self.verbose:
            yield from self._row("traffic per step", "communication.data", size)

    def _cost(self) -> Iterator[str]:
        hours, mfu = self.get("run.gpu_hours"), self.facts.get("assumed.mfu")
        yield from self._row("training", "flops.training_total", operations, "model FLOPs")
        used = f"at MFU {mfu:g}" if mfu is not None else "at MFU 0.40, 0.30 to 0.50"
        yield from self._row("GPU hours", "run.gpu_hours", plain, used)
        if hours.value is None and not self.verbose:
            return
        yield from self._row("days", "run.days", plain)
        price = self.facts.get("assumed.price")
        if price is not None or self.verbose:
            note = "" if price is None else f"at {price:g} per GPU hour"
            yield from self._row("cost", "run.cost", lambda value: f"{value:,.0f}", note)
        if hours.value is not None and (hours.value > _MANY_HOURS or self.verbose):
            yield from self._row(
                "interruptions", "run.interruptions", plain, "at the rate of Llama 3 405B"
            )
        if "budget.gpu_hours" in self.facts:
            yield from self._row("MFU asked for", "run.needed_mfu", share)

    # --- lines

    def _value(self, name: str) -> float | None:
        return self.get(name).value

    def _row(
        self, label: str, name: str, shown: Callable[[float], str], note: str = ""
    ) -> list[str]:
        """A line for one estimate: its value with its range, or what it lacks.

        `note` says in short what is counted; with --verbose the estimate's own convention does.
        """
        found = self.get(name)
        if found.value is None:
            reason = found.reason if self.verbose else self._short(found)
            return self._line(label, "unknown", reason)
        remarks = [_range_text(found, shown), note]
        if self.verbose:
            remarks[1:] = [_beside(note, found.convention), found.convention]
        return self._line(label, shown(found.value), "; ".join(r for r in remarks if r))

    def _short(self, found: Estimate) -> str:
        """The fact that is missing and how to give it, or the first clause of the reason."""
        needs = _NEEDS.search(found.reason)
        if needs is not None:
            option = HINTS.get(needs.group(1), "")
            return f"needs {needs.group(1)}" + (f" ({option})" if option else "")
        choice = _ONE_OF.search(found.reason)
        if choice is not None:
            names = (choice.group(1) or choice.group(2)).replace(" and ", " or ")
            return f"needs {names.replace(' nor ', ' or ')}"
        return visible(found.reason)

    def _line(self, label: str, value: str, note: str = "") -> list[str]:
        """Label, value and a faint note, which goes to lines of its own where it is long."""
        head = label + " " * max(1, _LABEL - width(label))
        first = f"{head}{value}".rstrip()
        unknown = value == "unknown"
        shown = head + (self.style.paint(value, "faint") if unknown else value)
        if not note:
            return [shown.rstrip()]
        note = visible(note)
        room = self.columns - 2
        used = max(width(first), _LABEL) + (2 if value else 0)
        parts = _flow(note, room - used, room - _LABEL - 2)
        lines = []
        if parts and parts[0]:
            pad = " " * (used - width(first))
            lines.append(shown.rstrip() + pad + self.style.paint(parts[0], "faint"))
        else:
            lines.append(shown.rstrip())
        indent = " " * (_LABEL + 2)
        return lines + [indent + self.style.paint(part, "faint") for part in parts[1:]]


def _beside(note: str, convention: str) -> str:
    """What of a note the estimate's own convention does not say."""
    parts = note.split(", ")
    said = [part.removeprefix("at ").removeprefix("the ") in convention for part in parts]
    return ", ".join(part for part, known in zip(parts, said, strict=True) if not known)


def _with_gib(value: float) -> str:
    return f"{gib(value)} GiB"


def _range_text(found: Estimate, shown: Callable[[float], str]) -> str:
    ends = spread(found)
    if ends is None:
        return ""
    high = shown(ends[1])
    return f"up to {high}" if found.low is None else f"{shown(ends[0])} to {high}"


def _flow(text: str, first: int, rest: int) -> list[str]:
    """`text` in lines, the first of which has a room of its own; empty where nothing fits it."""
    if first < _SHORTEST_NOTE:
        return ["", *wrap(text, rest)]
    head, *_ = wrap(text, first) or [""]
    tail = " ".join(text.split())[len(head) :].strip()
    return [head, *wrap(tail, rest)]
