"""`outrider function`: functions in an account, and one function on this machine."""

import click

from outrider.cli.lazy import group_of

COMMANDS = {
    "run": "outrider.cli.functions.run",
    "patch": "outrider.cli.functions.patch",
    "unpatch": "outrider.cli.functions.unpatch",
}
"""Subcommand → module whose `command` is the click command, imported when called for."""


@click.group("function", cls=group_of(COMMANDS))
def command() -> None:
    """Lambda functions: put the layer on them, take it off, run one here."""
