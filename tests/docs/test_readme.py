"""What the README shows is what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from recipelint.cli.commands import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def consoles() -> list[tuple[str, str]]:
    """Each console block: its command, and the output that stands below it."""
    blocks = re.findall(r"```console\n\$ (.+)\n((?:.*\n)*?)```", README)
    return [(command, output) for command, output in blocks]


@pytest.mark.parametrize(("command", "output"), consoles())
def test_a_console_block_shows_the_real_output(
    command: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    name, *arguments = shlex.split(command)
    assert name == "recipelint"
    assert CliRunner().invoke(cli, arguments).stdout == output


def test_there_is_a_block_on_the_first_screen() -> None:
    assert consoles()
    assert README.index("```console") < 600


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)", README))))
def test_a_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_library_example_runs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text((ROOT / "examples/broken/pretrain-70b.yaml").read_text())
    exec(code.replace('"recipe.yaml"', repr(str(recipe)), 1), {})
    assert "Adam's epsilon" in capsys.readouterr().out


def test_every_dialect_is_named() -> None:
    from recipelint.dialects import names

    assert [n for n in names() if f"`{n}`" not in README and not n.endswith(("-v1", "-mcli"))] == []
