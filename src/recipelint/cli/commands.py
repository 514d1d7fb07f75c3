"""All commands: one module each, imported when the command is called.

Adding a command is adding a module and one line in `COMMANDS`.
"""

from __future__ import annotations

import click

from recipelint import __version__
from recipelint.cli.group import Command, LazyGroup

COMMANDS = {
    "check": Command("check", "Check recipes and report what is wrong with them."),
    "baseline": Command("baseline", "Accept what is found now, so that only new findings fail."),
    "init": Command("init", "Set a project up: settings, hook, CI."),
    "explain": Command("explain", "Say what a rule checks, why, and who found it out."),
    "rules": Command("rules", "List the rules."),
    "test-rules": Command("rule_tests", "Hold rules of your own against their examples."),
    "facts": Command("facts", "Show what recipelint reads out of a recipe."),
    "estimate": Command("estimate", "Show what a recipe implies: memory, FLOPs, days, cost."),
    "compare": Command("compare", "Show two recipes side by side; B may be a published report."),
    "schema": Command("schema", "Print the JSON Schema of a dialect, or of the settings."),
    "dialects": Command("dialects", "List the dialects."),
}
"""Command names, the modules of this package that hold them, and their one-line help."""


@click.group(
    cls=LazyGroup,
    commands_by_name=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="recipelint %(version)s")
def cli() -> None:
    """Find mistakes in LLM training recipes before the GPUs are booked.

    Reads the YAML, JSON and TOML files that Axolotl, TRL, nanotron, DeepSpeed, accelerate and
    others are started with. `recipelint check` without a path checks the current folder.
    """
