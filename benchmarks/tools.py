"""The linters that are compared, installed into an environment of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("yamllint", "check-jsonschema", "cfn-lint")


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the programs are, the versions that were installed, and what could not be."""

    folder: Path
    versions: dict[str, str]
    missing: list[str]

    def program(self, name: str) -> str:
        """The path of an installed program."""
        return str(self.folder / "bin" / name)


def install(folder: Path) -> Tools:
    """Install recipelint as a wheel, and its peers. Raises CalledProcessError for the former."""
    environment = folder / "environment"
    if not environment.exists():
        venv.create(environment, with_pip=True)
    _pip(environment, "--force-reinstall", "--no-deps", str(ROOT))
    _pip(environment, str(ROOT))
    missing = []
    for package in PACKAGES:
        try:
            _pip(environment, package)
        except subprocess.CalledProcessError:
            missing.append(f"{package} (not installed: pip found none)")
    spectral = _spectral(folder)
    if spectral is None:
        missing.append("Spectral (npm is not there, or cannot install it)")
    else:
        link = environment / "bin" / "spectral"
        if not link.exists():
            link.symlink_to(spectral)
    return Tools(environment, _versions(environment), missing)


def _pip(environment: Path, *arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check")
    command = [str(environment / "bin/python"), "-m", "pip", "install", *quiet, *arguments]
    subprocess.run(command, check=True, stdout=sys.stderr)


def _spectral(folder: Path) -> Path | None:
    """Spectral by npm, where there is npm."""
    npm = shutil.which("npm")
    program = folder / "node_modules/.bin/spectral"
    if npm is None or program.exists():
        return program if program.exists() else None
    command = [npm, "install", "--silent", "--prefix", str(folder), "@stoplight/spectral-cli"]
    done = subprocess.run(command, check=False, stdout=sys.stderr, stderr=subprocess.DEVNULL)
    return program if done.returncode == 0 and program.exists() else None


def _versions(environment: Path) -> dict[str, str]:
    names = ("recipelint", *PACKAGES, "PyYAML", "click")
    code = (
        "from importlib.metadata import version, PackageNotFoundError\n"
        f"for name in {names!r}:\n"
        "    try: print(name, version(name))\n"
        "    except PackageNotFoundError: pass\n"
    )
    shown = subprocess.run(
        [str(environment / "bin/python"), "-c", code], check=True, capture_output=True, text=True
    ).stdout
    return dict(line.split(" ", 1) for line in shown.splitlines())
