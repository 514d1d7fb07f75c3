"""What the sources share: wheels as folders of text, and the entry that each source yields."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One model as its package describes it.

    `config` has the keys and the meaning of a Hugging Face `config.json`. A complete one may be
    filled up with its class's defaults; of any other, only what it states is known.
    """

    ids: tuple[str, ...]
    config: dict[str, object]
    source: str
    complete: bool = False


class Wheel:
    """A downloaded wheel: its text files, read in place."""

    def __init__(self, folder: Path, package: str) -> None:
        found = sorted(folder.glob(f"{package.replace('-', '_')}-*.whl"))
        if not found:
            raise FileNotFoundError(f"no wheel of {package} in {folder}")
        self._zip = zipfile.ZipFile(found[-1])
        self.title = f"{package} {found[-1].name.split('-')[1]}"

    def text(self, name: str) -> str:
        """Contents of the file `name`."""
        return self._zip.read(name).decode("utf-8")

    def names(self, prefix: str, suffix: str) -> list[str]:
        """Sorted names of the files that start and end so."""
        every = self._zip.namelist()
        return sorted(name for name in every if name.startswith(prefix) and name.endswith(suffix))
