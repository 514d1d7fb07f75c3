"""A click group that imports commands late, and reports wrong usage in one line."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click

OK, FOUND, WRONG_USE = 0, 1, 2
"""Exit statuses: nothing to object to; findings; a wrong command line, setting or rule file."""
_INTERRUPTED = 130


class Command(NamedTuple):
    """Where a command is defined, and its line in the help."""

    module: str
    help: str


class LazyGroup(click.Group):
    """Knows its commands by name; the module of one is imported when it is called."""

    def __init__(self, commands_by_name: dict[str, Command], **attributes: Any) -> None:
        super().__init__(**attributes)
        self._lazy = commands_by_name

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, in the order of the help."""
        return list(self._lazy)

    def get_command(
        self,
        ctx: click.Context,
        cmd_name: str,
    ) -> click.Command | None:
        """Import the command. None for a name that is not known."""
        if cmd_name not in self._lazy:
            return None
        command = import_module(f"recipelint.cli.{self._lazy[cmd_name].module}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self,
        ctx: click.Context,
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in self._lazy.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command. Raises UsageError with a suggestion for an unknown one."""
        if args and args[0] not in self._lazy:
            raise click.UsageError(f"there is no command `{args[0]}`{self._hint(args[0])}", ctx)
        return super().resolve_command(ctx, args)

    def _hint(self, name: str) -> str:
        if os.path.exists(name):
            return f"; did you mean `recipelint check {name}`?"
        return did_you_mean(name, self._lazy)

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run, and exit with 0, 1 or 2. Errors of use are one line on standard error."""
        kwargs["standalone_mode"] = False
        _speak_utf8()
        try:
            status = super().main(*args, **kwargs)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            sys.exit(WRONG_USE)
        except click.ClickException as error:
            complain(error.format_message())
            sys.exit(WRONG_USE)
        except (click.Abort, KeyboardInterrupt):
            sys.exit(_INTERRUPTED)
        except Exception:  # a traceback alone would exit with 1, which means findings
            _confess()
            sys.exit(WRONG_USE)
        sys.exit(status if isinstance(status, int) else OK)


class SectionedCommand(click.Command):
    """A command whose many options are listed under headings."""

    def __init__(self, *args: Any, sections: dict[str, tuple[str, ...]], **attributes: Any) -> None:
        """`sections` gives each heading the names of its parameters; the rest comes last."""
        super().__init__(*args, **attributes)
        self._sections = sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, heading by heading."""
        records = {p.name: p.get_help_record(ctx) for p in self.get_params(ctx)}
        for title, names in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([r for n in names if (r := records.pop(n)) is not None])
        with formatter.section("Other options"):
            formatter.write_dl([r for r in records.values() if r is not None])


def did_you_mean(name: str, known: Any) -> str:
    """`; did you mean X?` for the known name that is most like `name`, or nothing."""
    import difflib

    close = difflib.get_close_matches(name, list(known), 1)
    return f"; did you mean `{close[0]}`?" if close else ""


def complain(message: str) -> None:
    """One line on standard error."""
    from recipelint.reporters.sanitize import visible

    click.echo(f"recipelint: error: {visible(message)}", err=True)


def _confess() -> None:
    """The traceback of a bug, for a report of it; it may quote what a recipe holds."""
    import traceback

    from recipelint.reporters.sanitize import line, visible

    for part in traceback.format_exc().splitlines():
        click.echo(line(visible(part)), err=True)
    complain("this is a bug in recipelint")


def _speak_utf8() -> None:
    """Write UTF-8 on any locale; a file name that is not UTF-8 is written with escapes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
