"""dstack tasks: what is rented, and the recipe that is started on it.

Read from dstack 0.22.5: core/models/configurations.py, resources.py and profiles.py. A task holds
shell commands; the recipe and the launcher's file that they name are linked where they lie inside
the project, so that what is rented can be held against what is started. A range of GPUs, or a GPU
without a count (one or more), leaves their number open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from recipelint.dialects.base import ABSENT, Dialect, Reader, Row
from recipelint.dialects.commands import Launch, launches
from recipelint.document import Entry, Mapping, Scalar, Sequence, follow
from recipelint.document.scalars import value
from recipelint.recipe.facts import Absence, Fact, Missing, Origin, Phase

_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*(MB|GB|TB)?", re.IGNORECASE)
_FACTOR = {"mb": 1 / 1024, "gb": 1.0, "tb": 1024.0}
_VENDORS = frozenset(
    {"nvidia", "amd", "google", "tpu", "intel", "tenstorrent", "tt", "huawei", "apple"}
)
_OWN_KEYS = frozenset(
    {
        "backends",
        "creation_policy",
        "docker",
        "files",
        "fleets",
        "groups",
        "idle_duration",
        "image",
        "max_duration",
        "max_price",
        "nodes",
        "python",
        "repos",
        "resources",
        "spot_policy",
        "volumes",
    }
)
_LENT = ("cluster.nodes", "cluster.gpus_per_node", "cluster.gpu", "cluster.gpu_memory")
"""Facts of the task that the linked recipe takes over where it has none of its own."""
_SIZES = ("parallel.tp", "parallel.pp", "parallel.cp")
_FROM_LAUNCHER = (
    "parallel.backend",
    "parallel.zero_stage",
    "parallel.dp",
    *_SIZES,
    "precision.compute",
)
_MOST_LAUNCHES = 8


def _exact(found: object) -> object:
    """A count that is one number: 8, "8" or the range 8..8."""
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    if isinstance(found, str):
        low, dots, high = found.replace(" ", "").partition("..")
        if low.isdigit() and (not dots or low == high):
            return int(low)
    return ABSENT


ROWS = (
    Row("run.name", "name"),
    Row("cluster.nodes", "nodes", default=1, convert=_exact),
)


def recognise(root: Mapping, name: str) -> bool:
    """`type: task` beside commands or an image, and a key that is dstack's."""
    kind = follow(root.get("type"))
    if not isinstance(kind, Scalar) or kind.text != "task":
        return False
    if name.endswith((".dstack.yml", ".dstack.yaml")):
        return True
    starts = "commands" in root or "image" in root or "groups" in root
    return starts and any(entry.key in _OWN_KEYS for entry in root.entries)


def translate(reader: Reader) -> list[Phase]:
    """One phase for each recipe that the task starts, or one without any."""
    reader.read(ROWS)
    if reader.has("groups"):
        reader.phase.facts.pop("cluster.nodes", None)
        reader.missing("cluster.nodes", Absence.UNKNOWN, "the groups of nodes may differ")
    _gpus(reader)
    own = reader.phase
    phases: list[Phase] = []
    for launch, entry in _launches(reader):
        phases += _launched(reader, launch, entry)
    return phases or [own]


# --- what is rented


def _gpus(reader: Reader) -> None:
    """GPU, memory and count, from the short form `H100:80GB:8` or from a mapping."""
    node = reader.node("resources.gpu")
    entry = reader.entry("resources.gpu")
    if entry is None:
        reader.missing("cluster.gpus_per_node", Absence.UNKNOWN, "the task asks for no GPU")
        return
    if isinstance(node, Mapping):
        parts = {e.key: _texts(reader, e) for e in node.entries}
    else:
        parts = _short_form(str(reader.plain("resources.gpu")))
    _named(reader, parts, entry)
    count = _exact("".join(parts.get("count", ())))
    if isinstance(count, int) and count > 0:
        reader.state("cluster.gpus_per_node", count, "resources.gpu", entry)
    else:
        reason = "a range of GPUs" if "count" in parts else "one GPU or more"
        reader.missing("cluster.gpus_per_node", Absence.UNKNOWN, reason, entry)


def _texts(reader: Reader, entry: Entry) -> tuple[str, ...]:
    node = follow(entry.value)
    items = node.items if isinstance(node, Sequence) else [node]
    scalars = [follow(item) for item in items]
    return tuple(str(value(s, reader.dialect.scalars)) for s in scalars if isinstance(s, Scalar))


def _short_form(text: str) -> dict[str, tuple[str, ...]]:
    """The parts of `vendor:name,name:memory:count`, each by what it looks like, as dstack does."""
    parts: dict[str, tuple[str, ...]] = {}
    for token in text.replace(" ", "").split(":"):
        if not token or token.lower() in _VENDORS:
            continue
        if token[0].isalpha():
            parts["name"] = tuple(token.split(","))
        elif any(c.isalpha() for c in token):
            parts["memory"] = (token,)
        else:
            parts["count"] = (token,)
    return parts


def _named(reader: Reader, parts: dict[str, tuple[str, ...]], entry: Entry) -> None:
    """The GPU where it is one only, with its memory where the task or the catalogue tells it."""
    memory = _gib("".join(parts.get("memory", ())))
    names = parts.get("name", ())
    if memory is not None:
        reader.state("cluster.gpu_memory", memory, "resources.gpu", entry)
    if len(names) == 1:
        reader.state("cluster.gpu", _catalogued(names[0], memory), "resources.gpu", entry)
    else:
        reason = "one of several GPUs" if names else "any GPU that has the memory"
        reader.missing("cluster.gpu", Absence.UNKNOWN, reason, entry)


def _catalogued(name: str, memory: float | None) -> str:
    """The name that the catalogue has: `A100-80GB` for an A100 of 80 GB, else as it stands."""
    from recipelint.catalog import gpus

    sized = [f"{name}-{memory:g}GB"] if memory is not None else []
    for candidate in (*sized, name):
        try:
            return gpus.lookup(candidate).name
        except gpus.UnknownGpuError:
            continue
    return name


def _gib(text: str) -> float | None:
    """Memory that is one size; a range is no size. dstack's GB are 2**30 bytes to the runner."""
    low, dots, high = text.replace(" ", "").partition("..")
    match = _MEMORY.fullmatch(low)
    if match is None or (dots and low != high):
        return None
    return float(match[1]) * _FACTOR[(match[2] or "GB").lower()]


# --- what is started


def _launches(reader: Reader) -> Iterator[tuple[Launch, Scalar]]:
    """The launches of the task, each with the command in which it stands."""
    node = reader.node("commands")
    items = map(follow, node.items) if isinstance(node, Sequence) else ()
    commands = [item for item in items if isinstance(item, Scalar)]
    found = launches((c.text for c in commands), _environment(reader))
    for number, launch in islice(found, _MOST_LAUNCHES):
        yield launch, commands[number]


def _environment(reader: Reader) -> dict[str, str]:
    """The variables that the task sets, from a mapping or from a list of `NAME=value`."""
    node = reader.node("env")
    if isinstance(node, Mapping):
        texts = {e.key: follow(e.value) for e in node.entries}
        return {k: v.text for k, v in texts.items() if isinstance(v, Scalar)}
    items = node.items if isinstance(node, Sequence) else ()
    pairs = [s.text.split("=", 1) for s in map(follow, items) if isinstance(s, Scalar)]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _launched(reader: Reader, launch: Launch, command: Scalar) -> list[Phase]:
    """The task's phase once for each phase of the recipe that a command starts."""
    launcher = _launcher(reader, launch, command)
    recipes: list[Phase] = []
    for linked in _opened(reader, launch):
        if linked.dialect.name == "accelerate":
            _overlay(launcher, linked.dialect.translate(linked)[0])
        elif linked.dialect.purpose == "recipe" and not recipes:
            recipes = linked.dialect.translate(linked)
    known = bool(launcher.facts or launcher.missing)
    if not recipes:
        return [_joined(reader.phase, launcher, None)] if known else []
    return [_joined(reader.phase, launcher, recipe) for recipe in recipes]


def _opened(reader: Reader, launch: Launch) -> Iterator[Reader]:
    """Readers on the files that a launch names, with the dialect that each is written in."""
    from recipelint.dialects import recognise as dialect_of

    for reference in launch.files:
        found = reader.opened(reference)
        dialect = dialect_of(found.document) if found else None
        if found is not None and dialect is not None and dialect is not reader.dialect:
            yield Reader(found.document, dialect, reader.workspace, found.location)


def _launcher(reader: Reader, launch: Launch, command: Scalar) -> Phase:
    """What the launcher's options say; nodes x processes on each is the number of ranks."""
    phase = Phase()
    for name, size in launch.sizes.items():
        origin = Origin.STATED if name in launch.stated else Origin.DEFAULT
        span = command.span if origin is Origin.STATED else None
        detail = None if span else f"{launch.launcher} default"
        phase.add(Fact(name, size, origin, reader.document.path, span, None, "commands", detail))
    for name in launch.open:
        phase.missing[name] = Missing(
            Absence.ELSEWHERE, "the command leaves it to the machine", command.span
        )
    nodes, each = (launch.sizes.get(n) for n in ("cluster.nodes", "cluster.gpus_per_node"))
    if nodes and each:
        detail = f"{nodes} nodes x {each} processes on each"
        phase.add(Fact("parallel.world_size", nodes * each, Origin.DERIVED, detail=detail))
    return phase


def _overlay(launcher: Phase, file: Phase) -> None:
    """Take what the launcher's file says where the command line says nothing."""
    for name, fact in file.facts.items():
        if name not in launcher.missing:
            launcher.add(fact)


def _joined(own: Phase, launcher: Phase, recipe: Phase | None) -> Phase:
    """The task's own facts, with the launcher and the recipe as links."""
    phase = Phase(recipe.name if recipe else None, dict(own.facts), dict(own.missing))
    phase.linked["launcher"] = launcher
    if recipe is not None:
        lent = [own.facts[n] for n in _LENT if n in own.facts]
        lent += [launcher.facts[n] for n in _FROM_LAUNCHER if n in launcher.facts]
        for fact in lent:
            recipe.add(fact)
        _ranks(own, launcher, recipe)
        phase.linked["recipe"] = recipe
    return phase


def _ranks(own: Phase, launcher: Phase, recipe: Phase) -> None:
    """The recipe's ranks, where it does not say itself how many of them share the data.

    Under DeepSpeed, FSDP and DDP without a mesh every rank is a data-parallel one.
    """
    nodes, each = own.value("cluster.nodes"), own.value("cluster.gpus_per_node")
    ranks = launcher.value("parallel.world_size")
    if ranks is None and isinstance(nodes, int) and isinstance(each, int):
        ranks = nodes * each
    if "parallel.dp" in recipe.facts or not isinstance(ranks, int):
        return
    detail = "the processes that the task starts"
    recipe.add(Fact("parallel.world_size", ranks, Origin.DERIVED, detail=detail))
    held = [recipe.facts[name] for name in _SIZES if name in recipe.facts]
    meshed = any(fact.origin is Origin.STATED for fact in held)
    if not meshed and recipe.value("parallel.backend") in ("deepspeed", "fsdp", "fsdp2", "ddp"):
        for name in _SIZES:
            recipe.add(Fact(name, 1, Origin.DERIVED, detail="no mesh is configured"))


DIALECT = Dialect(
    name="dstack",
    title="dstack",
    version="0.22",
    recognise=recognise,
    translate=translate,
    coerces=True,
    schema="dstack",
    purpose="part",
    keys=frozenset({"commands", "resources", "nodes", "python"}),
)
