"""Fuzz one layer: `python -m fuzz.one LAYER [options of libFuzzer] CORPUS...`.

The layer's packages are instrumented as they are imported, so that the fuzzer sees which of their
lines ran.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
import sys
from collections.abc import Callable

import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]


def _watched(layer: str) -> Callable[[bytes], None]:
    """The layer's target. What it imports only when it runs is imported here, to be watched."""
    with atheris.instrument_imports(include=["recipelint"]):
        from fuzz.targets import TARGETS, bounded

        target = TARGETS[layer]
        for name in target.packages:
            package = importlib.import_module(f"recipelint.{name}")
            for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
                importlib.import_module(module.name)
    return lambda data: bounded(target.run, data)


def main() -> None:
    """Hand the layer's target to the fuzzer, which ends the process."""
    logging.disable(logging.INFO)  # a line for each module
    layer = sys.argv.pop(1)
    atheris.Setup(sys.argv, _watched(layer))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
