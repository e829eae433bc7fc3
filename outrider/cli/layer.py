"""`outrider layer`: what a function loads."""

import click

from outrider.cli.layers import build


@click.group("layer")
def command() -> None:
    """Make the layer that defends Lambda functions."""


command.add_command(build.command)
