"""The tables of the frameworks for tuning and reinforcement learning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from . import hub_enums, llamafactory, ms_swift, open_instruct, openrlhf, verl
from .releases import Release
from .table import Source, render

#: All packages read here are published under the same licence.
LICENCE = "Apache-2.0"


class Shelf(Protocol):
    """Where releases are taken from."""

    def take(
        self, package: str, versions: tuple[str, ...], prefixes: tuple[str, ...]
    ) -> list[Release]:
        """The named releases in the order given."""


def llamafactory_table(shelf: Shelf) -> str:
    """The data file's text for LLaMA-Factory's recipes."""
    releases = shelf.take(llamafactory.PACKAGE, llamafactory.VERSIONS, llamafactory.PREFIXES)
    trainer = shelf.take(hub_enums.PACKAGE, llamafactory.TRAINER_VERSIONS, hub_enums.PREFIXES)
    sources = [
        Source(llamafactory.PACKAGE, LICENCE, llamafactory.VERSIONS),
        Source(hub_enums.PACKAGE, LICENCE, llamafactory.TRAINER_VERSIONS),
    ]
    return render("llama-factory", sources, llamafactory.table(releases, trainer))


def llamafactory_v1_table(shelf: Shelf) -> str:
    """The data file's text for the second generation of LLaMA-Factory's recipes."""
    releases = shelf.take(llamafactory.PACKAGE, llamafactory.V1_VERSIONS, llamafactory.PREFIXES)
    source = Source(llamafactory.PACKAGE, LICENCE, llamafactory.V1_VERSIONS)
    return render("llama-factory-v1", [source], llamafactory.second_table(releases))


def ms_swift_table(shelf: Shelf) -> str:
    """The ms-swift data file's text."""
    releases = shelf.take(ms_swift.PACKAGE, ms_swift.VERSIONS, ms_swift.PREFIXES)
    trainer = shelf.take(hub_enums.PACKAGE, ms_swift.TRAINER_VERSIONS, hub_enums.PREFIXES)
    sources = [
        Source(ms_swift.PACKAGE, LICENCE, ms_swift.VERSIONS),
        Source(hub_enums.PACKAGE, LICENCE, ms_swift.TRAINER_VERSIONS),
    ]
    return render("ms-swift", sources, ms_swift.table(releases, trainer))


def open_instruct_table(shelf: Shelf) -> str:
    """The open-instruct data file's text. Nothing is fetched: it is on no package index."""
    return render("open-instruct", [], open_instruct.table())


def openrlhf_table(shelf: Shelf) -> str:
    """The OpenRLHF data file's text."""
    releases = shelf.take(openrlhf.PACKAGE, openrlhf.VERSIONS, openrlhf.PREFIXES)
    source = Source(openrlhf.PACKAGE, LICENCE, openrlhf.VERSIONS)
    return render("openrlhf", [source], openrlhf.table(releases))


def verl_table(shelf: Shelf) -> str:
    """The verl data file's text."""
    releases = shelf.take(verl.PACKAGE, verl.VERSIONS, verl.PREFIXES)
    source = Source(verl.PACKAGE, LICENCE, verl.VERSIONS)
    return render("verl", [source], verl.table(releases))


TABLES: dict[str, Callable[[Shelf], str]] = {
    "llama-factory": llamafactory_table,
    "llama-factory-v1": llamafactory_v1_table,
    "ms-swift": ms_swift_table,
    "open-instruct": open_instruct_table,
    "openrlhf": openrlhf_table,
    "verl": verl_table,
}
