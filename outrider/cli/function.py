"""`outrider function`: functions in an account, and one function on this machine."""

import importlib

import click

COMMANDS = {
    "run": "outrider.cli.functions.run",
    "patch": "outrider.cli.functions.patch",
    "unpatch": "outrider.cli.functions.unpatch",
}
"""Subcommand → module whose `command` is the click command, imported when called for."""


class _Commands(click.Group):
    """A group that imports a subcommand only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the registry."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The click command, or None when there is no such subcommand."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return found


@click.group("function", cls=_Commands)
def command() -> None:
    """Lambda functions: put the layer on them, take it off, run one here."""
