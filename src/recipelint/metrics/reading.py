"""A log of a run into measurements: `trainer_state.json`, JSON Lines, CSV.

Logs come from strangers like recipes do: sizes are bounded, nothing in a file is run, and
whatever is wrong with it is a `MetricsError`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from recipelint.document.reader import beginning
from recipelint.errors import UseError
from recipelint.metrics.series import Measurements, gather

MAX_BYTES = 64_000_000
"""A `trainer_state.json` takes 200 bytes a logged step: this is 300,000 of them."""

Row = Mapping[str, object]


class MetricsError(UseError):
    """A file holds no measured values that can be read; the message names it."""


def read_metrics(path: str) -> Measurements:
    """Read a log by its content: JSON with `log_history` or a list of rows, JSON Lines, CSV.

    Raises MetricsError for a file that cannot be read, is larger than `MAX_BYTES`, is in no such
    format, or has no step beside any measured value.
    """
    name = os.path.basename(path)
    text = _text(path, name)
    rows = _json(text, name) if text.lstrip()[:1] in ("{", "[") else _csv(text, name)
    try:
        found = gather(name, rows)
    except RecursionError:
        raise MetricsError(f"{name}: nested too deeply") from None
    if not found.series:
        raise MetricsError(
            f"{name}: no row has a step (`step`, `global_step`, `iteration`) and a measured value "
            "(`loss`, `grad_norm`, `learning_rate`, …)"
        )
    return found


def _text(path: str, name: str) -> str:
    try:
        data = beginning(path, MAX_BYTES + 1)
    except OSError as error:
        raise MetricsError(f"{name}: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise MetricsError(f"{name}: larger than {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MetricsError(f"{name}: not UTF-8 text") from None


# --- JSON


def _json(text: str, name: str) -> Iterator[Row]:
    """Rows of a JSON file, or of one object on each line."""
    whole = _loads(text)
    if whole is _BROKEN:
        yield from _lines(text, name)
        return
    history = whole.get("log_history") if isinstance(whole, dict) else whole
    if isinstance(whole, dict) and history is None:
        history = [whole]  # a single line of JSON Lines
    if not isinstance(history, list):
        raise MetricsError(f"{name}: `log_history` is no list of rows")
    yield from (row for row in history if isinstance(row, dict))


def _lines(text: str, name: str) -> Iterator[Row]:
    """JSON Lines. The last line may be cut off: the run may have been ended while it wrote."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        row = _loads(line) if line.strip() else {}
        if isinstance(row, dict):
            yield row
        elif number < len(lines):
            raise MetricsError(f"{name}: line {number} is no JSON object")


_BROKEN: Any = object()


def _loads(text: str) -> Any:
    """A JSON value, or `_BROKEN`. Whole numbers become floats, so that their length is no cost."""
    import json

    try:
        return json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return _BROKEN


# --- CSV


def _csv(text: str, name: str) -> Iterator[Row]:
    """Rows of a table with a header, separated by commas, semicolons or tabs."""
    import csv

    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    if not header.count(separator):
        raise MetricsError(f"{name}: neither JSON nor a table with a header")
    reader = csv.reader(text.splitlines(), delimiter=separator)
    try:
        names = next(reader)
        yield from (dict(zip(names, row, strict=False)) for row in reader)
    except csv.Error as error:
        raise MetricsError(f"{name}: {error}") from None
