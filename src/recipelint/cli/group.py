"""A click group that imports commands late, and reports wrong usage in one line."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click
from click.shell_completion import CompletionItem

from recipelint.cli.hints import did_you_mean
from recipelint.cli.status import INTERRUPTED, OK, WRONG_USE, leave
from recipelint.errors import UseError


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

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands with their help, without importing any, and the group's own options."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=command.help)
            for name, command in self._lazy.items()
            if name.startswith(incomplete)
        ]

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
        leave(lambda: self._status(*args, **kwargs))

    def _status(self, *args: Any, **kwargs: Any) -> int:
        """The exit status of a command line. Raises UseError for what click objects to."""
        try:
            status = super().main(*args, **kwargs)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            return WRONG_USE
        except click.ClickException as error:
            raise UseError(error.format_message()) from None
        except click.Abort:
            return INTERRUPTED
        return status if isinstance(status, int) else OK


class SectionedCommand(click.Command):
    """A command whose many options are listed under headings."""

    def __init__(self, *args: Any, sections: dict[str, tuple[str, ...]], **attributes: Any) -> None:
        """`sections` gives each heading the names of its parameters; the rest comes last."""
        super().__init__(*args, **attributes)
        self._sections = sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, heading by heading."""
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        records = {p.name: p.get_help_record(ctx) for p in options}
        for title, names in self._sections.items():
            with formatter.section(title):
                formatter.write_dl([r for n in names if (r := records.pop(n)) is not None])
        with formatter.section("Other options"):
            formatter.write_dl([r for r in records.values() if r is not None])
