"""Released packages: fetched once with pip, then read as text from their archives."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


class ReleaseMissingError(Exception):
    """A release is neither in the cache nor could pip fetch it."""


@dataclass(frozen=True)
class Release:
    """One version of a package and the text of its Python files.

    ``files`` maps a path inside the package ("trl/trainer/sft_config.py") to its source, and
    ``data`` does the same for its YAML files.
    """

    package: str
    version: str
    files: dict[str, str] = field(repr=False)
    data: dict[str, str] = field(repr=False, default_factory=dict)

    @property
    def label(self) -> str:
        """How the data files name this release, for example "trl 0.16.1"."""
        return f"{self.package} {self.version}"


def open_release(
    package: str, version: str, cache: Path, prefixes: Iterable[str], fetch: bool = True
) -> Release:
    """Read the ``.py`` and ``.yaml`` files of a release whose path starts with a prefix.

    Raises ``ReleaseMissingError`` when the archive is not cached and cannot be fetched.
    """
    archive = find_archive(package, version, cache)
    if archive is None and fetch:
        download(package, version, cache)
        archive = find_archive(package, version, cache)
    if archive is None:
        raise ReleaseMissingError(f"{package} {version} is not in {cache}")
    wanted = tuple(prefixes)
    texts = (
        _read_wheel(archive, wanted) if archive.suffix == ".whl" else _read_sdist(archive, wanted)
    )
    return Release(
        package,
        version,
        {path: text for path, text in texts.items() if path.endswith(".py")},
        {path: text for path, text in texts.items() if path.endswith(".yaml")},
    )


def find_archive(package: str, version: str, cache: Path) -> Path | None:
    """The wheel or source archive of a release in the cache folder, wheels first."""
    found: list[Path] = []
    for name in dict.fromkeys((package, package.replace("-", "_"))):
        found += sorted(cache.glob(f"{name}-{version}-*.whl"))
        found += sorted(cache.glob(f"{name}-{version}.tar.gz"))
    return found[0] if found else None


def download(package: str, version: str, cache: Path) -> None:
    """Fetch one release with pip, without its dependencies and without installing it."""
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--ignore-requires-python"]
    command += ["--dest", str(cache), f"{package}=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ReleaseMissingError(f"pip could not fetch {package} {version}: {done.stderr.strip()}")


def _read_wheel(archive: Path, prefixes: tuple[str, ...]) -> dict[str, str]:
    with zipfile.ZipFile(archive) as opened:
        inside = {_inside_wheel(name): name for name in opened.namelist()}
        names = {path: name for path, name in inside.items() if _wanted(path, prefixes)}
        return {path: opened.read(name).decode("utf-8") for path, name in sorted(names.items())}


def _read_sdist(archive: Path, prefixes: tuple[str, ...]) -> dict[str, str]:
    files: dict[str, str] = {}
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            name = _inside_package(member.name)
            stream = opened.extractfile(member) if _wanted(name, prefixes) else None
            if stream is not None:
                files[name] = stream.read().decode("utf-8")
    return dict(sorted(files.items()))


def _inside_wheel(name: str) -> str:
    """Drop the "package-version.data/purelib/" folder of a wheel that is built for a platform."""
    _, marked, path = name.partition(".data/purelib/")
    return path if marked else name


def _inside_package(name: str) -> str:
    """Drop the "package-version/" folder and a "src/" layout from a source archive's path."""
    path = name.split("/", 1)[-1]
    return path.removeprefix("src/")


def _wanted(name: str, prefixes: tuple[str, ...]) -> bool:
    return name.endswith((".py", ".yaml")) and name.startswith(prefixes)
