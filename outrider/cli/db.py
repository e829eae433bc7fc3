"""`outrider db`: the advisory database."""

import click

from outrider.cli.lazy import group_of

COMMANDS = {
    "build": "outrider.cli.database.build",
    "update": "outrider.cli.database.update",
    "bundle": "outrider.cli.database.bundle",
    "info": "outrider.cli.database.info",
}
"""Subcommand → module, imported when called for."""


@click.group("db", cls=group_of(COMMANDS))
def command() -> None:
    """Build, fetch and look at the advisory database that `outrider scan` asks.

    It lies in $OUTRIDER_DB, else in the user's cache.

    \b
    On this Debian machine, offline:   outrider db build --from-apt
    From feeds:                        outrider db build PyPI.zip npm.zip kev.json
    From somebody who builds it:       outrider db update --source https://example.org/db --key db.pub
    Without a network:                 outrider db bundle -o db.tar; outrider db update --bundle db.tar
    """
