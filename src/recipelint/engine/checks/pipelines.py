"""Checks of pipelines that generate data: the graph that steps and connections make."""

from __future__ import annotations

from collections.abc import Iterator

from recipelint.dialects.distilabel import steps
from recipelint.document import Mapping, Scalar, Sequence, follow
from recipelint.engine.checks.base import CheckContext, Hit

_MOST = 2_000


def refused_connections(context: CheckContext) -> Iterator[Hit]:
    """What `DAG.add_step` and `add_edge` refuse: repeated names, unknown ends, edges, cycles."""
    root = context.document.mapping
    if root is None or context.document.broken:
        return
    named = [name for name in map(_name, steps(root)) if name is not None]
    seen: set[str] = set()
    for name in named[:_MOST]:
        if name.text in seen:
            yield _hit(name, f"a second step is called `{name.text}`")
        seen.add(name.text)
    targets: dict[str, set[str]] = {name: set() for name in seen}
    for start, end in _edges(root):
        if not seen:
            return
        missing = next((e for e in (start, end) if e.text not in seen), None)
        if missing is not None:
            yield _hit(missing, f"there is no step called `{missing.text}`")
        elif end.text in targets[start.text]:
            yield _hit(end, f"`{start.text}` is connected to `{end.text}` twice")
        elif start.text in _reached(targets, end.text):
            yield _hit(end, f"the connection from `{start.text}` to `{end.text}` closes a circle")
        else:
            targets[start.text].add(end.text)


def _name(outer: Mapping) -> Scalar | None:
    """The name by which the graph knows a step: the one that stands inside it."""
    step = follow(outer.get("step"))
    inner = follow(step.get("name")) if isinstance(step, Mapping) else None
    found = inner if isinstance(inner, Scalar) else follow(outer.get("name"))
    return found if isinstance(found, Scalar) else None


def _edges(root: Mapping) -> Iterator[tuple[Scalar, Scalar]]:
    pipeline = follow(root.get("pipeline"))
    listed = follow(pipeline.get("connections")) if isinstance(pipeline, Mapping) else None
    for item in listed.items[:_MOST] if isinstance(listed, Sequence) else ():
        connection = follow(item)
        if not isinstance(connection, Mapping):
            continue
        start, ends = follow(connection.get("from")), follow(connection.get("to"))
        for end in ends.items[:_MOST] if isinstance(ends, Sequence) else ():
            target = follow(end)
            if isinstance(start, Scalar) and isinstance(target, Scalar):
                yield start, target


def _reached(targets: dict[str, set[str]], start: str) -> set[str]:
    """Every step that can be reached from one, itself included."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(targets[name])
    return found


def _hit(place: Scalar, problem: str) -> Hit:
    return Hit(place.span, {"problem": problem}, key="pipeline.connections")
