"""Command groups that import a subcommand only when it is asked for."""

import importlib
from collections.abc import Mapping

import click


def group_of(commands: Mapping[str, str]) -> type[click.Group]:
    """Return the class of a group; `commands` is subcommand → module whose `command` is the click command."""

    class LazyGroup(click.Group):
        """Looks in the registry, in its order."""

        def list_commands(self, ctx: click.Context) -> list[str]:
            """Names in the order of the registry."""
            return list(commands)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            """The click command, or None when there is no such subcommand."""
            if cmd_name not in commands:
                return None
            found: click.Command = importlib.import_module(commands[cmd_name]).command
            return found

    return LazyGroup
